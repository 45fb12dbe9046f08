//! `POST /billing/{org}/change/preview`: what a change would cost, to the cent, and what it would take away. Changes nothing.
//!
//! The moment of the preview goes along with the confirmation, so that what is charged is what was shown.

use super::change_page::{Again, show};
use crate::{
    ask::{LIMIT, note, refusal},
    here::Here,
    order::{self, Order, Typed, every},
    page::page,
    price, words,
};
use domain::{
    actions,
    billing::{Action, Reading},
    money::{Currency, Money},
};
use html::{
    form::{Form, hidden},
    list::Table,
    page::{card, head},
    part::{Tone, amount, callout, facts},
    when,
};
use kernel::{
    Command, Committed, Error, Millis, Reply, Request, Result, Route, Write,
    error::Code,
    host::Surface,
    limit::Limit,
    principal::{Ability, Scope},
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use maud::{Markup, html};
use provider::Provider;
use serde_json::json;
use store::{forms, usage::Usage};
use stripe::{
    calls::{self, ItemChange},
    invoice::Preview,
    units::UnixSeconds,
};

/// Shows what a change would cost.
pub struct PreviewChange;
impl Command for PreviewChange {
    const ROUTE: Route = Route {
        method: Method::Post,
        path: "/billing/{org}/change/preview",
        surfaces: &[Surface::App],
        auth: Auth::Staff(Ability::Pay),
        scope: Scope::None,
        limit: Limit::AccountExact(LIMIT),
        audit: Audit::Records(&[actions::SUBSCRIPTION_PREVIEWED]),
        payload: Payload::Form(4 * 1_024),
        csrf: Csrf::OriginAndToken,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Recent,
        summary: "Shows what a change of the subscription would cost",
    };
    async fn call(cx: Write<'_>, req: &Request) -> Result<Committed> {
        let here = Here::read(&cx).await?;
        here.require(Action::ChangePlan)?;
        let input = req.input()?;
        let typed = Typed::of(&input);
        let order = Order::read(&input, here.held.seats_used());
        let order = match (input.finish(), order) {
            (Ok(()), Some(order)) => order,
            (Err(Error::Problem(p)), _) if p.code == Code::ValidationFailed => {
                return Ok(cx.unchanged(show(&cx, req, &here, &typed, Again::Wrong(&p.fields))?));
            }
            (Err(other), _) => return Err(other),
            (Ok(()), None) => return Err(Error::incident("reading an order", "nothing was wrong with it")),
        };
        let Some(s) = &here.held.subscription else { return Err(Code::WrongState.into()) };
        let refuse = |why: &str| Ok(cx.unchanged(show(&cx, req, &here, &typed, Again::Refused(why))?));
        if same(s, &order) {
            return refuse("That is what you have already. Choose another plan, period or number of seats.");
        }
        let config = &cx.app().config;
        let provider = Provider::of(config, cx.http())?;
        let at = UnixSeconds(cx.now().seconds());
        let preview = async {
            let Some(price) = price::for_change(&provider, &order, s).await? else { return Ok(None) };
            let item = s.item.as_deref().unwrap_or_default();
            let change = ItemChange { item, price: &price, quantity: order.seats, at: Some(at) };
            provider.send(&calls::preview_change(here.customer().unwrap_or_default(), &s.id, &change)?).await.map(Some)
        };
        let preview = match preview.await {
            Ok(Some(preview)) => preview,
            Ok(None) => return refuse("Stripe has no price for this plan yet. Support has to set it up."),
            Err(e) => {
                note(&cx, "a preview at Stripe", &e);
                return refuse(refusal(&e).unwrap_or("Stripe doesn't answer at the moment. Nothing was changed; try again in a minute."));
            }
        };
        let org = cx.org()?;
        let used = Usage::of(&cx.rows(Usage::stmt(org, cx.now())).await?)?;
        let over: Vec<String> = used.under(order.price.plan, order.seats).standings().iter().filter_map(words::over).collect();
        let shown = confirm(&cx, req, &here, s, &order, &preview, &over, at)?;
        let detail =
            json!({"price": order.price.lookup_key, "seats": order.seats, "due": preview.amount_due.0, "currency": preview.currency});
        cx.mutation(&s.id)?.detail(detail.to_string()).commit(shown).await
    }
}

/// Whether an order is what there is.
pub fn same(s: &Reading, order: &Order) -> bool {
    s.plan == Some(order.price.plan) && s.interval == Some(order.price.interval) && s.quantity == Some(i64::from(order.seats))
}

#[expect(clippy::too_many_arguments, reason = "everything that the page shows")]
fn confirm(
    cx: &Write<'_>,
    req: &Request,
    here: &Here,
    s: &Reading,
    order: &Order,
    preview: &Preview,
    over: &[String],
    at: UnixSeconds,
) -> Result<Reply> {
    let slug = req.param("org")?;
    let home = format!("/billing/{slug}");
    let money = |cents: i64| {
        Currency::parse(&preview.currency).map_or_else(|| format!("{cents} {}", preview.currency), |c| Money::new(cents, c).to_string())
    };
    let credit = preview.total.0 < 0;
    let now = s.plan.map_or("a price of its own", domain::plans::Plan::name);
    let was = format!(
        "{now}, {}{}",
        order::seats(s.quantity.unwrap_or(0)),
        s.interval.map_or_else(String::new, |i| format!(", billed {}", every(i)))
    );
    let lines: Vec<Vec<Markup>> = preview
        .lines
        .data
        .iter()
        .map(|line| {
            let period = |at: UnixSeconds| when::day(Millis::new(at.millis()));
            vec![
                html! { (line.description.as_deref().unwrap_or("Change")) },
                html! { (period(line.period.start)) " – " (period(line.period.end)) },
                amount(&money(line.amount.0)),
            ]
        })
        .collect();
    let due = html! {
        strong { (money(preview.amount_due.0)) }
        @if credit { ". " (money(-preview.total.0)) " is credited, and taken off the next invoices. It is not paid out." }
    };
    page(cx, req, "Confirm the change", 200, |frame| {
        Ok(html! {
            section class="narrow" {
                (head("Confirm the change", "", &html! {}))
                @if !over.is_empty() {
                    (callout(Tone::Warn, "This is over the limits of the new plan", &html! { ul { @for text in over { li { (text) } } } p { "Nothing is deleted." } }))
                }
                (card("What changes", "", &html! {}, &facts(&[
                    ("Now", html! { (was) }),
                    ("Then", html! { (order.words()) }),
                    ("Due now", due),
                    ("After that", html! { (order.total().to_string()) " " (every(order.price.interval)) ", before tax and credit" }),
                ])))
                (card("How it adds up", "As Stripe calculates it.", &html! {}, &Table { caption: "Lines of the invoice", columns: &["What", "For", "Amount"] }.render(&lines)))
                (Form::new(&format!("{home}/change"), frame.csrf(), if preview.amount_due.0 > 0 { "Pay and change" } else { "Change" })
                    .cancel(&format!("{home}/change?{}", order.query()))
                    .render(&html! {
                        (order::hidden(order))
                        (hidden("at", &at.0.to_string()))
                        (hidden("version", &here.held.version.to_string()))
                        (hidden(forms::SUBMIT, &forms::fresh_id(&cx.random())))
                        p class="hint" {
                            @if preview.amount_due.0 > 0 { "It takes effect at once. The card on file is charged; if it is declined, nothing changes." }
                            @else { "It takes effect at once. Nothing is charged now." }
                        }
                    }))
            }
        })
    })
}
