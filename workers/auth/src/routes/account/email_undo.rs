//! `POST /account/email/undo`: gives an account its old address back, and ends every session and every other link of it.

use crate::{
    door::Door,
    fields::{self, FORM},
    limits::LINK_BY_ADDRESS,
    links, post,
};
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
};
use mail::Letter;
use maud::html;
use shell::Frame;
use store::{
    devices, sessions,
    tokens::{self, Purpose},
};

/// Undoes the change.
pub struct EmailUndo;
impl Command for EmailUndo {
    const ROUTE: Route = Route {
        method: Method::Post,
        path: "/account/email/undo",
        surfaces: &[Surface::App, Surface::Portal, Surface::Platform],
        auth: Auth::Public,
        scope: Scope::None,
        limit: Limit::AddressExact(LINK_BY_ADDRESS),
        audit: Audit::Records(&[actions::ADDRESS_RESTORED]),
        payload: Payload::Form(FORM),
        csrf: Csrf::OriginAndToken,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "Undoes a change of address",
    };
    async fn call(cx: Write<'_>, req: &Request) -> Result<Committed> {
        let door = Door::of(cx.site())?;
        let input = req.input()?;
        let token = fields::token(&input);
        input.finish()?;
        let frame = Frame::of(&cx, req);
        let found = match links::find(&cx, req, Purpose::UndoAddress, &token).await? {
            Ok(found) => found,
            Err(why) => return Ok(cx.unchanged(links::trouble(&frame, Purpose::UndoAddress, why))),
        };
        // Whatever the address is by now: it may have been changed once more.
        let row = cx.first(door.find_id(&found.subject, "")).await?;
        let Some(account) = row.map(|row| door.account(&row)).transpose()? else {
            return Ok(cx.unchanged(links::trouble(&frame, Purpose::UndoAddress, tokens::Trouble::Used)));
        };
        let (id, now) = (account.id.as_str(), cx.now());
        let change = cx.mutation_in(door.log(), actions::ADDRESS_RESTORED, id)?.identified_as(door.kind(), id, &account.name);
        let change = found
            .spend(change)
            .then_one(door.readdress(id, &account.email, &found.email, now))
            .then(sessions::end_all(id))
            .then(tokens::end_all(id, now))
            .then(tokens::end_later(id, &found.hash, now))
            .then(devices::forget(id));
        let letter = Letter::AllSessionsEnded { name: account.name.clone(), at: now, account: post::account(cx.app(), req)? };
        let change = post::letter(change, cx.app(), door, &found.email, letter)?;
        let said = "The address is yours again, and every session has ended. Set a new password now.";
        match change.commit(Reply::see_other("/reset").flash(flash::Tone::Done, said)).await {
            // The link was used, or the address changed once more, at this moment: its page says which, and has the form if it is good.
            Err(e) if e.code() == Code::NotFound => Ok(cx.unchanged(Reply::see_other(&format!("/account/email/undo?token={token}")))),
            Err(e) if e.code() == Code::AlreadyExists => {
                let text = html! { "Another account uses the old address now. Contact support: they can see what happened." };
                Ok(cx.unchanged(links::dead(&frame, 409, "This can't be undone", &text, SIGN_IN, "Sign in")))
            }
            done => done,
        }
    }
}
