//! `POST /reset`: sends a link to set a new password, if there is such an account. The answer is the same either way.

use crate::{
    door::{Door, Status},
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
use mail::Letter;
use shell::Frame;
use store::{
    limits::exact,
    tokens::{self, Issue, Purpose},
};

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
        let account = cx.first(door.find(&email, "")).await?.map(|row| door.account(&row)).transpose()?;
        let able = account.filter(|a| a.status == Status::Active && a.refuse(cx.now()).is_ok());
        let target = able.as_ref().map_or("unknown", |a| a.id.as_str());
        let change = cx.mutation_in(door.log(), actions::PASSWORD_RESET_REQUESTED, target)?;
        // For nobody the same is written, and nothing of it is kept or sent: the answer takes as long.
        let (subject, name) = able.as_ref().map_or(("", ""), |a| (a.id.as_str(), a.name.as_str()));
        let of = Issue { purpose: Purpose::Reset, subject, org: door.org(), host: req.host(), email: &email, detail: None };
        let change = change.then(tokens::end(subject, Purpose::Reset, cx.now()));
        let (change, issued) = tokens::issue(change, cx.app(), &of)?;
        let link = tokens::link(cx.app(), req.host(), "/reset/choose", &issued)?;
        let letter = Letter::ResetPassword { name: name.to_owned(), link, expires: issued.expires };
        let change = post::letter_if(able.is_some(), change, cx.app(), door, &email, letter)?;
        change.commit(Reply::see_other("/reset/sent")).await
    }
}
