//! `GET /billing/{org}/customer`: asks before a new record at Stripe takes the place of one that is missing.

use crate::{here::Here, page::page};
use domain::billing::{Action, Availability};
use html::{
    form::{Form, hidden},
    page::head,
    part::{Tone, callout},
};
use kernel::{
    Query, Read, Reply, Request, Result, Route,
    host::Surface,
    limit::Limit,
    principal::{Ability, Scope},
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use maud::html;
use store::forms;

/// Asks.
pub struct CustomerPage;
impl Query for CustomerPage {
    const ROUTE: Route = Route {
        method: Method::Get,
        path: "/billing/{org}/customer",
        surfaces: &[Surface::App],
        auth: Auth::Staff(Ability::Pay),
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::ReadOnly,
        payload: Payload::None,
        csrf: Csrf::SafeMethod,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Recent,
        summary: "Asks before a new record at Stripe is set up",
    };
    async fn call(cx: Read<'_>, req: &Request) -> Result<Reply> {
        let org = cx.org()?;
        let here = Here::of(&cx, org, &cx.read(Here::stmts(org, cx.now())).await?)?;
        let home = format!("/billing/{}", req.param("org")?);
        let why = match here.may(Action::NewCustomer) {
            Availability::Now => None,
            Availability::Not(why) => Some(why),
        };
        page(&cx, req, "New record at Stripe", if why.is_some() { 409 } else { 200 }, |frame| {
            Ok(html! {
                section class="narrow" {
                    (head("Set up a new record at Stripe?", "", &html! {}))
                    @match why {
                        Some(why) => { (callout(Tone::Warn, "This can't be done now", &html! { (why) })) p { a class="button" href=(home) { "Back to billing" } } },
                        None => {
                            p { "The record that we know isn't at Stripe any more. A new one begins empty: add a card with the next purchase. Earlier invoices stay with the old record. Nothing is charged." }
                            (Form::new(&format!("{home}/customer"), frame.csrf(), "Set up new record").cancel(&home).render(&hidden(forms::SUBMIT, &forms::fresh_id(&cx.random()))))
                        },
                    }
                }
            })
        })
    }
}
