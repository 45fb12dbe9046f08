//! `POST /sign-in/link`: sends a link to sign in, if there is such an account. The answer is the same either way.

use crate::{
    door::Door,
    fields::{self, FORM},
    limits::{MAIL_BY_ADDRESS, MAIL_BY_RECIPIENT},
    links, post,
    routes::link::request_page,
};
use domain::actions;
use kernel::{
    Command, Committed, Error, Reply, Request, Result, Route, Write,
    host::Surface,
    limit::Limit,
    principal::Scope,
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use mail::Wish;
use shell::Frame;
use store::limits::exact;

/// Sends the link.
pub struct LinkRequest;
impl Command for LinkRequest {
    const ROUTE: Route = Route {
        method: Method::Post,
        path: "/sign-in/link",
        surfaces: &[Surface::App, Surface::Portal, Surface::Platform],
        auth: Auth::Public,
        scope: Scope::None,
        limit: Limit::AddressExact(MAIL_BY_ADDRESS),
        audit: Audit::Records(&[actions::SIGN_IN_LINK_REQUESTED]),
        payload: Payload::Form(FORM),
        csrf: Csrf::OriginAndToken,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "Sends a sign-in link",
    };
    async fn call(mut cx: Write<'_>, req: &Request) -> Result<Committed> {
        let door = Door::of(cx.site())?;
        let input = req.input()?;
        let email = fields::email(&input);
        let next = fields::next(&input);
        if let Err(refused) = input.finish() {
            return Ok(cx.unchanged(request_page::page(&Frame::of(&cx, req), &email, &next, refused.fields())));
        }
        cx.reserve(exact::take(MAIL_BY_RECIPIENT, &door.subject(&email), cx.now()).into()).await?;
        let asked = links::Asked { browser: links::browser(req), next };
        let detail = serde_json::to_string(&asked).map_err(|e| Error::incident("writing a link's detail", e.to_string()))?;
        let wish = (Wish::SignIn, actions::SIGN_IN_LINK_REQUESTED);
        post::ask(&cx, req, door, wish, &email, Some(detail), Reply::see_other("/sign-in/link/sent")).await
    }
}
