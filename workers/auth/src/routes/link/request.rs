//! `POST /sign-in/link`: sends a link to sign in, if there is such an account. The answer is the same either way.

use crate::{
    door::{Door, Status},
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
use mail::Letter;
use shell::Frame;
use store::{
    limits::exact,
    tokens::{self, Issue, Purpose},
};

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
        let account = cx.first(door.find(&email, "")).await?.map(|row| door.account(&row)).transpose()?;
        let able = account.filter(|a| a.status == Status::Active && a.refuse(cx.now()).is_ok());
        let target = able.as_ref().map_or("unknown", |a| a.id.as_str());
        let change = cx.mutation_in(door.log(), actions::SIGN_IN_LINK_REQUESTED, target)?;
        // For nobody the same is written, and nothing of it is kept or sent: the answer takes as long.
        let subject = able.as_ref().map_or("", |a| a.id.as_str());
        let asked = links::Asked { browser: links::browser(req), next };
        let detail = serde_json::to_string(&asked).map_err(|e| Error::incident("writing a link's detail", e.to_string()))?;
        let of = Issue { purpose: Purpose::SignIn, subject, org: door.org(), host: req.host(), email: &email, detail: Some(&detail) };
        let change = change.then(tokens::end(subject, Purpose::SignIn, cx.now()));
        let (change, issued) = tokens::issue(change, cx.app(), &of)?;
        let letter =
            Letter::SignInLink { link: tokens::link(cx.app(), req.host(), "/sign-in/link/open", &issued)?, expires: issued.expires };
        let change = post::letter_if(able.is_some(), change, cx.app(), door, &email, letter)?;
        change.commit(Reply::see_other("/sign-in/link/sent")).await
    }
}
