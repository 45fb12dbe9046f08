//! Times as people read them, with the exact one for programs.

use kernel::Millis;
use maud::{Markup, html};

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// A moment, such as `23 Nov 2026, 20:08 UTC`.
pub fn at(moment: Millis) -> Markup {
    let exact = moment.rfc3339();
    html! { time datetime=(exact) { (readable(&exact)) } }
}

/// A day, such as `23 Nov 2026`.
pub fn day(moment: Millis) -> Markup {
    let exact = moment.rfc3339();
    html! { time datetime=(exact) title=(readable(&exact)) { (date(&exact)) } }
}

/// A day as plain text, such as `23 Nov 2026`, for a sentence that holds no markup.
pub fn plain_day(moment: Millis) -> String {
    date(&moment.rfc3339())
}

/// How far a moment is from now: `5 minutes ago`, `in 3 days`; beyond a month the day itself. The exact moment is its title.
pub fn ago(moment: Millis, now: Millis) -> Markup {
    let exact = moment.rfc3339();
    html! { time datetime=(exact) title=(readable(&exact)) { (relative(moment, now).unwrap_or_else(|| date(&exact))) } }
}

fn relative(moment: Millis, now: Millis) -> Option<String> {
    let past = now.get().saturating_sub(moment.get());
    let seconds = past.unsigned_abs() / 1_000;
    let (n, unit) = match seconds {
        0..45 => return Some("just now".to_owned()),
        45..5_400 => ((seconds + 30) / 60, "minute"),
        5_400..129_600 => ((seconds + 1_800) / 3_600, "hour"),
        129_600..2_592_000 => ((seconds + 43_200) / 86_400, "day"),
        _ => return None,
    };
    let n = n.max(1);
    let s = if n == 1 { "" } else { "s" };
    Some(if past < 0 { format!("in {n} {unit}{s}") } else { format!("{n} {unit}{s} ago") })
}

fn date(rfc3339: &str) -> String {
    let part = |from: usize, to: usize| rfc3339.get(from..to).unwrap_or_default();
    let month = part(5, 7).parse::<usize>().ok().and_then(|m| MONTHS.get(m.wrapping_sub(1))).copied().unwrap_or_default();
    format!("{} {month} {}", part(8, 10).trim_start_matches('0'), part(0, 4))
}

fn readable(rfc3339: &str) -> String {
    format!("{}, {} UTC", date(rfc3339), rfc3339.get(11..16).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::time::Span;

    #[test]
    fn a_moment_is_readable_and_exact() {
        let text = at(Millis::new(1_795_464_526_007)).into_string();
        assert_eq!(text, "<time datetime=\"2026-11-23T20:08:46.007Z\">23 Nov 2026, 20:08 UTC</time>");
        assert_eq!(readable("2026-01-05T00:00:00.000Z"), "5 Jan 2026, 00:00 UTC");
    }

    #[test]
    fn a_distance_is_said_in_the_unit_that_fits() {
        let now = Millis::new(1_795_464_526_007);
        let said = |seconds: i64| relative(now.minus(Span::seconds(seconds)), now).unwrap_or_else(|| "date".into());
        let all: Vec<String> = [0, 44, 45, 90, 3_599, 5_400, 86_400, 129_600, 2_591_999, 2_592_000, -300, -86_400 * 3].map(said).into();
        assert_eq!(
            all,
            [
                "just now",
                "just now",
                "1 minute ago",
                "2 minutes ago",
                "60 minutes ago",
                "2 hours ago",
                "24 hours ago",
                "2 days ago",
                "30 days ago",
                "date",
                "in 5 minutes",
                "in 3 days"
            ]
        );
        let text = ago(now.minus(Span::days(400)), now).into_string();
        assert!(text.contains(">19 Oct 2025<") && text.contains("title=\"19 Oct 2025, 20:08 UTC\""));
    }
}
