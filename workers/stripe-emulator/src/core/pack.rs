//! Objects kept small: only what is different from another object of the same kind. An event carries a whole object, of which nearly
//! everything is the same in the next event; thousands of events are kept in one value.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// A value, as what is different from a pattern.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Packed {
    /// Another value altogether.
    #[serde(rename = "v")]
    Whole(Value),
    /// An object: the fields that are different, `None` for those that are not there.
    #[serde(rename = "o")]
    Fields(BTreeMap<String, Option<Packed>>),
    /// An array: each element against the pattern's first.
    #[serde(rename = "a")]
    Elements(Vec<Packed>),
}

/// What is different from the pattern.
pub fn pack(pattern: &Value, value: &Value) -> Packed {
    match (pattern, value) {
        (Value::Object(pattern), Value::Object(fields)) => {
            let mut packed = BTreeMap::new();
            for (name, field) in fields {
                match pattern.get(name) {
                    Some(same) if same == field => {}
                    Some(other) => drop(packed.insert(name.clone(), Some(pack(other, field)))),
                    None => drop(packed.insert(name.clone(), Some(Packed::Whole(field.clone())))),
                }
            }
            packed.extend(pattern.keys().filter(|name| !fields.contains_key(*name)).map(|name| (name.clone(), None)));
            Packed::Fields(packed)
        }
        (Value::Array(pattern), Value::Array(elements)) => match pattern.first() {
            Some(first) => Packed::Elements(elements.iter().map(|element| pack(first, element)).collect()),
            None => Packed::Whole(value.clone()),
        },
        _ => Packed::Whole(value.clone()),
    }
}

/// The value that was packed against this pattern.
pub fn unpack(pattern: &Value, packed: &Packed) -> Value {
    match packed {
        Packed::Whole(value) => value.clone(),
        Packed::Fields(changes) => {
            let mut fields = pattern.as_object().cloned().unwrap_or_else(Map::new);
            for (name, change) in changes {
                match change {
                    None => drop(fields.remove(name)),
                    Some(change) => {
                        let value = unpack(fields.get(name).unwrap_or(&Value::Null), change);
                        fields.insert(name.clone(), value);
                    }
                }
            }
            Value::Object(fields)
        }
        Packed::Elements(elements) => {
            let first = pattern.as_array().and_then(|all| all.first()).unwrap_or(&Value::Null);
            Value::Array(elements.iter().map(|element| unpack(first, element)).collect())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn any_value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            (0_i64..3).prop_map(Value::from),
            "[ab]?".prop_map(Value::from)
        ];
        leaf.prop_recursive(4, 32, 4, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                proptest::collection::btree_map("[a-c]", inner, 0..4).prop_map(|fields| Value::Object(fields.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn nothing_is_lost(pattern in any_value(), value in any_value()) {
            let packed = pack(&pattern, &value);
            prop_assert_eq!(&unpack(&pattern, &packed), &value);
            let stored: Packed = serde_json::from_str(&serde_json::to_string(&packed).unwrap()).unwrap();
            prop_assert_eq!(stored, packed);
        }
    }

    #[test]
    fn what_is_the_same_takes_no_room() {
        let (one, other) = (json!({"a": [{"b": 1, "c": {"d": 2}}], "e": 1}), json!({"a": [{"b": 1, "c": {"d": 3}}], "e": 1}));
        assert_eq!(serde_json::to_string(&pack(&one, &one)).unwrap(), r#"{"o":{}}"#);
        assert_eq!(serde_json::to_string(&pack(&one, &other)).unwrap(), r#"{"o":{"a":{"a":[{"o":{"c":{"o":{"d":{"v":3}}}}}]}}}"#);
    }
}
