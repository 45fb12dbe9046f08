//! `POST /invitations/accept` at the app: accepts an invitation, declines it, or signs somebody else out first.
//!
//! What must hold holds in the batch itself: the invitation is open, its inviter may still give its role, and the plan has a seat.

use crate::{
    door::{Account, Door},
    enter,
    fields::{self, FORM},
    limits::LINK_BY_ADDRESS,
    links, password,
    routes::invitations::{Invitation, page},
};
use domain::{actions, events};
use html::part;
use kernel::{
    Command, Committed, Guard, Id, Mutation, Reply, Request, Result, Route, UserId, Write,
    audit::AuditLog,
    error::Code,
    flash,
    host::Surface,
    input::Text,
    limit::Limit,
    principal::Scope,
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
    time::Span,
};
use mail::{Letter, Link};
use maud::{Markup, html};
use shell::Frame;
use store::sessions::{self, Reached};

kernel::sql! {
    /// Uses it, as long as it is open and its inviter may give its role now.
    Write Org USE(4) -> [] =
        "UPDATE invitations SET accepted_at = ?4 WHERE org_id = ?1 AND id = ?2 AND token_hash = ?3 AND accepted_at IS NULL AND canceled_at IS NULL \
         AND expires_at > ?4 AND EXISTS (SELECT 1 FROM memberships m WHERE m.org_id = ?1 AND m.user_id = invitations.invited_by \
           AND (m.role = 'owner' OR (m.role = 'admin' AND invitations.role <> 'owner')))";
    /// An open invitation holds its seat already; after a downgrade there may be more of them than seats.
    Write Org JOIN(4) -> [] =
        "INSERT INTO memberships(org_id, user_id, role, created_at) SELECT ?1, ?2, ?3, ?4 FROM orgs o \
         WHERE o.id = ?1 AND o.status = 'active' AND o.deleted_at IS NULL AND (SELECT count(*) FROM memberships m WHERE m.org_id = ?1) < o.seats";
    Write Org DECLINE(4) -> [] =
        "UPDATE invitations SET canceled_at = ?4 WHERE org_id = ?1 AND id = ?2 AND token_hash = ?3 AND accepted_at IS NULL AND canceled_at IS NULL";
    Write Global("a staff account belongs to no organization") CREATE_INVITED(5) -> [] =
        "INSERT INTO users(id, email, name, password_hash, email_verified_at, password_changed_at, created_at) VALUES(?1, ?2, ?3, ?4, ?5, ?5, ?5)";
}

/// What is wanted.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wish {
    Accept,
    Decline,
    Switch,
}

/// Answers the invitation.
pub struct InvitationAnswer;
impl Command for InvitationAnswer {
    const ROUTE: Route = Route {
        method: Method::Post,
        path: "/invitations/accept",
        surfaces: &[Surface::App],
        auth: Auth::Visitor,
        scope: Scope::None,
        limit: Limit::AddressExact(LINK_BY_ADDRESS),
        audit: Audit::Records(&[actions::INVITATION_ACCEPTED, actions::INVITATION_DECLINED, actions::SIGNED_OUT]),
        payload: Payload::Form(FORM),
        csrf: Csrf::OriginAndToken,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "Answers an invitation",
    };
    async fn call(cx: Write<'_>, req: &Request) -> Result<Committed> {
        let input = req.input()?;
        let token = fields::token(&input);
        let wish = input
            .opt_choice("do", &[("accept", Wish::Accept), ("decline", Wish::Decline), ("switch", Wish::Switch)])
            .unwrap_or(Wish::Accept);
        let frame = Frame::of(&cx, req);
        let of = match Invitation::find(&cx, &token).await? {
            Ok(of) => of,
            Err(why) => return Ok(cx.unchanged(why.page(&frame))),
        };
        let ours = cx.principal().session().is_some() && cx.principal().email() == of.email;
        let fresh = wish == Wish::Accept && cx.principal().session().is_none() && of.user.is_none();
        let name = if fresh { fields::name(&input) } else { input.opt_text("name", Text::line(0, 100)).unwrap_or_default() };
        let secret = if fresh {
            fields::new_password(&input, Door::Staff, req.host(), &[&name, &of.email, &of.org_name])
        } else {
            input.has(fields::PASSWORD);
            String::new()
        };
        if let Err(refused) = input.finish() {
            return Ok(cx.unchanged(page::page(&cx, &frame, &of, &token, &name, refused.fields())));
        }
        match wish {
            Wish::Decline => decline(&cx, &frame, &of).await,
            Wish::Switch => switch(&cx, req, &token).await,
            Wish::Accept if ours => {
                let user = UserId::stored(cx.principal().id())?;
                let change = cx.mutation_in(AuditLog::Org(of.org.clone()), actions::INVITATION_ACCEPTED, of.id.as_str())?;
                let change = joined(&cx, change, &of, &user, cx.principal().label())?;
                let said = format!("You are a member of {} now.", of.org_name);
                let reply = Reply::see_other(&format!("/o/{}", of.slug)).flash(flash::Tone::Done, &said);
                ended(&cx, &frame, &of, change.commit(reply).await)
            }
            Wish::Accept if fresh => {
                let (user, now): (UserId, _) = (cx.id(), cx.now());
                let hash = password::fresh(&secret, cx.random())?;
                let change = cx.mutation_in(AuditLog::Org(of.org.clone()), actions::INVITATION_ACCEPTED, of.id.as_str())?;
                // The link came to the address: that it is theirs is proven.
                let create = CREATE_INVITED.bind([(&user).into(), of.email.as_str().into(), name.as_str().into(), hash.into(), now.into()]);
                let change = change.identified_as("staff", user.as_str(), &name).then_one(create);
                let change = joined(&cx, change, &of, &user, &name)?;
                let account = Account::new(user.as_str(), &name, &of.email);
                let to = format!("/o/{}", of.slug);
                let (change, reply) = enter::begin(&cx, req, change, Door::Staff, &account, ("invitation", Reached::OneFactor), &to)?;
                ended(&cx, &frame, &of, change.commit(reply).await)
            }
            // Somebody else, or nobody where there is an account: the page says what to do.
            Wish::Accept => Ok(cx.unchanged(page::page(&cx, &frame, &of, &token, "", &[]))),
        }
    }
}

/// The membership, with everything that goes with it.
fn joined(cx: &Write<'_>, change: Mutation, of: &Invitation, user: &UserId, name: &str) -> Result<Mutation> {
    let (org, now) = (&of.org, cx.now());
    let payload =
        serde_json::json!({ "user_id": user, "name": name, "email": of.email, "role": of.role.as_str(), "actor_id": user }).to_string();
    let change = change
        .then_one(USE.bind([org.into(), (&of.id).into(), of.token_hash.as_str().into(), now.into()]))
        .then_guarded(Guard::Plan, JOIN.bind([org.into(), user.into(), of.role.as_str().into(), now.into()]))
        .event(org, events::MEMBER_JOINED.name, payload)
        .detail(serde_json::json!({ "role": of.role.as_str(), "user": user }).to_string());
    let Some(inviter) = &of.inviter_email else { return Ok(change) };
    let link = Link::at(&cx.app().config.origin(&cx.app().config.app_host), &format!("/o/{}/members", of.slug))?;
    let letter = Letter::InvitationAccepted { org: of.org_name.clone(), member: name.to_owned(), role: of.role.as_str().to_owned(), link };
    store::mail::post(change, cx.app(), &mail::Mail::new(inviter, letter).about(org))
}

/// What a refused batch means.
fn ended(cx: &Write<'_>, frame: &Frame<'_>, of: &Invitation, done: Result<Committed>) -> Result<Committed> {
    let dead = |status, title: &str, text: Markup, href: &str, label: &str| {
        Ok(cx.unchanged(links::dead(frame, status, title, &text, href, label)))
    };
    match done {
        Err(e) if e.code() == Code::NotFound => dead(
            410,
            "This invitation has already been used",
            html! { "It was accepted, canceled or replaced a moment ago." },
            "/",
            "Your organizations",
        ),
        Err(e) if e.code() == Code::AlreadyExists => dead(
            409,
            "You are a member already",
            html! { "There is nothing left to accept." },
            &format!("/o/{}", of.slug),
            "Open the organization",
        ),
        Err(e) if e.code() == Code::PlanLimit => dead(
            403,
            "There is no seat left",
            html! { (part::name(&of.org_name)) " has used all seats of its plan. Ask " (part::name(&of.inviter_name)) " to free one or to choose a larger plan, then open this link again." },
            "/",
            "Your organizations",
        ),
        other => other,
    }
}

async fn decline(cx: &Write<'_>, frame: &Frame<'_>, of: &Invitation) -> Result<Committed> {
    let text = html! { "You are not a member of " (part::name(&of.org_name)) ", and the link no longer works." };
    let reply = links::dead(frame, 200, "Invitation declined", &text, "/", "Continue");
    let change = cx.mutation_in(AuditLog::Org(of.org.clone()), actions::INVITATION_DECLINED, of.id.as_str())?;
    let used = DECLINE.bind([(&of.org).into(), (&of.id).into(), of.token_hash.as_str().into(), cx.now().into()]);
    ended(cx, frame, of, change.then_one(used).commit(reply).await)
}

/// Signs whoever is signed in out, and comes back.
async fn switch(cx: &Write<'_>, req: &Request, token: &str) -> Result<Committed> {
    let reply = Reply::see_other(&format!("/invitations/accept?token={token}"))
        .with("set-cookie", sessions::cookie(sessions::COOKIE, "", Span::millis(0)));
    match req.cookie(sessions::COOKIE).filter(|_| cx.principal().session().is_some()) {
        Some(held) => cx.mutation_as(actions::SIGNED_OUT, cx.principal().id())?.then(sessions::end(&held)).commit(reply).await,
        None => Ok(cx.unchanged(reply)),
    }
}
