//! `POST /billing/{org}/cancel`: sets a subscription to end with its period.

use crate::ask::{Failed, GONE, LIMIT, Wish, ask};
use domain::{actions, billing::Action};
use kernel::{
    Command, Committed, Request, Result, Route, Write,
    host::Surface,
    limit::Limit,
    principal::{Ability, Scope},
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use serde_json::json;
use store::forms;
use stripe::calls;

/// Sets a subscription to end with its period.
pub struct Cancel;
impl Command for Cancel {
    const ROUTE: Route = Route {
        method: Method::Post,
        path: "/billing/{org}/cancel",
        surfaces: &[Surface::App],
        auth: Auth::Staff(Ability::Pay),
        scope: Scope::None,
        limit: Limit::AccountExact(LIMIT),
        audit: Audit::Records(&[actions::SUBSCRIPTION_END_SET]),
        payload: Payload::Form(4 * 1_024),
        csrf: Csrf::OriginAndToken,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Recent,
        summary: "Sets a subscription to end with its period",
    };
    async fn call(mut cx: Write<'_>, req: &Request) -> Result<Committed> {
        let input = req.input()?;
        let once = forms::taken_id(&input, req, cx.principal());
        input.finish()?;
        let done = "The subscription ends with its period. Until then nothing changes.";
        let wish =
            Wish { action: Action::CancelAtPeriodEnd, audit: actions::SUBSCRIPTION_END_SET, name: "cancel", detail: json!({}), done };
        ask(&mut cx, req, &once, &wish, async |provider, here, key| {
            let Some(s) = &here.held.subscription else { return Err(Failed::Unasked(GONE)) };
            provider.send(&calls::set_cancel_at_period_end(&s.id, true, key)?).await.map(|_| ()).map_err(Failed::from)
        })
        .await
    }
}
