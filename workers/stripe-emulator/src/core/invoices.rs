//! Invoices: read, list, pay, take back. How they come about is in [`draw`], how they are paid in [`collect`], what the next one
//! would be in [`preview`].

mod collect;
mod draw;
mod lines;
mod pay;
mod preview;
mod show;
mod void;

pub(crate) use collect::{Outcome, collect, plan_retry};
pub(crate) use draw::{draft, draft_of_period, finalize};
pub(crate) use lines::{for_period, prorated};
pub(crate) use pay::{pay, pay_by_hand};
pub(crate) use preview::{create_preview, upcoming};
pub use show::render;
pub(crate) use void::{finalize as finalize_now, mark_uncollectible, void, void_now};

use super::{
    Context,
    error::ApiError,
    events::record,
    list::{Paging, When},
    params::Params,
    world::{Invoice, InvoiceStatus, World},
};
use serde_json::Value;

/// The most that can be charged at once, in cents.
pub(crate) const MAX_CHARGE: i64 = 99_999_999;

pub(crate) fn find<'w>(world: &'w World, id: &str) -> Result<&'w Invoice, ApiError> {
    world.invoices.iter().find(|i| i.id == id).ok_or_else(|| ApiError::missing("invoice", id))
}

/// Changes an invoice, and notes what happened to it. Only `invoice.updated` carries what was before.
pub(crate) fn alter(world: &mut World, context: &Context<'_>, id: &str, kinds: &[&str], work: impl FnOnce(&mut Invoice)) {
    let Some(at) = world.invoices.iter().position(|i| i.id == id) else { return };
    let Some(mut invoice) = world.invoices.get(at).cloned() else { return };
    let before = render(world, &invoice);
    work(&mut invoice);
    let after = render(world, &invoice);
    if let Some(held) = world.invoices.get_mut(at) {
        *held = invoice;
    }
    for kind in kinds {
        record(world, context, kind, after.clone(), (*kind == "invoice.updated").then_some(&before));
    }
}

pub(crate) fn get(world: &World, id: &str, params: Params) -> Result<Value, ApiError> {
    params.finish()?;
    find(world, id).map(|invoice| render(world, invoice))
}

/// The lines of one invoice, in pages.
pub(crate) fn list_lines(world: &World, id: &str, mut params: Params) -> Result<Value, ApiError> {
    let paging = Paging::take(&mut params)?;
    params.finish()?;
    let invoice = find(world, id)?;
    let all = invoice.lines.iter().map(|line| (line.id.clone(), Some(show::line(world, invoice, line)))).collect();
    paging.page(&format!("/v1/invoices/{id}/lines"), "line_item", all)
}

pub(crate) fn list(world: &World, mut params: Params) -> Result<Value, ApiError> {
    let paging = Paging::take(&mut params)?;
    let (customer, subscription) = (params.id("customer")?, params.id("subscription")?);
    let status = params.one_of("status", &["draft", "open", "paid", "uncollectible", "void"])?;
    let created = When::take(&mut params, "created")?;
    let method = params.one_of("collection_method", &["charge_automatically", "send_invoice"])?;
    params.finish()?;
    if let Some(id) = customer.as_ref().filter(|id| !world.customers.iter().any(|c| c.id == **id)) {
        return Err(ApiError::no_such("customer", id, "customer"));
    }
    if let Some(id) = subscription.as_ref().filter(|id| !world.subscriptions.iter().any(|s| s.id == **id)) {
        return Err(ApiError::no_such("subscription", id, "subscription"));
    }
    let admits = |i: &Invoice| {
        customer.as_ref().is_none_or(|id| *id == i.customer)
            && subscription.as_ref().is_none_or(|id| *id == i.subscription)
            && status.as_deref().is_none_or(|status| status == status_name(i.status))
            && created.admits(i.created)
            && method.as_deref() != Some("send_invoice")
    };
    let all = world.invoices.iter().rev().map(|i| (i.id.clone(), admits(i).then(|| render(world, i)))).collect();
    paging.page("/v1/invoices", "invoice", all)
}

/// As Stripe writes it.
pub(crate) fn status_name(status: InvoiceStatus) -> &'static str {
    match status {
        InvoiceStatus::Draft => "draft",
        InvoiceStatus::Open => "open",
        InvoiceStatus::Paid => "paid",
        InvoiceStatus::Uncollectible => "uncollectible",
        InvoiceStatus::Void => "void",
    }
}
