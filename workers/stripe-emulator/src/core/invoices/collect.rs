//! How an invoice is paid, and what that does to its subscription and customer.

use super::{
    super::{
        Context,
        charges::{self, NewCharge},
        customers, payment,
        world::{BillingReason, Card, InvoiceStatus, World},
    },
    alter,
};
use std::collections::BTreeMap;

/// What is below the smallest charge, in cents, goes to the customer's balance instead.
const MIN_CHARGE: i64 = 50;
/// When a payment that failed is tried again, in seconds after the invoice became final.
const RETRIES: [i64; 3] = [3 * 86_400, 5 * 86_400, 7 * 86_400];

/// What a charge for an invoice is described with.
const fn purpose(reason: BillingReason) -> &'static str {
    match reason {
        BillingReason::SubscriptionCreate => "Subscription creation",
        BillingReason::SubscriptionCycle | BillingReason::Upcoming | BillingReason::SubscriptionUpdate => "Subscription update",
        BillingReason::Manual => "Payment for invoice",
    }
}

/// What became of a payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Paid, now or before.
    Paid,
    /// There is no card.
    NoCard,
    /// The card was declined.
    Declined,
    /// The amount is more than can be charged.
    TooLarge,
}

/// What is due for a total, and the balance it leaves: credit is used up, more credit than charge is kept, and what is too small to
/// be charged waits. Nothing is lost: due + balance before the payment − balance after = total.
pub(crate) fn owed(total: i64, balance: i64) -> (i64, i64) {
    let sum = total.saturating_add(balance);
    if sum < MIN_CHARGE { (0, sum) } else { (sum, 0) }
}

/// Tries to pay an open invoice. `card` instead of the customer's own.
/// Whether it is tried again is the caller's to say; see [`plan_retry`].
pub(crate) fn collect(world: &mut World, context: &Context<'_>, id: &str, card: Option<Card>) -> Outcome {
    let Some(invoice) = world.invoices.iter().find(|i| i.id == id) else { return Outcome::Paid };
    if invoice.status != InvoiceStatus::Open {
        return Outcome::Paid;
    }
    let (customer, amount) = (invoice.customer.clone(), invoice.remaining());
    let card = card.or_else(|| world.customers.iter().find(|c| c.id == customer).and_then(|c| c.payment_method.clone()));
    let outcome = payment::outcome(card.as_ref(), amount);
    if let (Outcome::Paid, Some(card)) = (outcome, card) {
        let (description, currency) = (purpose(invoice.reason).to_owned(), invoice.currency.clone());
        let new = NewCharge { customer: Some(customer), amount, currency, description: Some(description), metadata: BTreeMap::new(), card };
        charges::make(world, context, new);
        alter(world, context, id, &[], |invoice| invoice.attempt_count += 1);
        paid(world, context, id);
    } else {
        alter(world, context, id, &["invoice.updated", "invoice.payment_failed"], |invoice| {
            invoice.attempt_count += 1;
            invoice.next_payment_attempt = None;
        });
        customers::alter(world, context, &customer, |held| held.delinquent = true);
    }
    outcome
}

/// When the payment of an invoice that became final at a time is tried next. `None` after the last try.
fn retry_at(finalized: i64, now: i64) -> Option<i64> {
    RETRIES.iter().map(|seconds| finalized + seconds).find(|at| *at > now)
}

/// Has a payment that failed tried again. `false` when that was the last try.
pub(crate) fn plan_retry(world: &mut World, context: &Context<'_>, id: &str) -> bool {
    let Some(invoice) = world.invoices.iter().find(|i| i.id == id) else { return false };
    let next = retry_at(invoice.finalized_at.unwrap_or(invoice.created), context.now);
    alter(world, context, id, if next.is_some() { &["invoice.updated"] } else { &[] }, |invoice| invoice.next_payment_attempt = next);
    next.is_some()
}

/// Marks an invoice paid; with the latest one the subscription is up to date again.
pub(super) fn paid(world: &mut World, context: &Context<'_>, id: &str) {
    alter(world, context, id, &["invoice.paid", "invoice.payment_succeeded"], |invoice| {
        invoice.status = InvoiceStatus::Paid;
        invoice.amount_paid = invoice.amount_due;
        invoice.paid_at = Some(context.now);
        invoice.next_payment_attempt = None;
    });
    settled(world, context, id);
}

/// Nothing is owed for an invoice any more.
pub(super) fn settled(world: &mut World, context: &Context<'_>, id: &str) {
    if let Some(held) = world.subscriptions.iter_mut().find(|s| s.latest_invoice.as_deref() == Some(id))
        && matches!(held.status.as_str(), "incomplete" | "past_due" | "unpaid" | "paused")
    {
        "active".clone_into(&mut held.status);
    }
    let Some(customer) = world.invoices.iter().find(|i| i.id == id).map(|i| i.customer.clone()) else { return };
    let owes = world.invoices.iter().any(|i| i.customer == customer && i.status == InvoiceStatus::Open && i.attempt_count > 0);
    customers::alter(world, context, &customer, |held| held.delinquent = owes);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn no_cent_is_lost_between_balance_and_due(total in -1_000_000_i64..1_000_000, balance in -1_000_000_i64..1_000_000) {
            let (due, after) = owed(total, balance);
            prop_assert_eq!(total + balance, due + after);
            prop_assert!(due == 0 || due >= MIN_CHARGE);
        }
    }

    #[test]
    fn retries_end() {
        let days: Vec<_> = [0, 3, 5, 7, 8].map(|day| retry_at(1_000, 1_000 + day * 86_400).map(|at| (at - 1_000) / 86_400)).into();
        assert_eq!(days, [Some(3), Some(5), Some(7), None, None]);
    }
}
