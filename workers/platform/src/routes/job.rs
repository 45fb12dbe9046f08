//! `GET /jobs/{id}`: one piece of background work, with everything that is known of it.

use crate::words::{job_state, moment};
use html::{
    form::button,
    page::{card, head_with},
    part::{copyable, facts, none, thousands},
};
use kernel::{
    Id, JobId, Principal, Query, Read, Reply, Request, Result, Route,
    error::Code,
    host::Surface,
    limit::Limit,
    principal::{Duty, Scope},
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use maud::html;
use shell::{ConsolePlace, Frame};

kernel::sql! {
    Read Global("operators see every organization's jobs")
    JOB(1) -> ["kind", "subject", "org_id", "state", "attempts", "max_attempts", "next_at", "lease_until", "last_error", "created_at", "updated_at", "id"] =
        "SELECT kind, subject, org_id, state, attempts, max_attempts, next_at, lease_until, last_error, created_at, updated_at, id FROM jobs WHERE id = ?1";
}

/// Shows a job.
pub struct Job;
impl Query for Job {
    const ROUTE: Route = Route {
        method: Method::Get,
        path: "/jobs/{id}",
        surfaces: &[Surface::Platform],
        auth: Auth::Operator(Duty::Look),
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::ReadOnly,
        payload: Payload::None,
        csrf: Csrf::SafeMethod,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "One piece of background work",
    };
    async fn call(cx: Read<'_>, req: &Request) -> Result<Reply> {
        let id = req.id_param::<JobId>("id")?;
        let row = cx.first(JOB.bind([(&id).into()])).await?.ok_or(Code::NotFound)?;
        let frame = Frame::of(&cx, req);
        let may = |duty| matches!(cx.principal(), Principal::Operator(operator) if operator.role.may(duty));
        let state = row.text(3)?;
        let waits = matches!(state, "queued" | "dead");
        let actions = html! {
            @if state == "dead" && may(Duty::Support) { (button(&format!("/jobs/{id}/replay"), frame.csrf(), "Try again")) }
            @if waits && may(Duty::Administer) { a class="button danger" href={ "/jobs/" (id) "/cancel" } { "Cancel" } }
        };
        let org = row.opt_text(2)?.map_or_else(|| none("none"), |org| html! { a href={ "/orgs/" (org) } { code { (org) } } });
        let main = html! {
            (head_with(&html! { (row.text(0)?) }, &job_state(state), "", &actions))
            (card("", "", &html! {}, &facts(&[
                ("Id", copyable(id.as_str())),
                ("About", html! { code { (row.text(1)?) } }),
                ("Organization", org),
                ("Attempts since it last went well", html! { (thousands(row.int(4)?)) " of " (thousands(row.int(5)?)) }),
                ("Next attempt", if waits && state != "dead" { moment(Some(row.int(6)?), "") } else { none("none") }),
                ("Last error", html! { (row.opt_text(8)?.unwrap_or("none")) }),
                ("Asked for", moment(Some(row.int(9)?), "")),
                ("Last changed", moment(Some(row.int(10)?), "")),
            ])))
        };
        let title = row.text(0)?.to_owned();
        Ok(frame.platform(ConsolePlace::Jobs, &title).crumb("Background work", "/jobs").reply(&main))
    }
}
