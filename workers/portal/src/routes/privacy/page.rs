//! `GET /privacy`: what is held about the customer, how to get a copy of it, and how to have it deleted.

use crate::routes::privacy::{DELETE, EXPORT, PRIVACY};
use html::{
    page::{danger_zone, head, setting},
    part::count,
};
use kernel::{
    Query, Read, Reply, Request, Result, Route,
    error::Error,
    host::Surface,
    limit::Limit,
    principal::Scope,
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use maud::html;
use shell::portal::{self, PortalPlace};

kernel::sql! {
    Read Org HELD(2) -> ["tickets", "comments", "sessions", "notifications"] =
        "SELECT (SELECT count(*) FROM tickets k WHERE k.org_id = ?1 AND k.customer_id = ?2) AS tickets, \
         (SELECT count(*) FROM tickets t JOIN ticket_comments c ON c.org_id = ?1 AND c.ticket_id = t.id AND c.internal = 0 WHERE t.org_id = ?1 AND t.customer_id = ?2) AS comments, \
         (SELECT count(*) FROM sessions s WHERE s.org_id = ?1 AND s.subject = ?2) AS sessions, \
         (SELECT count(*) FROM inbox i WHERE i.org_id = ?1 AND i.recipient = ?2) AS notifications";
}

/// Shows what is held about the customer.
pub struct PrivacyPage;
impl Query for PrivacyPage {
    const ROUTE: Route = Route {
        method: Method::Get,
        path: PRIVACY,
        surfaces: &[Surface::Portal],
        auth: Auth::Customer,
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::ReadOnly,
        payload: Payload::None,
        csrf: Csrf::SafeMethod,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "What is held about the signed-in customer",
    };
    async fn call(cx: Read<'_>, req: &Request) -> Result<Reply> {
        let me = portal::customer(&cx)?;
        let row = cx.first(HELD.bind([(&me.org).into(), (&me.id).into()])).await?;
        let row = row.ok_or_else(|| Error::incident("an aggregate without a row", PRIVACY))?;
        let held = format!(
            "Your profile and how you sign in, {}, {}, {} and {}.",
            count(row.int(0)?, "ticket", "tickets"),
            count(row.int(1)?, "reply", "replies"),
            count(row.int(2)?, "session", "sessions"),
            count(row.int(3)?, "notification", "notifications"),
        );
        let main = html! {
            (head("Privacy", "The data that is held about you here, and what you can do with it.", &html! {}))
            section class="card" {
                div class="card-head" { h2 { "Your data" } }
                (setting("What is held about you", &held, &html! {}))
                (setting("Get a copy", "Everything that is held about you, as a JSON file. You confirm first that it is you, and the download is recorded.",
                    &html! { a class="button" href=(EXPORT) { "Download my data" } }))
            }
            (danger_zone(&setting("Delete my account", "Ends your account here for good. Your tickets stay with the team, without your name.",
                &html! { a class="button danger" href=(DELETE) { "Delete my account" } })))
        };
        Ok(portal::page(&cx, req, PortalPlace::Privacy, "Privacy", &main))
    }
}
