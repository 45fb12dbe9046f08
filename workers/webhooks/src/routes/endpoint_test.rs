//! `POST /v1/webhook-endpoints/{id}/test`: a `ping` to that endpoint only, signed for real, through the same queue, schedule and
//! log as any message. It is written as message and delivery at once: there is nothing to fan out.

use crate::routes::delivery::Delivery;
use domain::{actions, delivery::not_enabled, events, plans::Plan};
use kernel::{
    Command, Committed, EndpointId, EventId, Guard, Principal, Reply, Request, Result, Route, Write,
    error::{Code, Error},
    host::Surface,
    id::Id,
    limit::{Exact, Limit},
    ports::Queue,
    principal::{Resource, Scope, Verb},
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
    time::Span,
};

kernel::sql! {
    Read Org STATUS(2) -> ["status"] = "SELECT status FROM webhook_endpoints WHERE org_id = ?1 AND id = ?2";
    Bookkeep Org MESSAGE(6) -> [] =
        "INSERT INTO webhook_messages(org_id, id, type, payload, created_at, expires_at) VALUES(?1, ?2, ?3, ?4, ?5, ?6)";
    Bookkeep Org DELIVERY(5) -> [] =
        "INSERT INTO webhook_deliveries(org_id, id, message_id, endpoint_id, status, next_at, created_at) \
         SELECT ?1, ?2, ?3, e.id, 'pending', ?5, ?5 FROM webhook_endpoints e WHERE e.org_id = ?1 AND e.id = ?4 AND e.status = 'enabled'";
}

const LIMIT: Exact = Exact { name: "webhook_tests", limit: 60, window_seconds: 3_600 };

/// Sends a test.
pub struct EndpointTest;
impl Command for EndpointTest {
    const ROUTE: Route = Route {
        method: Method::Post,
        path: "/v1/webhook-endpoints/{id}/test",
        surfaces: &[Surface::Api],
        auth: Auth::Key,
        scope: Scope::Of(Resource::Webhooks, Verb::Write),
        limit: Limit::ApiExact(LIMIT),
        audit: Audit::Records(&[actions::ENDPOINT_TESTED]),
        payload: Payload::None,
        csrf: Csrf::Cookieless,
        idempotency: Idempotency::Key,
        step_up: StepUp::Never,
        summary: "Sends a ping to a webhook endpoint",
    };
    async fn call(cx: Write<'_>, req: &Request) -> Result<Committed> {
        let (org, id) = (cx.org()?, req.id_param::<EndpointId>("id")?);
        let Principal::Key(key) = cx.principal() else { return Err(Error::incident("the caller's key", cx.principal().kind())) };
        req.query_input().finish()?;
        let row = cx.first(STATUS.bind([org.into(), (&id).into()])).await?.ok_or(Code::NotFound)?;
        if row.text(0)? != "enabled" {
            return Err(Error::new(Code::WrongState, not_enabled(row.text(0)?)));
        }
        let (now, message) = (cx.now(), cx.id::<EventId>());
        let kept = Span::days(i64::from(Plan::parse(&key.plan).limits().delivery_days));
        let data = serde_json::json!({"endpoint_id": id, "message": "A test of this endpoint."}).to_string();
        let payload = events::body(message.as_str(), events::PING.name, now, org.as_str(), &data)
            .ok_or_else(|| Error::incident("the body of a ping", message.as_str()))?;
        let delivery = Delivery::new(cx.id(), message, events::PING.name, id, now);
        let insert_message = MESSAGE.bind([
            org.into(),
            (&delivery.event_id).into(),
            events::PING.name.into(),
            payload.into(),
            now.into(),
            now.plus(kept).into(),
        ]);
        let insert =
            DELIVERY.bind([org.into(), (&delivery.id).into(), (&delivery.event_id).into(), (&delivery.endpoint_id).into(), now.into()]);
        let reply = Reply::json(202, &delivery)?.with("location", format!("/v1/webhook-deliveries/{}", delivery.id));
        cx.mutation(delivery.endpoint_id.as_str())?
            .then(insert_message)
            .then_guarded(Guard::State, insert)
            .wake(Queue::Deliveries, delivery.id.as_str())
            .commit(reply)
            .await
    }
}
