//! `GET /orgs/{id}`: one organization: what it is, what it uses, who is in it, and what is wrong with it. No secrets.

use crate::words::{AUDIT_HEADINGS, audit_columns, audit_row, job_state, moment, org_state};
use html::{
    list::{Table, empty},
    page::{card, head_with, section},
    part::{self, Tone, badge, callout, copyable, count, facts, name, none, thousands, word},
    when,
};
use kernel::{
    Id, Millis, OrgId, Principal, Query, Read, Reply, Request, Result, Route, Row, Rows,
    error::Code,
    host::Surface,
    limit::Limit,
    principal::{Duty, Scope, Scopes},
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use maud::{Markup, html};
use shell::{ConsolePlace, Frame};
use store::usage::Usage;

/// How many rows of each kind the page shows.
const SHOWN: i64 = 50;
/// How many audit events the page shows.
const RECENT: i64 = 10;

kernel::sql! {
    Read Org ORG(1) -> ["slug", "name", "plan", "status", "portal_open", "suspended_reason", "deleted_at", "created_at", "mfa_required", "support_access", "subscription", "stripe_customer"] =
        "SELECT o.slug, o.name, o.plan, o.status, o.portal_open, o.suspended_reason, o.deleted_at, o.created_at, o.mfa_required, o.support_access, \
           (SELECT s.status FROM subscriptions s WHERE s.org_id = ?1) AS subscription, \
           (SELECT b.stripe_customer_id FROM billing_customers b WHERE b.org_id = ?1) AS stripe_customer \
         FROM orgs o WHERE o.id = ?1";
    Read Org MEMBERS(2) -> ["id", "name", "email", "role", "created_at", "banned_until"] =
        "SELECT u.id, u.name, u.email, m.role, m.created_at, u.banned_until FROM memberships m JOIN users u ON u.id = m.user_id \
         WHERE m.org_id = ?1 ORDER BY m.user_id LIMIT ?2";
    Read Org INVITATIONS(3) -> ["email", "role", "sent_at", "expires_at"] =
        "SELECT email, role, sent_at, expires_at FROM invitations \
         WHERE org_id = ?1 AND accepted_at IS NULL AND canceled_at IS NULL AND expires_at > ?2 ORDER BY id DESC LIMIT ?3";
    Read Org DOMAINS(2) -> ["host", "state", "checked_at", "last_error"] =
        "SELECT host, state, checked_at, last_error FROM domains WHERE org_id = ?1 AND state <> 'removed' ORDER BY id DESC LIMIT ?2";
    Read Org KEYS(2) -> ["id", "name", "hint", "live", "scopes", "expires_at", "revoked_at", "created_at"] =
        "SELECT id, name, hint, live, scopes, expires_at, revoked_at, created_at FROM api_keys WHERE org_id = ?1 ORDER BY id DESC LIMIT ?2";
    Read Org ENDPOINTS(2) -> ["id", "url", "status", "disabled_reason", "open", "last_status", "last_error"] =
        "SELECT e.id, e.url, e.status, e.disabled_reason, \
           (SELECT count(*) FROM webhook_deliveries d WHERE d.org_id = ?1 AND d.endpoint_id = e.id AND d.status IN ('pending', 'sending')) AS open, \
           (SELECT d.last_status FROM webhook_deliveries d WHERE d.org_id = ?1 AND d.endpoint_id = e.id ORDER BY d.id DESC LIMIT 1) AS last_status, \
           (SELECT d.last_error FROM webhook_deliveries d WHERE d.org_id = ?1 AND d.endpoint_id = e.id ORDER BY d.id DESC LIMIT 1) AS last_error \
         FROM webhook_endpoints e WHERE e.org_id = ?1 ORDER BY e.id DESC LIMIT ?2";
    Read Org JOBS(2) -> ["id", "kind", "subject", "state", "attempts", "next_at", "last_error"] =
        "SELECT id, kind, subject, state, attempts, next_at, last_error FROM jobs WHERE org_id = ?1 AND state IN ('queued', 'running', 'dead') \
         ORDER BY updated_at DESC LIMIT ?2";
    Read Org RECENTLY(2) -> ["id", "org_id", "occurred_at", "action", "actor_kind", "actor_id", "actor_label", "target", "outcome", "ip", "request_id", "detail", "log"] =
        concat!("SELECT ", audit_columns!("'this one'"), " FROM audit_events a WHERE a.org_id = ?1 ORDER BY a.id DESC LIMIT ?2");
}

/// Shows an organization.
pub struct Org;
impl Query for Org {
    const ROUTE: Route = Route {
        method: Method::Get,
        path: "/orgs/{id}",
        surfaces: &[Surface::Platform],
        auth: Auth::Operator(Duty::Look),
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::ReadOnly,
        payload: Payload::None,
        csrf: Csrf::SafeMethod,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "One organization: use, people, keys, endpoints, what happened",
    };
    async fn call(cx: Read<'_>, req: &Request) -> Result<Reply> {
        let (id, now) = (req.id_param::<OrgId>("id")?, cx.now());
        let limited = |sql: kernel::Sql| sql.bind([(&id).into(), SHOWN.into()]);
        let stmts = vec![
            ORG.bind([(&id).into()]),
            Usage::stmt(&id, now),
            limited(MEMBERS),
            INVITATIONS.bind([(&id).into(), now.into(), SHOWN.into()]),
            limited(DOMAINS),
            limited(KEYS),
            limited(ENDPOINTS),
            limited(JOBS),
            RECENTLY.bind([(&id).into(), RECENT.into()]),
        ];
        let [org, usage, members, invitations, domains, keys, endpoints, jobs, recently]: [Rows; 9] =
            cx.read(stmts).await?.try_into().unwrap_or_default();
        let org = org.first().ok_or(Code::NotFound)?;
        let log = format!("/audit?log={id}");
        let main = html! {
            (top(org, &id, cx.principal())?)
            (use_of(&Usage::of(&usage)?))
            (section("Members", "", &html! {}, &rows(&members, "Members", &["Name", "Address", "Role", "Since"], |row| member(row, now),
                ("No members", "Nobody is in this organization."))?))
            @if !invitations.is_empty() {
                (section("Open invitations", "Each holds a seat.", &html! {}, &rows(&invitations, "Open invitations", &["Address", "Role", "Sent", "Expires"], invitation, ("", ""))?))
            }
            (section("API keys", "Never the keys themselves.", &html! {}, &rows(&keys, "API keys", &["Name", "Key", "Scopes", "State", "Created"], |row| key(row, now),
                ("No API keys", "The organization has made none."))?))
            (section("Webhook endpoints", "", &html! {}, &rows(&endpoints, "Webhook endpoints", &["Host", "State", "Waiting", "Last answer"], endpoint,
                ("No endpoints", "The organization has added none."))?))
            (section("Domains", "", &html! {}, &rows(&domains, "Domains", &["Host", "State", "Checked"], domain,
                ("No domains of its own", "The portal stands under the portal domain only."))?))
            (section("Background work", "What waits, runs, or has died.", &html! {}, &rows(&jobs, "Background work", &["Job", "About", "State", "Attempts", "Next", "Last error"], job,
                ("Nothing waits", "All of this organization's background work is done."))?))
            (section("Recent events", "From the organization's own log.", &html! { a class="button" href=(log) { "Whole log" } },
                &rows(&recently, "Recent events", AUDIT_HEADINGS, |row| audit_row(row, now, false), ("Nothing recorded yet", "What happens in the organization is listed here."))?))
        };
        let title = org.text(1)?.to_owned();
        Ok(Frame::of(&cx, req).platform(ConsolePlace::Orgs, &title).crumb("Organizations", "/orgs").reply(&main))
    }
}

/// A list, or what stands where it is empty.
fn rows(
    rows: &Rows,
    caption: &str,
    columns: &[&str],
    cells: impl Fn(&Row) -> Result<Vec<Markup>>,
    nothing: (&str, &str),
) -> Result<Markup> {
    if rows.is_empty() {
        return Ok(empty(nothing.0, nothing.1, None));
    }
    let cells: Vec<Vec<Markup>> = rows.iter().map(cells).collect::<Result<_>>()?;
    let all = i64::try_from(rows.len()).unwrap_or(i64::MAX) < SHOWN;
    Ok(html! {
        (Table { caption, columns }.render(&cells))
        @if !all { p class="quiet" { "The first " (SHOWN) " are shown." } }
    })
}

fn top(org: &Row, id: &OrgId, principal: &Principal) -> Result<Markup> {
    let suspended = org.text(3)? == "suspended";
    let deleted = org.opt_int(6)?;
    let may = matches!(principal, Principal::Operator(operator) if operator.role.may(Duty::Administer));
    let actions = html! {
        a class="button" href={ "/billing/orgs/" (id) } { "Billing" }
        @if may && deleted.is_none() {
            @if suspended { a class="button primary" href={ "/orgs/" (id) "/resume" } { "Resume" } }
            @else { a class="button danger" href={ "/orgs/" (id) "/suspend" } { "Suspend" } }
        }
    };
    let state = org_state(org.text(3)?, org.int(4)? == 1, deleted.is_some());
    Ok(html! {
        (head_with(&name(org.text(1)?), &state, "", &actions))
        @if suspended {
            (callout(Tone::Bad, "Suspended", &html! { (org.opt_text(5)?.unwrap_or("No reason was recorded.")) }))
        }
        @if let Some(at) = deleted {
            (callout(Tone::Bad, "Being deleted", &html! { "An owner deleted it on " (when::at(Millis::new(at))) ". Thirty days later everything of it is removed." }))
        }
        (card("", "", &html! {}, &facts(&[
            ("Id", copyable(id.as_str())),
            ("Slug", html! { code { (org.text(0)?) } }),
            ("Created", when::at(Millis::new(org.int(7)?))),
            ("Subscription", org.opt_text(10)?.map_or_else(|| none("none"), word)),
            ("Stripe customer", org.opt_text(11)?.map_or_else(|| none("none"), copyable)),
            ("Two-factor authentication", word(if org.int(8)? == 1 { "required of members" } else { "each member's choice" })),
            ("Access for support", word(match org.text(9)? { "off" => "none", "act" => "view and act", _ => "view only" })),
        ])))
    })
}

fn use_of(usage: &Usage) -> Markup {
    let about = format!("Against what the {} plan allows; seats are those that are paid for.", usage.plan.name());
    let list = html! {
        ul class="usages" role="list" {
            @for s in usage.standings() { (part::usage(s.quota.label(), s.used, s.allowed)) }
        }
    };
    card("Plan and use", &about, &html! {}, &list)
}

fn member(row: &Row, now: Millis) -> Result<Vec<Markup>> {
    let banned = row.opt_int(5)?.is_some_and(|until| until > now.get());
    Ok(vec![
        html! { a href={ "/users/" (row.text(0)?) } { (name(row.text(1)?)) } @if banned { " " (badge(Tone::Bad, "banned")) } },
        html! { (row.text(2)?) },
        word(row.text(3)?),
        when::day(Millis::new(row.int(4)?)),
    ])
}

fn invitation(row: &Row) -> Result<Vec<Markup>> {
    Ok(vec![html! { (row.text(0)?) }, word(row.text(1)?), moment(Some(row.int(2)?), ""), moment(Some(row.int(3)?), "")])
}

fn key(row: &Row, now: Millis) -> Result<Vec<Markup>> {
    let over = |at: Option<i64>| at.is_some_and(|at| at <= now.get());
    let state = match (over(row.opt_int(6)?), over(row.opt_int(5)?)) {
        (true, _) => badge(Tone::Bad, "revoked"),
        (_, true) => badge(Tone::Warn, "expired"),
        _ => badge(Tone::Good, "active"),
    };
    let scopes = row.text(4)?;
    let scopes = if scopes == "*" { "everything".to_owned() } else { Scopes::parse(scopes).names().join(", ") };
    Ok(vec![
        html! { (name(row.text(1)?)) p class="hint" { code { (row.text(0)?) } } },
        html! { code { (row.text(2)?) } @if row.int(3)? == 0 { " " (badge(Tone::Plain, "test")) } },
        if scopes.is_empty() {
            none("none")
        } else {
            html! { (scopes) }
        },
        state,
        when::day(Millis::new(row.int(7)?)),
    ])
}

/// The address of an endpoint often holds a secret of its owner's: its host is enough to help.
fn endpoint(row: &Row) -> Result<Vec<Markup>> {
    let host = row.text(1)?.split("://").nth(1).and_then(|rest| rest.split(['/', '?', '#']).next()).unwrap_or("not an address");
    let state = match row.text(2)? {
        "enabled" => badge(Tone::Good, "enabled"),
        "paused" => badge(Tone::Warn, "paused"),
        other => badge(Tone::Bad, other),
    };
    let open = row.int(4)?;
    Ok(vec![
        html! { (host) p class="hint" { code { (row.text(0)?) } } },
        html! { (state) @if let Some(why) = row.opt_text(3)? { p class="hint" { (why) } } },
        html! { @if open > 0 { (count(open, "delivery", "deliveries")) } @else { (none("nothing")) } },
        html! {
            @match row.opt_int(5)? { Some(status) => (status), None => (none("none yet")) }
            @if let Some(error) = row.opt_text(6)? { p class="hint" { (error) } }
        },
    ])
}

fn domain(row: &Row) -> Result<Vec<Markup>> {
    let tone = match row.text(1)? {
        "active" => Tone::Good,
        "pending" => Tone::Warn,
        _ => Tone::Bad,
    };
    Ok(vec![
        html! { (row.text(0)?) },
        html! { (badge(tone, row.text(1)?)) @if let Some(error) = row.opt_text(3)? { p class="hint" { (error) } } },
        moment(row.opt_int(2)?, "not yet"),
    ])
}

fn job(row: &Row) -> Result<Vec<Markup>> {
    Ok(vec![
        html! { a href={ "/jobs/" (row.text(0)?) } { (row.text(1)?) } },
        html! { code { (row.text(2)?) } },
        job_state(row.text(3)?),
        html! { (thousands(row.int(4)?)) },
        moment(Some(row.int(5)?), ""),
        html! { (row.opt_text(6)?.unwrap_or("none")) },
    ])
}
