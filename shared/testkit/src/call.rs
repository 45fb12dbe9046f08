//! A request, built as a client would send it.

use crate::world::{ApiKey, Session};
use kernel::{
    Fut,
    host::Surface,
    request::{BodyError, Inbound},
};

/// The port that local addresses carry.
pub const PORT: u16 = 8_787;

/// A request to be sent.
#[derive(Debug, Clone)]
pub struct Call {
    method: String,
    scheme: String,
    authority: String,
    path: String,
    headers: Vec<(String, String)>,
    cookies: Vec<(String, String)>,
    body: Vec<u8>,
    broken: bool,
}

/// A request with any method; to the API until another host is named.
pub fn request(method: &str, path: &str) -> Call {
    Call {
        method: method.to_owned(),
        scheme: "http".into(),
        authority: format!("api.localhost:{PORT}"),
        path: path.to_owned(),
        headers: vec![("cf-connecting-ip".into(), "203.0.113.7".into()), ("user-agent".into(), "testkit".into())],
        cookies: Vec::new(),
        body: Vec::new(),
        broken: false,
    }
}
/// A GET.
pub fn get(path: &str) -> Call {
    request("GET", path)
}
/// A POST.
pub fn post(path: &str) -> Call {
    request("POST", path)
}
/// A PATCH.
pub fn patch(path: &str) -> Call {
    request("PATCH", path)
}
/// A DELETE.
pub fn delete(path: &str) -> Call {
    request("DELETE", path)
}

/// The host of a surface; a portal's needs its slug.
pub fn host(surface: Surface, slug: &str) -> String {
    match surface {
        Surface::Portal => format!("{slug}.localhost"),
        other => format!("{}.localhost", other.as_str()),
    }
}

impl Call {
    /// To another host, with the local port.
    #[must_use]
    pub fn host(mut self, host: &str) -> Self {
        self.authority = format!("{host}:{PORT}");
        self
    }
    /// To another authority, as it is.
    #[must_use]
    pub fn authority(mut self, authority: &str) -> Self {
        self.authority = authority.to_owned();
        self
    }
    /// To a surface that configuration alone names.
    #[must_use]
    pub fn on(self, surface: Surface) -> Self {
        self.host(&host(surface, ""))
    }
    /// To the portal of a slug.
    #[must_use]
    pub fn portal(self, slug: &str) -> Self {
        self.host(&host(Surface::Portal, slug))
    }
    /// A header; one of that name is replaced.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self = self.without(name);
        self.headers.push((name.to_ascii_lowercase(), value.to_owned()));
        self
    }
    /// Without a header.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(n, _)| !n.eq_ignore_ascii_case(name));
        self
    }
    /// With an API key.
    #[must_use]
    pub fn key(self, key: &ApiKey) -> Self {
        self.bearer(&key.token)
    }
    /// With any bearer token.
    #[must_use]
    pub fn bearer(self, token: &str) -> Self {
        self.header("authorization", &format!("Bearer {token}"))
    }
    /// With a cookie.
    #[must_use]
    pub fn cookie(mut self, name: &str, value: &str) -> Self {
        self.cookies.push((name.to_owned(), value.to_owned()));
        self
    }
    /// With the session's cookie, to wherever the request goes.
    #[must_use]
    pub fn session_cookie(self, session: &Session) -> Self {
        self.cookie(store::sessions::COOKIE, &session.token)
    }
    /// With the session's cookie, to the session's own host.
    #[must_use]
    pub fn session(self, session: &Session) -> Self {
        self.host(&session.host).session_cookie(session)
    }
    /// From an address.
    #[must_use]
    pub fn ip(self, address: &str) -> Self {
        self.header("cf-connecting-ip", address)
    }
    /// Under an Idempotency-Key.
    #[must_use]
    pub fn idempotency_key(self, key: &str) -> Self {
        self.header("idempotency-key", key)
    }
    /// With a JSON body.
    #[must_use]
    pub fn json(self, value: &serde_json::Value) -> Self {
        self.body(value.to_string()).header("content-type", "application/json")
    }
    /// With a form as body.
    #[must_use]
    pub fn form(self, fields: &[(&str, &str)]) -> Self {
        let pairs: Vec<String> = fields.iter().map(|(n, v)| format!("{}={}", encode(n), encode(v))).collect();
        self.body(pairs.join("&")).header("content-type", "application/x-www-form-urlencoded")
    }
    /// With a form that has a file, as a browser sends it.
    #[must_use]
    pub fn upload(self, fields: &[(&str, &str)], file: (&str, &[u8])) -> Self {
        const BOUNDARY: &str = "----testkit7MA4YWxkTrZu0gW";
        let mut body = Vec::new();
        for (name, value) in fields {
            body.extend(format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").bytes());
        }
        let (name, bytes) = file;
        // Nobody reads what the sender says of it.
        let head = "filename=\"../logo.svg\"\r\nContent-Type: image/svg+xml";
        body.extend(format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"; {head}\r\n\r\n").bytes());
        body.extend(bytes);
        body.extend(format!("\r\n--{BOUNDARY}--\r\n").bytes());
        self.body(body).header("content-type", &format!("multipart/form-data; boundary={BOUNDARY}"))
    }
    /// With a body, as it is.
    #[must_use]
    pub fn body(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.body = bytes.into();
        self
    }
    /// The connection breaks before the body has come.
    #[must_use]
    pub fn broken(mut self) -> Self {
        self.broken = true;
        self
    }
    /// With the request's own `Origin`, as a browser sends it with a form.
    #[must_use]
    pub fn same_origin(self) -> Self {
        let origin = self.origin();
        self.header("origin", &origin)
    }
    /// `scheme://authority` of the request.
    pub fn origin(&self) -> String {
        format!("{}://{}", self.scheme, self.authority)
    }
    /// The host without its port.
    pub fn host_name(&self) -> &str {
        self.authority.split(':').next().unwrap_or_default()
    }
}

fn encode(text: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'~');
    text.bytes().map(|b| if plain(b) { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}

impl Inbound for Call {
    fn method(&self) -> String {
        self.method.clone()
    }
    fn url(&self) -> String {
        format!("{}://{}{}", self.scheme, self.authority, self.path)
    }
    fn header(&self, name: &str) -> Option<String> {
        if name == "cookie" && !self.cookies.is_empty() {
            let pairs: Vec<String> = self.cookies.iter().map(|(n, v)| format!("{n}={v}")).collect();
            return Some(pairs.join("; "));
        }
        if name == "host" {
            return Some(self.authority.clone());
        }
        self.headers.iter().find(|(n, _)| n == name).map(|(_, v)| v.clone())
    }
    fn body(&self, cap: usize) -> Fut<'_, Result<Vec<u8>, BodyError>> {
        Box::pin(async move {
            match () {
                () if self.body.len() > cap => Err(BodyError::TooLarge),
                () if self.broken => Err(BodyError::Broken),
                () => Ok(self.body.clone()),
            }
        })
    }
}
