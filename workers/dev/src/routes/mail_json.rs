//! `GET /dev/mail.json`: the mails that stayed on this machine, for tests: `[{id, to, subject, template, text, html, at}]`, newest first, of one recipient with `?to=`.

use super::mails;
use kernel::{
    Query, Read, Reply, Request, Result, Route,
    host::Surface,
    limit::Limit,
    principal::Scope,
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use serde::Serialize;

#[derive(Serialize)]
struct Mail {
    id: String,
    to: String,
    subject: String,
    template: String,
    text: String,
    html: String,
    at: kernel::Millis,
}

/// Lists mails for programs.
pub struct MailJson;
impl Query for MailJson {
    const ROUTE: Route = Route {
        method: Method::Get,
        path: "/dev/mail.json",
        surfaces: &[Surface::App],
        auth: Auth::Public,
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::ReadOnly,
        payload: Payload::None,
        csrf: Csrf::SafeMethod,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "The mails that stayed on this machine, for tests",
    };
    async fn call(cx: Read<'_>, req: &Request) -> Result<Reply> {
        crate::only_local(&cx.app().config)?;
        let found = mails::newest(&cx, req.query("to")).await?;
        let all: Vec<Mail> = found
            .into_iter()
            .map(|m| Mail {
                id: m.id.to_string(),
                to: m.to,
                subject: m.message.subject,
                template: m.template,
                text: m.message.text,
                html: m.message.html,
                at: m.at,
            })
            .collect();
        Reply::json(200, &all)
    }
}
