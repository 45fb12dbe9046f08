//! `POST /jobs/{id}/replay`: a dead job is tried again, with all its attempts.

use super::job::JOB;
use domain::actions;
use kernel::{
    Command, Committed, Guard, Id, JobId, OrgId, Reply, Request, Result, Route, Write,
    error::Code,
    flash::Tone,
    host::Surface,
    limit::Limit,
    principal::{Duty, Scope},
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};

/// Puts a dead job back. The sweep wakes its consumer within a minute.
pub struct JobReplay;
impl Command for JobReplay {
    const ROUTE: Route = Route {
        method: Method::Post,
        path: "/jobs/{id}/replay",
        surfaces: &[Surface::Platform],
        auth: Auth::Operator(Duty::Support),
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::Records(&[actions::JOB_REPLAYED]),
        payload: Payload::Form(16 * 1_024),
        csrf: Csrf::OriginAndToken,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "Puts a dead job back",
    };
    async fn call(cx: Write<'_>, req: &Request) -> Result<Committed> {
        let id = req.id_param::<JobId>("id")?;
        req.input()?.finish()?;
        let row = cx.first(JOB.bind([(&id).into()])).await?.ok_or(Code::NotFound)?;
        let detail = serde_json::json!({"kind": row.text(0)?, "subject": row.text(1)?}).to_string();
        let mut change = cx.mutation(id.as_str())?.detail(detail);
        if let Some(org) = row.opt_text(2)? {
            change = change.also_in(&OrgId::stored(org)?)?;
        }
        let change = change.then_guarded(Guard::State, store::jobs::REVIVE.bind([(&id).into(), cx.now().into()]));
        let back = || Reply::see_other(&format!("/jobs/{id}"));
        match change.commit(back().flash(Tone::Done, "The job is tried again within a minute.")).await {
            Err(e) if e.code() == Code::WrongState => {
                Ok(cx.unchanged(back().flash(Tone::Failed, "Only a dead job can be put back. This one is none any more.")))
            }
            other => other,
        }
    }
}
