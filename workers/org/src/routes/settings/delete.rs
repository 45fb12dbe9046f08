//! `POST /o/{org}/settings/delete`: deletes the organization. From this batch on nothing of it is served: pages, sessions and writes
//! by key ask the database each time, and what is cached of keys and portals ends within a minute. Its data goes after 30 days
//! (retention), and until then an owner can bring it back.

use super::delete_page::{Going, going, show};
use crate::{
    refused,
    routes::{
        members::{actor, me},
        org::deleted_page,
    },
};
use ::mail::{Letter, Link, Mail};
use domain::{actions, events, organizations::GRACE};
use html::confirm::TYPED;
use kernel::{
    Command, Committed, Guard, Id, Reply, Request, Result, Route, Write,
    error::Code,
    flash::Tone,
    host::Surface,
    input::Text,
    limit::Limit,
    principal::{Ability, Scope},
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use serde_json::json;

kernel::sql! {
    Read Org OWNERS(1) -> ["email"] =
        "SELECT u.email FROM memberships m JOIN users u ON u.id = m.user_id WHERE m.org_id = ?1 AND m.role = 'owner' LIMIT 50";
    /// Nobody goes on paying for what is gone.
    Bookkeep Org NOTHING_LIVE(1) -> [] =
        "INSERT INTO guard(name, ok) SELECT 'state', NOT EXISTS (SELECT 1 FROM subscriptions WHERE org_id = ?1 AND status NOT IN ('canceled', 'incomplete_expired'))";
    Write Org DELETE(2) -> [] = "UPDATE orgs SET deleted_at = ?2, version = version + 1 WHERE id = ?1 AND deleted_at IS NULL";
}

/// Deletes the organization.
pub struct Delete;
impl Command for Delete {
    const ROUTE: Route = Route {
        method: Method::Post,
        path: "/o/{org}/settings/delete",
        surfaces: &[Surface::App],
        auth: Auth::Staff(Ability::Own),
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::Records(&[actions::ORG_DELETED]),
        payload: Payload::Form(1_024),
        csrf: Csrf::OriginAndToken,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Recent,
        summary: "Deletes an organization; it can be restored for 30 days",
    };
    async fn call(cx: Write<'_>, req: &Request) -> Result<Committed> {
        let (org, slug, now) = (cx.org()?, req.param("org")?, cx.now());
        let (staff, mine) = me(cx.principal())?;
        let input = req.input()?;
        let typed = input.text(TYPED, Text::line(1, 200));
        let mut errors = refused::fields(input.finish())?;
        if errors.is_empty() && typed.trim() != slug {
            errors.push(refused::field(TYPED, "not_allowed", "This is not the organization's address.", format!("Type {slug}.")));
        }
        let [row, owners] = <[_; 2]>::try_from(cx.read(vec![going(org), OWNERS.bind([org.into()])]).await?).unwrap_or_default();
        let going = Going::of(row.first().ok_or(Code::NotFound)?)?;
        if going.live || !errors.is_empty() {
            return Ok(cx.unchanged(show(&cx, req, &going, if going.live { &[] } else { &errors })?));
        }
        let config = &cx.app().config;
        let (until, list) = (now.plus(GRACE), Link::at(&config.origin(&config.app_host), deleted_page::PATH)?);
        let mut change = cx
            .mutation(org.as_str())?
            .then(actor(org, staff, mine))
            .then(NOTHING_LIVE.bind([org.into()]))
            .then_guarded(Guard::State, DELETE.bind([org.into(), now.into()]))
            .detail(json!({"name": going.name, "slug": slug, "purged_after": until}).to_string())
            .event(org, events::ORG_DELETED.name, json!({"id": org, "slug": slug, "name": going.name}).to_string());
        for owner in &owners {
            let letter = Letter::OrgDeletionScheduled { org: going.name.clone(), by: staff.name.clone(), until, link: list.clone() };
            change = store::mail::post(change, cx.app(), &Mail::new(owner.text(0)?, letter).about(org))?;
        }
        let said = format!("{} is deleted. It can be restored for 30 days.", going.name);
        change.commit(Reply::see_other("/").flash(Tone::Done, &said)).await.map_err(crate::routes::members::changed_meanwhile)
    }
}
