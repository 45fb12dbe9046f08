//! `POST /billing/{org}/cancel-now`: ends a subscription at once.

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
use stripe::calls::{self, Ending};

/// What was paid for and isn't used becomes credit.
const ENDING: Ending = Ending { prorate: true, invoice_now: true };

/// Ends a subscription at once.
pub struct CancelNow;
impl Command for CancelNow {
    const ROUTE: Route = Route {
        method: Method::Post,
        path: "/billing/{org}/cancel-now",
        surfaces: &[Surface::App],
        auth: Auth::Staff(Ability::Pay),
        scope: Scope::None,
        limit: Limit::AccountExact(LIMIT),
        audit: Audit::Records(&[actions::SUBSCRIPTION_CANCELED]),
        payload: Payload::Form(4 * 1_024),
        csrf: Csrf::OriginAndToken,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Recent,
        summary: "Ends a subscription at once",
    };
    async fn call(mut cx: Write<'_>, req: &Request) -> Result<Committed> {
        let input = req.input()?;
        let once = forms::taken_id(&input, req, cx.principal());
        input.finish()?;
        let done = "The subscription has ended. The limits of the Free plan hold; nothing was deleted.";
        let wish = Wish { action: Action::CancelNow, audit: actions::SUBSCRIPTION_CANCELED, name: "cancel_now", detail: json!({}), done };
        ask(&mut cx, req, &once, &wish, async |provider, here, _| {
            let Some(s) = &here.held.subscription else { return Err(Failed::Unasked(GONE)) };
            provider.send(&calls::cancel_subscription(&s.id, ENDING)?).await.map(|_| ()).map_err(Failed::from)
        })
        .await
    }
}
