//! `POST /reset/choose`: sets a new password by a link. It ends every session and every other link of the account, leaves its
//! second factor in force, and signs nobody in.

use crate::{
    door::{Door, Status},
    fields::{self, FORM},
    limits::{LINK_BY_ADDRESS, SIGN_IN_BY_ACCOUNT},
    links, password, post,
    routes::reset::choose_page,
};
use domain::actions;
use kernel::{
    Command, Committed, Reply, Request, Result, Route, Write,
    dispatch::SIGN_IN,
    error::Code,
    flash,
    host::Surface,
    limit::Limit,
    principal::Scope,
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
    time::Span,
};
use mail::Letter;
use shell::Frame;
use store::{
    limits::exact,
    sessions,
    tokens::{self, Purpose, Trouble},
};

/// Sets the password.
pub struct ResetChoose;
impl Command for ResetChoose {
    const ROUTE: Route = Route {
        method: Method::Post,
        path: "/reset/choose",
        surfaces: &[Surface::App, Surface::Portal, Surface::Platform],
        auth: Auth::Public,
        scope: Scope::None,
        limit: Limit::AddressExact(LINK_BY_ADDRESS),
        audit: Audit::Records(&[actions::PASSWORD_RESET]),
        payload: Payload::Form(FORM),
        csrf: Csrf::OriginAndToken,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "Sets a new password by a link",
    };
    async fn call(mut cx: Write<'_>, req: &Request) -> Result<Committed> {
        let door = Door::of(cx.site())?;
        let input = req.input()?;
        let token = fields::token(&input);
        input.has("username");
        let frame = Frame::of(&cx, req);
        let found = match links::find(&cx, req, Purpose::Reset, &token).await? {
            Ok(found) => found,
            Err(why) => return Ok(cx.unchanged(links::trouble(&frame, Purpose::Reset, why))),
        };
        let row = cx.first(door.find_id(&found.subject, "")).await?;
        let account = match row.map(|row| door.account(&row)).transpose()? {
            Some(account) if account.email == found.email && account.status == Status::Active => account,
            _ => return Ok(cx.unchanged(links::trouble(&frame, Purpose::Reset, Trouble::Used))),
        };
        let secret = fields::new_password(&input, door, req.host(), &[&account.name, &account.email]);
        if let Err(refused) = input.finish() {
            return Ok(cx.unchanged(choose_page::page(&frame, &token, &found.email, refused.fields())));
        }
        // Counted before it is hashed.
        cx.reserve(Vec::new()).await?;
        let (now, hash) = (cx.now(), password::fresh(&secret, cx.random())?);
        let change =
            cx.mutation_in(door.log(), actions::PASSWORD_RESET, &account.id)?.identified_as(door.kind(), &account.id, &account.name);
        let letter = Letter::PasswordChanged { name: account.name.clone(), at: now, account: post::account(cx.app(), req)? };
        let change = found
            .spend(change)
            .then_one(door.set_password(&account.id, &hash, now))
            .then(sessions::end_all(&account.id))
            .then(tokens::end_all(&account.id, now))
            .then(exact::forget(SIGN_IN_BY_ACCOUNT, &door.subject(&account.email)));
        let change = post::letter(change, cx.app(), door, &account.email, letter)?;
        let reply = Reply::see_other(SIGN_IN)
            .with("set-cookie", sessions::cookie(sessions::COOKIE, "", Span::millis(0)))
            .flash(flash::Tone::Done, "Your password is set. Sign in with it.");
        match change.commit(reply).await {
            Err(e) if e.code() == Code::NotFound => Ok(cx.unchanged(links::trouble(&frame, Purpose::Reset, Trouble::Used))),
            done => done,
        }
    }
}
