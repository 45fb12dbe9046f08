//! Charges: payments. A dispute names only the charge; whose it is, the charge says.

use super::{Call, Nothing, get, under};
use crate::{charge::Charge, error::StripeError};

/// Reads a charge.
///
/// # Errors
/// An id that is none.
pub fn charge(id: &str) -> Result<Call<Charge>, StripeError> {
    get(under("charges", id)?, &Nothing {})
}
