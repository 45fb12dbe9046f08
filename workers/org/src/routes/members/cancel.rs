//! `POST /o/{org}/invitations/{id}/cancel`: takes an invitation back. Its link no longer works, its seat is free.

use super::{actor, me};
use domain::{actions, events};
use kernel::{
    Command, Committed, Guard, Id, InvitationId, Reply, Request, Result, Route, Write,
    error::Code,
    flash::Tone,
    host::Surface,
    limit::Limit,
    principal::{Ability, Role, Scope},
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use serde_json::json;

kernel::sql! {
    Read Org OPEN(2) -> ["email", "role"] =
        "SELECT email, role FROM invitations WHERE org_id = ?1 AND id = ?2 AND accepted_at IS NULL AND canceled_at IS NULL";
    Write Org CANCEL(3) -> [] =
        "UPDATE invitations SET canceled_at = ?3 WHERE org_id = ?1 AND id = ?2 AND accepted_at IS NULL AND canceled_at IS NULL";
}

/// Takes an invitation back.
pub struct Cancel;
impl Command for Cancel {
    const ROUTE: Route = Route {
        method: Method::Post,
        path: "/o/{org}/invitations/{id}/cancel",
        surfaces: &[Surface::App],
        auth: Auth::Staff(Ability::Manage),
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::Records(&[actions::INVITATION_CANCELED]),
        payload: Payload::Form(1_024),
        csrf: Csrf::OriginAndToken,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "Takes an invitation back",
    };
    async fn call(cx: Write<'_>, req: &Request) -> Result<Committed> {
        let (org, slug, id, now) = (cx.org()?, req.param("org")?, req.id_param::<InvitationId>("id")?, cx.now());
        let (staff, mine) = me(cx.principal())?;
        req.input()?.finish()?;
        let row = cx.first(OPEN.bind([org.into(), (&id).into()])).await?.ok_or(Code::NotFound)?;
        let (email, role) = (row.text(0)?, row.text(1)?);
        if !Role::parse(role).is_some_and(|role| mine.may_grant(role)) {
            return Err(Code::RoleMissing.into());
        }
        cx.mutation(id.as_str())?
            .then(actor(org, staff, mine))
            .then_guarded(Guard::State, CANCEL.bind([org.into(), (&id).into(), now.into()]))
            .detail(json!({"email": email, "role": role}).to_string())
            .event(org, events::INVITATION_CANCELED.name, json!({"id": id, "email": email, "role": role}).to_string())
            .commit(Reply::see_other(&format!("/o/{slug}/members")).flash(Tone::Done, &format!("The invitation to {email} is canceled.")))
            .await
            .map_err(super::changed_meanwhile)
    }
}
