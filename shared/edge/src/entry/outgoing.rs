//! A reply on its way to the platform: headers as one text, bytes as a view of wasm memory.

use crate::{blob, js, log};
use kernel::{Reply, reply::Body};
use wasm_bindgen::JsValue;

/// Headers as one text, `name\nvalue\nname\nvalue`.
pub(crate) struct Block(pub String);
impl Block {
    /// `None` when a name or value has a line break: it would begin another header.
    pub fn of<'a>(headers: impl Iterator<Item = (&'a str, &'a str)>) -> Option<Self> {
        let mut out = String::with_capacity(768);
        for (name, value) in headers {
            if name.contains(['\r', '\n', '\0']) || value.contains(['\r', '\n', '\0']) {
                return None;
            }
            if !out.is_empty() {
                out.push('\n');
            }
            out.push_str(name);
            out.push('\n');
            out.push_str(value);
        }
        Some(Self(out))
    }
}

/// Makes the platform's response. A reply that can't be one is a fault of ours: logged, and answered as such.
pub(crate) fn response(reply: Reply) -> JsValue {
    let status = reply.status;
    made(reply).unwrap_or_else(|why| {
        log::line(&serde_json::json!({"event": "reply_refused", "status": status, "cause": why}).to_string(), true);
        js::reply_empty(500, "cache-control\nno-store").unwrap_or(JsValue::UNDEFINED)
    })
}

fn made(reply: Reply) -> Result<JsValue, String> {
    let headers = Block::of(reply.headers.iter().map(|(n, v)| (n.as_ref(), v.as_str()))).ok_or("a header has a line break")?;
    let response = match reply.body {
        Body::Empty => js::reply_empty(reply.status, &headers.0),
        Body::Bytes(bytes) => js::reply_bytes(reply.status, &headers.0, &bytes),
        Body::Stream(stream, _) => {
            let stream = stream.into_any().downcast::<blob::Stream>().map_err(|_| "a stream that is not the platform's")?;
            js::reply_stream(reply.status, &headers.0, &stream.0)
        }
    };
    response.map_err(|thrown| crate::PlatformError::js(&thrown).0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_break_never_begins_another_header() {
        assert_eq!(Block::of([("a", "1"), ("b", "2")].into_iter()).map(|b| b.0).as_deref(), Some("a\n1\nb\n2"));
        for value in ["x\ny", "x\r", "\0"] {
            assert!(Block::of([("a", value)].into_iter()).is_none(), "{value:?}");
            assert!(Block::of([(value, "a")].into_iter()).is_none(), "{value:?}");
        }
    }
}
