//! `POST /sign-up/resend`: sends the link of a sign-up again, as a new one. The answer is the same for every address.

use crate::{
    door::Door,
    fields::{self, FORM},
    limits::{MAIL_BY_ADDRESS, MAIL_BY_RECIPIENT},
    post,
    routes::sign_up::sent,
};
use domain::actions;
use kernel::{
    Command, Committed, Reply, Request, Result, Route, Write, flash,
    host::Surface,
    limit::Limit,
    principal::Scope,
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use mail::Wish;
use shell::Frame;
use store::limits::exact;

/// Sends the link again.
pub struct SignUpResend;
impl Command for SignUpResend {
    const ROUTE: Route = Route {
        method: Method::Post,
        path: "/sign-up/resend",
        surfaces: &[Surface::App, Surface::Portal],
        auth: Auth::Public,
        scope: Scope::None,
        limit: Limit::AddressExact(MAIL_BY_ADDRESS),
        audit: Audit::Records(&[actions::SIGN_UP_REQUESTED]),
        payload: Payload::Form(FORM),
        csrf: Csrf::OriginAndToken,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "Sends the link of a sign-up again",
    };
    async fn call(mut cx: Write<'_>, req: &Request) -> Result<Committed> {
        let door = Door::of(cx.site())?;
        let input = req.input()?;
        let email = fields::email(&input);
        if let Err(refused) = input.finish() {
            return Ok(cx.unchanged(sent::page(&Frame::of(&cx, req), door, &email, refused.fields())));
        }
        cx.reserve(exact::take(MAIL_BY_RECIPIENT, &door.subject(&email), cx.now()).into()).await?;
        let reply = Reply::see_other("/sign-up/sent")
            .flash(flash::Tone::Done, "If a sign-up with this address is waiting, a new e-mail is on its way.");
        post::ask(&cx, req, door, (Wish::SignUpAgain, actions::SIGN_UP_REQUESTED), &email, None, reply).await
    }
}
