//! `GET /billing/{org}/cancel`: asks before a subscription is set to end with its period.

use crate::{confirm, here::Here, words};
use domain::{billing::Action, plans::Plan};
use html::confirm::Confirm;
use kernel::{
    Query, Read, Reply, Request, Result, Route,
    host::Surface,
    limit::Limit,
    principal::{Ability, Scope},
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use store::usage::Usage;

/// Asks.
pub struct CancelPage;
impl Query for CancelPage {
    const ROUTE: Route = Route {
        method: Method::Get,
        path: "/billing/{org}/cancel",
        surfaces: &[Surface::App],
        auth: Auth::Staff(Ability::Pay),
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::ReadOnly,
        payload: Payload::None,
        csrf: Csrf::SafeMethod,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Recent,
        summary: "Asks before a subscription is set to end with its period",
    };
    async fn call(cx: Read<'_>, req: &Request) -> Result<Reply> {
        let (org, now) = (cx.org()?, cx.now());
        let mut stmts = Here::stmts(org, now);
        stmts.push(Usage::stmt(org, now));
        let sets = cx.read(stmts).await?;
        let here = Here::of(&cx, org, &sets)?;
        let used = Usage::of(sets.last().unwrap_or(&Vec::new()))?;
        let ends = here.held.subscription.as_ref().and_then(|s| s.period_end);
        let mut then = vec![
            match ends {
                Some(at) => format!("Everything stays as it is until {}.", confirm::day(at)),
                None => "Everything stays as it is until the period ends.".to_owned(),
            },
            "Then the limits of the Free plan hold. Nothing is deleted.".to_owned(),
            "Nothing is charged any more, and nothing is given back for the time until then.".to_owned(),
            "Until it ends you can change your mind.".to_owned(),
        ];
        then.extend(used.under(Plan::Free, Plan::Free.limits().seats).standings().iter().filter_map(words::over));
        confirm::page(&cx, req, &here, Action::CancelAtPeriodEnd, |csrf, home, fields| {
            Confirm::new("Cancel at the end of the period?", &format!("{home}/cancel"), csrf, "Cancel at period end", home)
                .consequences(&then)
                .stay("Keep subscription")
                .fields(fields)
                .render(&[])
        })
    }
}
