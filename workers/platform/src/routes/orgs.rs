//! `GET /orgs`: every organization with its plan and status, newest first.

use crate::words::org_state;
use domain::{like, plans::Plan};
use html::{
    form::{Field, Kind, Pick},
    list::{Chip, Filters, Table, address, address_without, empty, no_match, pages},
    page::head,
    part::{name, thousands},
    when,
};
use kernel::{
    Millis, Query, Read, Reply, Request, Result, Route,
    host::Surface,
    input::Text,
    limit::Limit,
    page::Page,
    principal::{Duty, Scope},
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use maud::{Markup, html};
use shell::platform::{self, ConsolePlace};

kernel::sql! {
    Read Global("operators see every organization")
    ALL(5) -> ["id", "slug", "name", "plan", "status", "portal_open", "created_at", "deleted_at", "members"] =
        "SELECT o.id, o.slug, o.name, o.plan, o.status, o.portal_open, o.created_at, o.deleted_at, \
           (SELECT count(*) FROM memberships m WHERE m.org_id = o.id) AS members \
         FROM orgs o WHERE o.id < ?1 AND (?3 IS NULL OR o.plan = ?3) \
           AND (?4 IS NULL OR CASE WHEN o.deleted_at IS NOT NULL THEN 'deleted' ELSE o.status END = ?4) \
           AND (?5 IS NULL OR o.name LIKE ?5 ESCAPE '\\' OR o.slug LIKE ?5 ESCAPE '\\') \
         ORDER BY o.id DESC LIMIT ?2 + 1";
}

const PATH: &str = "/orgs";
const STATES: &[(&str, &str)] = &[("active", "Active"), ("suspended", "Suspended"), ("deleted", "Being deleted")];

/// Lists organizations.
pub struct Orgs;
impl Query for Orgs {
    const ROUTE: Route = Route {
        method: Method::Get,
        path: "/orgs",
        surfaces: &[Surface::Platform],
        auth: Auth::Operator(Duty::Look),
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::ReadOnly,
        payload: Payload::None,
        csrf: Csrf::SafeMethod,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "Every organization with its plan and status",
    };
    async fn call(cx: Read<'_>, req: &Request) -> Result<Reply> {
        let keys = &cx.app().config.keys;
        let input = req.query_input();
        let q = input.opt_text("q", Text::line(0, 100)).map(|q| q.trim().to_owned()).filter(|q| !q.is_empty());
        let plan = input.opt_choice("plan", &Plan::ALL.map(|p| (p.as_str(), p))).map(Plan::as_str);
        let status = input.opt_choice("status", &STATES.iter().map(|(w, label)| (*w, (*w, *label))).collect::<Vec<_>>());
        let pattern = q.as_deref().and_then(like::contains);
        if q.is_some() && pattern.is_none() {
            input.wrong("q", "too_long", "This is longer than what names are searched by.", "Type less of it.");
        }
        let narrowed =
            [("q", q.as_deref().unwrap_or_default()), ("plan", plan.unwrap_or_default()), ("status", status.map_or("", |s| s.0))];
        let filters = address("", &narrowed);
        let list = Page::of(&input, req, keys, &"platform", &filters)?;
        input.finish()?;
        let rows =
            cx.rows(ALL.bind([list.before().into(), list.limit.into(), plan.into(), status.map(|s| s.0).into(), pattern.into()])).await?;
        let shown = usize::try_from(list.limit).unwrap_or(usize::MAX);
        let cells: Vec<Vec<Markup>> = rows
            .iter()
            .take(shown)
            .map(|row| {
                Ok(vec![
                    html! { a href={ "/orgs/" (row.text(0)?) } { (name(row.text(2)?)) } },
                    html! { code { (row.text(1)?) } },
                    html::part::word(Plan::parse(row.text(3)?).as_str()),
                    org_state(row.text(4)?, row.int(5)? == 1, row.opt_int(7)?.is_some()),
                    html! { (thousands(row.int(8)?)) },
                    when::day(Millis::new(row.int(6)?)),
                ])
            })
            .collect::<Result<_>>()?;
        let older = match rows.iter().take(shown).next_back() {
            Some(last) if rows.len() > shown => {
                let cursor = Page::next(req, keys, &"platform", &filters, last.text(0)?);
                Some(address(PATH, &[narrowed[0], narrowed[1], narrowed[2], ("cursor", &cursor)]))
            }
            _ => None,
        };
        let newest = (!list.after.is_empty()).then(|| address(PATH, &narrowed));
        let any = narrowed.iter().any(|(_, value)| !value.is_empty());
        let main = html! {
            (head("Organizations", "Every organization of this deployment, newest first.", &html! {}))
            (filter(&narrowed, status.map(|s| s.1)))
            @if !cells.is_empty() {
                (Table { caption: "Organizations", columns: &["Name", "Slug", "Plan", "Status", "Members", "Created"] }.render(&cells))
            } @else if any {
                (no_match("No organizations match", "Try another name, or fewer filters.", PATH))
            } @else {
                (empty("No organizations yet", "Each tenant of this deployment will be listed here, newest first.", None))
            }
            (pages(newest.as_deref(), older.as_deref()))
        };
        Ok(platform::page(&cx, req, ConsolePlace::Orgs, "Organizations", &main))
    }
}

fn filter(narrowed: &[(&str, &str); 3], status: Option<&str>) -> Markup {
    let [(_, q), (_, plan), (_, state)] = *narrowed;
    let plans: Vec<Pick<'_>> =
        [Pick::new("", "Any plan")].into_iter().chain(Plan::ALL.iter().map(|p| Pick::new(p.as_str(), p.as_str()))).collect();
    let states: Vec<Pick<'_>> =
        [Pick::new("", "Any status")].into_iter().chain(STATES.iter().map(|(word, label)| Pick::new(word, label))).collect();
    let chips: Vec<Chip<'_>> = [("q", "Name or slug", q), ("plan", "Plan", plan), ("status", "Status", status.unwrap_or_default())]
        .into_iter()
        .filter(|(.., value)| !value.is_empty())
        .map(|(key, name, value)| Chip { name, value, remove: address_without(PATH, narrowed, key) })
        .collect();
    Filters { action: PATH, chips: &chips }.render(&html! {
        (Field::new(Kind::Search, "q", "Name or slug").value(q).optional().render(&[]))
        (Field::select("plan", "Plan", &plans).value(plan).optional().render(&[]))
        (Field::select("status", "Status", &states).value(state).optional().render(&[]))
    })
}
