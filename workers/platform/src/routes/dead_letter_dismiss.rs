//! `POST /dead-letters/{id}/dismiss`: a queue message that nobody could use is done with.

use super::dead_letter::LETTER;
use domain::actions;
use kernel::{
    Command, Committed, Id, JobId, Reply, Request, Result, Route, Write,
    error::Code,
    flash::Tone,
    host::Surface,
    limit::Limit,
    principal::{Duty, Scope},
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};

kernel::sql! {
    Bookkeep Global("dead letters belong to the machine") DISMISS(1) -> [] = "DELETE FROM dead_letters WHERE id = ?1";
}

/// Dismisses a dead letter. What it was stands in the log.
pub struct DeadLetterDismiss;
impl Command for DeadLetterDismiss {
    const ROUTE: Route = Route {
        method: Method::Post,
        path: "/dead-letters/{id}/dismiss",
        surfaces: &[Surface::Platform],
        auth: Auth::Operator(Duty::Support),
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::Records(&[actions::DEAD_LETTER_DISMISSED]),
        payload: Payload::Form(16 * 1_024),
        csrf: Csrf::OriginAndToken,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "Dismisses a queue message that nobody could use",
    };
    async fn call(cx: Write<'_>, req: &Request) -> Result<Committed> {
        let id = req.id_param::<JobId>("id")?;
        req.input()?.finish()?;
        let row = cx.first(LETTER.bind([(&id).into()])).await?.ok_or(Code::NotFound)?;
        let start: String = row.text(1)?.chars().take(200).collect();
        let detail = serde_json::json!({"queue": row.text(0)?, "message": start}).to_string();
        let change = cx.mutation(id.as_str())?.detail(detail).then_one(DISMISS.bind([(&id).into()]));
        change.commit(Reply::see_other("/jobs#letters").flash(Tone::Done, "The message is dismissed.")).await
    }
}
