//! `GET /billing/{org}/portal`: what Stripe's portal is for, before one goes there.

use crate::{here::Here, page::page};
use domain::billing::{Action, Availability};
use html::{
    form::Form,
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

/// Says what the portal is for.
pub struct PortalPage;
impl Query for PortalPage {
    const ROUTE: Route = Route {
        method: Method::Get,
        path: "/billing/{org}/portal",
        surfaces: &[Surface::App],
        auth: Auth::Staff(Ability::Pay),
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::ReadOnly,
        payload: Payload::None,
        csrf: Csrf::SafeMethod,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Recent,
        summary: "Says what Stripe's portal is for",
    };
    async fn call(cx: Read<'_>, req: &Request) -> Result<Reply> {
        let org = cx.org()?;
        let here = Here::of(&cx, org, &cx.read(Here::stmts(org, cx.now())).await?)?;
        let home = format!("/billing/{}", req.param("org")?);
        let why = match here.may(Action::OpenPortal) {
            Availability::Now => None,
            Availability::Not(why) => Some(why),
        };
        page(&cx, req, "Stripe's portal", if why.is_some() { 409 } else { 200 }, |frame| {
            Ok(html! {
                section class="narrow" {
                    (head("Stripe's portal", "", &html! {}))
                    @match why {
                        Some(why) => { (callout(Tone::Warn, "The portal can't be opened now", &html! { (why) })) p { a class="button" href=(home) { "Back to billing" } } },
                        None => {
                            p { "Stripe keeps your cards, invoices, receipts and tax ids; we never see a card's number. Change them there, and come back here." }
                            (Form::new(&format!("{home}/portal"), frame.csrf(), "Go to Stripe").cancel(&home).render(&html! {}))
                        },
                    }
                }
            })
        })
    }
}
