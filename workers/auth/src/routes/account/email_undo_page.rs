//! `GET /account/email/undo`: what the link to the old address leads to. It only asks.

use crate::{door::Door, links};
use html::{
    form::{self, Form},
    part,
};
use kernel::{
    Query, Read, Reply, Request, Result, Route,
    host::Surface,
    limit::Limit,
    principal::Scope,
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use maud::html;
use shell::Frame;
use store::tokens::Purpose;

/// Asks whether to undo it.
pub struct EmailUndoPage;
impl Query for EmailUndoPage {
    const ROUTE: Route = Route {
        method: Method::Get,
        path: "/account/email/undo",
        surfaces: &[Surface::App, Surface::Portal, Surface::Platform],
        auth: Auth::Public,
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::ReadOnly,
        payload: Payload::None,
        csrf: Csrf::SafeMethod,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "What the link to an old address leads to",
    };
    async fn call(cx: Read<'_>, req: &Request) -> Result<Reply> {
        Door::of(cx.site())?;
        let (frame, token) = (Frame::of(&cx, req), req.query("token").unwrap_or_default());
        let found = match links::find(&cx, req, Purpose::UndoAddress, token).await? {
            Ok(found) => found,
            Err(why) => return Ok(links::trouble(&frame, Purpose::UndoAddress, why)),
        };
        let main = html! {
            section class="narrow" {
                h1 { "Undo the change of address" }
                div class="card" {
                    p { "The account gets " strong { (part::name(&found.email)) } " back as its address. Every session ends, wherever it is." }
                    p class="quiet" { "Whoever changed the address may know the password: set a new one afterwards." }
                    (Form::new("/account/email/undo", frame.csrf(), "Undo the change").danger().render(&form::hidden("token", token)))
                }
            }
        };
        Ok(links::discreet(frame.bare("Undo the change of address").reply(&main)))
    }
}
