//! `GET /dev/mail`: the mails that stayed on this machine, newest first.

use super::mails;
use html::{
    Look, Shell, document,
    list::{Table, empty},
    part::name,
    when,
};
use kernel::{
    Query, Read, Reply, Request, Result, Route,
    host::Surface,
    limit::Limit,
    principal::Scope,
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use maud::{Markup, html};

/// Lists mails.
pub struct MailList;
impl Query for MailList {
    const ROUTE: Route = Route {
        method: Method::Get,
        path: "/dev/mail",
        surfaces: &[Surface::App],
        auth: Auth::Public,
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::ReadOnly,
        payload: Payload::None,
        csrf: Csrf::SafeMethod,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "The mails that stayed on this machine",
    };
    async fn call(cx: Read<'_>, req: &Request) -> Result<Reply> {
        crate::only_local(&cx.app().config)?;
        let found = mails::newest(&cx, req.query("to")).await?;
        let rows: Vec<Vec<Markup>> = found
            .iter()
            .map(|m| {
                let href = format!("/dev/mail/{}", m.id);
                vec![html! { a href=(href) { (name(&m.message.subject)) } }, name(&m.to), html! { (m.template) }, when::at(m.at)]
            })
            .collect();
        let main = html! {
            div class="head" { h1 { "Mail" } }
            p class="quiet" { "On this machine no mail leaves it; the newest " (mails::SHOWN) " are listed here. Tests read " a href="/dev/mail.json" { "/dev/mail.json" } "." }
            @if rows.is_empty() {
                (empty("No mail yet", "What is sent to anybody will be listed here.", None))
            } @else {
                (Table { caption: "Mails", columns: &["Subject", "To", "Template", "Sent"] }.render(&rows))
            }
        };
        Ok(Reply::html(200, document(&Shell::new(Look::Plain, "Portico", "Mail"), &main)))
    }
}
