//! `POST /account`: changes one's name.

use crate::{
    door::Door,
    fields::{self, FORM},
    limits::CHANGE_BY_ACCOUNT,
    routes::account::profile_page,
};
use domain::actions;
use kernel::{
    Command, Committed, Reply, Request, Result, Route, Write, flash,
    host::Surface,
    limit::Limit,
    principal::Scope,
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use shell::Frame;

/// Changes the name.
pub struct Profile;
impl Command for Profile {
    const ROUTE: Route = Route {
        method: Method::Post,
        path: "/account",
        surfaces: &[Surface::App, Surface::Portal, Surface::Platform],
        auth: Auth::Person,
        scope: Scope::None,
        limit: Limit::AccountExact(CHANGE_BY_ACCOUNT),
        audit: Audit::Records(&[actions::ACCOUNT_UPDATED]),
        payload: Payload::Form(FORM),
        csrf: Csrf::OriginAndToken,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "Changes one's own name",
    };
    async fn call(cx: Write<'_>, req: &Request) -> Result<Committed> {
        let door = Door::of(cx.site())?;
        let input = req.input()?;
        let name = fields::name(&input);
        if let Err(refused) = input.finish() {
            return Ok(cx.unchanged(profile_page::page(&cx, &Frame::of(&cx, req), &name, refused.fields())));
        }
        let id = cx.principal().id();
        let reply = Reply::see_other("/account").flash(flash::Tone::Done, "Your name is saved.");
        cx.mutation(id)?.then_one(door.rename(id, &name)).commit(reply).await
    }
}
