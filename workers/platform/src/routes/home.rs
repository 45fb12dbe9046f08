//! `GET /`: the service at a glance: how much there is, what needs a human, what operators did last.

use crate::{
    search_box,
    words::{AUDIT_HEADINGS, audit_columns, audit_row, bounded},
};
use domain::plans::Plan;
use html::{
    list::{Table, empty},
    page,
    part::{self, Tone, callout, count, thousands},
};
use kernel::{
    Millis, Query, Read, Reply, Request, Result, Route, Row, Rows,
    host::Surface,
    limit::Limit,
    principal::{Duty, Scope},
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
    time::Span,
};
use maud::{Markup, html};
use shell::platform::{self, ConsolePlace};

/// People and letters are not counted beyond that: a page is no reason to walk a table from end to end.
const BOUND: i64 = 10_000;
/// How many events of the platform's log the page shows.
const RECENT: i64 = 8;
/// Work that has been due for so long is late: the sweep wakes it each minute.
const LATE: Span = Span::minutes(5);

kernel::sql! {
    Read Global("operators see every organization") ORGS(0) -> ["plan", "active", "suspended", "deleted"] =
        "SELECT plan, sum(status = 'active' AND deleted_at IS NULL) AS active, sum(status = 'suspended' AND deleted_at IS NULL) AS suspended, \
           sum(deleted_at IS NOT NULL) AS deleted FROM orgs GROUP BY plan";
    /// Bounded, each one more than the bound where there are more.
    Read Global("operators see how many people there are") PEOPLE(1) -> ["users", "customers"] =
        "SELECT (SELECT count(*) FROM (SELECT 1 FROM users LIMIT ?1 + 1)) AS users, (SELECT count(*) FROM (SELECT 1 FROM customers LIMIT ?1 + 1)) AS customers";
    Read Global("operators see what needs them, whatever it is about") NEEDS(2) -> ["jobs", "letters", "mails", "banned", "events", "oldest_job"] =
        "SELECT (SELECT count(*) FROM (SELECT 1 FROM jobs WHERE state = 'dead' LIMIT ?2 + 1)) AS jobs, \
           (SELECT count(*) FROM (SELECT 1 FROM dead_letters LIMIT ?2 + 1)) AS letters, \
           (SELECT count(*) FROM (SELECT 1 FROM mails WHERE state IN ('failed', 'dead') LIMIT ?2 + 1)) AS mails, \
           (SELECT count(*) FROM (SELECT 1 FROM users WHERE banned_until > ?1 LIMIT ?2 + 1)) AS banned, \
           (SELECT min(occurred_at) FROM outbox WHERE dispatched_at IS NULL) AS events, \
           (SELECT min(next_at) FROM jobs WHERE state IN ('queued', 'running')) AS oldest_job";
    Read Global("the platform's own log") RECENTLY(1) -> ["id", "org_id", "occurred_at", "action", "actor_kind", "actor_id", "actor_label", "target", "outcome", "ip", "request_id", "detail", "log"] =
        concat!("SELECT ", audit_columns!(), " FROM audit_events a WHERE a.org_id = 'platform' ORDER BY a.id DESC LIMIT ?1");
}

/// Shows the service at a glance.
pub struct Home;
impl Query for Home {
    const ROUTE: Route = Route {
        method: Method::Get,
        path: "/",
        surfaces: &[Surface::Platform],
        auth: Auth::Operator(Duty::Look),
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::ReadOnly,
        payload: Payload::None,
        csrf: Csrf::SafeMethod,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "The service at a glance",
    };
    async fn call(cx: Read<'_>, req: &Request) -> Result<Reply> {
        let now = cx.now();
        let stmts =
            vec![ORGS.bind([]), PEOPLE.bind([BOUND.into()]), NEEDS.bind([now.into(), BOUND.into()]), RECENTLY.bind([RECENT.into()])];
        let [orgs, people, needs, recently]: [Rows; 4] = cx.read(stmts).await?.try_into().unwrap_or_default();
        let (tiles, suspended) = tiles(&orgs, people.first())?;
        let attention = attention(needs.first(), suspended, now)?;
        let events: Vec<Vec<Markup>> = recently.iter().map(|row| audit_row(row, now, false)).collect::<Result<_>>()?;
        let main = html! {
            (page::head("Overview", "Every organization, and the system behind them.", &html! {}))
            (search_box::render("", ""))
            (part::tiles(&tiles))
            (page::section("Needs attention", "", &html! {}, &html! {
                @if attention.is_empty() {
                    (callout(Tone::Good, "Nothing needs you", &html! { "No job has died, no mail was given up, and nothing is late." }))
                } @else {
                    @for (tone, title, text) in &attention { (callout(*tone, title, text)) }
                }
            }))
            (page::section("Platform log", "What operators and the system did last.", &html! { a class="button" href="/audit" { "Whole log" } }, &html! {
                @if events.is_empty() {
                    (empty("Nothing recorded yet", "What operators do, and who signs in, is listed here.", None))
                } @else {
                    (Table { caption: "Platform log", columns: AUDIT_HEADINGS }.render(&events))
                }
            }))
        };
        Ok(platform::page(&cx, req, ConsolePlace::Home, "Overview", &main))
    }
}

/// Numbers side by side, and how many organizations are suspended.
fn tiles(orgs: &Rows, people: Option<&Row>) -> Result<(Vec<Markup>, i64)> {
    let (mut active, mut suspended, mut deleted) = (0, 0, 0);
    let mut plans = Vec::new();
    for row in orgs {
        active += row.int(1)?;
        suspended += row.int(2)?;
        deleted += row.int(3)?;
        plans.push((Plan::parse(row.text(0)?), row.int(1)? + row.int(2)?));
    }
    plans.sort_unstable();
    let paid: i64 = plans.iter().filter(|(plan, _)| *plan != Plan::Free).map(|(_, n)| n).sum();
    let by_plan: Vec<String> = plans.iter().map(|(plan, n)| format!("{} {}", thousands(*n), plan.name())).collect();
    let (users, customers) = people.map_or(Ok((0, 0)), |row| Ok::<_, kernel::Error>((row.int(0)?, row.int(1)?)))?;
    let mut states = vec![format!("{} active", thousands(active))];
    if suspended > 0 {
        states.push(format!("{} suspended", thousands(suspended)));
    }
    if deleted > 0 {
        states.push(format!("{} being deleted", thousands(deleted)));
    }
    let tiles = vec![
        part::tile("Organizations", &html! { a href="/orgs" { (thousands(active + suspended)) } }, &html! { (states.join(", ")) }),
        part::tile(
            "On a paid plan",
            &html! { (thousands(paid)) },
            &html! { (if by_plan.is_empty() { "none yet".to_owned() } else { by_plan.join(", ") }) },
        ),
        part::tile("Staff accounts", &html! { a href="/users" { (bounded(users, BOUND)) } }, &html! { "across all organizations" }),
        part::tile("Customers", &html! { (bounded(customers, BOUND)) }, &html! { "of all portals" }),
    ];
    Ok((tiles, suspended))
}

/// What needs a human, worst first: how bad, in short, and where to go.
fn attention(needs: Option<&Row>, suspended: i64, now: Millis) -> Result<Vec<(Tone, String, Markup)>> {
    let Some(row) = needs else { return Ok(Vec::new()) };
    let (jobs, letters, mails, banned) = (row.int(0)?, row.int(1)?, row.int(2)?, row.int(3)?);
    let mut all = Vec::new();
    let late = |at: Option<i64>| at.is_some_and(|at| Millis::new(at).plus(LATE) < now);
    if late(row.opt_int(4)?) || late(row.opt_int(5)?) {
        let text = html! { "Something has been due for more than five minutes. " a href="/status" { "See what waits" } "." };
        all.push((Tone::Bad, "Background work is late".to_owned(), text));
    }
    if jobs > 0 {
        let text = html! { "Work that failed too often to be tried again by itself. " a href="/jobs" { "Look at each, then try it again or cancel it" } "." };
        all.push((Tone::Bad, count(jobs, "dead job", "dead jobs"), text));
    }
    if mails > 0 {
        let text = html! { "The provider refused them, or they were given up. " a href="/jobs#mails" { "See which" } "." };
        all.push((Tone::Warn, count(mails, "mail not sent", "mails not sent"), text));
    }
    if letters > 0 {
        let text = html! { "Queue messages that no consumer could use. " a href="/jobs#letters" { "Read them, then dismiss them" } "." };
        all.push((Tone::Warn, count(letters, "dead letter", "dead letters"), text));
    }
    if suspended > 0 {
        let text = html! { a href="/orgs?status=suspended" { "See which, and why" } "." };
        all.push((Tone::Plain, count(suspended, "suspended organization", "suspended organizations"), text));
    }
    if banned > 0 {
        let text = html! { a href="/users?state=banned" { "See who, and until when" } "." };
        all.push((Tone::Plain, count(banned, "banned account", "banned accounts"), text));
    }
    Ok(all)
}
