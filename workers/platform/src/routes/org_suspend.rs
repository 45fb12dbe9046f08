//! `POST /orgs/{id}/suspend`: nothing of an organization is served any more. Its owners are told, and both logs have it.

use super::org_suspend_page::{STOPS, not_now, page};
use crate::{owners::OWNERS, reason};
use ::mail::{Letter, Mail};
use domain::actions;
use kernel::{
    Command, Committed, Guard, Id, OrgId, Reply, Request, Result, Route, Rows, Write,
    error::{Code, Error},
    flash::Tone,
    host::Surface,
    limit::Limit,
    principal::{Duty, Scope},
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use shell::Frame;

kernel::sql! {
    Write Org SUSPEND(2) -> [] = "UPDATE orgs SET status = 'suspended', suspended_reason = ?2 WHERE id = ?1 AND status = 'active' AND deleted_at IS NULL";
}

/// Suspends an organization.
pub struct OrgSuspend;
impl Command for OrgSuspend {
    const ROUTE: Route = Route {
        method: Method::Post,
        path: "/orgs/{id}/suspend",
        surfaces: &[Surface::Platform],
        auth: Auth::Operator(Duty::Administer),
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::Records(&[actions::ORG_SUSPENDED]),
        payload: Payload::Form(16 * 1_024),
        csrf: Csrf::OriginAndToken,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Recent,
        summary: "Suspends an organization",
    };
    async fn call(cx: Write<'_>, req: &Request) -> Result<Committed> {
        let id = req.id_param::<OrgId>("id")?;
        let input = req.input()?;
        let why = reason::take(&input);
        let stmts = vec![STOPS.bind([(&id).into(), cx.now().into()]), OWNERS.bind([(&id).into()])];
        let [org, owners]: [Rows; 2] = cx.read(stmts).await?.try_into().unwrap_or_default();
        let row = org.first().ok_or(Code::NotFound)?;
        if let Some(elsewhere) = not_now(&id, row)? {
            return Ok(cx.unchanged(elsewhere));
        }
        if let Err(Error::Problem(refused)) = input.finish() {
            let given = sent(req)?;
            return Ok(cx.unchanged(page(&Frame::of(&cx, req), &id, row, &given, &refused.fields)?));
        }
        let name = row.text(0)?;
        let detail = serde_json::json!({"reason": why}).to_string();
        let mut change = cx.mutation(id.as_str())?.also_in(&id)?.detail(detail);
        change = change.then_guarded(Guard::State, SUSPEND.bind([(&id).into(), why.as_str().into()]));
        for owner in &owners {
            let letter = Letter::OrgSuspended { org: name.to_owned(), reason: why.clone() };
            change = store::mail::post(change, cx.app(), &Mail::new(owner.text(0)?, letter).about(&id))?;
        }
        let done = format!("{name} is suspended. Members and writes are stopped now; the portal and API reads within a minute.");
        let reply = Reply::see_other(&format!("/orgs/{id}")).flash(Tone::Done, &done);
        match change.commit(reply).await {
            // Somebody else was quicker.
            Err(e) if e.code() == Code::WrongState => {
                let text = format!("{name} was suspended, or deleted, by somebody else in the meantime.");
                Ok(cx.unchanged(Reply::see_other(&format!("/orgs/{id}")).flash(Tone::Failed, &text)))
            }
            other => other,
        }
    }
}

/// The reason as it was sent, to be shown again: whatever is wrong with it.
pub(super) fn sent(req: &Request) -> Result<String> {
    let again = req.input()?;
    Ok(again.opt_text(reason::NAME, kernel::input::Text::lines(0, 10_000)).unwrap_or_default())
}
