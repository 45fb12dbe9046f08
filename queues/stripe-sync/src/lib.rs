//! The Stripe queue: reads a customer's subscription again and puts its organization on the plan.

/// Its statements, for the catalogue test.
pub const CATALOGUES: &[&[kernel::Sql]] = &[];
