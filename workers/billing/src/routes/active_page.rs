//! `GET /billing/{org}/active`: which API keys and webhook endpoints stay active where the plan allows fewer than there are.

use crate::page::page;
use domain::{plans::Plan, quotas::Quota};
use html::{
    form::button_with,
    list::{Table, empty},
    page::{head, section},
    part::{Tone, badge, callout, name},
    when,
};
use kernel::{
    Millis, OrgId, Query, Read, Reply, Request, Result, Route, Row,
    db::Rows,
    error::Code,
    host::Surface,
    limit::Limit,
    principal::{Ability, Scope},
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
    sql::Stmt,
};
use maud::{Markup, html};
use shell::Context;

kernel::sql! {
    Read Org PLAN(1) -> ["plan"] = "SELECT plan FROM orgs WHERE id = ?1";
    Read Org KEYS(2) -> ["id", "name", "hint", "over_plan_at", "created_at"] = concat!(
        "SELECT id, name, hint, over_plan_at, created_at FROM api_keys WHERE ", store::living_key!(), " ORDER BY created_at, id LIMIT 200");
    Read Org ENDPOINTS(1) -> ["id", "url", "status", "over_plan_at", "created_at"] =
        "SELECT id, url, status, over_plan_at, created_at FROM webhook_endpoints WHERE org_id = ?1 ORDER BY created_at, id LIMIT 200";
}

/// Lists them.
pub struct ActivePage;
impl Query for ActivePage {
    const ROUTE: Route = Route {
        method: Method::Get,
        path: "/billing/{org}/active",
        surfaces: &[Surface::App],
        auth: Auth::Staff(Ability::Manage),
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::ReadOnly,
        payload: Payload::None,
        csrf: Csrf::SafeMethod,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Recent,
        summary: "Which API keys and webhook endpoints stay active",
    };
    async fn call(cx: Read<'_>, req: &Request) -> Result<Reply> {
        let sets = cx.read(stmts(cx.org()?, cx.now())).await?;
        show(&cx, req, &sets, None)
    }
}

/// What the page reads.
pub fn stmts(org: &OrgId, now: Millis) -> Vec<Stmt> {
    vec![PLAN.bind([org.into()]), KEYS.bind([org.into(), now.into()]), ENDPOINTS.bind([org.into()])]
}

/// The page, from the answers to [`stmts`], with why the last change was refused.
///
/// # Errors
/// Not found, when the organization is gone; an incident when a row can't be read.
pub fn show<'a>(cx: &impl Context<'a>, req: &'a Request, sets: &[Rows], refused: Option<&str>) -> Result<Reply> {
    let [plan, keys, endpoints] = sets else { return Err(Code::NotFound.into()) };
    let plan = Plan::parse(plan.first().ok_or(Code::NotFound)?.text(0)?);
    let home = format!("/billing/{}", req.param("org")?);
    page(cx, req, "What stays active", if refused.is_some() { 409 } else { 200 }, |frame| {
        let list = |quota: Quota, rows: &Rows, row: &dyn Fn(&Row) -> Result<Thing>| -> Result<Markup> {
            let things = rows.iter().map(row).collect::<Result<Vec<_>>>()?;
            Ok(kind(quota, plan, &things, frame.csrf(), &home))
        };
        let keys = list(Quota::ApiKeys, keys, &key)?;
        let endpoints = list(Quota::WebhookEndpoints, endpoints, &endpoint)?;
        Ok(html! {
            (head("What stays active", "A smaller plan pauses what it has no room for, the newest first. Nothing is removed: choose here what stays, and a larger plan wakes the rest.", &html! {}))
            @if let Some(why) = refused { (callout(Tone::Warn, "Nothing was changed", &html! { (why) })) }
            (keys)
            (endpoints)
            p { a class="button" href=(home) { "Back to billing" } }
        })
    })
}

/// A key or an endpoint.
struct Thing {
    id: String,
    shown: Markup,
    /// `None` for an endpoint that somebody paused, or that was switched off.
    active: Option<bool>,
    since: Millis,
}

fn key(row: &Row) -> Result<Thing> {
    let shown = html! { (name(row.text(1)?)) " " code { (row.text(2)?) } };
    let active = Some(row.opt_int(3)?.is_none());
    Ok(Thing { id: row.text(0)?.to_owned(), shown, active, since: Millis::new(row.int(4)?) })
}

fn endpoint(row: &Row) -> Result<Thing> {
    let active = match (row.text(2)?, row.opt_int(3)?) {
        (_, Some(_)) => Some(false),
        ("enabled", None) => Some(true),
        _ => None,
    };
    Ok(Thing {
        id: row.text(0)?.to_owned(),
        shown: html! { code class="clip" { (row.text(1)?) } },
        active,
        since: Millis::new(row.int(4)?),
    })
}

/// One kind of thing, with how many of it may be active.
fn kind(quota: Quota, plan: Plan, things: &[Thing], csrf: &str, home: &str) -> Markup {
    let allowed = quota.of(&plan.limits()).map_or(i64::MAX, i64::from);
    let active = i64::try_from(things.iter().filter(|t| t.active == Some(true)).count()).unwrap_or(i64::MAX);
    // More than the plan allows are active until the plan is next looked at: the owner can choose before.
    let choice = active > allowed || things.iter().any(|t| t.active == Some(false));
    let are = if active == 1 { "is" } else { "are" };
    let about = format!("The {} plan allows {}. {active} {are} active.", plan.name(), quota.counted(allowed));
    let rows: Vec<Vec<Markup>> = things
        .iter()
        .map(|t| {
            let state = match t.active {
                Some(true) => badge(Tone::Good, "active"),
                Some(false) => badge(Tone::Warn, "paused by the plan"),
                None => badge(Tone::Plain, "off"),
            };
            let act = match t.active {
                // Only where something has to give way.
                Some(true) if choice => press(quota, &t.id, "pause", "Pause", csrf, home),
                Some(false) if active < allowed => press(quota, &t.id, "wake", "Activate", csrf, home),
                Some(false) => html! { span class="quiet" { "Pause another first" } },
                _ => html! {},
            };
            vec![t.shown.clone(), state, when::day(t.since), act]
        })
        .collect();
    section(
        quota.label(),
        &about,
        &html! {},
        &html! {
            @if rows.is_empty() {
                (empty("None yet", "There is nothing to choose from.", None))
            } @else {
                (Table { caption: quota.label(), columns: &["Name", "State", "Since", ""] }.render(&rows))
            }
        },
    )
}

fn press(quota: Quota, id: &str, what: &str, label: &str, csrf: &str, home: &str) -> Markup {
    button_with(&format!("{home}/active"), csrf, label, &[("kind", quota.as_str()), ("id", id), ("do", what)])
}
