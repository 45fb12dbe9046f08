//! `POST /v1/exports`: asks for an export. The plan's monthly number and the number running at once are guards of its batch.

use domain::{actions, exports::RUNNING_AT_ONCE, jobs, quotas::Quota};
use kernel::{
    Command, Committed, ExportId, Guard, Reply, Request, Result, Route, Write,
    error::{Code, Error},
    host::Surface,
    id::Id,
    limit::{Exact, Limit},
    principal::{Resource, Scope, Verb},
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
    time::Span,
};
use serde_json::json;

kernel::sql! {
    /// Takes the newest row as its bound, so that a repeated slice sees the same rows. Nothing is inserted over the plan's number.
    Write Org INSERT(7) -> [] =
        "INSERT INTO exports(org_id, id, kind, format, state, until_id, object_key, requested_by, created_at) \
         SELECT ?1, ?2, 'tickets', 'csv', 'queued', COALESCE((SELECT max(id) FROM tickets WHERE org_id = ?1), ''), ?3, ?4, ?5 \
         WHERE (SELECT count(*) FROM exports WHERE org_id = ?1 AND created_at >= ?6) < (SELECT ?7 ->> plan FROM orgs WHERE id = ?1)";
    Bookkeep Org FEW_RUNNING(3) -> [] =
        "INSERT INTO guard(name, ok) SELECT 'state', (SELECT count(*) FROM exports WHERE org_id = ?1 AND created_at >= ?2 AND state IN ('queued', 'running')) < ?3";
}

/// The exact limit beside the plan's: an export is dear.
const LIMIT: Exact = Exact { name: "exports", limit: 30, window_seconds: 3_600 };

const KINDS: &[(&str, &str)] = &[("tickets", "tickets")];
const FORMATS: &[(&str, &str)] = &[("csv", "csv")];

/// Asks for an export.
pub struct ExportCreate;
impl Command for ExportCreate {
    const ROUTE: Route = Route {
        method: Method::Post,
        path: "/v1/exports",
        surfaces: &[Surface::Api],
        auth: Auth::Key,
        scope: Scope::Of(Resource::Exports, Verb::Write),
        limit: Limit::ApiExact(LIMIT),
        audit: Audit::Records(&[actions::EXPORT_REQUESTED]),
        payload: Payload::Json(4 * 1_024),
        csrf: Csrf::Cookieless,
        idempotency: Idempotency::Key,
        step_up: StepUp::Never,
        summary: "Asks for an export",
    };
    async fn call(cx: Write<'_>, req: &Request) -> Result<Committed> {
        let org = cx.org()?;
        let input = req.input()?;
        let kind = input.choice("kind", KINDS);
        let format = input.opt_choice("format", FORMATS).unwrap_or("csv");
        input.finish()?;
        let (now, id) = (cx.now(), cx.id::<ExportId>());
        let object = format!("{org}/{id}.csv");
        // A queued export older than a day is one that the sweep has given up: it no longer takes a place.
        let recent = now.minus(Span::days(1));
        let insert = INSERT.bind([
            org.into(),
            (&id).into(),
            object.into(),
            cx.principal().id().into(),
            now.into(),
            now.month_start().into(),
            Quota::ExportsAMonth.by_plan().into(),
        ]);
        let reply = Reply::json(
            202,
            &json!({
                "id": id, "kind": kind, "format": format, "state": "queued", "rows": 0, "bytes": 0, "sha256": null, "error": null,
                "created_at": now, "finished_at": null, "expires_at": null,
            }),
        )?
        .with("location", format!("/v1/exports/{id}"));
        let done = cx
            .mutation(id.as_str())?
            .then(FEW_RUNNING.bind([org.into(), recent.into(), RUNNING_AT_ONCE.into()]))
            .then_guarded(Guard::Plan, insert)
            .job(jobs::EXPORT, id.as_str(), Some(org))
            .commit(reply)
            .await;
        match done {
            Err(e) if e.code() == Code::PlanLimit => Err(store::usage::explain(&cx, Quota::ExportsAMonth, e).await?),
            Err(e) if e.code() == Code::WrongState => {
                Err(Error::new(Code::TooManyRunning, format!("{RUNNING_AT_ONCE} exports are being made.")).retry_after(Span::seconds(30)))
            }
            done => done,
        }
    }
}
