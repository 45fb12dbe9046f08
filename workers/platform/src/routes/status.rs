//! `GET /status`: what runs here, on which schema, with which settings, and what waits.

use crate::words::bounded;
use html::{
    list::{Table, empty},
    page::{card, head, section},
    part::{Tone, amount, badge, callout, facts, none},
    when,
};
use kernel::{
    Millis, Query, Read, Reply, Request, Result, Route, Row, Rows,
    app::App,
    config::{COMMON_VARS, SIGNING_KEYS},
    error::Error,
    host::Surface,
    limit::Limit,
    principal::{Duty, Scope},
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
    time::Span,
};
use maud::{Markup, html};
use shell::platform::{self, ConsolePlace};

/// What waits is not counted beyond that.
const BOUND: i64 = 1_000;
/// Work that has been due for so long is late: the sweep wakes it each minute.
const LATE: Span = Span::minutes(5);

/// Every table of this version, in order. The test compares it with the migrations.
pub const TABLES: &[&str] = &[
    "api_keys",
    "audit_events",
    "authenticators",
    "billing_cursors",
    "billing_customers",
    "billing_findings",
    "billing_ledger",
    "billing_reads",
    "billing_requests",
    "checkouts",
    "cron_runs",
    "customers",
    "dead_letters",
    "devices",
    "domains",
    "exports",
    "hostnames",
    "idempotency",
    "inbox",
    "invitations",
    "jobs",
    "limit_notices",
    "logos",
    "mails",
    "memberships",
    "nobody",
    "notification_choices",
    "operators",
    "orgs",
    "outbox",
    "plan_overrides",
    "price_plans",
    "rate_windows",
    "recovery_codes",
    "refusals",
    "retention_runs",
    "retired_slugs",
    "sessions",
    "stripe_events",
    "subscriptions",
    "ticket_comments",
    "tickets",
    "tokens",
    "users",
    "webhook_attempts",
    "webhook_deliveries",
    "webhook_endpoints",
    "webhook_messages",
];

kernel::sql! {
    Read Global("names no tenant's rows") SCHEMA(0) -> ["names"] =
        "SELECT coalesce(group_concat(name, ' '), '') AS names FROM sqlite_master WHERE type = 'table'";
    /// Due and not done: how many, up to the bound, and since when the oldest. Of deliveries each endpoint's first are looked up, so that
    /// one with many that wait for their next try costs no more than one with few.
    Read Global("operators see what waits, of all organizations")
    WAITS(2) -> ["jobs", "jobs_since", "events", "events_since", "deliveries", "deliveries_since", "mails", "mails_since"] =
        "WITH RECURSIVE open(endpoint) AS (SELECT min(endpoint_id) FROM webhook_deliveries WHERE status IN ('pending', 'sending') \
           UNION ALL SELECT (SELECT min(n.endpoint_id) FROM webhook_deliveries n WHERE n.status IN ('pending', 'sending') AND n.endpoint_id > open.endpoint) \
             FROM open WHERE open.endpoint IS NOT NULL), \
         firsts(next_at) AS (SELECT (SELECT p.next_at FROM webhook_deliveries p WHERE p.status IN ('pending', 'sending') AND p.endpoint_id = open.endpoint \
               AND p.status = 'pending' ORDER BY p.next_at LIMIT 1) FROM open \
           UNION ALL SELECT (SELECT s.next_at FROM webhook_deliveries s WHERE s.status IN ('pending', 'sending') AND s.endpoint_id = open.endpoint \
               AND s.status = 'sending' ORDER BY s.next_at LIMIT 1) FROM open) \
         SELECT (SELECT count(*) FROM (SELECT 1 FROM jobs WHERE state IN ('queued', 'running') AND next_at <= ?1 LIMIT ?2 + 1)) AS jobs, \
           (SELECT min(next_at) FROM jobs WHERE state IN ('queued', 'running')) AS jobs_since, \
           (SELECT count(*) FROM (SELECT 1 FROM outbox WHERE dispatched_at IS NULL LIMIT ?2 + 1)) AS events, \
           (SELECT min(occurred_at) FROM outbox WHERE dispatched_at IS NULL) AS events_since, \
           (SELECT count(*) FROM (SELECT 1 FROM open CROSS JOIN webhook_deliveries d ON d.endpoint_id = open.endpoint AND d.status IN ('pending', 'sending') \
             AND d.next_at <= ?1 LIMIT ?2 + 1)) AS deliveries, \
           (SELECT min(next_at) FROM firsts) AS deliveries_since, \
           (SELECT count(*) FROM (SELECT 1 FROM mails WHERE state IN ('queued', 'sending') AND next_at <= ?1 LIMIT ?2 + 1)) AS mails, \
           (SELECT min(next_at) FROM mails WHERE state IN ('queued', 'sending')) AS mails_since";
}

/// Shows the state of the system.
pub struct Status;
impl Query for Status {
    const ROUTE: Route = Route {
        method: Method::Get,
        path: "/status",
        surfaces: &[Surface::Platform],
        auth: Auth::Operator(Duty::Look),
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::ReadOnly,
        payload: Payload::None,
        csrf: Csrf::SafeMethod,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "Version, schema, configuration, and what waits",
    };
    async fn call(cx: Read<'_>, req: &Request) -> Result<Reply> {
        let (now, app) = (cx.now(), cx.app());
        let stmts = vec![SCHEMA.bind([]), WAITS.bind([now.into(), BOUND.into()]), super::jobs::CRONS.bind([50_i64.into()])];
        let [schema, waits, crons]: [Rows; 3] = cx.read(stmts).await?.try_into().unwrap_or_default();
        let tables = schema.first().ok_or_else(|| Error::incident("an aggregate without a row", "schema"))?.text(0)?.to_owned();
        let waits = waits.first().ok_or_else(|| Error::incident("an aggregate without a row", "waits"))?;
        let main = html! {
            (head("System status", "", &html! {}))
            (section("What waits", "Due now, and not done yet.", &html! {}, &waiting(waits, now)?))
            (section("Schedule", "", &html! {}, &schedule(&crons, now)?))
            (section("Schema", "", &html! {}, &schema_card(&tables)))
            (section("This Worker", "Each Worker reads its own settings, and refuses to serve when one is missing: its log names it.", &html! {}, &worker(app)))
        };
        Ok(platform::page(&cx, req, ConsolePlace::Status, "System status", &main))
    }
}

fn waiting(row: &Row, now: Millis) -> Result<Markup> {
    let mut cells = Vec::new();
    for (at, name, done_by) in [
        (0, "Background jobs", "Stripe, exports"),
        (2, "Domain events", "To webhooks, inboxes and mail"),
        (4, "Webhook deliveries", "To organizations' endpoints"),
        (6, "Mails", "To the mail provider"),
    ] {
        let since = row.opt_int(at + 1)?.map(Millis::new).filter(|since| *since <= now);
        let late = since.is_some_and(|since| since.plus(LATE) < now);
        cells.push(vec![
            html! { (name) p class="hint" { (done_by) } },
            amount(&bounded(row.int(at)?, BOUND)),
            since.map_or_else(|| none("nothing"), |since| when::ago(since, now)),
            if late { badge(Tone::Bad, "late") } else { badge(Tone::Good, "on time") },
        ]);
    }
    Ok(Table { caption: "What waits", columns: &["Queue", "Due", "Oldest", "State"] }.render(&cells))
}

fn schedule(crons: &Rows, now: Millis) -> Result<Markup> {
    if crons.is_empty() {
        return Ok(empty("No schedule has run yet", "The jobs Worker runs each minute, each hour and each day once it is deployed.", None));
    }
    let cells: Vec<Vec<Markup>> = crons.iter().map(|row| super::jobs::cron_run(row, now)).collect::<Result<_>>()?;
    Ok(Table { caption: "Schedule", columns: &["Schedule", "Result", "Started", "Finished"] }.render(&cells))
}

fn schema_card(tables: &str) -> Markup {
    let there: Vec<&str> = tables.split(' ').collect();
    let missing: Vec<&str> = TABLES.iter().copied().filter(|table| !there.contains(table)).collect();
    let by = if there.contains(&"d1_migrations") { "by wrangler, which keeps its own list" } else { "by the local runner" };
    html! {
        @if missing.is_empty() {
            (callout(Tone::Good, "The schema fits this version", &html! { "All " (TABLES.len()) " tables are there. Migrations were applied " (by) "." }))
        } @else {
            (callout(Tone::Bad, "The schema is older than this version", &html! { "Missing: " code { (missing.join(", ")) } ". Apply the migrations: " code { "npm run deploy" } " does so." }))
        }
    }
}

/// What is set. Hosts are public; of everything else only that it is there.
fn worker(app: &App) -> Markup {
    let config = &app.config;
    let set = || badge(Tone::Good, "set");
    let mut all = vec![
        ("Version", html! { (env!("CARGO_PKG_VERSION")) }),
        ("Worker", html! { (app.worker.name) }),
        ("Environment", html! { (if config.is_local() { "Local" } else { "Production" }) }),
        ("App", html! { code { (config.app_host) } }),
        ("Console", html! { code { (config.platform_host) } }),
        ("API", html! { code { (config.api_host) } }),
        ("Portals", html! { code { "*." (config.portal_domain) } }),
    ];
    all.extend(COMMON_VARS.iter().chain(app.worker.vars).map(|name| (*name, set())));
    all.extend([SIGNING_KEYS].iter().chain(app.worker.secrets).map(|name| (*name, html! { (set()) " " span class="quiet" { "secret" } })));
    card("", "", &html! {}, &facts(&all))
}
