//! `POST /orgs/{id}/resume`: an organization is served again.

use super::{
    org_resume_page::{not_suspended, page},
    org_suspend::sent,
    org_suspend_page::STOPS,
};
use crate::{owners::OWNERS, reason};
use ::mail::{Letter, Link, Mail};
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
    Write Org RESUME(1) -> [] = "UPDATE orgs SET status = 'active', suspended_reason = NULL WHERE id = ?1 AND status = 'suspended'";
}

/// Resumes an organization.
pub struct OrgResume;
impl Command for OrgResume {
    const ROUTE: Route = Route {
        method: Method::Post,
        path: "/orgs/{id}/resume",
        surfaces: &[Surface::Platform],
        auth: Auth::Operator(Duty::Administer),
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::Records(&[actions::ORG_RESUMED]),
        payload: Payload::Form(16 * 1_024),
        csrf: Csrf::OriginAndToken,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Recent,
        summary: "Resumes an organization",
    };
    async fn call(cx: Write<'_>, req: &Request) -> Result<Committed> {
        let id = req.id_param::<OrgId>("id")?;
        let input = req.input()?;
        let why = reason::take(&input);
        let stmts = vec![STOPS.bind([(&id).into(), cx.now().into()]), OWNERS.bind([(&id).into()])];
        let [org, owners]: [Rows; 2] = cx.read(stmts).await?.try_into().unwrap_or_default();
        let row = org.first().ok_or(Code::NotFound)?;
        if row.text(1)? != "suspended" {
            return Ok(cx.unchanged(not_suspended(&id, row)?));
        }
        if let Err(Error::Problem(refused)) = input.finish() {
            return Ok(cx.unchanged(page(&Frame::of(&cx, req), &id, row, &sent(req)?, &refused.fields)?));
        }
        let config = &cx.app().config;
        let link = Link::at(&config.origin(&config.app_host), &format!("/o/{}", row.text(2)?))?;
        let name = row.text(0)?;
        let mut change = cx.mutation(id.as_str())?.also_in(&id)?.detail(serde_json::json!({"reason": why}).to_string());
        change = change.then_guarded(Guard::State, RESUME.bind([(&id).into()]));
        for owner in &owners {
            let letter = Letter::OrgResumed { org: name.to_owned(), link: link.clone() };
            change = store::mail::post(change, cx.app(), &Mail::new(owner.text(0)?, letter).about(&id))?;
        }
        let reply = Reply::see_other(&format!("/orgs/{id}")).flash(Tone::Done, &format!("{name} is active again."));
        match change.commit(reply).await {
            Err(e) if e.code() == Code::WrongState => Ok(cx.unchanged(not_suspended(&id, row)?)),
            other => other,
        }
    }
}
