//! Links in letters. Many open something for whoever holds them, so they are not shown by `Debug`.

use crate::Unfit;
use serde::{Deserialize, Serialize};
use std::fmt;

/// No longer than what every mail program and proxy takes.
const LONGEST: usize = 2_000;

/// An absolute web address, safe in text and in an attribute.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Link(String);
impl Link {
    /// Takes a whole URL.
    ///
    /// # Errors
    /// [`Unfit::Link`] for what is not `https://host…` (or `http://` on a developer's machine), or is not plain ASCII.
    pub fn new(url: &str) -> Result<Self, Unfit> {
        let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://")).ok_or(Unfit::Link)?;
        let plain = url.bytes().all(|b| b.is_ascii_graphic() && !matches!(b, b'"' | b'<' | b'>' | b'\\' | b'`' | b'\''));
        let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
        if url.len() > LONGEST || !plain || host.is_empty() || host.contains('@') {
            return Err(Unfit::Link);
        }
        Ok(Self(url.to_owned()))
    }
    /// A path on one of our hosts, as requests to it name the origin: `Link::at(&req.origin(), "/reset/…")`.
    ///
    /// # Errors
    /// As [`Link::new`].
    pub fn at(origin: &str, path: &str) -> Result<Self, Unfit> {
        Self::new(&format!("{}{path}", origin.trim_end_matches('/')))
    }
    /// As text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
    /// The one-time token that it carries, if it carries one.
    pub fn token(&self) -> Option<&str> {
        let query = self.0.split('#').next().unwrap_or_default().split_once('?')?.1;
        query.split('&').find_map(|pair| pair.strip_prefix("token=")).filter(|token| !token.is_empty())
    }
    /// Whether it leads to that origin, such as `https://app.example`.
    pub fn is_on(&self, origin: &str) -> bool {
        self.0.strip_prefix(origin).is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?', '#']))
    }
    /// Its host.
    pub fn host(&self) -> &str {
        self.0.split("://").nth(1).unwrap_or_default().split(['/', '?', '#']).next().unwrap_or_default()
    }
}
impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Link({})", self.host())
    }
}
impl TryFrom<String> for Link {
    type Error = Unfit;
    fn try_from(text: String) -> Result<Self, Unfit> {
        Self::new(&text)
    }
}
impl From<Link> for String {
    fn from(link: Link) -> Self {
        link.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_web_addresses_pass_and_debug_keeps_the_token() {
        let link = Link::at("https://app.example/", "/reset/secret-token?x=1").unwrap();
        assert_eq!(link.as_str(), "https://app.example/reset/secret-token?x=1");
        assert_eq!(format!("{link:?}"), "Link(app.example)");
        assert_eq!(link.token(), None);
        let on = |origin: &str| link.is_on(origin);
        assert!(on("https://app.example") && !on("https://app.exam") && !on("http://app.example") && !on("https://app.example.org"));
        let token = |path: &str| Link::at("https://app.example", path).unwrap().token().map(str::to_owned);
        assert_eq!(token("/reset?next=%2F&token=abc#token=x").as_deref(), Some("abc"));
        assert_eq!((token("/reset?token="), token("/reset?my_token=abc"), token("/token=abc")), (None, None, None));
        for bad in [
            "",
            "javascript:alert(1)",
            "//host/x",
            "https://",
            "https:///x",
            "https://a b",
            "https://a\r\nX: y",
            "https://a/\"x",
            "https://good@evil/",
            "https://ü",
        ] {
            assert_eq!(Link::new(bad), Err(Unfit::Link), "{bad:?}");
        }
    }
}
