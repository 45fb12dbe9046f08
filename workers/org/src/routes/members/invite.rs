//! `POST /o/{org}/members/invite`: invites an address with a role. The seat is taken in the statement that adds the invitation, so that
//! of any number at once only as many are added as the plan has seats.

use super::{
    INVITED_FOR, LIMIT, WORDS, actor,
    invite_page::{Shown, show},
    me, seats,
};
use crate::refused;
use ::mail::{Address, Letter, Link, Mail};
use domain::{actions, events};
use kernel::{
    Command, Committed, Guard, Id, InvitationId, Millis, Mutation, OrgId, Reply, Request, Result, Route, Write,
    app::App,
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
    /// What the form is judged by.
    Read Org ABOUT(3) -> ["name", "plan", "seats", "used", "is_member", "is_invited"] =
        "SELECT o.name, o.plan, o.seats, (SELECT count(*) FROM memberships WHERE org_id = ?1) \
           + (SELECT count(*) FROM invitations WHERE org_id = ?1 AND accepted_at IS NULL AND canceled_at IS NULL AND expires_at > ?3) AS used, \
           EXISTS (SELECT 1 FROM memberships m JOIN users u ON u.id = m.user_id WHERE m.org_id = ?1 AND u.email = ?2) AS is_member, \
           EXISTS (SELECT 1 FROM invitations WHERE org_id = ?1 AND email = ?2 AND accepted_at IS NULL AND canceled_at IS NULL AND expires_at > ?3) AS is_invited \
         FROM orgs o WHERE o.id = ?1";
    /// One whose time is over makes room for a new one.
    Write Org CLEAR(3) -> [] =
        "UPDATE invitations SET canceled_at = ?3 WHERE org_id = ?1 AND email = ?2 AND accepted_at IS NULL AND canceled_at IS NULL AND expires_at <= ?3";
    Bookkeep Org NOT_A_MEMBER(2) -> [] =
        "INSERT INTO guard(name, ok) SELECT 'state', NOT EXISTS (SELECT 1 FROM memberships m JOIN users u ON u.id = m.user_id WHERE m.org_id = ?1 AND u.email = ?2)";
    /// Nothing is inserted over the organization's seats.
    Write Org INSERT(8) -> [] =
        "INSERT INTO invitations(org_id, id, email, role, token_hash, invited_by, created_at, sent_at, expires_at) SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7, ?8 \
         WHERE (SELECT count(*) FROM memberships WHERE org_id = ?1) \
           + (SELECT count(*) FROM invitations WHERE org_id = ?1 AND accepted_at IS NULL AND canceled_at IS NULL AND expires_at > ?7) < (SELECT seats FROM orgs WHERE id = ?1)";
}

/// Invites somebody.
pub struct Invite;
impl Command for Invite {
    const ROUTE: Route = Route {
        method: Method::Post,
        path: "/o/{org}/members/invite",
        surfaces: &[Surface::App],
        auth: Auth::Staff(Ability::Manage),
        scope: Scope::None,
        limit: Limit::AccountExact(LIMIT),
        audit: Audit::Records(&[actions::INVITATION_CREATED]),
        payload: Payload::Form(4 * 1_024),
        csrf: Csrf::OriginAndToken,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Recent,
        summary: "Invites somebody to an organization",
    };
    async fn call(cx: Write<'_>, req: &Request) -> Result<Committed> {
        let (org, slug, now) = (cx.org()?, req.param("org")?, cx.now());
        let (staff, mine) = me(cx.principal())?;
        let input = req.input()?;
        let email = input.text("email", Text::line(1, 254)).trim().to_lowercase();
        let role = input.choice("role", WORDS);
        let mut errors = refused::fields(input.finish())?;
        let typed = role.map_or("", |role| role.as_str());
        if !email.is_empty() && Address::parse(&email).is_err() {
            errors.push(refused::field("email", "invalid_format", "This is not an e-mail address.", "Enter one, such as ada@example.com."));
        }
        let Some(role) = role.filter(|_| errors.is_empty()) else {
            let kept = req.input()?.opt_text("email", Text::line(0, 1_000)).unwrap_or_default();
            return Ok(cx.unchanged(show(&cx, req, &Shown { email: &kept, role: typed, errors: &errors, refused: None })?));
        };
        // Not on the form for this role: nobody comes here by mistake.
        if !mine.may_grant(role) {
            return Err(Code::RoleMissing.into());
        }
        let about = cx.first(ABOUT.bind([org.into(), email.as_str().into(), now.into()])).await?.ok_or(Code::NotFound)?;
        let (name, full) = (about.text(0)?, seats(about.text(1)?, about.int(2)?, about.int(3)?));
        let again = |errors, refused: Option<&str>| show(&cx, req, &Shown { email: &email, role: typed, errors, refused });
        let member =
            refused::field("email", "not_allowed", "This person is already a member.", "Change their role in the list of members.");
        let open = refused::field(
            "email",
            "not_allowed",
            "This address has already been invited.",
            "Resend the invitation in the list of members.",
        );
        if about.int(4)? == 1 {
            return Ok(cx.unchanged(again(&[member], None)?));
        }
        if about.int(5)? == 1 {
            return Ok(cx.unchanged(again(&[open], None)?));
        }
        let id = cx.id::<InvitationId>();
        let token = crypto::token::encode(&cx.random());
        let expires = now.plus(INVITED_FOR);
        let insert = INSERT.bind([
            org.into(),
            (&id).into(),
            email.as_str().into(),
            role.as_str().into(),
            crypto::token::hash(&token).into(),
            (&staff.user).into(),
            now.into(),
            expires.into(),
        ]);
        let change = cx
            .mutation(id.as_str())?
            .then(actor(org, staff, mine))
            .then(NOT_A_MEMBER.bind([org.into(), email.as_str().into()]))
            .then(CLEAR.bind([org.into(), email.as_str().into(), now.into()]))
            .then_guarded(Guard::Plan, insert)
            .detail(json!({"email": email, "role": role.as_str()}).to_string())
            .event(
                org,
                events::INVITATION_CREATED.name,
                json!({"id": id, "email": email, "role": role.as_str(), "expires_at": expires}).to_string(),
            );
        let letter = Invited { org, name, inviter: &staff.name, email: &email, role: role.as_str(), token: &token, expires };
        let change = post(change, cx.app(), &letter)?;
        let reply = Reply::see_other(&format!("/o/{slug}/members")).flash(Tone::Done, &format!("Invitation sent to {email}."));
        match change.commit(reply).await {
            Err(e) => match e.code() {
                Code::PlanLimit => Ok(cx.unchanged(again(&[], Some(&full.refusal()))?)),
                Code::AlreadyExists => Ok(cx.unchanged(again(&[open], None)?)),
                _ => Err(super::changed_meanwhile(e)),
            },
            done => done,
        }
    }
}

/// What an invitation's mail says.
pub(super) struct Invited<'m> {
    pub org: &'m OrgId,
    pub name: &'m str,
    pub inviter: &'m str,
    pub email: &'m str,
    pub role: &'m str,
    pub token: &'m str,
    pub expires: Millis,
}

/// Puts an invitation's mail into a change. Only here the token stands in clear: sealed, until it is sent.
pub(super) fn post(change: Mutation, app: &App, of: &Invited<'_>) -> Result<Mutation> {
    let link = Link::at(&app.config.origin(&app.config.app_host), &format!("/invitations/accept?token={}", of.token))?;
    let letter =
        Letter::Invitation { org: of.name.to_owned(), inviter: of.inviter.to_owned(), role: of.role.to_owned(), link, expires: of.expires };
    store::mail::post(change, app, &Mail::new(of.email, letter).about(of.org))
}
