//! Reading replies in tests.

use crate::blobs::Content;
use kernel::{Reply, reply::Body};
use serde_json::Value;

/// What a test asks of a reply.
pub trait Replied {
    /// The body as JSON; `Null` when it is none.
    fn json(&self) -> Value;
    /// The problem's `code`; empty when it is no problem document.
    fn code(&self) -> String;
    /// The body's bytes, of an object from the store too.
    fn into_bytes(self) -> Vec<u8>;
    /// The value of a cookie that the reply sets.
    fn cookie(&self, name: &str) -> Option<String>;
    /// What the page's last hidden field of that name holds; `None` where there is none.
    fn hidden(&self, name: &str) -> Option<String>;
}
impl Replied for Reply {
    fn json(&self) -> Value {
        self.text().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
    }
    fn code(&self) -> String {
        self.json().get("code").and_then(Value::as_str).unwrap_or_default().to_owned()
    }
    fn into_bytes(self) -> Vec<u8> {
        match self.body {
            Body::Empty => Vec::new(),
            Body::Bytes(bytes) => bytes,
            Body::Stream(stream, _) => stream.into_any().downcast::<Content>().map(|c| c.0).unwrap_or_default(),
        }
    }
    fn cookie(&self, name: &str) -> Option<String> {
        let wanted = |(header, value): &(std::borrow::Cow<'static, str>, String)| {
            let rest = value.strip_prefix(name)?.strip_prefix('=')?;
            header.eq_ignore_ascii_case("set-cookie").then(|| rest.split(';').next().unwrap_or_default().to_owned())
        };
        self.headers.iter().find_map(wanted)
    }
    fn hidden(&self, name: &str) -> Option<String> {
        let field = format!("name=\"{name}\" value=\"");
        let (_, rest) = self.text()?.rsplit_once(&field)?;
        rest.split('"').next().map(str::to_owned)
    }
}
