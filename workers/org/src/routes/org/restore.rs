//! `POST /deleted/restore`: an owner brings an organization back within its thirty days. Everything of it is as it was.

use super::deleted_page::PATH as LIST;
use ::mail::{Letter, Link, Mail};
use domain::{actions, events, organizations::GRACE};
use kernel::{
    Command, Committed, Guard, Id, OrgId, Reply, Request, Result, Route, Write,
    audit::AuditLog,
    error::Code,
    flash::Tone,
    host::Surface,
    limit::Limit,
    principal::Scope,
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use serde_json::json;

kernel::sql! {
    /// Its owners, if the caller is one of them.
    Read Org OWNERS(2) -> ["slug", "name", "email"] =
        "SELECT o.slug, o.name, u.email FROM memberships m JOIN users u ON u.id = m.user_id JOIN orgs o ON o.id = m.org_id \
         WHERE m.org_id = ?1 AND m.role = 'owner' AND o.deleted_at IS NOT NULL \
           AND EXISTS (SELECT 1 FROM memberships x WHERE x.org_id = ?1 AND x.user_id = ?2 AND x.role = 'owner') LIMIT 50";
    Write Org RESTORE(3) -> [] =
        "UPDATE orgs SET deleted_at = NULL, version = version + 1 WHERE id = ?1 AND deleted_at > ?3 \
         AND EXISTS (SELECT 1 FROM memberships WHERE org_id = ?1 AND user_id = ?2 AND role = 'owner')";
}

/// The address of the form.
pub const PATH: &str = "/deleted/restore";

/// Brings an organization back.
pub struct Restore;
impl Command for Restore {
    const ROUTE: Route = Route {
        method: Method::Post,
        path: PATH,
        surfaces: &[Surface::App],
        auth: Auth::Account,
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::Records(&[actions::ORG_RESTORED]),
        payload: Payload::Form(1_024),
        csrf: Csrf::OriginAndToken,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Recent,
        summary: "Brings back an organization that is being deleted",
    };
    async fn call(cx: Write<'_>, req: &Request) -> Result<Committed> {
        let input = req.input()?;
        let id = input.opt_id::<OrgId>("id");
        input.finish()?;
        let refused =
            || Reply::see_other(LIST).flash(Tone::Failed, "That organization is not being deleted, or you are not an owner of it.");
        let Some(id) = id else { return Ok(cx.unchanged(refused())) };
        let (me, now) = (cx.principal(), cx.now());
        let owners = cx.rows(OWNERS.bind([(&id).into(), me.id().into()])).await?;
        let Some(first) = owners.first() else { return Ok(cx.unchanged(refused())) };
        let (slug, name) = (first.text(0)?, first.text(1)?);
        let config = &cx.app().config;
        let page = Link::at(&config.origin(&config.app_host), &format!("/o/{slug}"))?;
        let restore = RESTORE.bind([(&id).into(), me.id().into(), now.minus(GRACE).into()]);
        let mut change = cx
            .mutation_in(AuditLog::Org(id.clone()), actions::ORG_RESTORED, id.as_str())?
            .then_guarded(Guard::State, restore)
            .event(&id, events::ORG_RESTORED.name, json!({"id": id, "slug": slug, "name": name}).to_string());
        for owner in &owners {
            let letter = Letter::OrgDeletionCanceled { org: name.to_owned(), by: me.label().to_owned(), link: page.clone() };
            change = store::mail::post(change, cx.app(), &Mail::new(owner.text(2)?, letter).about(&id))?;
        }
        let reply = Reply::see_other(&format!("/o/{slug}")).flash(Tone::Done, &format!("{name} is back."));
        match change.commit(reply).await {
            Err(e) if e.code() == Code::WrongState => Ok(cx.unchanged(refused())),
            other => other,
        }
    }
}
