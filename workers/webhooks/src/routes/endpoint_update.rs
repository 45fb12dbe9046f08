//! `PATCH /v1/webhook-endpoints/{id}`: changes what is sent; pauses, and switches on again.
//!
//! While an endpoint is paused or disabled, what happens is held for it; switching it on releases that in the same batch. The
//! batch is refused when the endpoint changed since it was read: a receiver's "no more" is never overwritten unseen.

use crate::routes::endpoint::{DESCRIPTION, URL, check_url, read_events, shown};
use domain::{actions, quotas::Quota};
use kernel::{
    Command, Committed, EndpointId, Guard, Reply, Request, Result, Route, Write,
    error::{Code, Error},
    host::Surface,
    id::Id,
    limit::Limit,
    ports::Queue,
    principal::{Resource, Scope, Verb},
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use serde_json::{Map, Value, json};

kernel::sql! {
    Read Org CURRENT(2) -> ["data", "url", "description", "events", "status"] = concat!(
        "SELECT ", crate::endpoint_json!(), " AS data, url, description, events, status FROM webhook_endpoints WHERE org_id = ?1 AND id = ?2");
    /// The first of what is held, to wake at once what the release makes due; the rest follows by itself.
    Read Org HELD(2) -> ["id"] = "SELECT id FROM webhook_deliveries WHERE org_id = ?1 AND endpoint_id = ?2 AND status = 'held' ORDER BY id LIMIT 10";
    Write Org UPDATE(10) -> [] =
        "UPDATE webhook_endpoints SET url = ?3, description = ?4, events = ?5, status = ?6, \
         disabled_reason = iif(?6 = status, disabled_reason, NULL), disabled_at = iif(?6 = 'disabled', disabled_at, NULL), \
         over_plan_at = iif(?6 = 'enabled', NULL, over_plan_at) \
         WHERE org_id = ?1 AND id = ?2 AND url = ?7 AND description = ?8 AND events = ?9 AND status = ?10";
    /// Before another one is switched on: the plan has room for it.
    Bookkeep Org ROOM(2) -> [] =
        "INSERT INTO guard(name, ok) SELECT 'plan', (SELECT count(*) FROM webhook_endpoints WHERE org_id = ?1 AND status = 'enabled') < (SELECT ?2 ->> plan FROM orgs WHERE id = ?1)";
}

const STATUSES: &[(&str, &str)] = &[("enabled", "enabled"), ("paused", "paused")];

/// Changes an endpoint.
pub struct EndpointUpdate;
impl Command for EndpointUpdate {
    const ROUTE: Route = Route {
        method: Method::Patch,
        path: "/v1/webhook-endpoints/{id}",
        surfaces: &[Surface::Api],
        auth: Auth::Key,
        scope: Scope::Of(Resource::Webhooks, Verb::Write),
        limit: Limit::Api(1),
        audit: Audit::Records(&[actions::ENDPOINT_UPDATED]),
        payload: Payload::Json(16 * 1_024),
        csrf: Csrf::Cookieless,
        idempotency: Idempotency::Key,
        step_up: StepUp::Never,
        summary: "Changes, pauses or resumes a webhook endpoint",
    };
    async fn call(cx: Write<'_>, req: &Request) -> Result<Committed> {
        let (org, id) = (cx.org()?, req.id_param::<EndpointId>("id")?);
        let input = req.input()?;
        let url = input.opt_text("url", URL);
        if let Some(url) = &url {
            check_url(&input, &cx.app().config, url);
        }
        let description = input.opt_text("description", DESCRIPTION);
        let events = read_events(&input);
        let status = input.opt_choice("status", STATUSES);
        input.finish()?;

        let read = cx.read(vec![CURRENT.bind([org.into(), (&id).into()]), HELD.bind([org.into(), (&id).into()])]).await?;
        let mut sets = read.into_iter();
        let row = sets.next().and_then(|rows| rows.into_iter().next()).ok_or(Code::NotFound)?;
        let held = sets.next().unwrap_or_default();
        let before: Map<String, Value> =
            serde_json::from_str(row.text(0)?).map_err(|e| Error::incident("a stored endpoint", e.to_string()))?;
        let mut after = before.clone();
        let mut set = |name: &str, value: Option<Value>| {
            if let Some(value) = value {
                after.insert(name.to_owned(), value);
            }
        };
        set("url", url.map(Value::from));
        set("description", description.map(Value::from));
        set("events", events.map(|e| json!(e)));
        set("status", status.map(Value::from));
        let switched = status.is_some_and(|s| before.get("status").and_then(Value::as_str) != Some(s));
        set("disabled_reason", switched.then_some(Value::Null));
        if after == before {
            return Ok(cx.unchanged(Reply::json(200, &before)?));
        }
        let text = |name: &str| after.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let update = UPDATE.bind([
            org.into(),
            (&id).into(),
            text("url").into(),
            text("description").into(),
            after.get("events").map(Value::to_string).into(),
            text("status").into(),
            row.text(1)?.into(),
            row.text(2)?.into(),
            row.text(3)?.into(),
            row.text(4)?.into(),
        ]);
        let mut mutation = cx.mutation(id.as_str())?;
        if text("status") == "enabled" && switched {
            mutation = mutation.then(ROOM.bind([org.into(), Quota::WebhookEndpoints.by_plan().into()]));
        }
        mutation = mutation.then_guarded(Guard::Version, update).detail(changes(&before, &after));
        match (row.text(4)?, text("status").as_str()) {
            (old, "enabled") if old != "enabled" => {
                mutation = mutation.then(store::endpoints::release(org, &id, cx.now()));
                for row in &held {
                    mutation = mutation.wake(Queue::Deliveries, row.text(0)?);
                }
            }
            ("enabled", "paused") => mutation = mutation.then(store::endpoints::hold(org, &id)),
            _ => {}
        }
        match mutation.commit(Reply::json(200, &after)?).await {
            Err(e) if e.code() == Code::PlanLimit => Err(store::usage::explain(&cx, Quota::WebhookEndpoints, e).await?),
            done => done,
        }
    }
}

/// What changed, for the audit log.
fn changes(before: &Map<String, Value>, after: &Map<String, Value>) -> String {
    let clean = |name: &str, value: Option<&Value>| match value {
        Some(Value::String(url)) if name == "url" => json!(shown(url)),
        other => json!(other),
    };
    let mut out = Map::new();
    for (name, new) in after {
        let old = before.get(name);
        if old != Some(new) {
            out.insert(name.clone(), json!({"from": clean(name, old), "to": clean(name, Some(new))}));
        }
    }
    Value::Object(out).to_string()
}
