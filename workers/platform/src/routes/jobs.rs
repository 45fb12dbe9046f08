//! `GET /jobs`: what the machine could not finish, and what it did on schedule.

use crate::words::moment;
use domain::retention;
use html::{
    form::button,
    list::{Table, empty},
    page::{head, section},
    part::{Tone, amount, badge, none, sentence, thousands},
    when,
};
use kernel::{
    Millis, Principal, Query, Read, Reply, Request, Result, Route, Row, Rows,
    host::Surface,
    limit::Limit,
    principal::{Duty, Scope},
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use maud::{Markup, html};
use shell::{ConsolePlace, Frame};

/// How many rows of each kind the page shows.
const SHOWN: i64 = 50;

kernel::sql! {
    Read Global("dead letters belong to the machine") DEAD_LETTERS(1) -> ["id", "queue", "body", "received_at"] =
        "SELECT id, queue, body, received_at FROM dead_letters ORDER BY id DESC LIMIT ?1";
    Read Global("retention is the platform's") RETENTION(1) -> ["rule", "started_at", "took_ms", "examined", "removed", "steps", "finished"] =
        "SELECT rule, started_at, took_ms, examined, removed, steps, finished FROM retention_runs ORDER BY started_at DESC LIMIT ?1";
    Read Global("operators see every organization's jobs") WAITING(1) -> ["id", "kind", "subject", "org_id", "state", "attempts", "next_at"] =
        "SELECT id, kind, subject, org_id, state, attempts, next_at FROM jobs WHERE state IN ('queued', 'running') ORDER BY next_at LIMIT ?1";
    /// With the parts that failed, as the run's report names them.
    Read Global("crons are the platform's") CRONS(1) -> ["cron", "started_at", "finished_at", "lease_until", "failed"] =
        "SELECT cron, started_at, finished_at, lease_until, (SELECT group_concat(key, ', ') FROM json_each(coalesce(report, '{}')) \
           WHERE type = 'object' AND json_extract(value, '$.error') IS NOT NULL) AS failed \
         FROM cron_runs ORDER BY cron LIMIT ?1";
}

/// Shows background work.
pub struct Jobs;
impl Query for Jobs {
    const ROUTE: Route = Route {
        method: Method::Get,
        path: "/jobs",
        surfaces: &[Surface::Platform],
        auth: Auth::Operator(Duty::Look),
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::ReadOnly,
        payload: Payload::None,
        csrf: Csrf::SafeMethod,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "Dead jobs, dead letters, retention and cron runs",
    };
    async fn call(cx: Read<'_>, req: &Request) -> Result<Reply> {
        let limit = || [SHOWN.into()];
        let stmts = vec![
            store::jobs::DEAD.bind(limit()),
            WAITING.bind(limit()),
            DEAD_LETTERS.bind(limit()),
            store::mail::TROUBLE.bind(limit()),
            RETENTION.bind(limit()),
            CRONS.bind(limit()),
        ];
        let [dead, waiting, letters, mails, runs, crons]: [Rows; 6] = cx.read(stmts).await?.try_into().unwrap_or_default();
        let frame = Frame::of(&cx, req);
        let helps = matches!(cx.principal(), Principal::Operator(operator) if operator.role.may(Duty::Support));
        let csrf = helps.then(|| frame.csrf());
        let main = html! {
            (head("Background work", &format!("The newest {SHOWN} of each kind."), &html! {}))
            div id="dead" { (section("Dead jobs", "", &html! {}, &html! {
                (list(&dead, &["Job", "Attempts", "Last error", "Since", ""], "Dead jobs", |row| dead_job(row, csrf, cx.now()),
                    ("No dead jobs", "A job that has failed as often as it may is listed here with its last error."))?)
            })) }
            div id="waiting" { (section("Waiting and running", "", &html! {}, &html! {
                (list(&waiting, &["Job", "Organization", "State", "Attempts", "Next"], "Waiting and running", waiting_job,
                    ("Nothing waits", "Jobs that are to be done, and those under way, are listed here."))?)
            })) }
            div id="letters" { (section("Dead letters", "", &html! {}, &html! {
                (list(&letters, &["Queue", "Message", "Received", ""], "Dead letters", dead_letter,
                    ("No dead letters", "A queue message that no consumer could use is listed here. The rows it spoke of are swept all the same."))?)
            })) }
            div id="mails" { (section("Mails not sent", "", &html! {}, &html! {
                (list(&mails, &["Letter", "State", "Attempts", "Last error", "Written", ""], "Mails not sent", |row| mail(row, csrf, cx.now()),
                    ("Every mail went out", "An e-mail that the provider refused, or that was given up, is listed here."))?)
            })) }
            div id="retention" { (section("Retention", "", &html! {}, &html! {
                (list(&runs, &["Rule", "Looked at", "Removed", "Result", "Took", "Started"], "Retention runs", retention_run,
                    ("No runs yet", "Each rule reports here once a day: how many rows it looked at and removed."))?)
            })) }
            div id="schedule" { (section("Scheduled runs", "", &html! {}, &html! {
                (list(&crons, &["Schedule", "Result", "Started", "Finished"], "Scheduled runs", |row| cron_run(row, cx.now()),
                    ("No runs yet", "The last run of each schedule is listed here."))?)
            })) }
        };
        Ok(frame.platform(ConsolePlace::Jobs, "Background work").reply(&main))
    }
}

/// A list, or what stands where it is empty.
fn list(
    rows: &Rows,
    columns: &[&str],
    caption: &str,
    cells: impl Fn(&Row) -> Result<Vec<Markup>>,
    nothing: (&str, &str),
) -> Result<Markup> {
    if rows.is_empty() {
        return Ok(empty(nothing.0, nothing.1, None));
    }
    let rows: Vec<Vec<Markup>> = rows.iter().map(cells).collect::<Result<_>>()?;
    Ok(Table { caption, columns }.render(&rows))
}

fn org(row: &Row, at: usize) -> Result<Markup> {
    Ok(row.opt_text(at)?.map_or_else(|| none("none"), |org| html! { a href={ "/orgs/" (org) } { code { (org) } } }))
}

fn dead_job(row: &Row, csrf: Option<&str>, now: Millis) -> Result<Vec<Markup>> {
    let id = row.text(0)?;
    Ok(vec![
        html! { a href={ "/jobs/" (id) } { (row.text(1)?) } p class="hint" { code { (row.text(2)?) } } },
        amount(&thousands(row.int(4)?)),
        html! { (row.opt_text(5)?.unwrap_or("not recorded")) },
        when::ago(Millis::new(row.int(6)?), now),
        html! { @if let Some(csrf) = csrf { (button(&format!("/jobs/{id}/replay"), csrf, "Try again")) } },
    ])
}

fn waiting_job(row: &Row) -> Result<Vec<Markup>> {
    Ok(vec![
        html! { a href={ "/jobs/" (row.text(0)?) } { (row.text(1)?) } p class="hint" { code { (row.text(2)?) } } },
        org(row, 3)?,
        crate::words::job_state(row.text(4)?),
        amount(&thousands(row.int(5)?)),
        moment(Some(row.int(6)?), ""),
    ])
}

fn dead_letter(row: &Row) -> Result<Vec<Markup>> {
    // The body is a hint, or what somebody took for one: enough of it to tell which.
    let body: String = row.text(2)?.chars().take(200).collect();
    let href = format!("/dead-letters/{}", row.text(0)?);
    Ok(vec![
        html! { a href=(href) { (row.text(1)?) } },
        html! { code { (body) } },
        when::at(Millis::new(row.int(3)?)),
        html! { a class="button" href=(href) { "Read" } },
    ])
}

/// What was written is not shown: it is its recipient's.
fn mail(row: &Row, csrf: Option<&str>, now: Millis) -> Result<Vec<Markup>> {
    let dead = row.text(4)? == "dead";
    Ok(vec![
        html! { (sentence(&row.text(3)?.replace('_', " "))) p class="hint" { (row.text(2)?) } },
        if dead { badge(Tone::Bad, "given up") } else { badge(Tone::Bad, "refused") },
        amount(&thousands(row.int(5)?)),
        html! { (row.opt_text(6)?.unwrap_or("not recorded")) },
        when::ago(Millis::new(row.int(7)?), now),
        html! { @if let (true, Some(csrf)) = (dead, csrf) { (button(&format!("/mails/{}/replay", row.text(0)?), csrf, "Try again")) } },
    ])
}

fn retention_run(row: &Row) -> Result<Vec<Markup>> {
    let rule = row.text(0)?;
    let removes = retention::ALL.iter().find(|r| r.name == rule).map(|r| r.removes);
    Ok(vec![
        html! { (if rule == "orgs" { "Organizations".to_owned() } else { sentence(&rule.replace('_', " ")) }) @if let Some(text) = removes { p class="hint" { (text) } } },
        amount(&thousands(row.int(3)?)),
        amount(&thousands(row.int(4)?)),
        html! { @if row.int(6)? == 1 { (badge(Tone::Good, "finished")) } @else { (badge(Tone::Warn, "more to do")) } },
        amount(&format!("{} ms", thousands(row.int(2)?))),
        when::at(Millis::new(row.int(1)?)),
    ])
}

/// The last run of a schedule.
pub(super) fn cron_run(row: &Row, now: Millis) -> Result<Vec<Markup>> {
    let stored = row.text(0)?;
    let (started, finished, lease) = (row.int(1)?, row.opt_int(2)?, row.int(3)?);
    let result = match finished {
        Some(at) if at >= started => match row.opt_text(4)? {
            Some(parts) => html! { (badge(Tone::Bad, "failed in part")) p class="hint" { (parts) } },
            None => badge(Tone::Good, "finished"),
        },
        _ if lease > now.get() => badge(Tone::Plain, "running"),
        _ => badge(Tone::Bad, "did not finish"),
    };
    Ok(vec![
        html! { (schedule(stored)) },
        result,
        when::at(Millis::new(started)),
        html! { @match finished { Some(at) if at >= started => (when::at(Millis::new(at))), _ => span class="quiet" { "not yet" } } },
    ])
}

/// A schedule in words.
fn schedule(stored: &str) -> &str {
    match stored {
        "minute" => "Every minute",
        "hourly" => "Every hour",
        "daily" => "Every day",
        other => other,
    }
}
