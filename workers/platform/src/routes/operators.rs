//! `GET /operators`: who runs the service, and with which role.

use crate::words::user_state;
use html::{
    list::{Table, empty},
    page::{card, head, section},
    part::{Tone, badge, facts, none, person},
    when,
};
use kernel::{
    Millis, Principal, Query, Read, Reply, Request, Result, Route, Row,
    host::Surface,
    limit::Limit,
    principal::{Duty, OperatorRole, Scope},
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use maud::{Markup, html};
use shell::platform::{self, ConsolePlace};

/// How many operators the page lists. A service with more has other troubles.
const SHOWN: i64 = 200;

kernel::sql! {
    Read Global("operators belong to no organization") ALL(1) -> ["id", "name", "email", "role", "created_at", "banned_until", "deleted_at", "factor", "seen_at"] =
        "SELECT u.id, u.name, u.email, p.role, p.created_at, u.banned_until, u.deleted_at, \
           EXISTS (SELECT 1 FROM authenticators a WHERE a.subject = u.id AND a.confirmed_at IS NOT NULL) AS factor, \
           (SELECT max(s.seen_at) FROM sessions s WHERE s.subject = u.id AND s.kind = 'operator') AS seen_at \
         FROM operators p JOIN users u ON u.id = p.user_id ORDER BY p.user_id LIMIT ?1";
}

/// What a role may do, for people.
pub(super) const fn means(role: OperatorRole) -> &'static str {
    match role {
        OperatorRole::Admin => "Full access: operators, suspensions, bans, and what the other roles do.",
        OperatorRole::Support => "Sees everything, ends sessions, sends reset links, and puts failed work back.",
        OperatorRole::Billing => "Sees everything, and repairs billing.",
        OperatorRole::Viewer => "Sees everything.",
    }
}

/// Lists operators.
pub struct Operators;
impl Query for Operators {
    const ROUTE: Route = Route {
        method: Method::Get,
        path: "/operators",
        surfaces: &[Surface::Platform],
        auth: Auth::Operator(Duty::Look),
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::ReadOnly,
        payload: Payload::None,
        csrf: Csrf::SafeMethod,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "Who runs the service",
    };
    async fn call(cx: Read<'_>, req: &Request) -> Result<Reply> {
        let (rows, now) = (cx.rows(ALL.bind([SHOWN.into()])).await?, cx.now());
        let may = matches!(cx.principal(), Principal::Operator(operator) if operator.role.may(Duty::Administer));
        let cells: Vec<Vec<Markup>> = rows.iter().map(|row| cells(row, now, may)).collect::<Result<_>>()?;
        let actions = html! { @if may { (html::form::primary_link("/operators/new", "Add operator")) } };
        let roles: Vec<(&str, Markup)> = OperatorRole::ALL.into_iter().map(|role| (role.as_str(), html! { (means(role)) })).collect();
        let main = html! {
            (head("Operators", "Being an operator gives no access inside an organization.", &actions))
            @if cells.is_empty() {
                (empty("No operators", "Nobody runs this service yet.", None))
            } @else {
                (Table { caption: "Operators", columns: &["Operator", "Role", "Second factor", "Seen here", ""] }.render(&cells))
            }
            (section("Roles", "", &html! {}, &card("", "", &html! {}, &facts(&roles))))
        };
        Ok(platform::page(&cx, req, ConsolePlace::Operators, "Operators", &main))
    }
}

fn cells(row: &Row, now: Millis, may: bool) -> Result<Vec<Markup>> {
    let (id, banned, deleted) = (row.text(0)?, row.opt_int(5)?, row.opt_int(6)?.is_some());
    let out = deleted || banned.is_some_and(|until| until > now.get());
    Ok(vec![
        html! { a href={ "/users/" (id) } { (person(row.text(1)?, row.text(2)?)) } @if out { " " (user_state(banned, true, deleted, now)) } },
        html::part::word(row.text(3)?),
        if row.int(7)? == 1 {
            badge(Tone::Good, "set up")
        } else {
            html! { (badge(Tone::Warn, "missing")) p class="hint" { "Can't enter the console." } }
        },
        row.opt_int(8)?.filter(|at| *at > 0).map_or_else(|| none("not lately"), |at| when::ago(Millis::new(at), now)),
        if may {
            html! { a href={ "/operators/" (id) "/role" } { "Change role" } " " a href={ "/operators/" (id) "/remove" } { "Remove" } }
        } else {
            none("")
        },
    ])
}
