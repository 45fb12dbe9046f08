//! `GET /billing/{org}/choose`: what to buy: plan, how often it is paid, seats.

use crate::{
    here::Here,
    order::{Typed, with_fields},
    page::page,
};
use domain::billing::{Action, Availability};
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

/// Asks what to buy.
pub struct ChoosePage;
impl Query for ChoosePage {
    const ROUTE: Route = Route {
        method: Method::Get,
        path: "/billing/{org}/choose",
        surfaces: &[Surface::App],
        auth: Auth::Staff(Ability::Pay),
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::ReadOnly,
        payload: Payload::None,
        csrf: Csrf::SafeMethod,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Recent,
        summary: "Asks which plan to buy",
    };
    async fn call(cx: Read<'_>, req: &Request) -> Result<Reply> {
        let org = cx.org()?;
        let here = Here::of(&cx, org, &cx.read(Here::stmts(org, cx.now())).await?)?;
        show(&cx, req, &here, &Typed::of(&req.query_input()), &[])
    }
}

/// The page, with what was wrong with the form before.
///
/// # Errors
/// An incident where the path names no organization.
pub fn show<'a>(cx: &impl Context<'a>, req: &'a Request, here: &Here, typed: &Typed, errors: &[FieldError]) -> Result<Reply> {
    let home = format!("/billing/{}", req.param("org")?);
    let used = here.held.seats_used();
    let typed = typed.clone().or("team", "month", used.max(1));
    let (status, why) = match here.may(Action::Checkout) {
        Availability::Now => (if errors.is_empty() { 200 } else { 422 }, None),
        Availability::Not(why) => (409, Some(why)),
    };
    page(cx, req, "Choose a plan", status, |frame| {
        Ok(html! {
            section class="narrow" {
                (head("Choose a plan", "", &html! {}))
                @if let Some(why) = why {
                    (callout(Tone::Warn, "Nothing can be bought now", &html! { (why) }))
                    p { a class="button" href=(home) { "Back to billing" } }
                } @else {
                    (with_fields(&typed, used, |fields| html! {
                        (summary(errors, fields))
                        (Form::new(&format!("{home}/checkout"), frame.csrf(), "Continue to Stripe").cancel(&home).render(&html! {
                            @for field in fields { (field.render(errors)) }
                            p class="hint" { "You pay on Stripe's page, where tax and a promotion code are added. Nothing is charged before you confirm there." }
                        }))
                    }))
                }
            }
        })
    })
}
