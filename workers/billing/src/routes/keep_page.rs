//! `GET /billing/{org}/keep`: asks before a pending end is taken back.

use crate::{confirm, here::Here};
use domain::billing::Action;
use html::{form::Form, page::head};
use kernel::{
    Query, Read, Reply, Request, Result, Route,
    host::Surface,
    limit::Limit,
    principal::{Ability, Scope},
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use maud::html;

/// Asks.
pub struct KeepPage;
impl Query for KeepPage {
    const ROUTE: Route = Route {
        method: Method::Get,
        path: "/billing/{org}/keep",
        surfaces: &[Surface::App],
        auth: Auth::Staff(Ability::Pay),
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::ReadOnly,
        payload: Payload::None,
        csrf: Csrf::SafeMethod,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Recent,
        summary: "Asks before a pending end is taken back",
    };
    async fn call(cx: Read<'_>, req: &Request) -> Result<Reply> {
        let org = cx.org()?;
        let here = Here::of(&cx, org, &cx.read(Here::stmts(org, cx.now())).await?)?;
        let s = here.held.subscription.clone();
        confirm::page(&cx, req, &here, Action::Reactivate, |csrf, home, fields| {
            let total = s.as_ref().and_then(|s| Some((s.total()?, s.interval?, s.period_end?)));
            html! {
                section class="narrow" {
                    (head("Keep the subscription?", "", &html! {}))
                    p {
                        "It goes on as it is. Nothing is charged now. "
                        @if let Some((total, interval, at)) = total {
                            "From " (confirm::day(at)) " it is " (total.to_string()) " " (crate::order::every(interval)) ", before tax and credit."
                        }
                    }
                    (Form::new(&format!("{home}/keep"), csrf, "Keep subscription").cancel(home).render(&fields))
                }
            }
        })
    }
}
