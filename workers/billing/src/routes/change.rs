//! `POST /billing/{org}/change`: changes plan, interval or seats as the preview said.

use super::preview::same;
use crate::{
    ask::{Failed, GONE, LIMIT, Wish, ask},
    here::Here,
    order::Order,
    price,
};
use domain::{actions, billing::Action};
use kernel::{
    Command, Committed, Reply, Request, Result, Route, Write,
    error::{Code, Error},
    flash::Tone,
    host::Surface,
    limit::Limit,
    principal::{Ability, Scope},
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use serde_json::json;
use store::forms;
use stripe::{
    calls::{self, ItemChange},
    units::UnixSeconds,
};

/// How long a preview holds, in seconds.
const HOLDS: i64 = 15 * 60;

/// Changes the subscription.
pub struct Change;
impl Command for Change {
    const ROUTE: Route = Route {
        method: Method::Post,
        path: "/billing/{org}/change",
        surfaces: &[Surface::App],
        auth: Auth::Staff(Ability::Pay),
        scope: Scope::None,
        limit: Limit::AccountExact(LIMIT),
        audit: Audit::Records(&[actions::SUBSCRIPTION_CHANGED]),
        payload: Payload::Form(4 * 1_024),
        csrf: Csrf::OriginAndToken,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Recent,
        summary: "Changes plan, interval or seats as the preview said",
    };
    async fn call(mut cx: Write<'_>, req: &Request) -> Result<Committed> {
        let input = req.input()?;
        let once = forms::taken_id(&input, req, cx.principal());
        if let Some(reply) = once.earlier(&cx).await? {
            return Ok(cx.unchanged(reply));
        }
        let here = Here::read(&cx).await?;
        let order = Order::read(&input, here.held.seats_used());
        let at = input.opt_int("at", 0..=1 << 43);
        let version = input.opt_int("version", 0..=i64::MAX);
        input.finish()?;
        let order = order.ok_or_else(|| Error::incident("reading an order", "nothing was wrong with it"))?;
        let (now, at) = (cx.now().seconds(), at.unwrap_or(0));
        here.require(Action::ChangePlan)?;
        let Some(s) = here.held.subscription.as_ref() else { return Err(Code::WrongState.into()) };
        if version != Some(here.held.version) || !(now - HOLDS..=now).contains(&at) || same(s, &order) {
            let form = format!("/billing/{}/change?{}", req.param("org")?, order.query());
            let said = "The preview doesn't hold any more, so nothing was changed. Look at the amount once more.";
            return Ok(cx.unchanged(Reply::see_other(&form).flash(Tone::Failed, said)));
        }
        let done = format!("Changed: {}.", order.words());
        let detail = json!({"price": order.price.lookup_key, "seats": order.seats, "at": at});
        let wish = Wish { action: Action::ChangePlan, audit: actions::SUBSCRIPTION_CHANGED, name: "change", detail, done: &done };
        ask(&mut cx, req, &once, &wish, async |provider, here, key| {
            let Some(s) = &here.held.subscription else { return Err(Failed::Unasked(GONE)) };
            let Some(price) = price::for_change(provider, &order, s).await? else {
                return Err(Failed::Unasked("Stripe has no price for this plan yet. Support has to set it up."));
            };
            let change =
                ItemChange { item: s.item.as_deref().unwrap_or_default(), price: &price, quantity: order.seats, at: Some(UnixSeconds(at)) };
            provider.send(&calls::change_subscription(&s.id, &change, key)?).await.map(|_| ()).map_err(Failed::from)
        })
        .await
    }
}
