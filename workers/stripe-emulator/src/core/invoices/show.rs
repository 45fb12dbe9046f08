//! Invoices as the API shows them.

use super::super::world::{BillingReason, Invoice, InvoiceStatus, Line, World};
use serde_json::{Value, json};

/// An invoice as the API shows it.
pub fn render(world: &World, invoice: &Invoice) -> Value {
    let lines: Vec<Value> = invoice.lines.iter().map(|one| line(world, invoice, one)).collect();
    let customer = world.customers.iter().find(|c| c.id == invoice.customer);
    let metadata = world.subscriptions.iter().find(|s| s.id == invoice.subscription).map(|s| &s.metadata);
    let reason = match invoice.reason {
        BillingReason::SubscriptionCreate => "subscription_create",
        BillingReason::SubscriptionCycle => "subscription_cycle",
        BillingReason::SubscriptionUpdate => "subscription_update",
        BillingReason::Upcoming => "upcoming",
        BillingReason::Manual => "manual",
    };
    let total = invoice.total();
    json!({
        "id": invoice.id, "object": "invoice", "account_country": "US", "account_name": "Local Stripe emulator", "account_tax_ids": null,
        "amount_due": invoice.amount_due, "amount_overpaid": 0, "amount_paid": invoice.amount_paid, "amount_paid_off_stripe": 0,
        "amount_remaining": invoice.remaining(), "amount_shipping": 0, "application": null, "attempt_count": invoice.attempt_count,
        "attempted": invoice.attempt_count > 0 || invoice.status == InvoiceStatus::Paid,
        "auto_advance": invoice.next_payment_attempt.is_some(),
        "automatic_tax": { "disabled_reason": null, "enabled": false, "liability": null, "provider": null, "status": null },
        "automatically_finalizes_at": null, "billing_reason": reason, "collection_method": "charge_automatically",
        "created": invoice.created, "currency": invoice.currency, "custom_fields": null, "customer": invoice.customer,
        "customer_address": null, "customer_email": customer.and_then(|c| c.email.clone()),
        "customer_name": customer.and_then(|c| c.name.clone()), "customer_phone": customer.and_then(|c| c.phone.clone()),
        "customer_shipping": null, "customer_tax_exempt": "none", "customer_tax_ids": [], "default_payment_method": null,
        "default_source": null, "default_tax_rates": [], "description": null, "discounts": [], "due_date": null,
        "effective_at": invoice.finalized_at, "ending_balance": invoice.ending_balance, "footer": null, "from_invoice": null,
        "hosted_invoice_url": invoice.finalized_at.map(|_| format!("{}/invoices/{}", world.pages, invoice.id)), "invoice_pdf": null, "issuer": { "type": "self" }, "last_finalization_error": null,
        "latest_revision": null,
        "lines": { "object": "list", "data": lines, "has_more": false, "url": format!("/v1/invoices/{}/lines", invoice.id) },
        "livemode": false, "metadata": {}, "next_payment_attempt": invoice.next_payment_attempt, "number": invoice.number,
        "on_behalf_of": null,
        "parent": {
            "quote_details": null, "type": "subscription_details",
            "subscription_details": { "metadata": metadata, "subscription": invoice.subscription },
        },
        "payment_settings": { "default_mandate": null, "payment_method_options": null, "payment_method_types": null },
        "period_end": invoice.period.1, "period_start": invoice.period.0, "post_payment_credit_notes_amount": 0,
        "pre_payment_credit_notes_amount": 0, "receipt_number": null, "rendering": null, "shipping_cost": null, "shipping_details": null,
        "starting_balance": invoice.starting_balance, "statement_descriptor": null, "status": super::status_name(invoice.status),
        "status_transitions": {
            "finalized_at": invoice.finalized_at, "marked_uncollectible_at": invoice.uncollectible_at, "paid_at": invoice.paid_at,
            "voided_at": invoice.voided_at,
        },
        "subtotal": total, "subtotal_excluding_tax": total, "test_clock": null, "total": total, "total_discount_amounts": [],
        "total_excluding_tax": total, "total_pretax_credit_amounts": [], "total_taxes": [], "webhooks_delivered_at": invoice.finalized_at,
    })
}

/// A line as the API shows it.
pub(super) fn line(world: &World, invoice: &Invoice, line: &Line) -> Value {
    let price = world.prices.iter().find(|p| p.id == line.price);
    json!({
        "id": line.id, "object": "line_item", "amount": line.amount, "currency": invoice.currency, "description": line.description,
        "discount_amounts": [], "discountable": !line.proration, "discounts": [], "invoice": invoice.id, "livemode": false, "metadata": {},
        "parent": {
            "invoice_item_details": null, "type": "subscription_item_details",
            "subscription_item_details": {
                "invoice_item": line.invoice_item, "proration": line.proration, "proration_details": { "credited_items": null },
                "subscription": invoice.subscription, "subscription_item": line.item,
            },
        },
        "period": { "start": line.period.0, "end": line.period.1 }, "pretax_credit_amounts": [],
        "pricing": {
            "price_details": { "price": line.price, "product": price.map_or("", |p| p.product.as_str()) }, "type": "price_details",
            "unit_amount_decimal": price.map_or(0, |p| p.unit_amount).to_string(),
        },
        "quantity": line.quantity, "subtotal": line.amount, "taxes": [],
    })
}
