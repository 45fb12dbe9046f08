//! `GET /account/security/recovery-codes/new`: shows new recovery codes, once. A reload shows them no more.

use crate::{codes, door::Door, look, next};
use html::{page, part, secret};
use kernel::{
    Query, Read, Reply, Request, Result, Route,
    host::Surface,
    limit::Limit,
    principal::Scope,
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use maud::html;
use shell::{AccountPlace, Frame};

/// Shows them.
pub struct CodesShown;
impl Query for CodesShown {
    const ROUTE: Route = Route {
        method: Method::Get,
        path: "/account/security/recovery-codes/new",
        surfaces: &[Surface::App, Surface::Portal, Surface::Platform],
        auth: Auth::Person,
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::ReadOnly,
        payload: Payload::None,
        csrf: Csrf::SafeMethod,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "Shows new recovery codes, once",
    };
    async fn call(cx: Read<'_>, req: &Request) -> Result<Reply> {
        let door = Door::of(cx.site())?;
        let next = req.query("next").and_then(next::checked).unwrap_or("/account/security");
        let Some(made) = codes::brought(&cx.app().config.keys, cx.principal().id(), req) else {
            return Ok(Reply::see_other(next));
        };
        let text = made.join("\n");
        let file = format!("{} recovery codes of {}\nEach works once.\n\n{text}\n", door.name(), cx.principal().email());
        let address =
            format!("data:text/plain;charset=utf-8,{}", percent_encoding::utf8_percent_encode(&file, percent_encoding::NON_ALPHANUMERIC));
        let frame = Frame::of(&cx, req);
        let main = html! {
            (page::head("Your recovery codes", "If you lose your authenticator app, one of these gets you in. Each works once.", &html! {}))
            (page::card("", "", &html! {}, &html! {
                (secret::block("Recovery codes", &text))
                (part::callout(part::Tone::Warn, "You won't see these again", &html! { "Print them or keep them in a password manager, not only on the device with the app." }))
                p {
                    a class="button" download="recovery-codes.txt" href=(address) { "Download as text" } " "
                    a class="button primary" href=(next) { "I have kept them" }
                }
            }))
        };
        Ok(look::account(&cx, &frame, AccountPlace::Security, "Your recovery codes").reply(&main).with("set-cookie", codes::gone()))
    }
}
