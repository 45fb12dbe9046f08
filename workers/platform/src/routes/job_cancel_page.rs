//! `GET /jobs/{id}/cancel`: asks before work is given up.

use super::job::JOB;
use html::confirm::Confirm;
use kernel::{
    JobId, Query, Read, Reply, Request, Result, Route,
    error::Code,
    flash::Tone,
    host::Surface,
    limit::Limit,
    principal::{Duty, Scope},
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use shell::{ConsolePlace, Frame};

/// Asks before a job is canceled.
pub struct JobCancelPage;
impl Query for JobCancelPage {
    const ROUTE: Route = Route {
        method: Method::Get,
        path: "/jobs/{id}/cancel",
        surfaces: &[Surface::Platform],
        auth: Auth::Operator(Duty::Administer),
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::ReadOnly,
        payload: Payload::None,
        csrf: Csrf::SafeMethod,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "Asks before a job is canceled",
    };
    async fn call(cx: Read<'_>, req: &Request) -> Result<Reply> {
        let id = req.id_param::<JobId>("id")?;
        let row = cx.first(JOB.bind([(&id).into()])).await?.ok_or(Code::NotFound)?;
        let back = format!("/jobs/{id}");
        if !matches!(row.text(3)?, "queued" | "dead") {
            return Ok(Reply::see_other(&back).flash(Tone::Failed, IMPOSSIBLE));
        }
        let frame = Frame::of(&cx, req);
        let mut consequences = vec!["The work is not done. If it is asked for again, it begins anew.".to_owned()];
        if row.text(0)? == domain::jobs::EXPORT.name {
            consequences.push("The export is marked as failed, and the organization's webhooks say so.".to_owned());
        }
        let (title, action) = (format!("Cancel the job {} about {}?", row.text(0)?, row.text(1)?), format!("/jobs/{id}/cancel"));
        let main = Confirm::new(&title, &action, frame.csrf(), "Cancel job", &back).consequences(&consequences).render(&[]);
        Ok(frame.platform(ConsolePlace::Jobs, &title).crumb("Background work", "/jobs").reply(&main))
    }
}

/// What is said of a job that is under way or done.
pub(super) const IMPOSSIBLE: &str = "Only a job that waits or is dead can be canceled. This one is under way, done or canceled.";
