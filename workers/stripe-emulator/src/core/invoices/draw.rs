//! How an invoice comes about: a draft that takes up what waits, then final with a number and what is due.

use super::{
    super::{
        Context, customers, items,
        world::{BillingReason, Invoice, InvoiceStatus, Line, World},
    },
    alter,
    collect::{owed, paid},
};

/// A draft for a subscription: what waits for the next invoice, then `lines`. It becomes the subscription's latest.
pub(crate) fn draft(world: &mut World, context: &Context<'_>, subscription: &str, reason: BillingReason, lines: Vec<Line>) -> String {
    draft_of_period(world, context, subscription, reason, lines, (context.now, context.now))
}

/// As [`draft`], for what a period that is over left behind.
pub(crate) fn draft_of_period(
    world: &mut World,
    context: &Context<'_>,
    subscription: &str,
    reason: BillingReason,
    lines: Vec<Line>,
    period: (i64, i64),
) -> String {
    let customer = world.subscriptions.iter().find(|s| s.id == subscription).map(|s| s.customer.clone()).unwrap_or_default();
    // What a subscription that is over left behind is on the customer's next invoice, whatever it is for.
    let over = |id: &str| world.subscriptions.iter().any(|s| s.id == id && s.ended_at.is_some());
    let (waiting, others): (Vec<_>, Vec<_>) = std::mem::take(&mut world.pending)
        .into_iter()
        .partition(|p| p.subscription == subscription || (p.customer == customer && over(&p.subscription)));
    world.pending = others;
    let mut all: Vec<Line> = waiting.into_iter().map(|p| Line { invoice_item: Some(p.id), ..p.line }).collect();
    all.extend(lines);
    let currency = world.subscriptions.iter().find(|s| s.id == subscription).map_or("usd", |s| items::currency(world, &s.items)).to_owned();
    let balance = world.customers.iter().find(|c| c.id == customer).map_or(0, |c| c.balance);
    let mut invoice = Invoice {
        id: world.new_id("in"),
        number: None,
        created: context.now,
        customer,
        subscription: subscription.to_owned(),
        status: InvoiceStatus::Draft,
        reason,
        lines: all,
        period,
        currency,
        starting_balance: balance,
        ending_balance: None,
        amount_due: 0,
        amount_paid: 0,
        attempt_count: 0,
        next_payment_attempt: None,
        finalized_at: None,
        paid_at: None,
        voided_at: None,
        uncollectible_at: None,
    };
    invoice.amount_due = owed(invoice.total(), balance).0;
    let id = invoice.id.clone();
    world.invoices.push(invoice);
    if let Some(held) = world.subscriptions.iter_mut().find(|s| s.id == subscription) {
        held.latest_invoice = Some(id.clone());
    }
    alter(world, context, &id, &["invoice.created"], |_| ());
    id
}

/// Makes a draft final: a number, the customer's balance settled, and paid at once when nothing is due.
pub(crate) fn finalize(world: &mut World, context: &Context<'_>, id: &str) {
    let Some(invoice) = world.invoices.iter().find(|i| i.id == id && i.status == InvoiceStatus::Draft) else { return };
    let (customer, total) = (invoice.customer.clone(), invoice.total());
    let (mut number, mut balance) = (String::new(), 0);
    if let Some(held) = world.customers.iter_mut().find(|c| c.id == customer) {
        held.invoice_count += 1;
        number = format!("{}-{:04}", customers::invoice_prefix(&held.id), held.invoice_count);
        balance = held.balance;
    }
    let (due, after) = owed(total, balance);
    alter(world, context, id, &["invoice.finalized"], |invoice| {
        invoice.number = Some(number);
        invoice.status = InvoiceStatus::Open;
        invoice.finalized_at = Some(context.now);
        invoice.starting_balance = balance;
        invoice.ending_balance = Some(after);
        invoice.amount_due = due;
    });
    customers::alter(world, context, &customer, |held| held.balance = after);
    if due == 0 {
        paid(world, context, id);
    }
}
