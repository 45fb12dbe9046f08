//! `PATCH /v1/tickets/{id}`: changes what is sent. `If-Match` or `version` guards against overwriting somebody else's change.
//!
//! One batch: the row is changed where it still has the version that the caller read (or any, when they named none), and what
//! the caller gets back is what the statement before read. So a PATCH costs one read and one write.

use crate::routes::{ticket::etag, ticket_create::unknown_customer};
use domain::{
    actions, events,
    tickets::{BODY, Priority, SUBJECT, Status},
};
use kernel::{
    Command, Committed, CustomerId, Guard, Reply, Request, Result, Route, TicketId, Write,
    error::{Code, Error},
    host::Surface,
    id::Id,
    limit::Limit,
    principal::{Resource, Scope, Verb},
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use serde_json::{Map, Value, json};

kernel::sql! {
    Read Org CURRENT(2) -> ["data", "version"] =
        concat!("SELECT ", store::ticket_json!(), " AS data, version FROM tickets WHERE org_id = ?1 AND id = ?2");
    Write Org UPDATE(9) -> [] =
        "UPDATE tickets SET subject = ?4, body = ?5, status = ?6, priority = ?7, customer_id = ?8, version = version + 1, updated_at = ?9 \
         WHERE org_id = ?1 AND id = ?2 AND version = ?3";
}

/// Changes a ticket.
pub struct TicketUpdate;
impl Command for TicketUpdate {
    const ROUTE: Route = Route {
        method: Method::Patch,
        path: "/v1/tickets/{id}",
        surfaces: &[Surface::Api],
        auth: Auth::Key,
        scope: Scope::Of(Resource::Tickets, Verb::Write),
        limit: Limit::Api(1),
        audit: Audit::Records(&[actions::TICKET_UPDATED]),
        payload: Payload::Json(256 * 1_024),
        csrf: Csrf::Cookieless,
        idempotency: Idempotency::Key,
        step_up: StepUp::Never,
        summary: "Changes a ticket",
    };
    async fn call(cx: Write<'_>, req: &Request) -> Result<Committed> {
        let (org, id) = (cx.org()?, req.id_param::<TicketId>("id")?);
        let input = req.input()?;
        let subject = input.opt_text("subject", SUBJECT);
        let body = input.opt_text("body", BODY);
        let status = input.opt_choice("status", Status::WORDS);
        let priority = input.opt_choice("priority", Priority::WORDS);
        let customer = input.has("customer_id").then(|| input.opt_id::<CustomerId>("customer_id"));
        let wanted = input.opt_int("version", 1..=i64::MAX).or(if_match(req)?);
        input.finish()?;

        let row = cx.first(CURRENT.bind([org.into(), (&id).into()])).await?.ok_or(Code::NotFound)?;
        let version = row.int(1)?;
        if wanted.is_some_and(|w| w != version) {
            return Err(stale(version));
        }
        let before: Map<String, Value> =
            serde_json::from_str(row.text(0)?).map_err(|e| Error::incident("a stored ticket", e.to_string()))?;
        let mut after = before.clone();
        let mut set = |name: &str, value: Option<Value>| {
            if let Some(value) = value {
                after.insert(name.to_owned(), value);
            }
        };
        set("subject", subject.map(Value::from));
        set("body", body.map(Value::from));
        set("status", status.map(|s| s.as_str().into()));
        set("priority", priority.map(|p| p.as_str().into()));
        set("customer_id", customer.map(|c| json!(c)));
        if after == before {
            return Ok(cx.unchanged(Reply::json(200, &before)?.with("etag", etag(version))));
        }
        let now = cx.now();
        after.insert("version".into(), json!(version + 1));
        after.insert("updated_at".into(), json!(now));
        let text = |name: &str| after.get(name).and_then(Value::as_str).map(str::to_owned);
        let update = UPDATE.bind([
            org.into(),
            (&id).into(),
            version.into(),
            text("subject").into(),
            text("body").into(),
            text("status").into(),
            text("priority").into(),
            text("customer_id").into(),
            now.into(),
        ]);
        let closed = before.get("status") != after.get("status") && text("status").as_deref() == Some("closed");
        let reply = Reply::json(200, &after)?.with("etag", etag(version + 1));
        let data = reply.text().unwrap_or_default().to_owned();
        let mut mutation = cx.mutation(id.as_str())?.then_guarded(Guard::Version, update).detail(changes(&before, &after)).event(
            org,
            events::TICKET_UPDATED.name,
            data.clone(),
        );
        if closed {
            mutation = mutation.event(org, events::TICKET_CLOSED.name, data);
        }
        let named_a_customer = text("customer_id").is_some();
        mutation.commit(reply).await.map_err(|e| if named_a_customer && e.code() == Code::NotFound { unknown_customer() } else { e })
    }
}

fn stale(version: i64) -> Error {
    Error::from(Code::VersionConflict).member("current_version", version)
}

/// The version that `If-Match` names; `*` is any.
fn if_match(req: &Request) -> Result<Option<i64>> {
    match req.header("if-match").as_deref().map(str::trim) {
        None | Some("*") => Ok(None),
        Some(tag) => {
            let inner = tag.strip_prefix('"').and_then(|t| t.strip_suffix('"'));
            inner
                .and_then(|t| t.parse().ok())
                .map(Some)
                .ok_or_else(|| Error::new(Code::BadRequest, "If-Match is not an entity tag of a ticket, such as \"3\"."))
        }
    }
}

/// What changed, for the audit log: the names, and the old and new value of all but the long text.
fn changes(before: &Map<String, Value>, after: &Map<String, Value>) -> String {
    let mut out = Map::new();
    for (name, new) in after {
        let old = before.get(name);
        if old != Some(new) && name != "version" && name != "updated_at" {
            let entry = if name == "body" { json!("changed") } else { json!({"from": old, "to": new}) };
            out.insert(name.clone(), entry);
        }
    }
    Value::Object(out).to_string()
}
