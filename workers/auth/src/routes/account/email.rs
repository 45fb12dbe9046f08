//! `POST /account/email`: asks for another address. Whether somebody else has it makes no difference that can be seen here.

use crate::{
    door::Door,
    fields::{self, FORM},
    limits::MAIL_BY_ACCOUNT,
    post,
    routes::account::email_page,
};
use domain::actions;
use kernel::{
    Command, Committed, Reply, Request, Result, Route, Write,
    dispatch::SIGN_IN,
    flash,
    host::Surface,
    limit::Limit,
    principal::Scope,
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use mail::Letter;
use shell::Frame;
use store::tokens::{self, Issue, Purpose};

/// Sends the link to the new address.
pub struct Email;
impl Command for Email {
    const ROUTE: Route = Route {
        method: Method::Post,
        path: "/account/email",
        surfaces: &[Surface::App, Surface::Portal, Surface::Platform],
        auth: Auth::Person,
        scope: Scope::None,
        limit: Limit::AccountExact(MAIL_BY_ACCOUNT),
        audit: Audit::Records(&[actions::ADDRESS_CHANGE_REQUESTED]),
        payload: Payload::Form(FORM),
        csrf: Csrf::OriginAndToken,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Recent,
        summary: "Asks for another address",
    };
    async fn call(cx: Write<'_>, req: &Request) -> Result<Committed> {
        let door = Door::of(cx.site())?;
        let input = req.input()?;
        let email = fields::email(&input);
        if !email.is_empty() && email == cx.principal().email() {
            input.wrong(fields::EMAIL, "not_allowed", "This is your address already.", "Write another one.");
        }
        if let Err(refused) = input.finish() {
            return Ok(cx.unchanged(email_page::page(&cx, &Frame::of(&cx, req), &email, refused.fields())));
        }
        let (id, now) = (cx.principal().id(), cx.now());
        let taken = cx.first(door.find(&email, "")).await?.is_some();
        let change = cx.mutation(id)?.then(tokens::end(id, Purpose::NewAddress, now));
        // A link is issued either way, so that the answer takes as long; the owner of a taken address is not sent it.
        let of = Issue {
            purpose: Purpose::NewAddress,
            subject: id,
            org: door.org(),
            host: req.host(),
            email: &email,
            detail: Some(cx.principal().email()),
        };
        let (change, issued) = tokens::issue(change, cx.app(), &of)?;
        let letter = if taken {
            Letter::AlreadyRegistered { sign_in: post::page(cx.app(), req, SIGN_IN)?, reset: post::page(cx.app(), req, "/reset")? }
        } else {
            let link = tokens::link(cx.app(), req.host(), "/account/email/confirm", &issued)?;
            Letter::ConfirmNewAddress { name: cx.principal().label().to_owned(), link, expires: issued.expires }
        };
        let change = post::letter(change, cx.app(), door, &email, letter)?;
        let said = format!("A link is on its way to {email}. Open it in this browser to finish; until then nothing changes.");
        change.commit(Reply::see_other("/account").flash(flash::Tone::Done, &said)).await
    }
}
