//! `POST /billing/{org}/active`: pauses a key or an endpoint so that another may be active, or activates one where there is room. Each is
//! a conditional statement: never more are active than the plan allows, whatever else happens at the same moment.

use super::active_page::{show, stmts};
use crate::ask::LIMIT;
use domain::{actions, quotas::Quota};
use kernel::{
    Command, Committed, EndpointId, Guard, Id, KeyId, Mutation, Reply, Request, Result, Route, Write,
    error::Code,
    flash::Tone,
    host::Surface,
    input::Text,
    limit::Limit,
    principal::{Ability, Scope},
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use serde_json::json;

kernel::sql! {
    /// Only where more are there than the plan allows: otherwise it would wake at once.
    Write Org PAUSE_KEY(4) -> [] = concat!(
        "UPDATE api_keys SET over_plan_at = ?2, generation = generation + 1 WHERE ", store::living_key!(), " AND id = ?3 AND over_plan_at IS NULL \
         AND (SELECT count(*) FROM api_keys WHERE ", store::living_key!(), ") > (SELECT ?4 ->> plan FROM orgs WHERE id = ?1)");
    Write Org WAKE_KEY(4) -> [] = concat!(
        "UPDATE api_keys SET over_plan_at = NULL, generation = generation + 1 WHERE ", store::living_key!(), " AND id = ?3 AND over_plan_at IS NOT NULL \
         AND (SELECT count(*) FROM api_keys WHERE ", store::living_key!(), " AND over_plan_at IS NULL) < (SELECT ?4 ->> plan FROM orgs WHERE id = ?1)");
    Write Org PAUSE_ENDPOINT(4) -> [] =
        "UPDATE webhook_endpoints SET status = 'paused', over_plan_at = ?2, disabled_reason = 'The plan allows fewer endpoints.' \
         WHERE org_id = ?1 AND id = ?3 AND status = 'enabled' \
         AND (SELECT count(*) FROM webhook_endpoints WHERE org_id = ?1 AND (status = 'enabled' OR over_plan_at IS NOT NULL)) > (SELECT ?4 ->> plan FROM orgs WHERE id = ?1)";
    Write Org WAKE_ENDPOINT(3) -> [] =
        "UPDATE webhook_endpoints SET status = 'enabled', over_plan_at = NULL, disabled_reason = NULL WHERE org_id = ?1 AND id = ?2 AND over_plan_at IS NOT NULL \
         AND (SELECT count(*) FROM webhook_endpoints WHERE org_id = ?1 AND status = 'enabled') < (SELECT ?3 ->> plan FROM orgs WHERE id = ?1)";
}

const KINDS: &[(&str, Quota)] = &[("api_keys", Quota::ApiKeys), ("webhook_endpoints", Quota::WebhookEndpoints)];
const WISHES: &[(&str, bool)] = &[("pause", false), ("wake", true)];

/// Pauses or activates one.
pub struct Active;
impl Command for Active {
    const ROUTE: Route = Route {
        method: Method::Post,
        path: "/billing/{org}/active",
        surfaces: &[Surface::App],
        auth: Auth::Staff(Ability::Manage),
        scope: Scope::None,
        limit: Limit::AccountExact(LIMIT),
        audit: Audit::Records(&[actions::PLAN_FITTED]),
        payload: Payload::Form(4 * 1_024),
        csrf: Csrf::OriginAndToken,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Recent,
        summary: "Chooses which API key or webhook endpoint stays active",
    };
    async fn call(cx: Write<'_>, req: &Request) -> Result<Committed> {
        let input = req.input()?;
        let kind = input.choice("kind", KINDS);
        let id = input.text("id", Text::line(1, 64));
        let wakes = input.choice("do", WISHES);
        input.finish()?;
        let (Some(kind), Some(wakes)) = (kind, wakes) else { return Err(Code::BadRequest.into()) };
        let change = cx.mutation(&id)?.detail(json!({"kind": kind.as_str(), "active": wakes}).to_string());
        let change = if kind == Quota::ApiKeys { key(&cx, change, &id, wakes)? } else { endpoint(&cx, change, &id, wakes)? };
        let said = if wakes { "It is active now." } else { "It is paused. Activate another in its place." };
        let here = format!("/billing/{}/active", req.param("org")?);
        match change.commit(Reply::see_other(&here).flash(Tone::Done, said)).await {
            Err(e) if matches!(e.code(), Code::PlanLimit | Code::WrongState) => {
                let why = if wakes {
                    "Every place is taken, or it is active already. Pause another first."
                } else {
                    "It is paused already, or the plan has room for all of them."
                };
                let sets = cx.read(stmts(cx.org()?, cx.now())).await?;
                Ok(cx.unchanged(show(&cx, req, &sets, Some(why))?))
            }
            done => done,
        }
    }
}

fn key(cx: &Write<'_>, change: Mutation, id: &str, wakes: bool) -> Result<Mutation> {
    let id = KeyId::parse(id).ok_or(Code::NotFound)?;
    let (org, most) = (cx.org()?, Quota::ApiKeys.by_plan());
    let (guard, sql) = if wakes { (Guard::Plan, WAKE_KEY) } else { (Guard::State, PAUSE_KEY) };
    Ok(change.then_guarded(guard, sql.bind([org.into(), cx.now().into(), (&id).into(), most.into()])))
}

fn endpoint(cx: &Write<'_>, change: Mutation, id: &str, wakes: bool) -> Result<Mutation> {
    let id = EndpointId::parse(id).ok_or(Code::NotFound)?;
    let (org, now, most) = (cx.org()?, cx.now(), Quota::WebhookEndpoints.by_plan());
    Ok(if wakes {
        change
            .then_guarded(Guard::Plan, WAKE_ENDPOINT.bind([org.into(), (&id).into(), most.into()]))
            .then(store::endpoints::release(org, &id, now))
    } else {
        change
            .then_guarded(Guard::State, PAUSE_ENDPOINT.bind([org.into(), now.into(), (&id).into(), most.into()]))
            .then(store::endpoints::hold(org, &id))
    })
}
