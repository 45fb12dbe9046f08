//! `POST /account/security/authenticator/remove`: removes the second factor. Every session that it was part of begins anew.

use crate::{door::Door, fields::FORM, limits::CHANGE_BY_ACCOUNT, post};
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
use store::{factors, sessions, tokens};

/// Removes it.
pub struct AuthenticatorRemove;
impl Command for AuthenticatorRemove {
    const ROUTE: Route = Route {
        method: Method::Post,
        path: "/account/security/authenticator/remove",
        surfaces: &[Surface::App, Surface::Portal, Surface::Platform],
        auth: Auth::Person,
        scope: Scope::None,
        limit: Limit::AccountExact(CHANGE_BY_ACCOUNT),
        audit: Audit::Records(&[actions::FACTOR_REMOVED]),
        payload: Payload::Form(FORM),
        csrf: Csrf::OriginAndToken,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Recent,
        summary: "Removes a second factor",
    };
    async fn call(cx: Write<'_>, req: &Request) -> Result<Committed> {
        let door = Door::of(cx.site())?;
        req.input()?.finish()?;
        let (id, now) = (cx.principal().id(), cx.now());
        let letter = Letter::FactorRemoved {
            name: cx.principal().label().to_owned(),
            factor: "Authenticator app".into(),
            at: now,
            account: post::account(cx.app(), req)?,
        };
        let [remove, forget] = factors::remove(id);
        // Sessions that were made with it claim what is no longer true.
        let change = cx.mutation(id)?.then_one(remove).then(forget).then(sessions::end_all(id)).then(tokens::end_all(id, now));
        let change = post::letter(change, cx.app(), door, cx.principal().email(), letter)?;
        let reply = Reply::see_other(SIGN_IN)
            .with("set-cookie", sessions::cookie(sessions::COOKIE, "", Span::millis(0)))
            .flash(flash::Tone::Done, "The authenticator app is removed, and every session has ended. Sign in again.");
        match change.commit(reply).await {
            Err(e) if e.code() == Code::NotFound => Ok(
                cx.unchanged(Reply::see_other("/account/security").flash(flash::Tone::Failed, "There is no authenticator app to remove."))
            ),
            done => done,
        }
    }
}
