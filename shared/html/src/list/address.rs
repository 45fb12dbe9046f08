//! Addresses of lists, with what they are narrowed by.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

/// A path with those parameters that have a value.
pub fn address(path: &str, parameters: &[(&str, &str)]) -> String {
    let mut address = path.to_owned();
    for (at, (name, value)) in parameters.iter().filter(|(_, value)| !value.is_empty()).enumerate() {
        address.push(if at == 0 { '?' } else { '&' });
        address.push_str(name);
        address.push('=');
        address.extend(utf8_percent_encode(value, NON_ALPHANUMERIC));
    }
    address
}

/// The same without one of them.
pub fn address_without(path: &str, parameters: &[(&str, &str)], name: &str) -> String {
    let rest: Vec<(&str, &str)> = parameters.iter().copied().filter(|(n, _)| *n != name).collect();
    address(path, &rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_has_a_value_stands_in_an_address_and_it_ends_nothing() {
        assert_eq!(address("/t", &[("q", ""), ("status", "")]), "/t");
        assert_eq!(address("/t", &[("q", "a&b=c#d é"), ("x", ""), ("status", "open")]), "/t?q=a%26b%3Dc%23d%20%C3%A9&status=open");
        assert_eq!(address_without("/t", &[("q", "x"), ("status", "open")], "q"), "/t?status=open");
    }
}
