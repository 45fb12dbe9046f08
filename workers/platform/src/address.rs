//! Addresses of lists with what they are narrowed by.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

/// A path with those parameters that have a value.
pub fn with(path: &str, parameters: &[(&str, &str)]) -> String {
    let mut address = path.to_owned();
    let mut mark = '?';
    for (name, value) in parameters.iter().filter(|(_, value)| !value.is_empty()) {
        address.push(mark);
        address.push_str(name);
        address.push('=');
        address.extend(utf8_percent_encode(value, NON_ALPHANUMERIC));
        mark = '&';
    }
    address
}

/// The same without one of them.
pub fn without(path: &str, parameters: &[(&str, &str)], name: &str) -> String {
    let rest: Vec<(&str, &str)> = parameters.iter().copied().filter(|(n, _)| *n != name).collect();
    with(path, &rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_has_a_value_stands_in_an_address_and_it_ends_nothing() {
        assert_eq!(with("/orgs", &[("q", ""), ("plan", "")]), "/orgs");
        assert_eq!(with("/orgs", &[("q", "a&b=c#d é"), ("plan", "team")]), "/orgs?q=a%26b%3Dc%23d%20%C3%A9&plan=team");
        assert_eq!(without("/orgs", &[("q", "x"), ("plan", "team")], "q"), "/orgs?plan=team");
    }
}
