//! `POST /o/{org}/members/{id}/role`: changes a member's role. Nobody gives or takes a role above their own, and one owner is left.

use super::{ANOTHER_OWNER, Member, ONE, SET_ROLE, WORDS, actor, last_owner, me, page_link, role_page::show};
use crate::refused;
use ::mail::{Letter, Mail};
use domain::{actions, events};
use kernel::{
    Command, Committed, Guard, Id, Reply, Request, Result, Route, UserId, Write,
    error::Code,
    flash::Tone,
    host::Surface,
    limit::Limit,
    principal::{Ability, Role, Scope},
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use serde_json::json;

/// Changes a member's role.
pub struct ChangeRole;
impl Command for ChangeRole {
    const ROUTE: Route = Route {
        method: Method::Post,
        path: "/o/{org}/members/{id}/role",
        surfaces: &[Surface::App],
        auth: Auth::Staff(Ability::Manage),
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::Records(&[actions::MEMBER_ROLE_CHANGED]),
        payload: Payload::Form(1_024),
        csrf: Csrf::OriginAndToken,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Recent,
        summary: "Changes a member's role",
    };
    async fn call(cx: Write<'_>, req: &Request) -> Result<Committed> {
        let (org, slug, id) = (cx.org()?, req.param("org")?, req.id_param::<UserId>("id")?);
        let (staff, mine) = me(cx.principal())?;
        let input = req.input()?;
        let (role, was) = (input.choice("role", WORDS), input.choice("was", WORDS));
        let errors = refused::fields(input.finish())?;
        let member = Member::of(cx.first(ONE.bind([org.into(), (&id).into()])).await?.as_ref())?;
        let (Some(role), Some(was), true) = (role, was, errors.is_empty()) else {
            return Ok(cx.unchanged(show(&cx, req, &member, "", &errors, false)?));
        };
        if !mine.may_grant(member.role) || !mine.may_grant(role) {
            return Err(Code::RoleMissing.into());
        }
        if was != member.role {
            return Ok(cx.unchanged(show(&cx, req, &member, role.as_str(), &[], true)?));
        }
        let list = Reply::see_other(&format!("/o/{slug}/members"));
        if role == was {
            return Ok(cx.unchanged(list));
        }
        if member.last_owner {
            return Err(last_owner());
        }
        let mut change = cx.mutation(id.as_str())?.then(actor(org, staff, mine));
        if was == Role::Owner {
            change = change.then(ANOTHER_OWNER.bind([org.into(), (&id).into()]));
        }
        let set = SET_ROLE.bind([org.into(), (&id).into(), role.as_str().into(), was.as_str().into()]);
        change = change
            .then_guarded(Guard::Version, set)
            .detail(json!({"email": member.email, "from": was.as_str(), "to": role.as_str()}).to_string())
            .event(org, events::MEMBER_ROLE_CHANGED.name, json!({"user_id": id, "role": role.as_str(), "was": was.as_str()}).to_string());
        if id != staff.user {
            let letter =
                Letter::RoleChanged { org: member.org_name.clone(), role: role.as_str().to_owned(), link: page_link(cx.app(), slug, "")? };
            change = store::mail::post(change, cx.app(), &Mail::new(&member.email, letter).about(org))?;
        }
        let said = format!("{} now has the role {}.", member.name, html::part::sentence(role.as_str()));
        change.commit(list.flash(Tone::Done, &said)).await.map_err(super::changed_meanwhile)
    }
}
