//! What a caller wants of money: whether a change is prorated, and what a payment that fails does.

use super::super::{error::ApiError, params::Params};

/// `proration_behavior`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Proration {
    /// Prorated, and invoiced at once.
    Invoice,
    /// Prorated, on the next invoice.
    Create,
    /// Not prorated.
    None,
}

impl Proration {
    /// Takes the parameter; without it a change is prorated on the next invoice.
    pub fn take(params: &mut Params) -> Result<Self, ApiError> {
        let word = params.one_of("proration_behavior", &["always_invoice", "create_prorations", "none"])?;
        Ok(match word.as_deref() {
            Some("always_invoice") => Self::Invoice,
            Some("none") => Self::None,
            _ => Self::Create,
        })
    }
}

/// `payment_behavior`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Payment {
    /// The change stays, the subscription owes: `incomplete` when it is new, else `past_due`.
    Allow,
    /// As that, without a try: the payment is to be confirmed.
    Later,
    /// 402, and nothing changed.
    Refuse,
    /// The change would wait for the payment; the emulator keeps none waiting and refuses where Stripe would.
    Hold,
}

impl Payment {
    /// Takes the parameter; without it what is owed is allowed to stay.
    pub fn take(params: &mut Params) -> Result<Self, ApiError> {
        let words = ["allow_incomplete", "default_incomplete", "error_if_incomplete", "pending_if_incomplete"];
        let word = params.one_of("payment_behavior", &words)?;
        Ok(match word.as_deref() {
            Some("default_incomplete") => Self::Later,
            Some("error_if_incomplete") => Self::Refuse,
            Some("pending_if_incomplete") => Self::Hold,
            _ => Self::Allow,
        })
    }
}
