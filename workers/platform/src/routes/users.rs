//! `GET /users`: every staff account, newest first.

use crate::{
    prefix,
    words::{moment, user_state},
};
use domain::like;
use html::{
    form::{Field, Kind, Pick},
    list::{Chip, Filters, Table, address, address_without, empty, no_match, pages},
    page::head,
    part::{Tone, badge, name, none, thousands},
};
use kernel::{
    Query, Read, Reply, Request, Result, Route,
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
    Read Global("staff accounts belong to no organization")
    ALL(7) -> ["id", "name", "email", "email_verified_at", "banned_until", "deleted_at", "created_at", "orgs", "operator"] =
        "SELECT u.id, u.name, u.email, u.email_verified_at, u.banned_until, u.deleted_at, u.created_at, \
           (SELECT count(*) FROM memberships m WHERE m.user_id = u.id) AS orgs, (SELECT p.role FROM operators p WHERE p.user_id = u.id) AS operator \
         FROM users u WHERE u.id < ?1 AND (?4 IS NULL OR u.name LIKE ?3 ESCAPE '\\' OR (u.email >= ?4 AND u.email < ?5)) \
           AND (?6 IS NULL OR CASE ?6 WHEN 'banned' THEN u.banned_until > ?7 WHEN 'unverified' THEN u.email_verified_at IS NULL \
             WHEN 'deleted' THEN u.deleted_at IS NOT NULL ELSE EXISTS (SELECT 1 FROM operators p WHERE p.user_id = u.id) END) \
         ORDER BY u.id DESC LIMIT ?2 + 1";
}

const PATH: &str = "/users";
const STATES: &[(&str, &str)] = &[("banned", "Banned"), ("unverified", "Not verified"), ("operator", "Operators"), ("deleted", "Deleted")];

/// Lists staff accounts.
pub struct Users;
impl Query for Users {
    const ROUTE: Route = Route {
        method: Method::Get,
        path: "/users",
        surfaces: &[Surface::Platform],
        auth: Auth::Operator(Duty::Look),
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::ReadOnly,
        payload: Payload::None,
        csrf: Csrf::SafeMethod,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "Every staff account",
    };
    async fn call(cx: Read<'_>, req: &Request) -> Result<Reply> {
        let (keys, now) = (&cx.app().config.keys, cx.now());
        let input = req.query_input();
        let q = input.opt_text("q", Text::line(0, 254)).map(|q| q.trim().to_owned()).filter(|q| !q.is_empty());
        let state = input.opt_choice("state", &STATES.iter().map(|(w, label)| (*w, (*w, *label))).collect::<Vec<_>>());
        let narrowed = [("q", q.as_deref().unwrap_or_default()), ("state", state.map_or("", |s| s.0))];
        let filters = address("", &narrowed);
        let list = Page::of(&input, req, keys, &"platform", &filters)?;
        input.finish()?;
        let email = q.as_deref().map(str::to_lowercase);
        let args = [
            list.before().into(),
            list.limit.into(),
            q.as_deref().and_then(like::contains).into(),
            email.clone().into(),
            email.as_deref().map(prefix::end).into(),
            state.map(|s| s.0).into(),
            now.into(),
        ];
        let rows = cx.rows(ALL.bind(args)).await?;
        let shown = usize::try_from(list.limit).unwrap_or(usize::MAX);
        let cells: Vec<Vec<Markup>> = rows
            .iter()
            .take(shown)
            .map(|row| {
                Ok(vec![
                    html! { a href={ "/users/" (row.text(0)?) } { (name(row.text(1)?)) } },
                    html! { (row.text(2)?) },
                    html! {
                        (user_state(row.opt_int(4)?, row.opt_int(3)?.is_some(), row.opt_int(5)?.is_some(), now))
                        @if row.opt_text(8)?.is_some() { " " (badge(Tone::Plain, "operator")) }
                    },
                    match row.int(7)? {
                        0 => none("none"),
                        n => html! { (thousands(n)) },
                    },
                    moment(Some(row.int(6)?), ""),
                ])
            })
            .collect::<Result<_>>()?;
        let older = match rows.iter().take(shown).next_back() {
            Some(last) if rows.len() > shown => {
                let cursor = Page::next(req, keys, &"platform", &filters, last.text(0)?);
                Some(address(PATH, &[narrowed[0], narrowed[1], ("cursor", &cursor)]))
            }
            _ => None,
        };
        let newest = (!list.after.is_empty()).then(|| address(PATH, &narrowed));
        let any = narrowed.iter().any(|(_, value)| !value.is_empty());
        let main = html! {
            (head("Users", "Staff accounts across all organizations. Customers are found by search.", &html! {}))
            (filter(&narrowed, state.map(|s| s.1)))
            @if !cells.is_empty() {
                (Table { caption: "Users", columns: &["Name", "Address", "State", "Organizations", "Created"] }.render(&cells))
            } @else if any {
                (no_match("No accounts match", "An address is matched from its beginning, a name anywhere.", PATH))
            } @else {
                (empty("No accounts yet", "Whoever signs up at the app is listed here.", None))
            }
            (pages(newest.as_deref(), older.as_deref()))
        };
        Ok(platform::page(&cx, req, ConsolePlace::Users, "Users", &main))
    }
}

fn filter(narrowed: &[(&str, &str); 2], label: Option<&str>) -> Markup {
    let [(_, q), (_, state)] = *narrowed;
    let states: Vec<Pick<'_>> =
        [Pick::new("", "Any state")].into_iter().chain(STATES.iter().map(|(word, label)| Pick::new(word, label))).collect();
    let chips: Vec<Chip<'_>> = [("q", "Name or address", q), ("state", "State", label.unwrap_or_default())]
        .into_iter()
        .filter(|(.., value)| !value.is_empty())
        .map(|(key, name, value)| Chip { name, value, remove: address_without(PATH, narrowed, key) })
        .collect();
    Filters { action: PATH, chips: &chips }.render(&html! {
        (Field::new(Kind::Search, "q", "Name or address").value(q).optional().render(&[]))
        (Field::select("state", "State", &states).value(state).optional().render(&[]))
    })
}
