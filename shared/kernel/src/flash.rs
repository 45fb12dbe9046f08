//! What a form's answer says on the page it leads to: one message, shown once.
//!
//! It travels in a cookie, so that it stands in no address and comes back with no reload. The prefix keeps every other host from
//! setting it (RFC 6265bis §4.1.3.2); what it says is shown as text whatever it holds.

use crate::{Reply, Request};
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// The cookie.
pub const COOKIE: &str = "__Host-portico-flash";
/// The longest message, in bytes: a cookie has 4 KB.
const CAP: usize = 1_000;

/// What kind of message it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// Something was done.
    Done,
    /// Something could not be done.
    Failed,
}

/// A message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flash {
    /// Its kind.
    pub tone: Tone,
    /// What it says.
    pub text: String,
}

impl Reply {
    /// Shows a message on the page that this leads to.
    #[must_use]
    pub fn flash(self, tone: Tone, text: &str) -> Self {
        let mut end = text.len().min(CAP);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let text = text.get(..end).unwrap_or_default();
        let mark = if tone == Tone::Done { "d" } else { "f" };
        let value = utf8_percent_encode(text, NON_ALPHANUMERIC);
        self.with("set-cookie", format!("{COOKIE}={mark}{value}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=60"))
    }
    /// Takes the message away once it was shown.
    #[must_use]
    pub fn flash_shown(self) -> Self {
        self.with("set-cookie", format!("{COOKIE}=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0"))
    }
}

/// The message that a request brings.
pub fn of(req: &Request) -> Option<Flash> {
    parse(&req.cookie(COOKIE)?)
}

fn parse(value: &str) -> Option<Flash> {
    let (tone, rest) = match value.split_at_checked(1)? {
        ("d", rest) => (Tone::Done, rest),
        ("f", rest) => (Tone::Failed, rest),
        _ => return None,
    };
    let text = percent_decode_str(rest).decode_utf8().ok()?.into_owned();
    (!text.is_empty() && text.len() <= CAP).then_some(Flash { tone, text })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_comes_back_as_it_was_and_never_breaks_its_cookie() {
        for text in ["Invitation sent to ada@example.com.", "a; Domain=evil\r\nset-cookie: b=c", "日本 <b>", &"é".repeat(900)] {
            let reply = Reply::see_other("/").flash(Tone::Done, text);
            let cookie = reply.header("set-cookie").unwrap();
            let value = cookie.strip_prefix("__Host-portico-flash=").and_then(|rest| rest.split(';').next()).unwrap();
            assert!(value.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'%'), "{value}");
            let shown = parse(value).unwrap();
            assert_eq!(shown.tone, Tone::Done);
            assert!(text.starts_with(&shown.text) && shown.text.len() >= text.len().min(CAP - 3));
        }
        for odd in ["", "x", "d", "xhello", "d%ff", "é"] {
            assert_eq!(parse(odd), None, "{odd:?}");
        }
    }
}
