//! `POST /account/password`: changes the password, by the one that is there. Every other session ends, this one goes on under a new
//! token, and every link that was sent is void.

use crate::{
    door::Door,
    enter,
    fields::{self, FORM},
    limits::PROOF_BY_ACCOUNT,
    password as hashing, post,
    routes::account::password_page,
};
use domain::actions;
use kernel::{
    Command, Committed, Reply, Request, Result, Route, Write,
    error::Code,
    flash,
    host::Surface,
    input::{FieldError, Text},
    limit::Limit,
    principal::Scope,
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use mail::Letter;
use shell::Frame;
use store::{limits::exact, sessions, tokens};

/// Changes the password.
pub struct Password;
impl Command for Password {
    const ROUTE: Route = Route {
        method: Method::Post,
        path: "/account/password",
        surfaces: &[Surface::App, Surface::Portal, Surface::Platform],
        auth: Auth::Person,
        scope: Scope::None,
        limit: Limit::AccountExact(PROOF_BY_ACCOUNT),
        audit: Audit::Records(&[actions::PASSWORD_CHANGED, actions::IDENTITY_REFUSED]),
        payload: Payload::Form(FORM),
        csrf: Csrf::OriginAndToken,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "Changes one's own password",
    };
    async fn call(mut cx: Write<'_>, req: &Request) -> Result<Committed> {
        let door = Door::of(cx.site())?;
        let (id, now) = (cx.principal().id(), cx.now());
        let session = cx.principal().session().ok_or(Code::SignInNeeded)?;
        let input = req.input()?;
        let current = input.text("current", Text::line(1, 128));
        let secret = fields::new_password(&input, door, req.host(), &[cx.principal().label(), cx.principal().email()]);
        if !secret.is_empty() && secret == domain::passwords::normalized(&current) {
            input.wrong(fields::PASSWORD, "not_allowed", "This is the password that you have.", "Choose another.");
        }
        let frame = Frame::of(&cx, req);
        if let Err(refused) = input.finish() {
            return Ok(cx.unchanged(password_page::page(&cx, &frame, refused.fields())));
        }
        cx.reserve(Vec::new()).await?;
        let row = cx.first(door.find_id(id, "")).await?.ok_or(Code::SignInNeeded)?;
        let account = door.account(&row)?;
        if !hashing::opens(&current, account.password()) {
            let wrong = FieldError {
                pointer: "/current".into(),
                code: "not_allowed",
                message: "This is not your password.".into(),
                fix: "Check it and try again.".into(),
            };
            let reply = password_page::page(&cx, &frame, &[wrong]);
            return cx.mutation_as(actions::IDENTITY_REFUSED, id)?.denied().commit(reply).await;
        }
        let hash = hashing::fresh(&secret, cx.random())?;
        let fresh = sessions::prove(session, false, now, cx.random());
        let (rotate, reply) = enter::rotated(Reply::see_other("/account/security"), door, fresh);
        let letter = Letter::PasswordChanged { name: account.name.clone(), at: now, account: post::account(cx.app(), req)? };
        let change = cx
            .mutation_as(actions::PASSWORD_CHANGED, id)?
            .then_one(door.set_password(id, &hash, now))
            .then_one(rotate)
            .then(sessions::end_others(id, session))
            .then(tokens::end_all(id, now))
            .then(exact::forget(PROOF_BY_ACCOUNT, id));
        let change = post::letter(change, cx.app(), door, &account.email, letter)?;
        change.commit(reply.flash(flash::Tone::Done, "Your password is changed. Every other session has ended.")).await
    }
}
