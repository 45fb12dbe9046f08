//! `POST /o/{org}/members/{id}/remove`: removes a member. Their tickets become nobody's in the same batch; from the next request on
//! they have no access.

use super::{ANOTHER_OWNER, FORGET, Member, ONE, REMOVE, UNASSIGN, WORDS, actor, last_owner, me};
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

/// Removes a member.
pub struct Remove;
impl Command for Remove {
    const ROUTE: Route = Route {
        method: Method::Post,
        path: "/o/{org}/members/{id}/remove",
        surfaces: &[Surface::App],
        auth: Auth::Staff(Ability::Manage),
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::Records(&[actions::MEMBER_REMOVED]),
        payload: Payload::Form(1_024),
        csrf: Csrf::OriginAndToken,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "Removes a member",
    };
    async fn call(cx: Write<'_>, req: &Request) -> Result<Committed> {
        let (org, slug, id, now) = (cx.org()?, req.param("org")?, req.id_param::<UserId>("id")?, cx.now());
        let (staff, mine) = me(cx.principal())?;
        let input = req.input()?;
        let was = input.opt_choice("was", WORDS);
        input.finish()?;
        let member = Member::of(cx.first(ONE.bind([org.into(), (&id).into()])).await?.as_ref())?;
        if !mine.may_grant(member.role) {
            return Err(Code::RoleMissing.into());
        }
        if member.last_owner {
            return Err(last_owner());
        }
        let mut change = cx.mutation(id.as_str())?.then(actor(org, staff, mine));
        if member.role == Role::Owner {
            change = change.then(ANOTHER_OWNER.bind([org.into(), (&id).into()]));
        }
        // As they were when the question was asked, or as they are now.
        let role = was.unwrap_or(member.role);
        let change = change
            .then(UNASSIGN.bind([org.into(), (&id).into(), now.into()]))
            .then(FORGET.bind([org.into(), (&id).into()]))
            .then_guarded(Guard::Version, REMOVE.bind([org.into(), (&id).into(), role.as_str().into()]))
            .detail(json!({"email": member.email, "role": role.as_str()}).to_string())
            .event(org, events::MEMBER_REMOVED.name, json!({"user_id": id, "role": role.as_str(), "left": false}).to_string());
        let change = store::mail::post(
            change,
            cx.app(),
            &Mail::new(&member.email, Letter::MemberRemoved { org: member.org_name, at: now }).about(org),
        )?;
        let reply = Reply::see_other(&format!("/o/{slug}/members")).flash(Tone::Done, &format!("{} is no longer a member.", member.name));
        change.commit(reply).await.map_err(super::changed_meanwhile)
    }
}
