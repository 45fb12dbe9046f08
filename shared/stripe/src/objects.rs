//! What all of Stripe's objects share: references that may be expanded, lists, ids.

use serde::{Deserialize, Deserializer, de::IgnoredAny};

/// A field that holds another object's id, or that object when it was expanded, or nothing. Anything else reads as nothing:
/// a field that we only look at must never make an event unreadable.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(from = "Shape")]
pub struct Reference(pub Option<String>);

#[derive(Deserialize)]
#[serde(untagged)]
enum Shape {
    Id(String),
    Expanded { id: String },
    Other(IgnoredAny),
}

impl From<Shape> for Reference {
    fn from(shape: Shape) -> Self {
        match shape {
            Shape::Id(id) | Shape::Expanded { id } => Self(Some(id)),
            Shape::Other(IgnoredAny) => Self(None),
        }
    }
}

/// A page of a list, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct List<T> {
    /// The objects of this page.
    pub data: Vec<T>,
    /// Whether there are more behind the last one.
    #[serde(default)]
    pub has_more: bool,
}

/// Reads `null` as the default: Stripe writes it for what is empty, such as metadata of some objects.
pub(crate) fn null_is_default<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(from: D) -> Result<T, D::Error> {
    Ok(Option::deserialize(from)?.unwrap_or_default())
}

/// Whether a text may stand in a URL's path as an id: Stripe's ids are letters, digits, `_` and `-`. Keeps what an operator
/// typed from reaching another path.
pub fn is_id(text: &str) -> bool {
    (1..=255).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_is_read_from_whatever_stands_there() {
        for (json, id) in [
            (r#""cus_1""#, Some("cus_1")),
            (r#"{"id":"cus_1","object":"customer","balance":0}"#, Some("cus_1")),
            (r#"{"id":"cus_1","object":"customer","deleted":true}"#, Some("cus_1")),
            (r#"{"id":7}"#, None),
            ("null", None),
            ("7", None),
            ("[]", None),
            ("true", None),
        ] {
            assert_eq!(serde_json::from_str::<Reference>(json).unwrap().0.as_deref(), id, "{json}");
        }
    }

    #[test]
    fn ids_stay_within_their_segment() {
        assert!(is_id("cus_9s6XKzkNRiz8i3") && is_id("price-1"));
        for text in ["", "..", ".", "a/b", "a?b", "a#b", "cus_1\n", "cus%2F", "cüs", &"a".repeat(256)] {
            assert!(!is_id(text), "{text}");
        }
    }
}
