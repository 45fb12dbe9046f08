//! `POST /o/{org}/members/leave`: ends one's own membership.

use super::{ANOTHER_OWNER, FORGET, Member, ONE, REMOVE, UNASSIGN, last_owner, me};
use domain::{actions, events};
use kernel::{
    Command, Committed, Guard, Id, Reply, Request, Result, Route, Write,
    flash::Tone,
    host::Surface,
    limit::Limit,
    principal::{Ability, Role, Scope},
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use serde_json::json;

/// Leaves.
pub struct Leave;
impl Command for Leave {
    const ROUTE: Route = Route {
        method: Method::Post,
        path: "/o/{org}/members/leave",
        surfaces: &[Surface::App],
        auth: Auth::Staff(Ability::Read),
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::Records(&[actions::MEMBER_LEFT]),
        payload: Payload::Form(1_024),
        csrf: Csrf::OriginAndToken,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "Leaves an organization",
    };
    async fn call(cx: Write<'_>, req: &Request) -> Result<Committed> {
        let (org, now) = (cx.org()?, cx.now());
        let (staff, _) = me(cx.principal())?;
        req.input()?.finish()?;
        let id = &staff.user;
        let member = Member::of(cx.first(ONE.bind([org.into(), id.into()])).await?.as_ref())?;
        if member.last_owner {
            return Err(last_owner());
        }
        let mut change = cx.mutation(id.as_str())?;
        if member.role == Role::Owner {
            change = change.then(ANOTHER_OWNER.bind([org.into(), id.into()]));
        }
        let role = member.role.as_str();
        change
            .then(UNASSIGN.bind([org.into(), id.into(), now.into()]))
            .then(FORGET.bind([org.into(), id.into()]))
            .then_guarded(Guard::Version, REMOVE.bind([org.into(), id.into(), role.into()]))
            .detail(json!({"role": role}).to_string())
            .event(org, events::MEMBER_REMOVED.name, json!({"user_id": id, "role": role, "left": true}).to_string())
            .commit(Reply::see_other("/").flash(Tone::Done, &format!("You have left {}.", member.org_name)))
            .await
            .map_err(super::changed_meanwhile)
    }
}
