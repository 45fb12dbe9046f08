//! `/portal/{secret}`: where a customer changes plan, seats and card, cancels, and finds invoices.

use super::{
    Visit,
    checkout::every,
    invoice,
    layout::{cards, frame, message},
    no_page, page, see_other, take_card,
    words::{day, sentence},
    wrong_method,
};
use crate::{
    core::{
        error::ApiError,
        invoices::status_name,
        money::money,
        params::Params,
        portal::{Act, act, visit as enter},
        world::{InvoiceStatus, PortalConfiguration, PortalSession, Price, Subscription, World},
    },
    host::Answer,
};
use maud::{Markup, html};

pub(super) fn serve(visit: &mut Visit<'_>, rest: &[&str]) -> Answer {
    let Some(secret) = rest.first() else { return no_page() };
    let Some(inside) = enter(visit.world, secret, visit.now) else {
        let text = "A visit to the portal lasts an hour, and begins within five minutes. Go back and open it again.";
        return page(410, message("This visit is over", text, None), &[]);
    };
    match (visit.method, rest.get(1..).unwrap_or_default()) {
        ("GET" | "HEAD", []) => page(200, show(visit.world, &inside, None), &[]),
        ("POST", [what @ ("change" | "cancel" | "undo" | "card")]) => {
            let done = read(what, visit.body).and_then(|what| act(visit.world, visit.settings, &inside, &what, visit.now));
            match done {
                Ok(()) => see_other(&format!("/portal/{secret}")),
                Err(error) => page(400, show(visit.world, &inside, Some(error.message())), &[]),
            }
        }
        (_, [] | ["change" | "cancel" | "undo" | "card"]) => wrong_method(),
        _ => no_page(),
    }
}

fn read(what: &str, body: &str) -> Result<Act, ApiError> {
    let mut params = Params::of(&[body])?;
    let mut want = |name: &str| params.id(name)?.ok_or_else(|| ApiError::missing_parameter(name));
    let act = match what {
        "change" => Act::Change { subscription: want("subscription")?, price: want("price")?, quantity: want("quantity")? },
        "cancel" => Act::Cancel { subscription: want("subscription")?, now: want("when")? == "now" },
        "undo" => Act::Undo { subscription: want("subscription")? },
        _ => Act::Card(take_card(&mut params)?.ok_or_else(|| ApiError::refused("Choose a card."))?),
    };
    params.finish()?;
    Ok(act)
}

fn show(world: &World, (session, configuration): &(PortalSession, PortalConfiguration), error: Option<&str>) -> Markup {
    let customer = world.customers.iter().find(|c| c.id == session.customer);
    let name = customer.and_then(|c| c.name.as_deref().or(c.email.as_deref())).unwrap_or(&session.customer);
    let features = &configuration.features;
    let flow = session.flow.as_ref().map(|(kind, _)| kind.as_str());
    let wants = |kind: &str| flow.is_none_or(|flow| flow == kind);
    let subscriptions: Vec<&Subscription> = world
        .subscriptions
        .iter()
        .filter(|s| s.customer == session.customer && s.ended_at.is_none())
        .filter(|s| session.flow.as_ref().and_then(|(_, id)| id.as_ref()).is_none_or(|id| *id == s.id))
        .collect();
    frame(
        &format!("Billing of {name}"),
        error,
        &html! {
            @if let [Some(headline), ..] = &configuration.business_profile { p { (headline) } }
            @if let Some(to) = &session.return_url { p { a class="button second" href=(to) { "Return" } } }
            @if subscriptions.is_empty() && flow.is_none() { section { h2 { "Subscription" } p { "There is no subscription." } } }
            @if wants("subscription_update") || wants("subscription_cancel") {
                @for one in &subscriptions { (subscription(world, session, configuration, one, flow)) }
            }
            @if features.payment_method_update && wants("payment_method_update") {
                section {
                    h2 { "Card" }
                    @match customer.and_then(|c| c.payment_method.as_ref()) {
                        Some(card) => p { (sentence(&card.brand)) " ending in " (card.last4) },
                        None => p { "There is no card." },
                    }
                    form method="post" action={ "/portal/" (session.secret) "/card" } {
                        (cards("New test card"))
                        button type="submit" { "Change card" }
                    }
                }
            }
            @if features.invoice_history && flow.is_none() { (invoices(world, session)) }
        },
    )
}

fn subscription(
    world: &World,
    session: &PortalSession,
    configuration: &PortalConfiguration,
    held: &Subscription,
    flow: Option<&str>,
) -> Markup {
    let item = held.items.first();
    let price = item.and_then(|item| world.prices.iter().find(|p| p.id == item.price));
    let features = &configuration.features;
    let wants = |kind: &str| flow.is_none_or(|flow| flow == kind);
    let ends = held.cancel_at_period_end || held.cancel_at.is_some();
    let to = |what: &str| format!("/portal/{}/{what}", session.secret);
    html! {
        section {
            h2 { "Subscription" }
            dl {
                @if let (Some(item), Some(price)) = (item, price) {
                    dt { "Plan" } dd { (product(world, price)) }
                    dt { "Quantity" } dd { (item.quantity) " × " (money(price.unit_amount, &price.currency)) " " (every(price)) }
                    dt { @if ends { "Ends" } @else { "Renews" } } dd { (day(held.cancel_at.unwrap_or(item.period.1))) }
                }
                dt { "Status" } dd { (sentence(&held.status)) }
            }
            @if let (Some(item), Some(allowed)) = (item, features.subscription_update.as_ref().filter(|_| wants("subscription_update"))) {
                form method="post" action=(to("change")) {
                    input type="hidden" name="subscription" value=(held.id);
                    @if allowed.iter().any(|word| word == "price") {
                        label { "Plan" select name="price" {
                            @for one in offered(world, configuration, &item.price) {
                                option value=(one.id) selected[one.id == item.price] {
                                    (product(world, one)) ", " (money(one.unit_amount, &one.currency)) " " (every(one))
                                }
                            }
                        } }
                    } @else { input type="hidden" name="price" value=(item.price); }
                    @if allowed.iter().any(|word| word == "quantity") {
                        label { "Quantity" input type="number" name="quantity" value=(item.quantity) min="1" max="999999999" required; }
                    } @else { input type="hidden" name="quantity" value=(item.quantity); }
                    button type="submit" { "Change subscription" }
                }
            }
            @if features.subscription_cancel && wants("subscription_cancel") {
                @if ends {
                    form class="inline" method="post" action=(to("undo")) {
                        input type="hidden" name="subscription" value=(held.id);
                        button type="submit" { "Don't cancel" }
                    }
                } @else if !features.cancel_immediately {
                    form class="inline" method="post" action=(to("cancel")) {
                        input type="hidden" name="subscription" value=(held.id);
                        input type="hidden" name="when" value="end";
                        button type="submit" class="second" { "Cancel at the end of the period" }
                    }
                }
                form class="inline" method="post" action=(to("cancel")) {
                    input type="hidden" name="subscription" value=(held.id);
                    input type="hidden" name="when" value="now";
                    button type="submit" class="second" { "Cancel now" }
                }
            }
        }
    }
}

fn invoices(world: &World, session: &PortalSession) -> Markup {
    let mine = || world.invoices.iter().rev().filter(|i| i.customer == session.customer && i.status != InvoiceStatus::Draft);
    html! {
        section {
            h2 { "Invoices" }
            @if mine().next().is_none() { p { "There are no invoices yet." } }
            @else {
                div class="scroll" role="region" aria-label="Invoices" tabindex="0" {
                    table {
                        thead { tr {
                            th scope="col" { "Invoice" } th scope="col" { "Date" } th scope="col" { "Status" } th scope="col" class="amount" { "Total" }
                        } }
                        tbody {
                            @for one in mine() {
                                tr {
                                    td { a href={ "/invoices/" (one.id) } { (invoice::name(one)) } }
                                    td { (day(one.created)) }
                                    td { (sentence(status_name(one.status))) }
                                    td class="amount" { (money(one.total(), &one.currency)) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn product<'w>(world: &'w World, price: &'w Price) -> &'w str {
    world.products.iter().find(|p| p.id == price.product).map_or(price.id.as_str(), |p| p.name.as_str())
}

/// The prices that can be changed to, and the one that is had.
fn offered<'w>(world: &'w World, configuration: &'w PortalConfiguration, held: &'w str) -> impl Iterator<Item = &'w Price> {
    let listed = |p: &Price| {
        configuration
            .features
            .products
            .iter()
            .any(|(product, prices)| prices.contains(&p.id) || (prices.is_empty() && *product == p.product))
    };
    world.prices.iter().filter(move |p| p.id == held || (p.active && p.recurring.is_some() && listed(p)))
}
