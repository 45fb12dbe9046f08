//! `POST /sign-in/link/open`: uses a sign-in link. A second factor is asked for as after a password.

use crate::{
    door::{Door, Status},
    enter,
    fields::{self, FORM},
    limits::{LINK_BY_ADDRESS, SIGN_IN_BY_ACCOUNT},
    links,
    routes::link::open_page,
};
use domain::actions;
use kernel::{
    Command, Committed, Request, Result, Route, Write,
    error::Code,
    host::Surface,
    limit::Limit,
    principal::Scope,
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use shell::Frame;
use store::{
    devices,
    limits::exact,
    sessions::Reached,
    tokens::{Purpose, Trouble},
};

/// Uses the link.
pub struct LinkOpen;
impl Command for LinkOpen {
    const ROUTE: Route = Route {
        method: Method::Post,
        path: "/sign-in/link/open",
        surfaces: &[Surface::App, Surface::Portal, Surface::Platform],
        auth: Auth::Public,
        scope: Scope::None,
        limit: Limit::AddressExact(LINK_BY_ADDRESS),
        audit: Audit::Records(&[actions::SIGNED_IN, actions::FIRST_FACTOR_PASSED]),
        payload: Payload::Form(FORM),
        csrf: Csrf::OriginAndToken,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "Uses a sign-in link",
    };
    async fn call(cx: Write<'_>, req: &Request) -> Result<Committed> {
        let door = Door::of(cx.site())?;
        let input = req.input()?;
        let token = fields::token(&input);
        input.finish()?;
        let frame = Frame::of(&cx, req);
        let found = match links::find(&cx, req, Purpose::SignIn, &token).await? {
            Ok(found) => found,
            Err(why) => return Ok(cx.unchanged(links::trouble(&frame, Purpose::SignIn, why))),
        };
        if !links::begun_here(&found, &cx.app().config.keys, req)? {
            return Ok(cx.unchanged(open_page::elsewhere(&frame)));
        }
        let row = cx.first(door.find_id(&found.subject, &devices::hash(req))).await?;
        let account = match row.map(|row| door.account(&row)).transpose()? {
            Some(account) if account.email == found.email && account.status != Status::Invited => account,
            _ => return Ok(cx.unchanged(links::trouble(&frame, Purpose::SignIn, Trouble::Used))),
        };
        account.refuse(cx.now())?;
        let reached = enter::by_first_factor(door, &account);
        let action = if reached == Reached::Challenge { actions::FIRST_FACTOR_PASSED } else { actions::SIGNED_IN };
        let change = cx
            .mutation_in(door.log(), action, &account.id)?
            .identified_as(door.kind(), &account.id, &account.name)
            .detail(format!("{{\"method\":\"link\",\"surface\":\"{}\"}}", cx.site().surface().as_str()));
        let change = found.spend(change).then(exact::forget(SIGN_IN_BY_ACCOUNT, &door.subject(&account.email)));
        let to = links::asked(&found, &cx.app().config.keys)?.next;
        let (change, reply) = enter::begin(&cx, req, change, door, &account, ("link", reached), &to)?;
        match change.commit(reply).await {
            Err(e) if e.code() == Code::NotFound => Ok(cx.unchanged(links::trouble(&frame, Purpose::SignIn, Trouble::Used))),
            done => done,
        }
    }
}
