//! `/invoices/{invoice}`: an invoice, and the way to pay one that is open.

use super::{
    Visit,
    layout::{cards, frame},
    no_page, page, see_other, take_card,
    words::{day, sentence},
    wrong_method,
};
use crate::{
    core::{
        error::ApiError,
        invoices::{self, status_name},
        money::money,
        params::Params,
        world::{Invoice, InvoiceStatus, World},
    },
    host::Answer,
};
use maud::{Markup, html};

pub(super) fn serve(visit: &mut Visit<'_>, rest: &[&str]) -> Answer {
    let Some(id) = rest.first() else { return no_page() };
    // A draft is not for customers yet.
    let Some(invoice) = visit.world.invoices.iter().find(|i| i.id == *id && i.status != InvoiceStatus::Draft).cloned() else {
        return no_page();
    };
    match (visit.method, rest.get(1..).unwrap_or_default()) {
        ("GET" | "HEAD", []) => page(200, show(visit.world, &invoice, None), &[]),
        // Twice is once.
        ("POST", ["pay"]) if invoice.status != InvoiceStatus::Open => see_other(&format!("/invoices/{id}")),
        ("POST", ["pay"]) => match pay(visit, id) {
            Ok(()) => see_other(&format!("/invoices/{id}")),
            Err(error) => match visit.world.invoices.iter().find(|i| i.id == *id) {
                Some(invoice) => page(402, show(visit.world, invoice, Some(error.message())), &[]),
                None => no_page(),
            },
        },
        (_, [] | ["pay"]) => wrong_method(),
        _ => no_page(),
    }
}

fn pay(visit: &mut Visit<'_>, id: &str) -> Result<(), ApiError> {
    let mut params = Params::of(&[visit.body])?;
    let card = take_card(&mut params)?.ok_or_else(|| ApiError::refused("Choose a card."))?;
    params.finish()?;
    invoices::pay_by_hand(visit.world, visit.settings, id, card, visit.now)
}

/// What an invoice is called.
pub(super) fn name(invoice: &Invoice) -> &str {
    invoice.number.as_deref().unwrap_or(&invoice.id)
}

fn show(world: &World, invoice: &Invoice, error: Option<&str>) -> Markup {
    let customer = world.customers.iter().find(|c| c.id == invoice.customer);
    let total = |cents| money(cents, &invoice.currency);
    frame(
        &format!("Invoice {}", name(invoice)),
        error,
        &html! {
            section {
                dl {
                    dt { "Status" } dd { (sentence(status_name(invoice.status))) }
                    dt { "Date" } dd { (day(invoice.finalized_at.unwrap_or(invoice.created))) }
                    @if let Some(name) = customer.and_then(|c| c.name.as_deref().or(c.email.as_deref())) { dt { "Bill to" } dd { (name) } }
                }
                div class="scroll" role="region" aria-label="Lines" tabindex="0" {
                    table {
                        thead { tr { th scope="col" { "Description" } th scope="col" class="amount" { "Amount" } } }
                        tbody {
                            @for line in &invoice.lines { tr { td { (line.description) } td class="amount" { (total(line.amount)) } } }
                            tr { th scope="row" { "Total" } td class="amount" { (total(invoice.total())) } }
                            tr { th scope="row" { "Paid" } td class="amount" { (total(invoice.amount_paid)) } }
                            tr { th scope="row" { "To pay" } td class="amount" { strong { (total(invoice.remaining())) } } }
                        }
                    }
                }
            }
            @if invoice.status == InvoiceStatus::Open {
                section {
                    h2 { "Pay this invoice" }
                    form method="post" action={ "/invoices/" (invoice.id) "/pay" } {
                        (cards("Test card"))
                        button type="submit" { "Pay " (total(invoice.remaining())) }
                    }
                }
            }
        },
    )
}
