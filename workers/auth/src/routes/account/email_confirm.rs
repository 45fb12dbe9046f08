//! `POST /account/email/confirm`: changes the address. The old one is told, with a link that undoes it.

use crate::{
    door::Door,
    enter,
    fields::{self, FORM},
    limits::LINK_BY_ADDRESS,
    links, post,
    routes::account::email_confirm_page,
};
use domain::actions;
use kernel::{
    Command, Committed, Reply, Request, Result, Route, Write,
    error::Code,
    flash,
    host::Surface,
    limit::Limit,
    principal::Scope,
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use mail::Letter;
use maud::html;
use shell::Frame;
use store::{
    sessions,
    tokens::{self, Issue, Purpose, Trouble},
};

/// Changes the address.
pub struct EmailConfirm;
impl Command for EmailConfirm {
    const ROUTE: Route = Route {
        method: Method::Post,
        path: "/account/email/confirm",
        surfaces: &[Surface::App, Surface::Portal, Surface::Platform],
        auth: Auth::Visitor,
        scope: Scope::None,
        limit: Limit::AddressExact(LINK_BY_ADDRESS),
        audit: Audit::Records(&[actions::ADDRESS_CHANGED]),
        payload: Payload::Form(FORM),
        csrf: Csrf::OriginAndToken,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "Confirms a new address",
    };
    async fn call(cx: Write<'_>, req: &Request) -> Result<Committed> {
        let door = Door::of(cx.site())?;
        let input = req.input()?;
        let token = fields::token(&input);
        input.finish()?;
        let frame = Frame::of(&cx, req);
        let found = match links::find(&cx, req, Purpose::NewAddress, &token).await? {
            Ok(found) => found,
            Err(why) => return Ok(cx.unchanged(links::trouble(&frame, Purpose::NewAddress, why))),
        };
        let (id, now) = (cx.principal().id(), cx.now());
        let (Some(session), true) = (cx.principal().session().filter(|_| cx.principal().proof().is_some()), id == found.subject) else {
            return Ok(cx.unchanged(email_confirm_page::not_signed_in(&frame, &token)));
        };
        let old = found.detail(&cx.app().config.keys)?;
        let change = found
            .spend(cx.mutation(id)?)
            .then_one(door.readdress(id, &old, &found.email, now))
            .then(sessions::end_others(id, session))
            .then(tokens::end_all(id, now));
        let of = Issue {
            purpose: Purpose::UndoAddress,
            subject: id,
            org: door.org(),
            host: req.host(),
            email: &old,
            detail: Some(&found.email),
        };
        let (change, issued) = tokens::issue(change, cx.app(), &of)?;
        let letter = Letter::AddressChanged {
            name: cx.principal().label().to_owned(),
            new_address: found.email.clone(),
            undo: tokens::link(cx.app(), req.host(), "/account/email/undo", &issued)?,
            expires: issued.expires,
        };
        let change = post::letter(change, cx.app(), door, &old, letter)?;
        let rotated = enter::rotated(Reply::see_other("/account"), door, sessions::renew(session, cx.random()));
        let (rotate, reply) = rotated;
        let said = format!("Your address is {} now.", found.email);
        match change.then_one(rotate).commit(reply.flash(flash::Tone::Done, &said)).await {
            Err(e) if e.code() == Code::NotFound => Ok(cx.unchanged(links::trouble(&frame, Purpose::NewAddress, Trouble::Used))),
            // Somebody else made an account with it since it was asked for.
            Err(e) if e.code() == Code::AlreadyExists => {
                let text = html! { "Another account uses this address now, so yours stays as it is." };
                Ok(cx.unchanged(links::dead(&frame, 409, "This address is taken", &text, "/account/email", "Choose another")))
            }
            done => done,
        }
    }
}
