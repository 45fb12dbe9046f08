//! Times as people read them, with the exact one for programs.

use kernel::Millis;
use maud::{Markup, html};

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// A moment, such as `23 Nov 2026, 20:08 UTC`.
pub fn at(moment: Millis) -> Markup {
    let exact = moment.rfc3339();
    html! { time datetime=(exact) { (readable(&exact)) } }
}

fn readable(rfc3339: &str) -> String {
    let part = |from: usize, to: usize| rfc3339.get(from..to).unwrap_or_default();
    let month = part(5, 7).parse::<usize>().ok().and_then(|m| MONTHS.get(m.wrapping_sub(1))).copied().unwrap_or_default();
    format!("{} {month} {}, {} UTC", part(8, 10).trim_start_matches('0'), part(0, 4), part(11, 16))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_readable_and_exact() {
        let text = at(Millis::new(1_795_464_526_007)).into_string();
        assert_eq!(text, "<time datetime=\"2026-11-23T20:08:46.007Z\">23 Nov 2026, 20:08 UTC</time>");
        assert_eq!(readable("2026-01-05T00:00:00.000Z"), "5 Jan 2026, 00:00 UTC");
    }
}
