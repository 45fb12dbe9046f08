//! `/checkout/{session}`: the page on which a subscription, or something that is paid for once, is bought.

use super::{
    Visit,
    layout::{cards, frame, message},
    no_page, page, see_other, take_card,
    words::minute,
    wrong_method,
};
use crate::{
    core::{
        checkout::{Purchase, buy, expire_now, find},
        error::ApiError,
        money::money,
        params::Params,
        url::origin,
        world::{CheckoutMode, CheckoutSession, CheckoutStatus, World},
    },
    host::Answer,
};
use maud::{Markup, html};

/// Where a buyer goes who bought.
pub(crate) fn success_url(session: &CheckoutSession) -> String {
    session.success_url.replace("{CHECKOUT_SESSION_ID}", &session.id)
}

pub(super) fn serve(visit: &mut Visit<'_>, rest: &[&str]) -> Answer {
    let (Some(id), act) = (rest.first(), rest.get(1..).unwrap_or_default()) else { return no_page() };
    if find(visit.world, id).is_err() {
        return no_page();
    }
    match (visit.method, act) {
        ("GET" | "HEAD", []) => show(visit.world, id, 200, None),
        ("POST", ["pay"]) => match pay(visit, id) {
            Ok(to) => see_other(&to),
            Err(error) => show(visit.world, id, 402, Some(error.message())),
        },
        ("POST", ["expire"]) => {
            // Twice is once: one that is over stays over.
            let _ = expire_now(visit.world, visit.settings, id, visit.now);
            see_other(&format!("/checkout/{id}"))
        }
        (_, [] | ["pay" | "expire"]) => wrong_method(),
        _ => no_page(),
    }
}

fn pay(visit: &mut Visit<'_>, id: &str) -> Result<String, ApiError> {
    let mut params = Params::of(&[visit.body])?;
    let card = take_card(&mut params)?;
    let (email, quantity) = (params.text("email")?, params.int("quantity")?);
    params.finish()?;
    buy(visit.world, visit.settings, id, Purchase { card, email: email.as_deref().map(str::trim), quantity }, visit.now)?;
    find(visit.world, id).map(success_url)
}

fn show(world: &World, id: &str, status: u16, error: Option<&str>) -> Answer {
    let Ok(session) = find(world, id) else { return no_page() };
    let back = session.cancel_url.as_deref().map(|to| ("Go back to the shop", to));
    match session.status {
        CheckoutStatus::Open => {
            let to: Vec<&str> =
                [Some(session.success_url.as_str()), session.cancel_url.as_deref()].into_iter().flatten().filter_map(origin).collect();
            page(status, form(world, session, error), &to)
        }
        CheckoutStatus::Complete => {
            let text = "This purchase is complete. It was made once, however often its button was pressed.";
            page(200, message("Paid", text, Some(("Continue", &success_url(session)))), &[])
        }
        CheckoutStatus::Expired => {
            let text = "This checkout session has expired, and nothing was bought. Go back and begin again.";
            page(200, message("This page has expired", text, back), &[])
        }
    }
}

fn form(world: &World, session: &CheckoutSession, error: Option<&str>) -> Markup {
    let customer = session.customer.as_ref().and_then(|id| world.customers.iter().find(|c| c.id == *id));
    let email = customer.and_then(|c| c.email.as_deref()).or(session.customer_email.as_deref());
    let currency =
        session.items.first().and_then(|item| world.prices.iter().find(|p| p.id == item.price)).map_or("usd", |p| p.currency.as_str());
    let needs_card = session.amount > 0 || session.payment_method_collection == "always";
    frame(
        if session.mode == CheckoutMode::Payment { "Pay" } else { "Subscribe" },
        error,
        &html! {
            section {
                h2 { "What you buy" }
                div class="scroll" role="region" aria-label="What you buy" tabindex="0" {
                    table {
                        thead { tr { th scope="col" { "Product" } th scope="col" { "Quantity" } th scope="col" class="amount" { "Amount" } } }
                        tbody {
                            @for item in &session.items { (line(world, item)) }
                            tr { th scope="row" colspan="2" { "Due today" } td class="amount" { strong { (money(session.amount, currency)) } } }
                        }
                    }
                }
            }
            section {
                h2 { "How you pay" }
                form method="post" action={ "/checkout/" (session.id) "/pay" } {
                    @if let Some(email) = email { dl { dt { "Email" } dd { (email) } } }
                    @else if customer.is_none() {
                        label { "Email" input type="email" name="email" required autocomplete="email" maxlength="512"; }
                    }
                    @if let [item] = session.items.as_slice() {
                        @if let Some((least, most)) = item.adjustable {
                            label { "Quantity" input type="number" name="quantity" value=(item.quantity) min=(least.max(1)) max=(most) required; }
                        }
                    }
                    @if needs_card { (cards("Test card")) }
                    button type="submit" { @if session.amount > 0 { "Pay " (money(session.amount, currency)) } @else if session.mode == CheckoutMode::Payment { "Order" } @else { "Start trial" } }
                }
            }
            section {
                h2 { "Or not" }
                @if let Some(to) = &session.cancel_url { p { a class="button second" href=(to) { "Cancel and go back" } } }
                form method="post" action={ "/checkout/" (session.id) "/expire" } { button type="submit" class="second" { "Let this page expire" } }
                p class="quiet" { "Open until " (minute(session.expires_at)) "." }
            }
        },
    )
}

fn line(world: &World, item: &crate::core::world::CheckoutItem) -> Markup {
    let price = world.prices.iter().find(|p| p.id == item.price);
    let product = price.and_then(|price| world.products.iter().find(|p| p.id == price.product));
    html! {
        @if let Some(price) = price {
            tr {
                td { (product.map_or(price.id.as_str(), |p| p.name.as_str())) }
                td { (item.quantity) " × " (money(price.unit_amount, &price.currency)) " " (every(price)) }
                td class="amount" { (money(price.unit_amount.saturating_mul(item.quantity), &price.currency)) }
            }
        }
    }
}

/// How often a price is due.
pub(super) fn every(price: &crate::core::world::Price) -> String {
    price.recurring.map_or_else(|| "once".to_owned(), |each| format!("every {}", each.words()))
}
