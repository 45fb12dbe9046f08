//! `GET /abuse`: what the limits have refused and counted lately, and whose sign-ins were refused.

use crate::{span, words::bounded};
use html::{
    list::{Table, empty},
    page::{head, section},
    part::{amount, name, sentence, thousands},
    when,
};
use kernel::{
    Millis, Query, Read, Reply, Request, Result, Route, Rows,
    host::Surface,
    limit::Limit,
    principal::{Duty, Scope},
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
    time::Span,
};
use maud::{Markup, html};
use shell::platform::{self, ConsolePlace};

/// How many rows of each kind the page shows.
const SHOWN: i64 = 20;
/// How many refused events are looked through at most.
const LOOKED_AT: i64 = 5_000;

kernel::sql! {
    /// By policy: how many subjects are counted now, and the busiest of them. A subject is `policy:whom`.
    Read Global("limits are the platform's; their subjects name an address or an account")
    POLICIES(2) -> ["policy", "subjects", "used", "most"] =
        "SELECT substr(subject, 1, instr(subject, ':') - 1) AS policy, count(DISTINCT subject) AS subjects, sum(used) AS used, max(used) AS most \
         FROM rate_windows WHERE expires_at > ?1 AND used > 0 GROUP BY 1 ORDER BY used DESC LIMIT ?2";
    Read Global("limits are the platform's; their subjects name an address or an account")
    BUSIEST(2) -> ["policy", "whom", "used", "expires_at"] =
        "SELECT substr(subject, 1, instr(subject, ':') - 1) AS policy, substr(subject, instr(subject, ':') + 1) AS whom, used, expires_at \
         FROM rate_windows WHERE expires_at > ?1 AND used > 0 ORDER BY used DESC LIMIT ?2";
    /// What each limit refused since an hour, as far as isolates have written it down.
    Read Global("limits are the platform's; refusals name an address, an organization or an account")
    BY_LIMIT(2) -> ["policy", "refused", "subjects", "last"] =
        "SELECT policy, sum(refused) AS refused, count(DISTINCT whom) AS subjects, max(last_at) AS last FROM refusals WHERE hour >= ?1 \
         GROUP BY policy ORDER BY refused DESC, policy LIMIT ?2";
    Read Global("limits are the platform's; refusals name an address, an organization or an account")
    BY_SUBJECT(2) -> ["whom", "policy", "refused", "last"] =
        "SELECT whom, policy, sum(refused) AS refused, max(last_at) AS last FROM refusals WHERE hour >= ?1 \
         GROUP BY whom, policy ORDER BY refused DESC, whom, policy LIMIT ?2";
    /// Of the newest refusals of a day in the platform's log, where staff and operators sign in.
    Read Global("operators see where refused sign-ins come from")
    REFUSED(4) -> ["ip", "refused", "accounts", "last"] =
        "SELECT ip, count(*) AS refused, count(DISTINCT target) AS accounts, max(occurred_at) AS last FROM (SELECT ip, target, occurred_at FROM audit_events \
           WHERE org_id = 'platform' AND id >= ?1 AND id < ?2 AND outcome = 'denied' ORDER BY id DESC LIMIT ?3) GROUP BY ip ORDER BY refused DESC, ip LIMIT ?4";
}

/// Shows what limits counted.
pub struct Abuse;
impl Query for Abuse {
    const ROUTE: Route = Route {
        method: Method::Get,
        path: "/abuse",
        surfaces: &[Surface::Platform],
        auth: Auth::Operator(Duty::Look),
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::ReadOnly,
        payload: Payload::None,
        csrf: Csrf::SafeMethod,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "What the limits have counted, and refused sign-ins",
    };
    async fn call(cx: Read<'_>, req: &Request) -> Result<Reply> {
        let now = cx.now();
        let (from, to) = span::ids(now.minus(Span::days(1)), now.plus(Span::minutes(5)));
        let since = now.minus(Span::days(1));
        let stmts = vec![
            POLICIES.bind([now.into(), SHOWN.into()]),
            BUSIEST.bind([now.into(), SHOWN.into()]),
            REFUSED.bind([from.into(), to.into(), LOOKED_AT.into(), SHOWN.into()]),
            BY_LIMIT.bind([since.into(), SHOWN.into()]),
            BY_SUBJECT.bind([since.into(), SHOWN.into()]),
        ];
        let [policies, busiest, refused, limits, whom]: [Rows; 5] = cx.read(stmts).await?.try_into().unwrap_or_default();
        let main = html! {
            (head("Limits and abuse", "What limits refused, whatever their kind, and what the exact ones are counting now.", &html! {}))
            (section("Refused by limits in the last 24 hours", "Bursts, hourly and exact limits. Counted to within some seconds and a few requests.", &html! {}, &by_limit(&limits, now)?))
            @if !whom.is_empty() {
                (section("Whom limits refused most", "An address, an organization or an account.", &html! {}, &by_subject(&whom, now)?))
            }
            (section("Refused sign-ins in the last 24 hours", "Sign-ins at the app and at this console, and whatever operators were refused, by address.", &html! {}, &refusals(&refused, now)?))
            (section("Limits in use", "What each limit has counted in its running windows.", &html! {}, &by_policy(&policies)?))
            (section("Busiest", "Whom they counted most.", &html! {}, &subjects(&busiest, now)?))
        };
        Ok(platform::page(&cx, req, ConsolePlace::Abuse, "Limits and abuse", &main))
    }
}

fn by_limit(rows: &Rows, now: Millis) -> Result<Markup> {
    if rows.is_empty() {
        return Ok(empty("No limit refused anything", "Requests over a limit are counted here, by limit and by caller.", None));
    }
    let cells: Vec<Vec<Markup>> = rows
        .iter()
        .map(|row| {
            Ok(vec![
                html! { (sentence(&row.text(0)?.replace(['_', '-'], " "))) },
                amount(&thousands(row.int(1)?)),
                amount(&thousands(row.int(2)?)),
                when::ago(Millis::new(row.int(3)?), now),
            ])
        })
        .collect::<Result<_>>()?;
    Ok(Table { caption: "Refused by limits", columns: &["Limit", "Refused", "Callers", "Last"] }.render(&cells))
}

fn by_subject(rows: &Rows, now: Millis) -> Result<Markup> {
    let cells: Vec<Vec<Markup>> = rows
        .iter()
        .map(|row| {
            let whom = row.text(0)?;
            Ok(vec![
                html! { @if whom.is_empty() { "others" } @else if whom.starts_with("org_") { a href={ "/orgs/" (whom) } { (whom) } } @else { (name(whom)) } },
                html! { (sentence(&row.text(1)?.replace(['_', '-'], " "))) },
                amount(&thousands(row.int(2)?)),
                when::ago(Millis::new(row.int(3)?), now),
            ])
        })
        .collect::<Result<_>>()?;
    Ok(Table { caption: "Whom limits refused most", columns: &["Whom", "Limit", "Refused", "Last"] }.render(&cells))
}

fn refusals(rows: &Rows, now: Millis) -> Result<Markup> {
    if rows.is_empty() {
        return Ok(empty("Nothing was refused", "An address whose sign-ins fail is listed here.", None));
    }
    let cells: Vec<Vec<Markup>> = rows
        .iter()
        .map(|row| {
            let ip = row.text(0)?;
            Ok(vec![
                html! { (if ip.is_empty() { "not known" } else { ip }) },
                html! { (bounded(row.int(1)?, LOOKED_AT)) },
                amount(&thousands(row.int(2)?)),
                when::ago(Millis::new(row.int(3)?), now),
            ])
        })
        .collect::<Result<_>>()?;
    Ok(Table { caption: "Refused", columns: &["Address", "Refused", "Accounts", "Last"] }.render(&cells))
}

fn by_policy(rows: &Rows) -> Result<Markup> {
    if rows.is_empty() {
        return Ok(empty(
            "No limit has counted anything",
            "What is limited exactly, such as signing in, is listed here while its window runs.",
            None,
        ));
    }
    let cells: Vec<Vec<Markup>> = rows
        .iter()
        .map(|row| {
            Ok(vec![
                html! { (sentence(&row.text(0)?.replace(['_', '-'], " "))) },
                amount(&thousands(row.int(1)?)),
                amount(&thousands(row.int(2)?)),
                amount(&thousands(row.int(3)?)),
            ])
        })
        .collect::<Result<_>>()?;
    Ok(Table { caption: "Limits in use", columns: &["Limit", "Subjects", "Counted", "Most for one"] }.render(&cells))
}

fn subjects(rows: &Rows, now: Millis) -> Result<Markup> {
    if rows.is_empty() {
        return Ok(empty("Nobody is counted", "Addresses and accounts that a limit counts now are listed here.", None));
    }
    let cells: Vec<Vec<Markup>> = rows
        .iter()
        .map(|row| {
            Ok(vec![
                html! { (name(row.text(1)?)) },
                html! { (sentence(&row.text(0)?.replace(['_', '-'], " "))) },
                amount(&thousands(row.int(2)?)),
                when::ago(Millis::new(row.int(3)?), now),
            ])
        })
        .collect::<Result<_>>()?;
    Ok(Table { caption: "Busiest", columns: &["Whom", "Limit", "Counted", "Forgotten"] }.render(&cells))
}
