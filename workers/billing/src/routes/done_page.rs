//! `GET /billing/{org}/checkout/done`: where a buyer comes back to from Stripe.
//!
//! Opening it changes nothing, whatever its address says: the session must be the organization's own. Its form has Stripe read; with a
//! script it is sent at once.

use super::done::FOREIGN;
use crate::{here::Here, order::Order, page::page};
use html::{
    form::{TOKEN, hidden},
    page::head,
    part::{Tone, callout},
};
use kernel::{
    Query, Read, Reply, Request, Result, Route, flash,
    host::Surface,
    limit::Limit,
    principal::{Ability, Scope},
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use maud::html;

/// Welcomes a buyer back.
pub struct DonePage;
impl Query for DonePage {
    const ROUTE: Route = Route {
        method: Method::Get,
        path: "/billing/{org}/checkout/done",
        surfaces: &[Surface::App],
        auth: Auth::Staff(Ability::Pay),
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::ReadOnly,
        payload: Payload::None,
        csrf: Csrf::SafeMethod,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "Where a buyer comes back to from Stripe",
    };
    async fn call(cx: Read<'_>, req: &Request) -> Result<Reply> {
        let org = cx.org()?;
        let here = Here::of(&cx, org, &cx.read(Here::stmts(org, cx.now())).await?)?;
        let home = format!("/billing/{}", req.param("org")?);
        let session = req.query("session_id").unwrap_or_default();
        let slot = here.slot.as_ref().filter(|s| s.session.as_deref() == Some(session));
        let alive = here.living().is_some_and(|s| s.status.grants());
        let Some(slot) = slot else { return Ok(Reply::see_other(&home).flash(flash::Tone::Failed, FOREIGN)) };
        page(&cx, req, "Your purchase", 200, |frame| {
            Ok(html! {
                section class="narrow" {
                    @if alive {
                            (head("Thank you", "", &html! {}))
                            (callout(Tone::Good, "Your plan is active", &html! {
                                @match Order::stored(&slot.lookup_key, slot.seats) { Some(order) => { (order.words()) "." }, None => "It is on the billing page." }
                            }))
                            p { a class="button primary" href=(home) { "See billing" } }
                    } @else {
                            (head("Waiting for Stripe", "", &html! {}))
                            p { "As soon as Stripe confirms the payment, your plan is active. That mostly takes seconds. You don't have to stay on this page." }
                            form class="fields" method="post" action={ (home) "/checkout/done" } data-at-once=[(req.query("again").is_none()).then_some("")] {
                                input type="hidden" name=(TOKEN) value=(frame.csrf());
                                (hidden("session_id", session))
                                div class="actions" {
                                    button type="submit" class="primary" { "Check now" }
                                    a class="button quiet" href=(home) { "Back to billing" }
                                }
                            }
                    }
                }
            })
        })
    }
}
