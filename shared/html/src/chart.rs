//! Charts as SVG, drawn on the server: bars, a line, a line so small that it stands in a table. Every number is in a table too.

use crate::part::thousands;
use maud::{Markup, html};

/// A value of a series, with what it belongs to, such as a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Point {
    /// What it belongs to.
    pub label: String,
    /// The value; below nothing counts as nothing.
    pub value: i64,
}

/// A chart of one series.
#[derive(Debug, Clone, Copy)]
pub struct Chart<'a> {
    /// What it shows.
    pub title: &'a str,
    /// What is counted, such as `requests`.
    pub unit: &'a str,
    /// What each point belongs to, such as `Day`.
    pub over: &'a str,
    /// The series, oldest first.
    pub points: &'a [Point],
    /// A limit, drawn across.
    pub limit: Option<i64>,
}

/// The drawing, in its own units: the browser scales it to the room there is.
const WIDTH: i64 = 720;
const HEIGHT: i64 = 176;
/// Where the lowest line stands, and the highest.
const FLOOR: i64 = HEIGHT - 8;
const CEILING: i64 = 8;

#[derive(Clone, Copy)]
enum Drawn {
    Bars,
    Line,
}

impl Chart<'_> {
    /// As bars: each point stands for itself.
    pub fn bars(&self) -> Markup {
        self.figure(Drawn::Bars)
    }
    /// As a line: what matters is how it goes.
    pub fn line(&self) -> Markup {
        self.figure(Drawn::Line)
    }

    fn figure(&self, drawn: Drawn) -> Markup {
        let total: i64 = self.points.iter().map(|p| p.value.max(0)).fold(0, i64::saturating_add);
        let highest = self.points.iter().map(|p| p.value).max().unwrap_or(0).max(0);
        let top = round_up(highest.max(self.limit.unwrap_or(0)));
        let summary = format!("{}: {} {} in total, {} at most", self.title, thousands(total), self.unit, thousands(highest));
        let middle = self.points.get(self.points.len() / 2).filter(|_| self.points.len() > 4);
        html! {
            figure class="chart" {
                figcaption {
                    span class="title" { (self.title) }
                    span class="quiet" { (thousands(total)) " " (self.unit) }
                    @if let Some(limit) = self.limit { span class="limit-key quiet" { "Limit " (thousands(limit)) } }
                }
                @if total == 0 {
                    p class="zero quiet" { "No " (self.unit) " in this time." }
                } @else {
                    div class="plot" {
                        p class="scale" aria-hidden="true" { span { (thousands(top)) } span { (thousands(top / 2)) } span { "0" } }
                        svg viewBox={ "0 0 " (WIDTH) " " (HEIGHT) } preserveAspectRatio="none" role="img" aria-label=(summary) {
                            @for at in [CEILING, (CEILING + FLOOR) / 2, FLOOR] { line class="grid" x1="0" x2=(WIDTH) y1=(at) y2=(at) {} }
                            (match drawn { Drawn::Bars => self.draw_bars(top), Drawn::Line => self.draw_line(top) })
                            @if let Some(limit) = self.limit { @let at = height(limit, top); line class="limit" x1="0" x2=(WIDTH) y1=(at) y2=(at) {} }
                        }
                        p class="ends" aria-hidden="true" {
                            span { (self.points.first().map_or("", |p| &p.label)) }
                            @if let Some(p) = middle { span { (p.label) } }
                            @if self.points.len() > 1 { span { (self.points.last().map_or("", |p| &p.label)) } }
                        }
                    }
                }
                @if !self.points.is_empty() { (self.table()) }
            }
        }
    }

    fn table(&self) -> Markup {
        html! {
            details class="data" {
                summary { "Show as a table" }
                div class="frame" { table {
                    caption class="unseen" { (self.title) }
                    thead { tr { th scope="col" { (self.over) } th scope="col" class="num" { (self.unit) } } }
                    tbody { @for p in self.points { tr { th scope="row" { (p.label) } td class="num" { (thousands(p.value)) } } } }
                } }
            }
        }
    }

    fn draw_bars(&self, top: i64) -> Markup {
        let count = i64::try_from(self.points.len()).unwrap_or(1).max(1);
        // In hundredths, so that many narrow bars don't all round to the same place.
        let pitch = WIDTH * 100 / count;
        let gap = (pitch / 4).min(800);
        html! {
            @for (at, p) in (0_i64..).zip(self.points) {
                @if p.value > 0 {
                    @let y = height(p.value, top);
                    rect class=(if self.limit.is_some_and(|limit| p.value > limit) { "bar over" } else { "bar" })
                        x=(hundredths(at * pitch + gap / 2)) width=(hundredths(pitch - gap)) y=(y) height=(FLOOR - y) {
                        title { (p.label) ": " (thousands(p.value)) " " (self.unit) }
                    }
                }
            }
        }
    }

    fn draw_line(&self, top: i64) -> Markup {
        let values: Vec<i64> = self.points.iter().map(|p| p.value).collect();
        let path = path(&values, top, WIDTH, height);
        html! {
            path class="area" d={ (path) " L" (WIDTH) " " (FLOOR) " L0 " (FLOOR) " Z" } {}
            path class="line" d=(path) vector-effect="non-scaling-stroke" {}
        }
    }
}

/// A line as high as a line of text. `says` is what it means in words.
pub fn sparkline(values: &[i64], says: &str) -> Markup {
    let top = values.iter().copied().max().unwrap_or(0).max(1);
    let low = |value: i64, top: i64| 22 - (value.clamp(0, top) * 20 / top);
    html! {
        svg class="sparkline" viewBox="0 0 96 24" preserveAspectRatio="none" role="img" aria-label=(says) {
            path class="line" d=(path(values, top, 96, low)) vector-effect="non-scaling-stroke" {}
        }
    }
}

fn path(values: &[i64], top: i64, width: i64, height: impl Fn(i64, i64) -> i64) -> String {
    let last = i64::try_from(values.len()).unwrap_or(1).saturating_sub(1).max(1);
    let mut out = String::new();
    for (at, value) in (0_i64..).zip(values) {
        let (x, y) = (hundredths(at * width * 100 / last), height(*value, top));
        out.push_str(&format!("{}{x} {y}", if at == 0 { "M" } else { " L" }));
        if values.len() == 1 {
            out.push_str(&format!(" L{width} {y}"));
        }
    }
    out
}

/// How high a value stands, from the top of the drawing.
fn height(value: i64, top: i64) -> i64 {
    FLOOR - (i128::from(value.clamp(0, top)) * i128::from(FLOOR - CEILING) / i128::from(top.max(1))) as i64
}

/// The next number that reads well, and whose half does too.
fn round_up(n: i64) -> i64 {
    if let Some(few) = [2, 4, 6, 8].into_iter().find(|top| *top >= n) {
        return few;
    }
    let mut unit = 1_i64;
    loop {
        for step in [10, 12, 16, 20, 24, 30, 40, 50, 60, 80] {
            match unit.checked_mul(step) {
                Some(top) if top >= n => return top,
                Some(_) => {}
                None => return i64::MAX,
            }
        }
        unit = unit.saturating_mul(10);
    }
}

fn hundredths(n: i64) -> String {
    match n % 100 {
        0 => (n / 100).to_string(),
        rest => format!("{}.{rest:02}", n / 100),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn points(values: &[i64]) -> Vec<Point> {
        values.iter().enumerate().map(|(at, value)| Point { label: format!("Day {at}"), value: *value }).collect()
    }

    #[test]
    fn every_number_is_in_words_and_in_the_table() {
        let points = points(&[1, 0, 1_200, 7]);
        let chart = Chart { title: "API <requests>", unit: "requests", over: "Day", points: &points, limit: Some(1_000) };
        for text in [chart.bars().into_string(), chart.line().into_string()] {
            assert!(text.contains("role=\"img\" aria-label=\"API &lt;requests&gt;: 1,208 requests in total, 1,200 at most\""));
            assert!(text.contains("<td class=\"num\">1,200</td>") && text.contains("Limit 1,000") && text.contains("class=\"limit\""));
            assert!(!text.contains("style="));
        }
        let bars = chart.bars().into_string();
        assert_eq!((bars.matches("class=\"bar\"").count(), bars.matches("class=\"bar over\"").count()), (2, 1));
    }

    #[test]
    fn nothing_is_said_where_there_is_nothing_to_draw() {
        let points = points(&[0, 0]);
        let text = Chart { title: "T", unit: "requests", over: "Day", points: &points, limit: None }.bars().into_string();
        assert!(text.contains("No requests in this time.") && !text.contains("<svg"));
    }

    #[test]
    fn what_is_drawn_stays_within_the_drawing() {
        for value in [i64::MIN, -1, 0, 1, 10, i64::MAX] {
            assert!((CEILING..=FLOOR).contains(&height(value, 10)), "{value}");
        }
        assert_eq!([0, 1, 2, 3, 5, 9, 41, 1_009, 1_200, 8_001].map(round_up), [2, 2, 2, 4, 6, 10, 50, 1_200, 1_200, 10_000]);
        assert_eq!(round_up(i64::MAX), i64::MAX);
        assert_eq!(path(&[1], 1, 96, |_, _| 3), "M0 3 L96 3");
        assert!(sparkline(&[], "No calls").into_string().contains("aria-label=\"No calls\""));
    }
}
