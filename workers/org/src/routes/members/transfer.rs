//! `POST /o/{org}/members/{id}/transfer`: another member becomes an owner, and whoever hands over an admin. One batch: there is never
//! a moment with none.

use super::{Member, ONE, SET_ROLE, actor, me, page_link};
use ::mail::{Letter, Mail};
use domain::{actions, events};
use kernel::{
    Command, Committed, Guard, Id, Reply, Request, Result, Route, UserId, Write,
    error::{Code, Error},
    flash::Tone,
    host::Surface,
    limit::Limit,
    principal::{Ability, Role, Scope},
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use serde_json::json;

/// Hands ownership over.
pub struct Transfer;
impl Command for Transfer {
    const ROUTE: Route = Route {
        method: Method::Post,
        path: "/o/{org}/members/{id}/transfer",
        surfaces: &[Surface::App],
        auth: Auth::Staff(Ability::Own),
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::Records(&[actions::OWNERSHIP_TRANSFERRED]),
        payload: Payload::Form(1_024),
        csrf: Csrf::OriginAndToken,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Recent,
        summary: "Hands ownership over to another member",
    };
    async fn call(cx: Write<'_>, req: &Request) -> Result<Committed> {
        let (org, slug, id, now) = (cx.org()?, req.param("org")?, req.id_param::<UserId>("id")?, cx.now());
        let (staff, mine) = me(cx.principal())?;
        req.input()?.finish()?;
        let member = Member::of(cx.first(ONE.bind([org.into(), (&id).into()])).await?.as_ref())?;
        if id == staff.user {
            return Err(Error::new(Code::WrongState, "You are an owner already. Choose another member."));
        }
        let (owner, admin, was) = (Role::Owner.as_str(), Role::Admin.as_str(), member.role.as_str());
        let told = |user: &UserId, role: &str, was: &str| json!({"user_id": user, "role": role, "was": was}).to_string();
        let mut change = cx
            .mutation(id.as_str())?
            .then(actor(org, staff, mine))
            .then_guarded(Guard::Version, SET_ROLE.bind([org.into(), (&id).into(), owner.into(), was.into()]))
            .then_guarded(Guard::Version, SET_ROLE.bind([org.into(), (&staff.user).into(), admin.into(), owner.into()]))
            .detail(json!({"from": staff.user, "to": id, "email": member.email}).to_string())
            .event(org, events::MEMBER_ROLE_CHANGED.name, told(&id, owner, was))
            .event(org, events::MEMBER_ROLE_CHANGED.name, told(&staff.user, admin, owner));
        for to in [member.email.as_str(), staff.email.as_str()] {
            let letter = Letter::OwnershipTransferred {
                org: member.org_name.clone(),
                from: staff.name.clone(),
                to: member.name.clone(),
                at: now,
                link: page_link(cx.app(), slug, "")?,
            };
            change = store::mail::post(change, cx.app(), &Mail::new(to, letter).about(org))?;
        }
        let reply = Reply::see_other(&format!("/o/{slug}/members"));
        let said = format!("{} is now an owner of {}, and you are an admin.", member.name, member.org_name);
        change.commit(reply.flash(Tone::Done, &said)).await.map_err(super::changed_meanwhile)
    }
}
