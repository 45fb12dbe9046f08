//! `GET /`: every organization with its plan and status, newest first.

use domain::plans::Plan;
use html::{
    list::{Table, empty, pages},
    part::{Tone, badge, name, thousands},
    when,
};
use kernel::{
    Millis, Query, Read, Reply, Request, Result, Route,
    error::{Code, Error},
    host::Surface,
    input::Text,
    limit::Limit,
    principal::{Duty, Scope},
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use maud::{Markup, html};
use shell::platform::{self, ConsolePlace};

/// How many organizations a page lists.
const SHOWN: i64 = 50;
/// What a cursor of this list is bound to: there is one, and it is the platform's.
const CURSOR: &str = "platform\n/\norgs";

kernel::sql! {
    Read Global("operators see every organization")
    ALL(2) -> ["id", "slug", "name", "plan", "status", "portal_open", "created_at", "members", "customers"] =
        "SELECT o.id, o.slug, o.name, o.plan, o.status, o.portal_open, o.created_at, \
           (SELECT count(*) FROM memberships m WHERE m.org_id = o.id) AS members, (SELECT count(*) FROM customers c WHERE c.org_id = o.id) AS customers \
         FROM orgs o WHERE o.id < ?1 ORDER BY o.id DESC LIMIT ?2 + 1";
}

/// Lists organizations.
pub struct Orgs;
impl Query for Orgs {
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
        summary: "Every organization with its plan and status",
    };
    async fn call(cx: Read<'_>, req: &Request) -> Result<Reply> {
        let keys = &cx.app().config.keys;
        let input = req.query_input();
        let cursor = input.opt_text("cursor", Text::line(0, 512));
        input.finish()?;
        let before = match &cursor {
            // Above every id.
            None => "~".to_owned(),
            Some(cursor) => {
                let bytes = crypto::cursor::open(keys, CURSOR, cursor).map_err(|_| Error::from(Code::CursorInvalid))?;
                String::from_utf8(bytes).map_err(|_| Error::from(Code::CursorInvalid))?
            }
        };
        let rows = cx.rows(ALL.bind([before.into(), SHOWN.into()])).await?;
        let shown = usize::try_from(SHOWN).unwrap_or(usize::MAX);
        let mut list: Vec<Vec<Markup>> = Vec::with_capacity(rows.len());
        for row in rows.iter().take(shown) {
            list.push(vec![
                name(row.text(2)?),
                html! { code { (row.text(1)?) } },
                html! { (Plan::parse(row.text(3)?).as_str()) },
                html! {
                    @if row.text(4)? == "suspended" { (badge(Tone::Bad, "suspended")) } @else { (badge(Tone::Good, "active")) }
                    @if row.int(5)? == 0 { " " (badge(Tone::Warn, "portal closed")) }
                },
                html! { (thousands(row.int(7)?)) },
                html! { (thousands(row.int(8)?)) },
                when::at(Millis::new(row.int(6)?)),
            ]);
        }
        let older = match rows.iter().take(shown).next_back() {
            Some(last) if rows.len() > shown => Some(format!("/?cursor={}", crypto::cursor::seal(keys, CURSOR, last.text(0)?.as_bytes()))),
            _ => None,
        };
        let newest = cursor.is_some().then_some("/");
        let main = html! {
            div class="head" { h1 { "Organizations" } }
            @if list.is_empty() {
                (empty("No organizations yet", "Each tenant of this deployment will be listed here, newest first.", None))
            } @else {
                (Table { caption: "Organizations", columns: &["Name", "Slug", "Plan", "Status", "Members", "Customers", "Created"] }.render(&list))
            }
            (pages(newest, older.as_deref()))
        };
        Ok(platform::page(&cx, req, ConsolePlace::Orgs, "Organizations", &main))
    }
}
