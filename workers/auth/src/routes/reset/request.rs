//! `POST /reset`: sends a link to set a new password, if there is such an account. The answer is the same either way.

use crate::{
    door::Door,
    fields::{self, FORM},
    limits::{MAIL_BY_ADDRESS, MAIL_BY_RECIPIENT},
    post,
    routes::reset::request_page,
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
use store::limits::exact;

/// Sends the link.
pub struct ResetRequest;
impl Command for ResetRequest {
    const ROUTE: Route = Route {
        method: Method::Post,
        path: "/reset",
        surfaces: &[Surface::App, Surface::Portal, Surface::Platform],
        auth: Auth::Public,
        scope: Scope::None,
        limit: Limit::AddressExact(MAIL_BY_ADDRESS),
        audit: Audit::Records(&[actions::PASSWORD_RESET_REQUESTED]),
        payload: Payload::Form(FORM),
        csrf: Csrf::OriginAndToken,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "Sends a link to set a new password",
    };
    async fn call(mut cx: Write<'_>, req: &Request) -> Result<Committed> {
        let door = Door::of(cx.site())?;
        let input = req.input()?;
        let email = fields::email(&input);
        if let Err(refused) = input.finish() {
            return Ok(cx.unchanged(request_page::page(&Frame::of(&cx, req), &email, refused.fields())));
        }
        cx.reserve(exact::take(MAIL_BY_RECIPIENT, &door.subject(&email), cx.now()).into()).await?;
        let wish = (Wish::Reset, actions::PASSWORD_RESET_REQUESTED);
        post::ask(&cx, req, door, wish, &email, None, Reply::see_other("/reset/sent")).await
    }
}
