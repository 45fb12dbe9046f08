//! Decodes a form as Stripe does. Not the crate that writes our forms: a mistake of its own must show.

use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

/// Decodes `a[0][b]=c&d[]=e`. An object whose keys count from 0 is an array, and so is what is written with `[]`.
///
/// # Errors
/// What is no form: a pair without `=`, brackets that don't close, a name that is there twice.
pub fn decode(form: &str) -> Result<Value, String> {
    let mut root = Map::new();
    for pair in form.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').ok_or_else(|| format!("{pair}: no ="))?;
        let (name, value) = (text(name)?, text(value)?);
        let (head, rest) = match name.split_once('[') {
            Some((head, rest)) => (head, Some(rest.strip_suffix(']').ok_or_else(|| format!("{name}: a bracket stays open"))?)),
            None => (name.as_str(), None),
        };
        let mut at = root.entry(head).or_insert(Value::Null);
        for key in rest.iter().flat_map(|rest| rest.split("][")) {
            if at.is_null() {
                *at = Value::Object(Map::new());
            }
            let Value::Object(map) = at else { return Err(format!("{name}: both a value and an object")) };
            let key = if key.is_empty() { map.len().to_string() } else { key.to_owned() };
            at = map.entry(key).or_insert(Value::Null);
        }
        if !at.is_null() {
            return Err(format!("{name}: there twice"));
        }
        *at = Value::String(value);
    }
    Ok(lists(Value::Object(root)))
}

fn text(encoded: &str) -> Result<String, String> {
    let spaced = encoded.replace('+', " ");
    percent_decode_str(&spaced).decode_utf8().map(Into::into).map_err(|_| format!("{encoded}: not UTF-8"))
}

fn lists(value: Value) -> Value {
    let Value::Object(mut map) = value else { return value };
    let mut items = Vec::new();
    while let Some(item) = map.remove(&items.len().to_string()) {
        items.push(lists(item));
    }
    if map.is_empty() && !items.is_empty() {
        return Value::Array(items);
    }
    // Keys that are numbers by chance, among others: `metadata[0]=…&metadata[note]=…`.
    let counted = items.into_iter().enumerate().map(|(index, item)| (index.to_string(), item));
    let named = map.into_iter().map(|(key, value)| (key, lists(value)));
    Value::Object(counted.chain(named).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn reads_what_stripe_reads() {
        for (form, value) in [
            ("", json!({})),
            ("a=1&b=x+y%26z&c=", json!({ "a": "1", "b": "x y&z", "c": "" })),
            (
                "items[0][price]=p&items[0][quantity]=2&items[1][price]=q",
                json!({ "items": [{ "price": "p", "quantity": "2" }, { "price": "q" }] }),
            ),
            ("types[]=a&types[]=b", json!({ "types": ["a", "b"] })),
            ("metadata[0]=a&metadata[note]=b", json!({ "metadata": { "0": "a", "note": "b" } })),
            ("items%5B0%5D%5Bprice%5D=p", json!({ "items": [{ "price": "p" }] })),
        ] {
            assert_eq!(decode(form), Ok(value), "{form}");
        }
        for (form, says) in [("a", "no ="), ("a[b=1", "stays open"), ("a=1&a=2", "twice"), ("a=1&a[b]=2", "both"), ("a=%ff", "UTF-8")] {
            assert!(decode(form).unwrap_err().contains(says), "{form}");
        }
    }
}
