//! `GET /billing/{org}/cancel-now`: asks before a subscription is ended at once.

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
pub struct CancelNowPage;
impl Query for CancelNowPage {
    const ROUTE: Route = Route {
        method: Method::Get,
        path: "/billing/{org}/cancel-now",
        surfaces: &[Surface::App],
        auth: Auth::Staff(Ability::Pay),
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::ReadOnly,
        payload: Payload::None,
        csrf: Csrf::SafeMethod,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Recent,
        summary: "Asks before a subscription is ended at once",
    };
    async fn call(cx: Read<'_>, req: &Request) -> Result<Reply> {
        let (org, now) = (cx.org()?, cx.now());
        let mut stmts = Here::stmts(org, now);
        stmts.push(Usage::stmt(org, now));
        let sets = cx.read(stmts).await?;
        let here = Here::of(&cx, org, &sets)?;
        let used = Usage::of(sets.last().unwrap_or(&Vec::new()))?;
        let mut then = vec![
            "The plan ends now, and the limits of the Free plan hold at once. Nothing is deleted.".to_owned(),
            "What was paid for and isn't used becomes credit for later invoices. It is not paid out.".to_owned(),
            "It can't be undone; you can buy a plan again at any time.".to_owned(),
        ];
        then.extend(used.under(Plan::Free, Plan::Free.limits().seats).standings().iter().filter_map(words::over));
        confirm::page(&cx, req, &here, Action::CancelNow, |csrf, home, fields| {
            Confirm::new("Cancel now?", &format!("{home}/cancel-now"), csrf, "Cancel now", home)
                .consequences(&then)
                .stay("Keep subscription")
                .fields(fields)
                .render(&[])
        })
    }
}
