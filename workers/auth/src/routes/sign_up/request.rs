//! `POST /sign-up`: asks for an account. There is none until the address is confirmed: what was typed waits, sealed, beside the
//! link. Whether the address has an account already makes no difference that can be seen from here; it is told by mail.

use crate::{
    door::Door,
    fields::{self, FORM},
    limits::{MAIL_BY_RECIPIENT, SIGN_UP_BY_ADDRESS},
    links, password, post,
    routes::sign_up::page,
};
use domain::actions;
use kernel::{
    Command, Committed, Reply, Request, Result, Route, Write,
    host::Surface,
    limit::Limit,
    principal::Scope,
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use mail::Wish;
use shell::Frame;
use store::{limits::exact, waiting::SignUp};

/// Asks for an account.
pub struct SignUpRequest;
impl Command for SignUpRequest {
    const ROUTE: Route = Route {
        method: Method::Post,
        path: "/sign-up",
        surfaces: &[Surface::App, Surface::Portal],
        auth: Auth::Public,
        scope: Scope::None,
        limit: Limit::AddressExact(SIGN_UP_BY_ADDRESS),
        audit: Audit::Records(&[actions::SIGN_UP_REQUESTED]),
        payload: Payload::Form(FORM),
        csrf: Csrf::OriginAndToken,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "Asks for an account",
    };
    async fn call(mut cx: Write<'_>, req: &Request) -> Result<Committed> {
        let door = Door::of(cx.site())?;
        let frame = Frame::of(&cx, req);
        if !door.self_sign_up() {
            return Ok(cx.unchanged(page::by_invitation(&frame, door)));
        }
        let input = req.input()?;
        let (name, email, next) = (fields::name(&input), fields::email(&input), fields::next(&input));
        let secret = fields::new_password(&input, door, req.host(), &[&name, &email]);
        if let Err(refused) = input.finish() {
            return Ok(cx.unchanged(page::page(&frame, door, &name, &email, &next, refused.fields())));
        }
        cx.reserve(exact::take(MAIL_BY_RECIPIENT, &door.subject(&email), cx.now()).into()).await?;
        // Hashed whether or not it is of any use: the answer takes as long.
        let password_hash = password::fresh(&secret, cx.random())?;
        let waiting = SignUp { name, password_hash, browser: links::browser(req), next };
        let wish = (Wish::SignUp, actions::SIGN_UP_REQUESTED);
        post::ask(&cx, req, door, wish, &email, Some(waiting.text()?), Reply::see_other("/sign-up/sent")).await
    }
}
