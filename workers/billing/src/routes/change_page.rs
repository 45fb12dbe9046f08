//! `GET /billing/{org}/change`: what to change the subscription to.

use crate::{
    here::Here,
    order::{Typed, with_fields},
    page::page,
};
use domain::{
    billing::{Action, Availability},
    plans::{Interval, Plan},
};
use html::{
    form::{Form, summary},
    page::head,
    part::{Tone, callout},
};
use kernel::{
    Query, Read, Reply, Request, Result, Route,
    host::Surface,
    input::FieldError,
    limit::Limit,
    principal::{Ability, Scope},
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use maud::html;
use shell::Context;

/// Asks what to change to.
pub struct ChangePage;
impl Query for ChangePage {
    const ROUTE: Route = Route {
        method: Method::Get,
        path: "/billing/{org}/change",
        surfaces: &[Surface::App],
        auth: Auth::Staff(Ability::Pay),
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::ReadOnly,
        payload: Payload::None,
        csrf: Csrf::SafeMethod,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Recent,
        summary: "Asks what to change the subscription to",
    };
    async fn call(cx: Read<'_>, req: &Request) -> Result<Reply> {
        let org = cx.org()?;
        let here = Here::of(&cx, org, &cx.read(Here::stmts(org, cx.now())).await?)?;
        show(&cx, req, &here, &Typed::of(&req.query_input()), Again::No)
    }
}

/// How the form comes back.
#[derive(Debug, Clone, Copy)]
pub enum Again<'e> {
    /// It is shown for the first time.
    No,
    /// With what was wrong.
    Wrong(&'e [FieldError]),
    /// Refused as a whole.
    Refused(&'e str),
}

/// The page.
///
/// # Errors
/// An incident where the path names no organization.
pub fn show<'a>(cx: &impl Context<'a>, req: &'a Request, here: &Here, typed: &Typed, again: Again<'_>) -> Result<Reply> {
    let home = format!("/billing/{}", req.param("org")?);
    let now = here.held.subscription.as_ref();
    let plan = now.and_then(|s| s.plan).filter(|p| *p != Plan::Free).unwrap_or(Plan::Team);
    let interval = now.and_then(|s| s.interval).unwrap_or(Interval::Month);
    let used = here.held.seats_used();
    let typed = typed.clone().or(plan.as_str(), interval.as_str(), now.and_then(|s| s.quantity).unwrap_or(used).max(1));
    let (errors, refused) = match again {
        Again::No => (&[][..], None),
        Again::Wrong(errors) => (errors, None),
        Again::Refused(why) => (&[][..], Some(why)),
    };
    let (status, why) = match here.may(Action::ChangePlan) {
        Availability::Now if refused.is_some() => (409, None),
        Availability::Now => (if errors.is_empty() { 200 } else { 422 }, None),
        Availability::Not(why) => (409, Some(why)),
    };
    page(cx, req, "Change the subscription", status, |frame| {
        Ok(html! {
            section class="narrow" {
                (head("Change the subscription", "", &html! {}))
                @if let Some(why) = why {
                    (callout(Tone::Warn, "Nothing can be changed now", &html! { (why) }))
                    p { a class="button" href=(home) { "Back to billing" } }
                } @else {
                    @if let Some(why) = refused { (html::form::refusal(why)) }
                    (with_fields(&typed, used, |fields| html! {
                        (summary(errors, fields))
                        (Form::new(&format!("{home}/change/preview"), frame.csrf(), "See what it costs").cancel(&home).render(&html! {
                            @for field in fields { (field.render(errors)) }
                            p class="hint" { "Nothing changes before you have seen the amount and confirmed it." }
                        }))
                    }))
                }
            }
        })
    })
}
