//! `POST /account/sessions/end-others`: signs one out everywhere else, or everywhere. This session goes on under a new token.

use crate::{door::Door, enter, fields::FORM, limits::CHANGE_BY_ACCOUNT, post};
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
use store::{
    sessions,
    tokens::{self, Purpose},
};

/// Signs out.
pub struct SessionsOthers;
impl Command for SessionsOthers {
    const ROUTE: Route = Route {
        method: Method::Post,
        path: "/account/sessions/end-others",
        surfaces: &[Surface::App, Surface::Portal, Surface::Platform],
        auth: Auth::Person,
        scope: Scope::None,
        limit: Limit::AccountExact(CHANGE_BY_ACCOUNT),
        audit: Audit::Records(&[actions::SESSIONS_ENDED]),
        payload: Payload::Form(FORM),
        csrf: Csrf::OriginAndToken,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Recent,
        summary: "Signs one out elsewhere, or everywhere",
    };
    async fn call(cx: Write<'_>, req: &Request) -> Result<Committed> {
        let door = Door::of(cx.site())?;
        let input = req.input()?;
        let all = input.opt_choice("which", &[("others", false), ("all", true)]).unwrap_or_default();
        input.finish()?;
        let (id, now) = (cx.principal().id(), cx.now());
        let session = cx.principal().session().ok_or(Code::SignInNeeded)?;
        let change = cx.mutation(id)?.then(tokens::end(id, Purpose::SignIn, now));
        let letter = Letter::AllSessionsEnded { name: cx.principal().label().to_owned(), at: now, account: post::account(cx.app(), req)? };
        if all {
            let reply = Reply::see_other(SIGN_IN)
                .with("set-cookie", sessions::cookie(sessions::COOKIE, "", Span::millis(0)))
                .with("clear-site-data", "\"cache\", \"storage\"")
                .flash(flash::Tone::Done, "You are signed out everywhere.");
            let change = post::letter(change.then(sessions::end_all(id)), cx.app(), door, cx.principal().email(), letter)?;
            return change.commit(reply).await;
        }
        let (rotate, reply) = enter::rotated(Reply::see_other("/account/sessions"), door, sessions::renew(session, cx.random()));
        let change = change.then(sessions::end_others(id, session)).then_one(rotate);
        change.commit(reply.flash(flash::Tone::Done, "You are signed out everywhere else.")).await
    }
}
