//! `POST /jobs/{id}/cancel`: work is given up. What waited for it is told.

use super::{job::JOB, job_cancel_page::IMPOSSIBLE};
use domain::{actions, events, jobs};
use kernel::{
    Command, Committed, Guard, Id, JobId, OrgId, Reply, Request, Result, Route, Write,
    error::Code,
    flash::Tone,
    host::Surface,
    limit::Limit,
    principal::{Duty, Scope},
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};

kernel::sql! {
    Bookkeep Global("an operator gives a job up")
    CANCEL(2) -> [] = "UPDATE jobs SET state = 'canceled', updated_at = ?2, lease_until = 0 WHERE id = ?1 AND state IN ('queued', 'dead')";
    /// Nobody goes on with it. Nothing to change where it is done or has failed already.
    Write Org FAIL_EXPORT(3) -> [] =
        "UPDATE exports SET state = 'failed', error = 'An operator of the service canceled this export. Request it again.', finished_at = ?3 \
         WHERE org_id = ?1 AND id = ?2 AND state IN ('queued', 'running')";
}

/// Cancels a job.
pub struct JobCancel;
impl Command for JobCancel {
    const ROUTE: Route = Route {
        method: Method::Post,
        path: "/jobs/{id}/cancel",
        surfaces: &[Surface::Platform],
        auth: Auth::Operator(Duty::Administer),
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::Records(&[actions::JOB_CANCELED]),
        payload: Payload::Form(16 * 1_024),
        csrf: Csrf::OriginAndToken,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "Gives a job up",
    };
    async fn call(cx: Write<'_>, req: &Request) -> Result<Committed> {
        let (id, now) = (req.id_param::<JobId>("id")?, cx.now());
        req.input()?.finish()?;
        let row = cx.first(JOB.bind([(&id).into()])).await?.ok_or(Code::NotFound)?;
        let (kind, subject, state) = (row.text(0)?, row.text(1)?, row.text(3)?);
        let detail = serde_json::json!({"kind": kind, "subject": subject}).to_string();
        let mut change = cx.mutation(id.as_str())?.detail(detail).then_guarded(Guard::State, CANCEL.bind([(&id).into(), now.into()]));
        if let Some(org) = row.opt_text(2)?.map(OrgId::stored).transpose()? {
            change = change.also_in(&org)?;
            // A dead one has said already that it failed.
            if kind == jobs::EXPORT.name && state != "dead" {
                let data = serde_json::json!({"id": subject, "kind": "tickets"}).to_string();
                change = change.then(FAIL_EXPORT.bind([(&org).into(), subject.into(), now.into()]));
                change = change.event(&org, events::EXPORT_FAILED.name, data);
            }
        }
        let back = || Reply::see_other(&format!("/jobs/{id}"));
        match change.commit(back().flash(Tone::Done, "The job is canceled.")).await {
            Err(e) if e.code() == Code::WrongState => Ok(cx.unchanged(back().flash(Tone::Failed, IMPOSSIBLE))),
            other => other,
        }
    }
}
