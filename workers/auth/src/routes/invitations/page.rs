//! `GET /invitations/accept` at the app: what the link of an invitation leads to, by who opens it.

use crate::{enter, fields, links, routes::invitations::Invitation};
use html::{
    form::{self, Field, Form},
    part,
};
use kernel::{
    Query, Read, Reply, Request, Result, Route,
    dispatch::SIGN_IN,
    host::Surface,
    input::FieldError,
    limit::Limit,
    principal::Scope,
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use maud::html;
use shell::{Context, Frame};

/// Shows the invitation.
pub struct InvitationPage;
impl Query for InvitationPage {
    const ROUTE: Route = Route {
        method: Method::Get,
        path: "/invitations/accept",
        surfaces: &[Surface::App],
        auth: Auth::Visitor,
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::ReadOnly,
        payload: Payload::None,
        csrf: Csrf::SafeMethod,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "What the link of an invitation leads to",
    };
    async fn call(cx: Read<'_>, req: &Request) -> Result<Reply> {
        let (frame, token) = (Frame::of(&cx, req), req.query("token").unwrap_or_default());
        Ok(match Invitation::find(&cx, token).await? {
            Ok(invitation) => page(&cx, &frame, &invitation, token, "", &[]),
            Err(why) => why.page(&frame),
        })
    }
}

/// The page, shown first and after a refusal.
pub(super) fn page<'a>(cx: &impl Context<'a>, frame: &Frame<'_>, of: &Invitation, token: &str, name: &str, errors: &[FieldError]) -> Reply {
    let own = [Field::text("name", "Your name").autocomplete("name").value(name).max(100), fields::password_field()];
    let asked: &[Field<'_>] = if of.user.is_none() && cx.principal().session().is_none() { &own } else { &[] };
    let here = format!("/invitations/accept?token={token}");
    let form = |submit, value| Form::new("/invitations/accept", frame.csrf(), submit).sends("do", value);
    let hidden = form::hidden("token", token);
    let who = cx.principal().email();
    let title = format!("Join {}", of.org_name);
    let main = html! {
        section class="narrow" {
            (form::summary(errors, &own))
            h1 { "Join " (part::name(&of.org_name)) }
            div class="card" {
                p { (part::name(&of.inviter_name)) " invited " strong { (part::name(&of.email)) } " to join " (part::name(&of.org_name)) " with the role " (part::sentence(of.role.as_str())) "." }
                @if cx.principal().session().is_some() && who == of.email {
                    (form("Accept invitation", "accept").also("Decline", "do", "decline").render(&hidden))
                } @else if cx.principal().session().is_some() {
                    (part::callout(part::Tone::Warn, "You are signed in as somebody else", &html! {
                        "This browser is signed in as " strong { (part::name(who)) } ". An invitation works only for the address it was sent to. Sign out to continue, or decline it."
                    }))
                    (form("Sign out and continue", "switch").also("Decline", "do", "decline").render(&hidden))
                } @else if of.user.is_some() {
                    p { "You have an account with this address. Sign in to accept." }
                    p { a class="button primary" href=(enter::led(SIGN_IN, &here)) { "Sign in to accept" } }
                    (form("Decline", "decline").render(&hidden))
                } @else {
                    p class="quiet" { "Choose a name and a password, and your account is ready." }
                    (form("Create account and join", "accept").also("Decline", "do", "decline").render(&html! {
                        (hidden)
                        @for field in asked { (field.render(errors)) }
                    }))
                }
            }
        }
    };
    let page = frame.bare(&title);
    links::discreet(if errors.is_empty() { page.reply(&main) } else { page.again(&main) })
}
