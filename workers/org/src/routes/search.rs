//! `GET /o/{org}/search?q=`: tickets by subject, customers and members by name and address. What the palette leads to.

use crate::{refused::fields, words};
use domain::like;
use html::{
    form::{Field, Kind, summary},
    icon::Icon,
    list::{Table, address, nothing},
    page::{head, section},
    part::{Tone, badge, name},
    when,
};
use kernel::{
    Millis, Query, Read, Reply, Request, Result, Route, Row, Rows,
    host::Surface,
    input::{FieldError, Text},
    limit::Limit,
    principal::{Ability, Scope},
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use maud::{Markup, html};
use shell::{Frame, OrgPlace, Place};

/// How many of each are shown.
const SHOWN: i64 = 10;
/// How many tickets are looked through, newest first: what is older is found in the list, narrowed by status, customer or assignee.
const DEPTH: i64 = 10_000;

kernel::sql! {
    Read Org TICKETS(4) -> ["id", "subject", "status", "updated_at"] =
        "SELECT id, subject, status, updated_at FROM (SELECT id, subject, status, updated_at FROM tickets WHERE org_id = ?1 ORDER BY id DESC LIMIT ?4) \
         WHERE subject LIKE ?2 ESCAPE '\\' ORDER BY id DESC LIMIT ?3 + 1";
    Read Org CUSTOMERS(3) -> ["id", "name", "email", "status"] =
        "SELECT id, name, email, status FROM customers WHERE org_id = ?1 AND deleted_at IS NULL AND (name LIKE ?2 ESCAPE '\\' OR email LIKE ?2 ESCAPE '\\') \
         ORDER BY name, id LIMIT ?3 + 1";
    Read Org MEMBERS(3) -> ["name", "email", "role"] =
        "SELECT u.name, u.email, m.role FROM memberships m JOIN users u ON u.id = m.user_id \
         WHERE m.org_id = ?1 AND (u.name LIKE ?2 ESCAPE '\\' OR u.email LIKE ?2 ESCAPE '\\') ORDER BY u.name, u.id LIMIT ?3 + 1";
}

/// Searches an organization.
pub struct Search;
impl Query for Search {
    const ROUTE: Route = Route {
        method: Method::Get,
        path: "/o/{org}/search",
        surfaces: &[Surface::App],
        auth: Auth::Staff(Ability::Read),
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::ReadOnly,
        payload: Payload::None,
        csrf: Csrf::SafeMethod,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "Searches an organization's tickets, customers and members",
    };
    async fn call(cx: Read<'_>, req: &Request) -> Result<Reply> {
        let (org, slug) = (cx.org()?, req.param("org")?);
        let input = req.query_input();
        let q = input.opt_text("q", Text::line(0, 254)).unwrap_or_default().trim().to_owned();
        let pattern = like::contains(&q);
        if pattern.is_none() {
            input.wrong("q", "too_long", "This is longer than a search can be.", "Use fewer words.");
        }
        if q.chars().count() == 1 {
            input.wrong("q", "too_short", "One character is in almost everything.", "Enter at least two.");
        }
        let errors = fields(input.finish())?;
        let frame = Frame::of(&cx, req);
        let page = frame.app(Place::Org(slug, OrgPlace::Search), "Search");
        let Some(pattern) = pattern.filter(|_| errors.is_empty() && !q.is_empty()) else {
            let main = form(slug, if q.is_empty() { req.query("q").unwrap_or_default() } else { &q }, &errors);
            return Ok(if errors.is_empty() { page.reply(&main) } else { page.again(&main) });
        };
        let sets = cx
            .read(vec![
                TICKETS.bind([org.into(), pattern.as_str().into(), SHOWN.into(), DEPTH.into()]),
                CUSTOMERS.bind([org.into(), pattern.as_str().into(), SHOWN.into()]),
                MEMBERS.bind([org.into(), pattern.as_str().into(), SHOWN.into()]),
            ])
            .await?;
        let none = sets.iter().all(Vec::is_empty);
        let mut sets = sets.into_iter();
        let mut next = || sets.next().unwrap_or_default();
        let (tickets, customers, members) = (next(), next(), next());
        let (here, now) = (format!("/o/{slug}"), cx.now());
        let main = html! {
            (form(slug, &q, &[]))
            @if none {
                (nothing(Icon::Search, "Nothing was found", "Search looks in the subjects of tickets, and in the names and addresses of customers and members.", &html! {}))
            }
            (group("Tickets", &["Subject", "Status", "Updated"], &tickets, Some(address(&format!("{here}/tickets"), &[("q", &q)])), |row| Ok(vec![
                html! { a href={ (here) "/tickets/" (row.text(0)?) } { (name(row.text(1)?)) } },
                words::status(row.text(2)?),
                when::ago(Millis::new(row.int(3)?), now),
            ]))?)
            (group("Customers", &["Name", "E-mail", "Status"], &customers, Some(address(&format!("{here}/customers"), &[("q", &q)])), |row| Ok(vec![
                html! { a href={ (here) "/customers/" (row.text(0)?) } { (name(row.text(1)?)) } },
                name(row.text(2)?),
                words::customer(row.text(3)?),
            ]))?)
            (group("Members", &["Name", "E-mail", "Role"], &members, Some(format!("{here}/members")), |row| Ok(vec![
                name(row.text(0)?),
                name(row.text(1)?),
                badge(Tone::Plain, row.text(2)?),
            ]))?)
        };
        Ok(page.reply(&main))
    }
}

/// The form, with what was looked for.
fn form(slug: &str, q: &str, errors: &[FieldError]) -> Markup {
    let field = Field::new(Kind::Search, "q", "Search for").value(q).max(254).focus().optional();
    html! {
        (summary(errors, &[field]))
        (head("Search", "Tickets by subject; customers and members by name and e-mail.", &html! {}))
        form class="filters" method="get" action={ "/o/" (slug) "/search" } role="search" {
            (field.render(errors))
            button type="submit" { (Icon::Search.render()) "Search" }
        }
    }
}

/// One kind of what was found; nothing where nothing was. `all` leads to the list of that kind when there is more.
fn group(title: &str, columns: &[&str], rows: &Rows, all: Option<String>, cells: impl Fn(&Row) -> Result<Vec<Markup>>) -> Result<Markup> {
    if rows.is_empty() {
        return Ok(html! {});
    }
    let shown = usize::try_from(SHOWN).unwrap_or(usize::MAX);
    let table = rows.iter().take(shown).map(cells).collect::<Result<Vec<_>>>()?;
    let more = all.filter(|_| rows.len() > shown);
    let actions = html! { @if let Some(href) = more { a class="button" href=(href) { "More" } } };
    Ok(section(title, "", &actions, &Table { caption: title, columns }.render(&table)))
}
