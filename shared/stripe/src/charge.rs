//! Charges, by the fields that are read.

use crate::objects::Reference;
use serde::Deserialize;

/// A charge: a payment that was tried.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Charge {
    /// `ch_…`, `py_…` for some ways of paying.
    pub id: String,
    /// Who paid. A guest is nobody.
    #[serde(default)]
    pub customer: Reference,
}

/// Whether an id is a charge's. Of a customer's only Stripe can tell: an account may have chosen its own.
pub fn is_charge(id: &str) -> bool {
    id.starts_with("ch_") || id.starts_with("py_")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_whose_a_charge_is() {
        let read = |json: &str| serde_json::from_str::<Charge>(json).unwrap().customer.0;
        assert_eq!(read(r#"{"id":"ch_1","object":"charge","amount":5,"customer":"cus_1"}"#).as_deref(), Some("cus_1"));
        assert_eq!(read(r#"{"id":"ch_1","customer":{"id":"cus_1","object":"customer"}}"#).as_deref(), Some("cus_1"));
        assert_eq!(read(r#"{"id":"py_1","customer":null}"#), None);
        assert_eq!(read(r#"{"id":"ch_1"}"#), None);
    }

    #[test]
    fn a_charge_is_told_by_its_id() {
        assert!(is_charge("ch_1") && is_charge("py_1"));
        assert!(!is_charge("cus_1") && !is_charge("chosen_by_hand") && !is_charge("org_1"));
    }
}
