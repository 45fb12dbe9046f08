//! `POST /o/{org}/invitations/{id}/resend`: sends an invitation again, with a new link; the old one no longer works. One that had
//! expired takes a seat again.

use super::{
    INVITED_FOR, LIMIT, actor,
    invite::{Invited, post},
    me, seats,
};
use domain::actions;
use kernel::{
    Command, Committed, Id, InvitationId, Reply, Request, Result, Route, Write,
    error::Code,
    flash::Tone,
    host::Surface,
    limit::Limit,
    principal::{Ability, Role, Scope},
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use serde_json::json;

kernel::sql! {
    Read Org OPEN(3) -> ["email", "role", "org_name", "plan", "seats", "used"] =
        "SELECT i.email, i.role, o.name AS org_name, o.plan, o.seats, (SELECT count(*) FROM memberships WHERE org_id = ?1) \
           + (SELECT count(*) FROM invitations WHERE org_id = ?1 AND accepted_at IS NULL AND canceled_at IS NULL AND expires_at > ?3) AS used \
         FROM invitations i JOIN orgs o ON o.id = i.org_id WHERE i.org_id = ?1 AND i.id = ?2 AND i.accepted_at IS NULL AND i.canceled_at IS NULL";
    /// It holds a seat still, or there is one for it.
    Bookkeep Org ROOM(3) -> [] =
        "INSERT INTO guard(name, ok) SELECT 'plan', EXISTS (SELECT 1 FROM invitations WHERE org_id = ?1 AND id = ?2 AND expires_at > ?3) \
           OR (SELECT count(*) FROM memberships WHERE org_id = ?1) \
           + (SELECT count(*) FROM invitations WHERE org_id = ?1 AND accepted_at IS NULL AND canceled_at IS NULL AND expires_at > ?3) \
           < (SELECT seats FROM orgs WHERE id = ?1)";
    /// Whoever sends it again answers for it from now on.
    Write Org RENEW(6) -> [] =
        "UPDATE invitations SET token_hash = ?3, invited_by = ?4, sent_at = ?5, expires_at = ?6 \
         WHERE org_id = ?1 AND id = ?2 AND accepted_at IS NULL AND canceled_at IS NULL";
}

/// Sends an invitation again.
pub struct Resend;
impl Command for Resend {
    const ROUTE: Route = Route {
        method: Method::Post,
        path: "/o/{org}/invitations/{id}/resend",
        surfaces: &[Surface::App],
        auth: Auth::Staff(Ability::Manage),
        scope: Scope::None,
        limit: Limit::AccountExact(LIMIT),
        audit: Audit::Records(&[actions::INVITATION_RESENT]),
        payload: Payload::Form(1_024),
        csrf: Csrf::OriginAndToken,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "Sends an invitation again, with a new link",
    };
    async fn call(cx: Write<'_>, req: &Request) -> Result<Committed> {
        let (org, slug, id, now) = (cx.org()?, req.param("org")?, req.id_param::<InvitationId>("id")?, cx.now());
        let (staff, mine) = me(cx.principal())?;
        req.input()?.finish()?;
        let row = cx.first(OPEN.bind([org.into(), (&id).into(), now.into()])).await?.ok_or(Code::NotFound)?;
        let (email, role) = (row.text(0)?, row.text(1)?);
        if !Role::parse(role).is_some_and(|role| mine.may_grant(role)) {
            return Err(Code::RoleMissing.into());
        }
        let full = seats(row.text(3)?, row.int(4)?, row.int(5)?);
        let token = crypto::token::encode(&cx.random());
        let expires = now.plus(INVITED_FOR);
        let renew =
            RENEW.bind([org.into(), (&id).into(), crypto::token::hash(&token).into(), (&staff.user).into(), now.into(), expires.into()]);
        let change = cx
            .mutation(id.as_str())?
            .then(actor(org, staff, mine))
            .then(ROOM.bind([org.into(), (&id).into(), now.into()]))
            .then_one(renew)
            .detail(json!({"email": email, "role": role}).to_string());
        let letter = Invited { org, name: row.text(2)?, inviter: &staff.name, email, role, token: &token, expires };
        let change = post(change, cx.app(), &letter)?;
        let list = Reply::see_other(&format!("/o/{slug}/members"));
        match change.commit(list.flash(Tone::Done, &format!("Invitation sent again to {email}. The earlier link no longer works."))).await {
            Err(e) if e.code() == Code::PlanLimit => {
                Ok(cx.unchanged(Reply::see_other(&format!("/o/{slug}/members")).flash(Tone::Failed, &full.refusal())))
            }
            Err(e) => Err(super::changed_meanwhile(e)),
            done => done,
        }
    }
}
