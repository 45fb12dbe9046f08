//! Where a visitor is led after signing in: only to a path of the very host that they signed in on (security-and-ui.md §1.7 H5).
//!
//! A path is taken as it is or not at all: nothing is repaired, because a browser might read the repaired text otherwise.

use kernel::dispatch::{CHALLENGE, CONFIRM, NEXT_CAP, SIGN_IN};

/// The path, when it can lead nowhere else than to a page of this host.
pub fn checked(next: &str) -> Option<&str> {
    let plain = next.len() <= NEXT_CAP && next.bytes().all(|b| b.is_ascii_graphic() && b != b'\\');
    let path = next.split(['?', '#']).next().unwrap_or(next);
    // Signing in leads to no door: back to the form would look as if it had failed.
    let door = [SIGN_IN, CHALLENGE, CONFIRM, "/sign-out"].contains(&path);
    (plain && !door && is_plain_path(path)).then_some(next)
}

/// Where to go: the wish, if it is a good one, or the start.
pub fn or_home(next: &str) -> &str {
    checked(next).unwrap_or("/")
}

/// Whether a path names the same thing to every reader of URLs: it begins with one slash, has no empty and no dot segment, and
/// hides neither a separator nor a control character behind percent signs.
fn is_plain_path(path: &str) -> bool {
    let Some(rest) = path.strip_prefix('/') else { return false };
    if path == "/" {
        return true;
    }
    let last = rest.matches('/').count();
    rest.split('/').enumerate().all(|(at, segment)| {
        let lower = segment.to_ascii_lowercase();
        let hidden = ["%5c", "%2f", "%25", "%2e", "%7f"].iter().any(|h| lower.contains(h)) || has_escaped_control(&lower);
        // A slash at the very end is a page's own business.
        let empty = segment.is_empty() && (at < last || at == 0);
        !empty && segment != "." && segment != ".." && !hidden
    })
}

/// `%00` to `%1f`.
fn has_escaped_control(lower: &str) -> bool {
    lower.contains("%0") || lower.contains("%1")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_of_this_host_are_led_back_to() {
        for good in
            ["/", "/o/northwind", "/o/northwind/tickets?status=open&cursor=AB_c-1", "/a/", "/t%C3%A4g", "/x?u=https://a.b//c", "/x#y"]
        {
            assert_eq!(checked(good), Some(good), "{good}");
        }
    }

    #[test]
    fn everything_that_could_lead_elsewhere_is_refused() {
        let long = format!("/{}", "a".repeat(NEXT_CAP));
        let bad = [
            "",
            "//evil",
            "///evil",
            "/\\evil",
            "\\\\evil",
            "\\/evil",
            "/%5cevil",
            "/%5Cevil",
            "/%09/evil",
            "/\t/evil",
            "/%0d%0aSet-Cookie:x",
            "/\r\n/evil",
            "https:evil",
            "https://evil",
            "https:/evil",
            "javascript:alert(1)",
            "data:text/html,x",
            "https://app.ours@evil",
            "https://app.ours.evil",
            "/\u{ff0f}evil",
            "/\u{2044}evil",
            "/..//evil",
            "/../evil",
            "/./evil",
            "/a/..",
            "/%2e%2e/evil",
            "/.%2e//evil",
            "/%2f/evil",
            "/%2Fevil",
            "/a//b",
            "/ evil",
            " /evil",
            "evil",
            "?next=/",
            "#x",
            "@evil",
            "/%00",
            "/\u{0}",
            "/%25%35%63evil",
            "/sign-in",
            "/sign-in?next=/",
            "/sign-out",
            "/challenge",
            "/confirm?next=/",
            &long,
        ];
        for next in bad {
            assert_eq!(checked(next), None, "{next:?}");
            assert_eq!(or_home(next), "/");
        }
    }
}
