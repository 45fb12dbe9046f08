//! `POST /v1/webhook-deliveries/{id}/retry`: one attempt now, whatever became of the delivery; the schedule goes on from where it
//! stands. The same message, so the same `webhook-id` and the same bytes.

use domain::{actions, delivery::not_enabled};
use kernel::{
    Command, Committed, DeliveryId, Guard, Reply, Request, Result, Route, Write,
    error::{Code, Error},
    host::Surface,
    id::Id,
    limit::{Exact, Limit},
    ports::Queue,
    principal::{Resource, Scope, Verb},
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use serde_json::{Map, Value, json};

kernel::sql! {
    Read Org CURRENT(2) -> ["data", "lease_until", "endpoint_status"] = concat!(
        "SELECT json_object(", crate::delivery_fields!(), ") AS data, d.lease_until, \
           (SELECT e.status FROM webhook_endpoints e WHERE e.org_id = ?1 AND e.id = d.endpoint_id) AS endpoint_status \
         FROM webhook_deliveries d WHERE d.org_id = ?1 AND d.id = ?2");
    /// Not while an attempt is under way, and only where there is somebody to send it to.
    Bookkeep Org AGAIN(3) -> [] =
        "UPDATE webhook_deliveries SET status = 'pending', next_at = ?3, lease_until = 0, finished_at = NULL \
         WHERE org_id = ?1 AND id = ?2 AND lease_until <= ?3 \
           AND EXISTS (SELECT 1 FROM webhook_endpoints e WHERE e.org_id = ?1 AND e.id = webhook_deliveries.endpoint_id AND e.status = 'enabled')";
}

const LIMIT: Exact = Exact { name: "webhook_retries", limit: 300, window_seconds: 3_600 };

/// Puts a delivery back.
pub struct DeliveryRetry;
impl Command for DeliveryRetry {
    const ROUTE: Route = Route {
        method: Method::Post,
        path: "/v1/webhook-deliveries/{id}/retry",
        surfaces: &[Surface::Api],
        auth: Auth::Key,
        scope: Scope::Of(Resource::Webhooks, Verb::Write),
        limit: Limit::ApiExact(LIMIT),
        audit: Audit::Records(&[actions::DELIVERY_RETRIED]),
        payload: Payload::None,
        csrf: Csrf::Cookieless,
        idempotency: Idempotency::Key,
        step_up: StepUp::Never,
        summary: "Tries a webhook delivery again, now",
    };
    async fn call(cx: Write<'_>, req: &Request) -> Result<Committed> {
        let (org, id, now) = (cx.org()?, req.id_param::<DeliveryId>("id")?, cx.now());
        req.query_input().finish()?;
        let row = cx.first(CURRENT.bind([org.into(), (&id).into()])).await?.ok_or(Code::NotFound)?;
        match row.opt_text(2)? {
            Some("enabled") => {}
            None => return Err(Error::new(Code::WrongState, "The endpoint was removed.")),
            Some(status) => return Err(Error::new(Code::WrongState, not_enabled(status))),
        }
        if row.int(1)? > now.get() {
            return Err(Error::new(Code::WrongState, "An attempt is under way."));
        }
        let mut delivery: Map<String, Value> =
            serde_json::from_str(row.text(0)?).map_err(|e| Error::incident("a stored delivery", e.to_string()))?;
        let was = delivery.insert("status".into(), json!("pending"));
        delivery.insert("next_attempt_at".into(), json!(now));
        delivery.insert("finished_at".into(), Value::Null);
        cx.mutation(id.as_str())?
            .then_guarded(Guard::State, AGAIN.bind([org.into(), (&id).into(), now.into()]))
            .wake(Queue::Deliveries, id.as_str())
            .detail(json!({"was": was}).to_string())
            .commit(Reply::json(202, &delivery)?)
            .await
    }
}
