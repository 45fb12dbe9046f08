//! `GET /search`: everything that an operator may be told of, by id, address or name. What was found by its id comes first.

use crate::{
    prefix, search_box,
    words::{AUDIT_HEADINGS, audit_columns, audit_row, org_state, user_state},
};
use domain::{like, plans::Plan};
use html::{
    form,
    list::{Table, no_match, nothing},
    page::{head, section},
    part::{Tone, badge, callout, name},
};
use kernel::{
    AuditId, CustomerId, DomainId, EndpointId, ExportId, Id, InvitationId, JobId, KeyId, MailId, Millis, OrgId, Query, Read, Reply,
    Request, RequestId, Result, Route, Row, Rows, TicketId, UserId,
    host::Surface,
    input::Text,
    limit::Limit,
    principal::{Duty, Scope},
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
    time::Span,
};
use maud::{Markup, html};
use shell::platform::{self, ConsolePlace};

/// How many of each kind the page shows.
const SHOWN: i64 = 10;
/// The shortest text that is looked for, characters.
const LEAST: usize = 2;
/// How long after its request an audit event may be written. An id carries its time, so the index over ids finds both.
const REQUEST_TAKES: Span = Span::minutes(5);

kernel::sql! {
    Read Global("operators search all organizations")
    ORGS(3) -> ["id", "slug", "name", "plan", "status", "portal_open", "deleted_at"] =
        "SELECT o.id, o.slug, o.name, o.plan, o.status, o.portal_open, o.deleted_at FROM orgs o \
         WHERE o.id = ?1 OR o.slug = ?1 OR o.name LIKE ?2 ESCAPE '\\' OR o.slug LIKE ?2 ESCAPE '\\' \
           OR o.id IN (SELECT d.org_id FROM domains d WHERE d.host = ?1 AND d.state <> 'removed') \
         ORDER BY o.id = ?1 DESC, o.slug = ?1 DESC, o.id DESC LIMIT ?3";
    /// By id or by how the address begins: never walks the table.
    Read Global("operators search all staff accounts")
    USERS(3) -> ["id", "name", "email", "email_verified_at", "banned_until", "deleted_at"] =
        "SELECT u.id, u.name, u.email, u.email_verified_at, u.banned_until, u.deleted_at FROM users u \
         WHERE u.id = ?1 OR (u.email >= ?1 AND u.email < ?2) ORDER BY u.email LIMIT ?3";
    /// By name too, newest first: walks until there are enough.
    Read Global("operators search all staff accounts")
    NAMED(4) -> ["id", "name", "email", "email_verified_at", "banned_until", "deleted_at"] =
        "SELECT u.id, u.name, u.email, u.email_verified_at, u.banned_until, u.deleted_at FROM users u \
         WHERE u.name LIKE ?3 ESCAPE '\\' OR (u.email >= ?1 AND u.email < ?2) ORDER BY u.id DESC LIMIT ?4";
    Read Global("operators search the customers of all organizations, by address or id")
    CUSTOMERS(3) -> ["org_id", "id", "name", "email", "status", "org"] =
        "SELECT c.org_id, c.id, c.name, c.email, c.status, o.name AS org FROM customers c JOIN orgs o ON o.id = c.org_id \
         WHERE c.email >= ?1 AND c.email < ?2 ORDER BY c.email LIMIT ?3";
    /// Ids are unique within an organization: one look in each. The cross join keeps the order, so that no table is walked but theirs.
    Read Global("operators search all organizations by id")
    CUSTOMER(1) -> ["org_id", "id", "name", "email", "status", "org"] =
        "SELECT c.org_id, c.id, c.name, c.email, c.status, o.name AS org FROM orgs o CROSS JOIN customers c ON c.org_id = o.id AND c.id = ?1 LIMIT 1";
    Read Global("operators search all organizations by id")
    KEY(1) -> ["org_id", "id", "name", "hint", "revoked_at", "org"] =
        "SELECT k.org_id, k.id, k.name, k.hint, k.revoked_at, o.name AS org FROM orgs o CROSS JOIN api_keys k ON k.org_id = o.id AND k.id = ?1 LIMIT 1";
    /// What is shown of a key wherever it is listed: its first characters and its last.
    Read Global("operators search the API keys of all organizations by what is shown of them")
    KEYS(2) -> ["org_id", "id", "name", "hint", "revoked_at", "org"] =
        "SELECT k.org_id, k.id, k.name, k.hint, k.revoked_at, o.name AS org FROM api_keys k JOIN orgs o ON o.id = k.org_id WHERE k.hint = ?1 LIMIT ?2";
    /// Where it belongs, not what it says: a ticket is its organization's.
    Read Global("operators search all organizations by id")
    TICKET(1) -> ["org_id", "id", "status", "created_at", "org"] =
        "SELECT t.org_id, t.id, t.status, t.created_at, o.name AS org FROM orgs o CROSS JOIN tickets t ON t.org_id = o.id AND t.id = ?1 LIMIT 1";
    Read Global("operators find what a request did, in whichever log")
    REQUEST(4) -> ["id", "org_id", "occurred_at", "action", "actor_kind", "actor_id", "actor_label", "target", "outcome", "ip", "request_id", "detail", "log"] =
        concat!("SELECT ", audit_columns!(), " FROM audit_events a WHERE a.id >= ?1 AND a.id < ?2 AND a.request_id = ?3 ORDER BY a.id LIMIT ?4");
    Read Global("operators find an event by its id, in whichever log")
    EVENT(1) -> ["id", "org_id", "occurred_at", "action", "actor_kind", "actor_id", "actor_label", "target", "outcome", "ip", "request_id", "detail", "log"] =
        concat!("SELECT ", audit_columns!(), " FROM audit_events a WHERE a.id = ?1 LIMIT 1");
    /// Whose it is: endpoints, exports, domains, invitations.
    Read Global("operators search all organizations by id")
    OWNER(1) -> ["id", "name"] =
        "SELECT o.id, o.name FROM orgs o WHERE EXISTS (SELECT 1 FROM webhook_endpoints e WHERE e.org_id = o.id AND e.id = ?1) \
           OR EXISTS (SELECT 1 FROM exports x WHERE x.org_id = o.id AND x.id = ?1) OR EXISTS (SELECT 1 FROM domains d WHERE d.org_id = o.id AND d.id = ?1) \
           OR EXISTS (SELECT 1 FROM invitations i WHERE i.org_id = o.id AND i.id = ?1) LIMIT 1";
}

/// Searches everything.
pub struct Search;
impl Query for Search {
    const ROUTE: Route = Route {
        method: Method::Get,
        path: "/search",
        surfaces: &[Surface::Platform],
        auth: Auth::Operator(Duty::Look),
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::ReadOnly,
        payload: Payload::None,
        csrf: Csrf::SafeMethod,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "Search over organizations, people, keys, tickets and requests",
    };
    async fn call(cx: Read<'_>, req: &Request) -> Result<Reply> {
        let input = req.query_input();
        let asked = input.opt_text("q", Text::line(0, 254)).unwrap_or_default();
        input.finish()?;
        let q = asked.trim();
        // Somebody pasted a whole key. It stands in an address now, and it is not repeated here.
        let whole_key = crypto::api_key::parse(q).is_ok();
        let results = if q.chars().count() < LEAST || whole_key { Vec::new() } else { find(&cx, q).await? };
        let shown = if whole_key { "" } else { q };
        let main = html! {
            (head("Search", "", &html! {}))
            (search_box::render(shown, "A name, an address, a slug, a domain, or any id."))
            @if whole_key {
                (callout(Tone::Bad, "That is a whole API key", &html! {
                    "It is in your browser's history now, and its owner should revoke it. Search for its id, or for what is shown of it, such as "
                    code { (crypto::api_key::hint(q)) } "."
                }))
            } @else if q.is_empty() {
                (nothing(html::Icon::Search, "Search the whole service", "Ids of every kind, names and slugs of organizations, addresses of people, what is shown of API keys, and the ids of requests.", &html! {}))
            } @else if q.chars().count() < LEAST {
                (form::refusal("Type at least two characters."))
            } @else if results.is_empty() {
                (no_match("Nothing was found", "Names are matched anywhere, addresses from their beginning, ids as a whole.", "/search"))
            } @else {
                @for result in &results { (result) }
            }
        };
        Ok(platform::page(&cx, req, ConsolePlace::Search, "Search", &main))
    }
}

/// One statement with what makes a part of the page of its rows.
type Part = (kernel::Stmt, fn(&Rows, Millis) -> Result<Markup>);

/// What to ask: an id is looked up as what it is, anything else by name and address. One round trip.
async fn find(cx: &Read<'_>, q: &str) -> Result<Vec<Markup>> {
    let parts = by_id(q).unwrap_or_else(|| by_text(q));
    let (stmts, shows): (Vec<_>, Vec<_>) = parts.into_iter().unzip();
    let found = cx.read(stmts).await?;
    let some = found.iter().zip(shows).filter(|(rows, _)| !rows.is_empty());
    some.map(|(rows, show)| show(rows, cx.now())).collect()
}

fn by_text(q: &str) -> Vec<Part> {
    let (lower, pattern) = (q.to_lowercase(), like::contains(q));
    let end = prefix::end(&lower);
    vec![
        (ORGS.bind([lower.as_str().into(), pattern.clone().into(), SHOWN.into()]), orgs),
        // An address is found by its index; only what may be a name is looked for in names.
        if q.contains('@') {
            (USERS.bind([lower.as_str().into(), end.as_str().into(), SHOWN.into()]), users)
        } else {
            (NAMED.bind([lower.as_str().into(), end.as_str().into(), pattern.into(), SHOWN.into()]), users)
        },
        (CUSTOMERS.bind([lower.into(), end.into(), SHOWN.into()]), customers),
        (KEYS.bind([q.into(), SHOWN.into()]), keys),
    ]
}

fn by_id(q: &str) -> Option<Vec<Part>> {
    Some(if OrgId::parse(q).is_some() {
        vec![(ORGS.bind([q.into(), like::contains(q).into(), SHOWN.into()]), orgs as fn(&Rows, Millis) -> Result<Markup>)]
    } else if UserId::parse(q).is_some() {
        vec![(USERS.bind([q.into(), q.into(), SHOWN.into()]), users)]
    } else if CustomerId::parse(q).is_some() {
        vec![(CUSTOMER.bind([q.into()]), customers)]
    } else if KeyId::parse(q).is_some() {
        vec![(KEY.bind([q.into()]), keys)]
    } else if TicketId::parse(q).is_some() {
        vec![(TICKET.bind([q.into()]), tickets)]
    } else if JobId::parse(q).is_some() {
        vec![(super::job::JOB.bind([q.into()]), jobs)]
    } else if AuditId::parse(q).is_some() {
        vec![(EVENT.bind([q.into()]), events)]
    } else if RequestId::parse(q).is_some() {
        let began = crate::span::time_of(q)?;
        let (from, to) = crate::span::ids(began.minus(Span::seconds(5)), began.plus(REQUEST_TAKES));
        vec![(REQUEST.bind([from.into(), to.into(), q.into(), SHOWN.into()]), events)]
    } else if MailId::parse(q).is_some() {
        vec![(super::mail_replay::MAIL.bind([q.into()]), mails)]
    } else if EndpointId::parse(q).is_some()
        || ExportId::parse(q).is_some()
        || DomainId::parse(q).is_some()
        || InvitationId::parse(q).is_some()
    {
        vec![(OWNER.bind([q.into()]), owner)]
    } else {
        return None;
    })
}

fn part(title: &str, columns: &[&str], rows: &Rows, cells: impl Fn(&Row) -> Result<Vec<Markup>>) -> Result<Markup> {
    let cells: Vec<Vec<Markup>> = rows.iter().map(cells).collect::<Result<_>>()?;
    let full = i64::try_from(rows.len()).unwrap_or(i64::MAX) >= SHOWN;
    let about = if full { format!("The first {SHOWN}. Type more to see fewer.") } else { String::new() };
    Ok(section(title, &about, &html! {}, &Table { caption: title, columns }.render(&cells)))
}

/// An organization as a cell that leads there.
fn to_org(id: &str, called: &str) -> Markup {
    html! { a href={ "/orgs/" (id) } { (name(called)) } }
}

fn orgs(rows: &Rows, _now: Millis) -> Result<Markup> {
    part("Organizations", &["Name", "Slug", "Plan", "Status"], rows, |row| {
        Ok(vec![
            to_org(row.text(0)?, row.text(2)?),
            html! { code { (row.text(1)?) } },
            html::part::word(Plan::parse(row.text(3)?).as_str()),
            org_state(row.text(4)?, row.int(5)? == 1, row.opt_int(6)?.is_some()),
        ])
    })
}

fn users(rows: &Rows, now: Millis) -> Result<Markup> {
    part("Users", &["Name", "Address", "State"], rows, |row| {
        Ok(vec![
            html! { a href={ "/users/" (row.text(0)?) } { (name(row.text(1)?)) } },
            html! { (row.text(2)?) },
            user_state(row.opt_int(4)?, row.opt_int(3)?.is_some(), row.opt_int(5)?.is_some(), now),
        ])
    })
}

fn customers(rows: &Rows, _now: Millis) -> Result<Markup> {
    part("Customers", &["Name", "Address", "State", "Of"], rows, |row| {
        let tone = if row.text(4)? == "active" { Tone::Good } else { Tone::Warn };
        Ok(vec![
            html! { (name(row.text(2)?)) p class="hint" { code { (row.text(1)?) } } },
            html! { (row.text(3)?) },
            badge(tone, row.text(4)?),
            to_org(row.text(0)?, row.text(5)?),
        ])
    })
}

fn keys(rows: &Rows, now: Millis) -> Result<Markup> {
    part("API keys", &["Name", "Key", "State", "Of"], rows, |row| {
        let revoked = row.opt_int(4)?.is_some_and(|at| at <= now.get());
        Ok(vec![
            html! { (name(row.text(2)?)) p class="hint" { code { (row.text(1)?) } } },
            html! { code { (row.text(3)?) } },
            if revoked { badge(Tone::Bad, "revoked") } else { badge(Tone::Good, "not revoked") },
            to_org(row.text(0)?, row.text(5)?),
        ])
    })
}

fn tickets(rows: &Rows, now: Millis) -> Result<Markup> {
    part("Tickets", &["Id", "Status", "Raised", "Of"], rows, |row| {
        Ok(vec![
            html! { code { (row.text(1)?) } },
            html! { (row.text(2)?) },
            html::when::ago(Millis::new(row.int(3)?), now),
            to_org(row.text(0)?, row.text(4)?),
        ])
    })
}

fn jobs(rows: &Rows, _now: Millis) -> Result<Markup> {
    part("Jobs", &["Job", "About", "State"], rows, |row| {
        Ok(vec![
            html! { a href={ "/jobs/" (row.text(11)?) } { (row.text(0)?) } },
            html! { code { (row.text(1)?) } },
            crate::words::job_state(row.text(3)?),
        ])
    })
}

fn events(rows: &Rows, now: Millis) -> Result<Markup> {
    part("Audit events", AUDIT_HEADINGS, rows, |row| audit_row(row, now, true))
}

fn mails(rows: &Rows, _now: Millis) -> Result<Markup> {
    part("Mails", &["Letter", "To"], rows, |row| Ok(vec![html! { (row.text(1)?) }, html! { (row.text(2)?) }]))
}

fn owner(rows: &Rows, _now: Millis) -> Result<Markup> {
    part("Belongs to", &["Organization"], rows, |row| Ok(vec![to_org(row.text(0)?, row.text(1)?)]))
}
