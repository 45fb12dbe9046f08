//! `GET /dev/mail/{id}`: one mail, its HTML part in a frame that can do nothing but open links, its text part beneath.

use super::mails;
use html::{
    Look, Shell, document,
    part::{facts, name},
    when,
};
use kernel::error::Code;
use kernel::{
    Query, Read, Reply, Request, Result, Route,
    host::Surface,
    limit::Limit,
    principal::Scope,
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use maud::html;

/// The same as everywhere, and a frame of our own besides.
const CSP: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; frame-src 'self'; \
    form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'";

/// Shows a mail.
pub struct MailPage;
impl Query for MailPage {
    const ROUTE: Route = Route {
        method: Method::Get,
        path: "/dev/mail/{id}",
        surfaces: &[Surface::App],
        auth: Auth::Public,
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::ReadOnly,
        payload: Payload::None,
        csrf: Csrf::SafeMethod,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "One mail that stayed on this machine",
    };
    async fn call(cx: Read<'_>, req: &Request) -> Result<Reply> {
        crate::only_local(&cx.app().config)?;
        let Some(mail) = mails::one(&cx, req.param("id")?).await? else { return Err(Code::NotFound.into()) };
        let m = &mail.message;
        let main = html! {
            p { a href="/dev/mail" { "All mail" } }
            div class="head" { h1 { (name(&m.subject)) } }
            (facts(&[("To", name(&mail.to)), ("From", name(&m.from_name)), ("Template", html! { (mail.template) }), ("Posted", when::at(mail.at))]))
            h2 { "HTML" }
            iframe class="mail-frame" title="HTML part" width="100%" height="560" sandbox="allow-popups allow-popups-to-escape-sandbox allow-top-navigation-by-user-activation"
                src={ "/dev/mail/" (mail.id) "/html" } {}
            h2 { "Text" }
            pre class="mail-text" { @for line in m.text.split_inclusive('\n') { (text_line(line)) } }
        };
        Ok(Reply::html(200, document(&Shell::new(Look::Plain, "Portico", "Mail"), &main)).with("content-security-policy", CSP))
    }
}

/// A line of the text part; one that is an address is a link, as mail programs make it.
fn text_line(line: &str) -> maud::Markup {
    let address = line.trim_end();
    let link = address.starts_with("https://") || address.starts_with("http://");
    html! { @if link { a href=(address) { (line) } } @else { (line) } }
}
