//! Form encoding as Stripe reads it: `items[0][price]=x`, `expand[]=y`, `metadata[key]=z`.

use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// A decoded parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Param {
    /// A value.
    Text(String),
    /// What stood in brackets, in the order it came. A list has numbers, or is numbered, as its keys.
    Map(Vec<(String, Param)>),
}

/// How deep brackets may nest.
const MAX_DEPTH: usize = 8;

/// Decodes a form. `None` when it is none: a name that is a value and a map at once, brackets that don't close, not UTF-8.
pub fn decode(form: &str) -> Option<Vec<(String, Param)>> {
    let mut root = Vec::new();
    for pair in form.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let (name, value) = (unescape(name)?, unescape(value)?);
        insert(&mut root, &keys(&name)?, value)?;
    }
    Some(root)
}

/// A form that is being written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Form(String);

impl Form {
    /// Goes on from a form that was written before.
    pub fn of(text: &str) -> Self {
        Self(text.to_owned())
    }
    /// Adds a parameter.
    pub fn add(&mut self, name: &str, value: &str) -> &mut Self {
        if !self.0.is_empty() {
            self.0.push('&');
        }
        self.0.extend(utf8_percent_encode(name, NON_ALPHANUMERIC));
        self.0.push('=');
        self.0.extend(utf8_percent_encode(value, NON_ALPHANUMERIC));
        self
    }
    /// As it is sent.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn unescape(text: &str) -> Option<String> {
    let spaced = text.replace('+', " ");
    percent_decode_str(&spaced).decode_utf8().ok().map(std::borrow::Cow::into_owned)
}

/// `a[b][]` is `a`, `b` and an empty key.
fn keys(name: &str) -> Option<Vec<&str>> {
    let Some((head, rest)) = name.split_once('[') else { return Some(vec![name]) };
    let mut keys = vec![head];
    keys.extend(rest.strip_suffix(']')?.split("]["));
    (keys.len() <= MAX_DEPTH && !head.is_empty() && keys.iter().all(|key| !key.contains(['[', ']']))).then_some(keys)
}

fn insert(fields: &mut Vec<(String, Param)>, keys: &[&str], value: String) -> Option<()> {
    let (key, rest) = keys.split_first()?;
    let Some(next) = rest.first() else {
        let key = if key.is_empty() { fields.len().to_string() } else { (*key).to_owned() };
        if let Some((_, held)) = fields.iter_mut().find(|(name, _)| *name == key) {
            // The last one wins, as long as it is of the same shape.
            return matches!(held, Param::Text(_)).then(|| *held = Param::Text(value));
        }
        fields.push((key, Param::Text(value)));
        return Some(());
    };
    let at = if key.is_empty() {
        // `items[][price]=…&items[][quantity]=…`: the last element goes on until a key comes again.
        fields
            .iter()
            .rposition(|(_, held)| matches!(held, Param::Map(inner) if !inner.iter().any(|(name, _)| name == next)))
            .filter(|at| at + 1 == fields.len())
    } else {
        fields.iter().position(|(name, _)| name == key)
    };
    let at = at.unwrap_or_else(|| {
        let name = if key.is_empty() { fields.len().to_string() } else { (*key).to_owned() };
        fields.push((name, Param::Map(Vec::new())));
        fields.len() - 1
    });
    match fields.get_mut(at) {
        Some((_, Param::Map(inner))) => insert(inner, rest, value),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn show(fields: &[(String, Param)]) -> String {
        let one = |(name, param): &(String, Param)| match param {
            Param::Text(text) => format!("{name}={text}"),
            Param::Map(inner) => format!("{name}{{{}}}", show(inner)),
        };
        fields.iter().map(one).collect::<Vec<_>>().join(",")
    }

    #[test]
    fn reads_every_way_of_writing() {
        for (form, shown) in [
            ("", ""),
            ("a=1&b=2&a=3", "a=3,b=2"),
            ("a", "a="),
            ("a+b=c+d%2B%C3%A9", "a b=c d+é"),
            ("items[0][price]=p&items[0][quantity]=2&items[1][price]=q", "items{0{price=p,quantity=2},1{price=q}}"),
            ("items%5B0%5D%5Bprice%5D=p", "items{0{price=p}}"),
            ("expand[]=a&expand[]=b", "expand{0=a,1=b}"),
            ("items[][price]=p&items[][quantity]=2&items[][price]=q", "items{0{price=p,quantity=2},1{price=q}}"),
            ("metadata[a]=1&metadata[b]=", "metadata{a=1,b=}"),
            ("created[gte]=5", "created{gte=5}"),
        ] {
            assert_eq!(show(&decode(form).unwrap()), shown, "{form}");
        }
    }

    #[test]
    fn reads_what_it_writes() {
        let mut form = Form::default();
        form.add("items[0][price]", "a&b=c").add("metadata[k [1] +]", "é %").add("empty", "");
        assert!(decode(form.as_str()).is_none(), "a name with brackets in its brackets is none");
        let mut form = Form::of("a=1");
        form.add("items[0][price]", "a&b=c").add("metadata[k +]", "é %").add("empty", "");
        assert_eq!(show(&decode(form.as_str()).unwrap()), "a=1,items{0{price=a&b=c}},metadata{k +=é %},empty=");
    }

    #[test]
    fn refuses_what_is_no_form() {
        for form in ["a=1&a[b]=2", "a[b]=1&a=2", "a[b=1", "a[b]c=1", "[a]=1", "a=%ff", "a[b[c]]=1", "a[1][2][3][4][5][6][7][8]=1"] {
            assert_eq!(decode(form), None, "{form}");
        }
    }

    proptest! {
        #[test]
        fn garbage_never_panics(form in "[a-c\\[\\]=&%0-9+]{0,40}") {
            let _ = decode(&form);
        }
    }
}
