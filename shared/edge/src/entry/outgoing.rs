//! A reply on its way to the platform: headers as one text, bytes as a view of wasm memory.

use crate::{blob, js};
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
    let Some(Block(headers)) = Block::of(reply.headers.iter().map(|(n, v)| (n.as_ref(), v.as_str()))) else {
        return js::refused(status, "a header has a line break");
    };
    match reply.body {
        Body::Empty => js::reply_empty(status, &headers),
        Body::Bytes(bytes) => js::reply_bytes(status, &headers, &bytes),
        Body::Stream(stream, _) => match stream.into_any().downcast::<blob::Stream>() {
            Ok(stream) => js::reply_stream(status, &headers, &stream.0),
            Err(_) => js::refused(status, "a stream that is not the platform's"),
        },
    }
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
