//! `GET /`: where the customer stands: what waits for them, their open tickets, the latest replies.

use crate::{
    routes::tickets::{LIST, NEW, address, new_link},
    words,
};
use html::{
    history::{Happening, timeline},
    icon::Icon,
    list::{Table, empty},
    page::{Step, head, section, steps},
    part::{Tone, callout, count, name},
    when,
};
use kernel::{
    Millis, Query, Read, Reply, Request, Result, Route, Row,
    error::Error,
    host::Surface,
    limit::Limit,
    principal::Scope,
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use maud::{Markup, html};
use shell::portal::{self, PortalPlace};

kernel::sql! {
    Read Org STANDING(2) -> ["tickets", "open", "waiting", "second_factor"] =
        "SELECT count(*) AS tickets, count(*) FILTER (WHERE status <> 'closed') AS open, count(*) FILTER (WHERE status = 'pending') AS waiting, \
         EXISTS (SELECT 1 FROM authenticators WHERE subject = ?2 AND confirmed_at IS NOT NULL) AS second_factor \
         FROM tickets WHERE org_id = ?1 AND customer_id = ?2";
    Read Org OPEN(2) -> ["id", "subject", "status", "updated_at"] =
        "SELECT id, subject, status, updated_at FROM tickets INDEXED BY tickets_by_customer WHERE org_id = ?1 AND customer_id = ?2 AND status <> 'closed' \
         ORDER BY updated_at DESC, id DESC LIMIT 5";
    /// The newest reply on each of the tickets that were changed last.
    Read Org REPLIES(2) -> ["id", "subject", "author_name", "body", "created_at"] =
        "SELECT t.id, t.subject, c.author_name, substr(c.body, 1, 240) AS body, c.created_at \
         FROM (SELECT id, subject FROM tickets WHERE org_id = ?1 AND customer_id = ?2 ORDER BY updated_at DESC, id DESC LIMIT 20) t \
         JOIN ticket_comments c ON c.org_id = ?1 AND c.ticket_id = t.id \
         WHERE c.id = (SELECT max(x.id) FROM ticket_comments x WHERE x.org_id = ?1 AND x.ticket_id = t.id AND x.internal = 0 AND x.author_kind <> 'customer') \
         ORDER BY c.created_at DESC, c.id DESC LIMIT 5";
}

/// Shows where the customer stands.
pub struct Home;
impl Query for Home {
    const ROUTE: Route = Route {
        method: Method::Get,
        path: "/",
        surfaces: &[Surface::Portal],
        auth: Auth::Customer,
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::ReadOnly,
        payload: Payload::None,
        csrf: Csrf::SafeMethod,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "Where the signed-in customer stands",
    };
    async fn call(cx: Read<'_>, req: &Request) -> Result<Reply> {
        let (me, now) = (portal::customer(&cx)?, cx.now());
        let both = || [(&me.org).into(), (&me.id).into()];
        let sets = cx.read(vec![STANDING.bind(both()), OPEN.bind(both()), REPLIES.bind(both())]).await?;
        let [standing, open, replies] = sets.try_into().map_err(|_| Error::incident("the rows of three statements", "fewer"))?;
        let standing = standing.first().ok_or_else(|| Error::incident("an aggregate without a row", "the portal's home"))?;
        let (all, open_count, waiting) = (standing.int(0)?, standing.int(1)?, standing.int(2)?);
        let about = match open_count {
            0 => "Nothing is open.".to_owned(),
            n => format!("{} {} open.", count(n, "ticket", "tickets"), if n == 1 { "is" } else { "are" }),
        };
        let todo = [
            Step {
                title: "Send your first ticket",
                about: "Ask a question or report a problem, and follow its progress here.",
                done: all > 0,
                action: Some(("New ticket", NEW.to_owned())),
            },
            Step {
                title: "Protect your account with a second factor",
                about: "A code from an app on your phone, so that your password alone is not enough.",
                done: standing.int(3)? == 1,
                action: Some(("Set it up", "/account/security".to_owned())),
            },
        ];
        let main = html! {
            (head("Home", &about, &new_link()))
            @if waiting > 0 {
                (callout(Tone::Warn, &format!("{} for your reply", if waiting == 1 { "1 ticket waits".to_owned() } else { format!("{} wait", count(waiting, "ticket", "tickets")) }),
                    &html! { "The team is waiting for your answer. " a href={ (LIST) "?status=pending" } { "See what they ask" } "." }))
            }
            @if todo.iter().any(|step| !step.done) { (steps("What to do next", &todo)) }
            (section("Open tickets", "", &html! { @if all > 0 { a href=(LIST) { "All tickets" } } }, &open_tickets(&open, all, now)?))
            @if !replies.is_empty() { (section("Latest replies", "", &html! {}, &latest(&replies, now)?)) }
        };
        Ok(portal::page(&cx, req, PortalPlace::Home, "Home", &main))
    }
}

fn open_tickets(rows: &[Row], all: i64, now: Millis) -> Result<Markup> {
    if rows.is_empty() {
        return Ok(match all {
            0 => empty("You have no tickets", "When you send one, you can follow it here.", Some(("New ticket", NEW))),
            _ => empty("Nothing is open", "All your tickets are closed. A reply opens one again.", Some(("New ticket", NEW))),
        });
    }
    let mut list = Vec::with_capacity(rows.len());
    for row in rows {
        list.push(vec![
            html! { a href=(address(row.text(0)?)) { (name(row.text(1)?)) } },
            words::status(row.text(2)?),
            when::ago(Millis::new(row.int(3)?), now),
        ]);
    }
    Ok(Table { caption: "Open tickets", columns: &["Subject", "Status", "Updated"] }.render(&list))
}

fn latest(rows: &[Row], now: Millis) -> Result<Markup> {
    let mut all = Vec::with_capacity(rows.len());
    for row in rows {
        all.push(Happening {
            icon: Icon::Mail,
            tone: Tone::Plain,
            text: html! { (name(row.text(2)?)) " replied on " a href=(address(row.text(0)?)) { (name(row.text(1)?)) } },
            when: when::ago(Millis::new(row.int(4)?), now),
            detail: html! { p dir="auto" { (excerpt(row.text(3)?)) } },
        });
    }
    Ok(timeline(&all))
}

/// The beginning of a text, in one line.
fn excerpt(text: &str) -> String {
    const CHARS: usize = 160;
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(CHARS) {
        Some((at, _)) => format!("{}…", line.get(..at).unwrap_or_default().trim_end()),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_excerpt_is_one_line_and_never_cuts_a_character() {
        assert_eq!(excerpt("a\r\n\r\nb\tc"), "a b c");
        let long = excerpt(&"é ".repeat(200));
        assert!(long.ends_with("é…") && long.chars().count() <= 161, "{long}");
    }
}
