//! Who a mail goes to or comes from. What is no plain address never reaches a header.

use crate::Unfit;

/// The longest address there is (RFC 5321 §4.5.3.1.3, less the brackets).
const LONGEST: usize = 254;

/// A mail address: `local@domain` without a name, comments or quotes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address(String);
impl Address {
    /// Reads an address.
    ///
    /// # Errors
    /// [`Unfit::Address`] for anything with a space, a control character, brackets, quotes or more than one `@`.
    pub fn parse(text: &str) -> Result<Self, Unfit> {
        let wrong =
            |c: char| c.is_control() || c.is_whitespace() || matches!(c, '<' | '>' | '"' | ',' | ';' | ':' | '\\' | '(' | ')' | '[' | ']');
        let (local, domain) = text.split_once('@').ok_or(Unfit::Address)?;
        let whole = !local.is_empty() && !domain.is_empty() && !domain.contains('@') && !domain.starts_with('.') && !domain.ends_with('.');
        if !whole || text.len() > LONGEST || text.contains(wrong) || domain.contains("..") {
            return Err(Unfit::Address);
        }
        Ok(Self(text.to_owned()))
    }
    /// As text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A sender as it is configured: `Name <local@domain>`, or the address alone.
///
/// # Errors
/// [`Unfit::Address`].
pub fn sender(text: &str) -> Result<(Option<String>, Address), Unfit> {
    match text.trim().strip_suffix('>').and_then(|rest| rest.rsplit_once('<')) {
        None => Ok((None, Address::parse(text.trim())?)),
        Some((name, address)) => {
            let name = crate::words::line(name.trim().trim_matches('"'), 80);
            Ok((Some(name).filter(|n| !n.is_empty()), Address::parse(address)?))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_addresses_pass() {
        for good in ["a@b.example", "first.last+tag@sub.domain.example", "ü@ü.example", "dev@localhost"] {
            assert!(Address::parse(good).is_ok(), "{good}");
        }
        let long = format!("{}@b.example", "a".repeat(250));
        for bad in [
            "",
            "a",
            "@b",
            "a@",
            "a@b@c",
            "a b@c.example",
            "a@b.example\r\nBcc: x@y.example",
            "A <a@b.example>",
            "\"a\"@b",
            "a@.b",
            "a@b..c",
            "a,b@c",
            &long,
        ] {
            assert_eq!(Address::parse(bad), Err(Unfit::Address), "{bad:?}");
        }
    }

    #[test]
    fn a_sender_may_have_a_name() {
        assert_eq!(sender("Portico <no-reply@p.example>").unwrap(), (Some("Portico".into()), Address("no-reply@p.example".into())));
        assert_eq!(sender("no-reply@p.example").unwrap(), (None, Address("no-reply@p.example".into())));
        assert!(sender("Portico <no-reply>").is_err());
        assert_eq!(sender("A\r\nBcc: x <a@b.example>").unwrap().0.unwrap(), "A Bcc: x");
    }
}
