//! A request, from the wire to a handler.

use crate::{Error, Fut, Id, RequestId, Result, error::Code, input::Input, multipart::Parts, route::Method};

/// What the platform hands in. Headers and body are read only when asked for.
pub trait Inbound {
    /// The method, as sent.
    fn method(&self) -> String;
    /// The whole URL, as the client asked for it.
    fn url(&self) -> String;
    /// A header by its lower-case name.
    fn header(&self, name: &str) -> Option<String>;
    /// Reads the body; never more than `cap` bytes are held.
    fn body(&self, cap: usize) -> Fut<'_, Result<Vec<u8>, BodyError>>;
}

/// Why there is no body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BodyError {
    /// More than the cap.
    TooLarge,
    /// The connection broke.
    Broken,
}

/// Longest URL, in bytes.
pub const URL_CAP: usize = 8_192;

/// A URL in its parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Target {
    pub scheme: String,
    pub authority: String,
    pub path: String,
    pub query: Vec<(String, String)>,
}

impl Target {
    /// Takes a URL apart. The path stays percent-encoded for matching; the query is decoded.
    pub fn parse(url: &str) -> Option<Self> {
        let (scheme, rest) = url.split_once("://")?;
        let rest = rest.split('#').next().unwrap_or(rest);
        let end = rest.find(['/', '?']).unwrap_or(rest.len());
        let (authority, rest) = (rest.get(..end)?, rest.get(end..)?);
        let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
        let path = if path.is_empty() { "/" } else { path };
        Some(Self { scheme: scheme.to_owned(), authority: authority.to_owned(), path: path.to_owned(), query: parse_pairs(query) })
    }
}

/// Reads `application/x-www-form-urlencoded` (WHATWG URL §5.1): broken UTF-8 becomes U+FFFD.
pub(crate) fn parse_pairs(text: &str) -> Vec<(String, String)> {
    let decode = |s: &str| {
        let spaced = s.replace('+', " ");
        percent_encoding::percent_decode_str(&spaced).decode_utf8_lossy().into_owned()
    };
    text.split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode(name), decode(value))
        })
        .collect()
}

/// A request as a handler sees it: matched, authorised, with its body read.
pub struct Request {
    pub(crate) id: RequestId,
    pub(crate) method: Method,
    pub(crate) target: Target,
    pub(crate) host: String,
    pub(crate) params: Vec<(String, String)>,
    pub(crate) ip: String,
    pub(crate) user_agent: String,
    pub(crate) inbound: Box<dyn Inbound>,
    pub(crate) body: Vec<u8>,
    pub(crate) form: bool,
    pub(crate) parts: Option<Parts>,
}

impl Request {
    /// Its id, `req_…`.
    pub fn id(&self) -> &RequestId {
        &self.id
    }
    /// The method.
    pub fn method(&self) -> Method {
        self.method
    }
    /// The path as sent.
    pub fn path(&self) -> &str {
        &self.target.path
    }
    /// The host, normalized.
    pub fn host(&self) -> &str {
        &self.host
    }
    /// `scheme://authority` of the request itself: what an `Origin` header must equal.
    pub fn origin(&self) -> String {
        format!("{}://{}", self.target.scheme, self.target.authority)
    }
    /// The client's address, as the edge saw it.
    pub fn ip(&self) -> &str {
        &self.ip
    }
    /// The client's user agent, cut at 256 characters.
    pub fn user_agent(&self) -> &str {
        &self.user_agent
    }
    /// A header by its lower-case name.
    pub fn header(&self, name: &str) -> Option<String> {
        self.inbound.header(name)
    }
    /// The raw body.
    pub fn body(&self) -> &[u8] {
        &self.body
    }
    /// A query parameter; the last one wins when it stands twice.
    pub fn query(&self, name: &str) -> Option<&str> {
        self.target.query.iter().rev().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }
    /// Every query parameter in order.
    pub fn query_pairs(&self) -> &[(String, String)] {
        &self.target.query
    }
    /// A path parameter.
    ///
    /// # Errors
    /// An incident when the route has no such parameter.
    #[track_caller]
    pub fn param(&self, name: &str) -> Result<&str> {
        self.params.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str()).ok_or_else(|| Error::incident("a path parameter", name))
    }
    /// A path parameter as an id. One of another shape names nothing: 404, as for an unknown one.
    ///
    /// # Errors
    /// Not found.
    pub fn id_param<I: Id>(&self, name: &str) -> Result<I> {
        I::parse(self.param(name)?).ok_or_else(|| Code::NotFound.into())
    }
    /// The body's fields, from JSON or a form, to be taken one by one.
    ///
    /// # Errors
    /// When the body is not a JSON object.
    pub fn input(&self) -> Result<Input> {
        if let Some(parts) = &self.parts {
            return Ok(Input::from_form(parts.fields.clone()));
        }
        if self.form { Ok(Input::from_form(parse_pairs(&String::from_utf8_lossy(&self.body)))) } else { Input::from_json(&self.body) }
    }
    /// The file that was sent in a field of that name. `None` where none was chosen. Neither its name nor its media type is kept: both
    /// are only what the sender says.
    pub fn file(&self, field: &str) -> Option<&[u8]> {
        self.parts.as_ref()?.file.as_ref().filter(|(name, _)| name == field).map(|(_, bytes)| bytes.as_slice())
    }
    /// The query's fields, to be taken one by one.
    pub fn query_input(&self) -> Input {
        Input::from_query(self.target.query.clone())
    }
    /// A cookie by name.
    pub fn cookie(&self, name: &str) -> Option<String> {
        cookie(&self.inbound.header("cookie")?, name)
    }
}

/// A cookie's value out of a `Cookie` header.
pub(crate) fn cookie(header: &str, name: &str) -> Option<String> {
    header.split(';').filter_map(|pair| pair.trim().split_once('=')).find(|(n, _)| *n == name).map(|(_, v)| v.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_comes_apart() {
        let t = Target::parse("http://api.localhost:8787/v1/tickets?limit=5&q=a%20b+c&q=2#x").unwrap();
        assert_eq!((t.scheme.as_str(), t.authority.as_str(), t.path.as_str()), ("http", "api.localhost:8787", "/v1/tickets"));
        assert_eq!(t.query, [("limit".into(), "5".into()), ("q".into(), "a b c".into()), ("q".into(), "2".into())]);
        assert_eq!(Target::parse("http://h").unwrap().path, "/");
        assert_eq!(Target::parse("http://h?a=%ff").unwrap().query, [("a".to_owned(), "\u{fffd}".to_owned())]);
        assert_eq!(Target::parse("nonsense"), None);
    }

    #[test]
    fn cookies_are_found_by_whole_name() {
        assert_eq!(cookie("a=1; __Host-session=x=y; b=2", "__Host-session").as_deref(), Some("x=y"));
        assert_eq!(cookie("xa=1", "a"), None);
    }
}
