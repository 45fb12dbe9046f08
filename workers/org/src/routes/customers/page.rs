//! `GET /o/{org}/customers/{id}`: a customer, their state and their newest tickets.

use crate::{routes::tickets::view::may_work, words};
use html::{
    form,
    list::{Table, address, empty},
    page::{head_with, section},
    part::{Tone, callout, copyable, count, facts, name, none},
    when,
};
use kernel::{
    CustomerId, Millis, Query, Read, Reply, Request, Result, Route, Rows,
    error::Code,
    host::Surface,
    limit::Limit,
    principal::{Ability, Scope},
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use maud::{Markup, html};
use shell::{Frame, OrgPlace, Place};

/// How many of their tickets the page shows.
const SHOWN: i64 = 10;

kernel::sql! {
    /// With the end of the invitation that is open, and in how many places they are signed in.
    Read Org ONE(3) -> ["name", "email", "status", "created_at", "email_verified_at", "blocked_reason", "deleted_at", "invited_until", "sessions"] =
        "SELECT c.name, c.email, c.status, c.created_at, c.email_verified_at, c.blocked_reason, c.deleted_at, \
         (SELECT max(k.expires_at) FROM tokens k WHERE k.org_id = ?1 AND k.subject = c.id AND k.purpose = 'customer_invitation' AND k.used_at IS NULL) AS invited_until, \
         (SELECT count(*) FROM sessions s WHERE s.org_id = ?1 AND s.subject = c.id AND s.kind = 'customer' AND s.state = 'full' AND s.expires_at > ?3 AND s.idle_until > ?3) AS sessions \
         FROM customers c WHERE c.org_id = ?1 AND c.id = ?2";
    Read Org TICKETS(3) -> ["id", "subject", "status", "priority", "updated_at"] =
        "SELECT id, subject, status, priority, updated_at FROM tickets WHERE org_id = ?1 AND customer_id = ?2 ORDER BY id DESC LIMIT ?3 + 1";
}

/// Shows a customer.
pub struct CustomerPage;
impl Query for CustomerPage {
    const ROUTE: Route = Route {
        method: Method::Get,
        path: "/o/{org}/customers/{id}",
        surfaces: &[Surface::App],
        auth: Auth::Staff(Ability::Read),
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::ReadOnly,
        payload: Payload::None,
        csrf: Csrf::SafeMethod,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "A customer with their newest tickets",
    };
    async fn call(cx: Read<'_>, req: &Request) -> Result<Reply> {
        let (org, slug, id) = (cx.org()?, req.param("org")?, req.id_param::<CustomerId>("id")?);
        let stmts = vec![ONE.bind([org.into(), (&id).into(), cx.now().into()]), TICKETS.bind([org.into(), (&id).into(), SHOWN.into()])];
        let mut sets = cx.read(stmts).await?;
        let tickets = sets.pop().unwrap_or_default();
        let row = sets.pop().and_then(|rows| rows.into_iter().next()).ok_or(Code::NotFound)?;
        let time = |at: usize| -> Result<Option<Millis>> { Ok(row.opt_int(at)?.map(Millis::new)) };
        let (called, status, now) = (row.text(0)?, row.text(2)?, cx.now());
        let (deleted, invited_until) = (time(6)?, time(7)?.filter(|_| status == "invited"));
        let frame = Frame::of(&cx, req);
        let here = format!("/o/{slug}/customers/{id}");
        let works = may_work(cx.principal()) && deleted.is_none();
        let actions = html! { @if works { (actions(&here, status, frame.csrf())) } };
        let state = match deleted {
            Some(_) => html::part::badge(Tone::Plain, "deleted"),
            None => words::customer(status),
        };
        let mut known = vec![
            ("E-mail", if deleted.is_some() { none("removed") } else { name(row.text(1)?) }),
            ("Added", when::at(Millis::new(row.int(3)?))),
            (
                "Address confirmed",
                match time(4)? {
                    Some(at) => when::at(at),
                    None => none("not yet"),
                },
            ),
            ("Active sessions", html! { (count(row.int(8)?, "session", "sessions")) }),
        ];
        if status == "invited" {
            known.push((
                "Invitation",
                match invited_until {
                    Some(until) if until > now => html! { "Expires " (when::ago(until, now)) },
                    Some(until) => html! { "Expired " (when::ago(until, now)) },
                    None => none("none"),
                },
            ));
        }
        known.push(("Id", copyable(&id.to_string())));
        let main = html! {
            (head_with(&name(called), &state, "", &actions))
            @if deleted.is_some() {
                (callout(Tone::Plain, "This account was deleted", &html! { p { "The customer deleted it. Their tickets stay, without their name and address." } }))
            } @else if status == "blocked" {
                (callout(Tone::Bad, "This customer is blocked", &html! {
                    p { "They can't sign in to the portal." }
                    @if let Some(reason) = row.opt_text(5)? { p { "Reason: " (name(reason)) } }
                }))
            } @else if status == "invited" {
                (callout(Tone::Warn, "This customer has not accepted the invitation yet", &html! {
                    p { "The link in their e-mail works for seven days. Sending the invitation again replaces it." }
                }))
            }
            (facts(&known))
            (of_tickets(slug, &id, &tickets, works, now)?)
        };
        let page = frame.app(Place::Org(slug, OrgPlace::Customers), called).crumb("Customers", format!("/o/{slug}/customers"));
        Ok(page.reply(&main))
    }
}

/// What can be done with a customer in that state.
fn actions(here: &str, status: &str, csrf: &str) -> Markup {
    html! {
        a class="button" href={ (here) "/edit" } { "Edit name" }
        @match status {
            "invited" => {
                (form::button(&format!("{here}/invitation"), csrf, "Send the invitation again"))
                a class="button danger" href={ (here) "/invitation/cancel" } data-dialog="" { "Cancel invitation" }
            },
            "blocked" => (form::button(&format!("{here}/unblock"), csrf, "Unblock")),
            _ => a class="button danger" href={ (here) "/block" } data-dialog="" { "Block" },
        }
    }
}

fn of_tickets(slug: &str, id: &CustomerId, rows: &Rows, works: bool, now: Millis) -> Result<Markup> {
    let list = format!("/o/{slug}/tickets");
    let shown = usize::try_from(SHOWN).unwrap_or(usize::MAX);
    let new = address(&format!("{list}/new"), &[("customer", id.to_string().as_str())]);
    let all = address(&list, &[("customer", id.to_string().as_str())]);
    let mut table: Vec<Vec<Markup>> = Vec::with_capacity(rows.len());
    for row in rows.iter().take(shown) {
        table.push(vec![
            html! { a href={ (list) "/" (row.text(0)?) } { (name(row.text(1)?)) } },
            words::status(row.text(2)?),
            words::priority(row.text(3)?),
            when::ago(Millis::new(row.int(4)?), now),
        ]);
    }
    let actions = html! {
        @if !table.is_empty() { a class="button" href=(all) { "View all" } }
        @if works { a class="button" href=(new) { "New ticket" } }
    };
    Ok(section(
        "Tickets",
        "",
        &actions,
        &html! {
            @if table.is_empty() { (empty("No tickets", "Tickets that this customer sends, or that you create for them, are listed here.", None)) }
            @else { (Table { caption: "The customer's newest tickets", columns: &["Subject", "Status", "Priority", "Updated"] }.render(&table)) }
        },
    ))
}
