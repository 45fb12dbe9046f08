//! `GET /dev/mail/{id}/html`: the HTML part of a mail as it is, under a policy of its own: inline styles and a logo, nothing else.

use super::mails;
use kernel::error::Code;
use kernel::{
    Query, Read, Reply, Request, Result, Route,
    host::Surface,
    limit::Limit,
    principal::Scope,
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};

const CSP: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' https: http: data:; form-action 'none'; \
    frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox allow-top-navigation-by-user-activation";

/// Shows the HTML part.
pub struct MailHtml;
impl Query for MailHtml {
    const ROUTE: Route = Route {
        method: Method::Get,
        path: "/dev/mail/{id}/html",
        surfaces: &[Surface::App],
        auth: Auth::Public,
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::ReadOnly,
        payload: Payload::None,
        csrf: Csrf::SafeMethod,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "The HTML part of a mail that stayed on this machine",
    };
    async fn call(cx: Read<'_>, req: &Request) -> Result<Reply> {
        crate::only_local(&cx.app().config)?;
        let Some(mail) = mails::one(&cx, req.param("id")?).await? else { return Err(Code::NotFound.into()) };
        // Links open in the window around the frame.
        let html = mail.message.html.replacen("<head>", "<head><base target=\"_top\">", 1);
        Ok(Reply::html(200, html).with("content-security-policy", CSP).with("referrer-policy", "no-referrer"))
    }
}
