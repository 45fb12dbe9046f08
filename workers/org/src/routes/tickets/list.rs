//! `GET /o/{org}/tickets`: by age or by last change, narrowed by whatever the address says, in pages both ways.

use super::{
    filters::{Filters, ME, NOBODY, Order, no_such_customer},
    people::{self, People},
    view::may_work,
};
use crate::{refused::fields, words};
use domain::tickets::{Priority, Status};
use html::{
    form::{self, Field, Pick},
    list::{Chip, Filters as FilterForm, Sort, Table, address, address_without, empty, no_match},
    page::head,
    part::{name, none},
    when,
};
use kernel::{
    Millis, Query, Read, Reply, Request, Result, Route, Row, Rows,
    error::Code,
    host::Surface,
    input::FieldError,
    limit::Limit,
    page::Page,
    principal::{Ability, Scope},
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
    sql::{Sql, Stmt, Value},
};
use maud::{Markup, html};
use shell::{Frame, OrgPlace, Place};

/// The list, driven by what an index answers; everything else it is narrowed by is a condition on the rows that the index gives.
macro_rules! tickets {
    ($driven:literal, $order:literal) => {
        concat!(
            "SELECT t.id, t.subject, t.status, t.priority, c.name AS customer, u.name AS assignee, t.created_at, t.updated_at FROM tickets t \
             LEFT JOIN customers c ON c.org_id = ?1 AND c.id = t.customer_id LEFT JOIN users u ON u.id = t.assignee_id WHERE t.org_id = ?1 AND ",
            $driven,
            " AND (?4 IS NULL OR t.status = ?4) AND (?5 IS NULL OR t.priority = ?5) AND (?6 IS NULL OR t.customer_id = ?6) \
             AND (?7 IS NULL OR t.assignee_id = ?7 OR (?7 = '' AND t.assignee_id IS NULL)) AND (?8 IS NULL OR t.subject LIKE ?8 ESCAPE '\\') ORDER BY ",
            $order,
            " LIMIT ?3 + 1"
        )
    };
}

kernel::sql! {
    Read Org OLDER(8) -> ["id", "subject", "status", "priority", "customer", "assignee", "created_at", "updated_at"] = tickets!("t.id < ?2", "t.id DESC");
    Read Org NEWER(8) -> ["id", "subject", "status", "priority", "customer", "assignee", "created_at", "updated_at"] = tickets!("t.id > ?2", "t.id");
    Read Org OLDER_OF_STATUS(8) -> ["id", "subject", "status", "priority", "customer", "assignee", "created_at", "updated_at"] = tickets!("t.status = ?4 AND t.id < ?2", "t.id DESC");
    Read Org NEWER_OF_STATUS(8) -> ["id", "subject", "status", "priority", "customer", "assignee", "created_at", "updated_at"] = tickets!("t.status = ?4 AND t.id > ?2", "t.id");
    Read Org OLDER_OF_CUSTOMER(8) -> ["id", "subject", "status", "priority", "customer", "assignee", "created_at", "updated_at"] = tickets!("t.customer_id = ?6 AND t.id < ?2", "t.id DESC");
    Read Org NEWER_OF_CUSTOMER(8) -> ["id", "subject", "status", "priority", "customer", "assignee", "created_at", "updated_at"] = tickets!("t.customer_id = ?6 AND t.id > ?2", "t.id");
    Read Org OLDER_OF_ASSIGNEE(8) -> ["id", "subject", "status", "priority", "customer", "assignee", "created_at", "updated_at"] = tickets!("t.assignee_id IS nullif(?7, '') AND t.id < ?2", "t.id DESC");
    Read Org NEWER_OF_ASSIGNEE(8) -> ["id", "subject", "status", "priority", "customer", "assignee", "created_at", "updated_at"] = tickets!("t.assignee_id IS nullif(?7, '') AND t.id > ?2", "t.id");
    Read Org OLDER_UPDATES(9) -> ["id", "subject", "status", "priority", "customer", "assignee", "created_at", "updated_at"] = tickets!("(t.updated_at, t.id) < (?9, ?2)", "t.updated_at DESC, t.id DESC");
    Read Org NEWER_UPDATES(9) -> ["id", "subject", "status", "priority", "customer", "assignee", "created_at", "updated_at"] = tickets!("(t.updated_at, t.id) > (?9, ?2)", "t.updated_at, t.id");
    Read Org CUSTOMER_NAMED(2) -> ["name"] = "SELECT name FROM customers WHERE org_id = ?1 AND id = ?2";
}

/// Where a page of the list begins, and which way it goes from there.
struct Walk {
    newer: bool,
    id: String,
    updated: i64,
}
impl Walk {
    /// Out of a cursor's text, or from the top.
    fn of(cursor: &str) -> Result<Self> {
        if cursor.is_empty() {
            return Ok(Self { newer: false, id: "~".into(), updated: i64::MAX >> 11 });
        }
        let mut parts = cursor.splitn(3, ' ');
        match (parts.next(), parts.next().and_then(|n| n.parse().ok()), parts.next()) {
            (Some(way @ (">" | "<")), Some(updated), Some(id)) => Ok(Self { newer: way == ">", id: id.to_owned(), updated }),
            _ => Err(Code::CursorInvalid.into()),
        }
    }
    /// The text of a cursor from a row on.
    fn from(way: &str, row: &Row) -> Result<String> {
        Ok(format!("{way} {} {}", row.int(7)?, row.text(0)?))
    }
    fn stmt(&self, org: Value, limit: i64, filters: &Filters, me: &str) -> Stmt {
        let by = |older: Sql, newer: Sql| if self.newer { newer } else { older };
        let [status, priority, customer, assignee, pattern] = filters.values(me);
        let narrow = |value: &Value| *value != Value::Null;
        if filters.order == Order::Updated {
            let all = [org, self.id.as_str().into(), limit.into(), status, priority, customer, assignee, pattern, self.updated.into()];
            return by(OLDER_UPDATES, NEWER_UPDATES).bind(all);
        }
        // By what leaves the fewest rows.
        let sql = match () {
            () if narrow(&customer) => by(OLDER_OF_CUSTOMER, NEWER_OF_CUSTOMER),
            () if narrow(&assignee) => by(OLDER_OF_ASSIGNEE, NEWER_OF_ASSIGNEE),
            () if narrow(&status) => by(OLDER_OF_STATUS, NEWER_OF_STATUS),
            () => by(OLDER, NEWER),
        };
        sql.bind([org, self.id.as_str().into(), limit.into(), status, priority, customer, assignee, pattern])
    }
}

/// Lists tickets.
pub struct TicketList;
impl Query for TicketList {
    const ROUTE: Route = Route {
        method: Method::Get,
        path: "/o/{org}/tickets",
        surfaces: &[Surface::App],
        auth: Auth::Staff(Ability::Read),
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::ReadOnly,
        payload: Payload::None,
        csrf: Csrf::SafeMethod,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "An organization's tickets, by age or by last change, with filters",
    };
    async fn call(cx: Read<'_>, req: &Request) -> Result<Reply> {
        let (org, slug, me, keys) = (cx.org()?, req.param("org")?, cx.principal().id(), &cx.app().config.keys);
        let here = format!("/o/{slug}/tickets");
        let input = req.query_input();
        let filters = Filters::of(&input, req);
        let bound = filters.canonical(me);
        let page = Page::of(&input, req, keys, org, &bound)?;
        let mut view =
            View { slug, here: &here, filters: &filters, may_work: may_work(cx.principal()), errors: Vec::new(), customer: None };
        view.errors = fields(input.finish())?;
        if view.errors.is_empty() && !filters.customer.is_empty() && filters.customer_id().is_none() {
            // Typed as an address: from here on the customer stands in the address of the list by their id alone.
            match cx.first(people::customer_at(org, &filters.customer)).await? {
                Some(row) => {
                    let mut parameters = filters.parameters();
                    let id = row.text(0)?;
                    parameters.iter_mut().filter(|(name, _)| *name == "customer").for_each(|(_, value)| *value = id);
                    return Ok(Reply::see_other(&address(&here, &parameters)));
                }
                None => view.errors.push(no_such_customer()),
            }
        }
        let frame = Frame::of(&cx, req);
        if !view.errors.is_empty() {
            let people = people::of(&cx.rows(people::stmt(org)).await?)?;
            let main = view.render(&people, &html! {});
            return Ok(frame.app(Place::Org(slug, OrgPlace::Tickets), "Tickets").again(&main));
        }
        let walk = Walk::of(&page.after)?;
        let mut stmts = vec![walk.stmt(org.into(), page.limit, &filters, me), people::stmt(org)];
        stmts.extend(filters.customer_id().map(|id| CUSTOMER_NAMED.bind([org.into(), (&id).into()])));
        let mut sets = cx.read(stmts).await?.into_iter();
        let (mut rows, people) = (sets.next().unwrap_or_default(), people::of(&sets.next().unwrap_or_default())?);
        view.customer = match sets.next().unwrap_or_default().first() {
            Some(row) => Some(row.text(0)?.to_owned()),
            None => None,
        };
        let shown = usize::try_from(page.limit).unwrap_or(usize::MAX);
        let more = rows.len() > shown;
        rows.truncate(shown);
        if walk.newer {
            rows.reverse();
        }
        let (is_newer, is_older) = if walk.newer { (more, true) } else { (!page.after.is_empty(), more) };
        let turn = |is: bool, way: &str, row: Option<&Row>| -> Result<Option<String>> {
            let Some(row) = row.filter(|_| is) else { return Ok(None) };
            let cursor = Page::next(req, keys, org, &bound, &Walk::from(way, row)?);
            let mut parameters = filters.parameters();
            parameters.push(("cursor", &cursor));
            Ok(Some(address(&here, &parameters)))
        };
        let (newer, older) = (turn(is_newer, ">", rows.first())?, turn(is_older, "<", rows.last())?);
        let main = view.render(
            &people,
            &html! {
                (view.table(&rows, cx.now(), page.after.is_empty())?)
                (html::list::walk(newer.as_deref(), older.as_deref()))
            },
        );
        Ok(frame.app(Place::Org(slug, OrgPlace::Tickets), "Tickets").reply(&main))
    }
}

/// The page around the rows.
struct View<'a> {
    slug: &'a str,
    here: &'a str,
    filters: &'a Filters,
    may_work: bool,
    errors: Vec<FieldError>,
    customer: Option<String>,
}
impl View<'_> {
    fn render(&self, people: &People, list: &Markup) -> Markup {
        let f = self.filters;
        let words = |any: &'static str, words: &[&'static str]| {
            let mut picks = vec![Pick::new("", any)];
            picks.extend(words.iter().map(|w| Pick::new(w, words::label(w))));
            picks
        };
        let (statuses, priorities) = (
            words("Any status", &Status::WORDS.iter().map(|(w, _)| *w).collect::<Vec<_>>()),
            words("Any priority", &Priority::WORDS.iter().map(|(w, _)| *w).collect::<Vec<_>>()),
        );
        let mut assignees = vec![Pick::new("", "Anybody"), Pick::new(ME, "Me")];
        assignees.extend(people.picks(NOBODY, None));
        let fields = [
            Field::new(form::Kind::Search, "q", "Subject").value(&f.q).max(200).optional(),
            Field::select("status", "Status", &statuses).value(f.status).optional(),
            Field::select("priority", "Priority", &priorities).value(f.priority).optional(),
            Field::select("assignee", "Assigned to", &assignees).value(&f.assignee).optional(),
            Field::text("customer", "Customer's e-mail").value(if self.customer.is_some() { "" } else { &f.customer }).max(254).optional(),
        ];
        let parameters = f.parameters();
        let chosen = |name: &'static str| {
            let value = match name {
                "assignee" => match f.assignee.as_str() {
                    ME => "Me",
                    NOBODY => "Nobody",
                    id => people.name(id).unwrap_or("A former member"),
                },
                "customer" => self.customer.as_deref().unwrap_or("Unknown"),
                "q" => f.q.as_str(),
                _ => parameters.iter().find(|(n, _)| *n == name).map_or("", |(_, v)| words::label(v)),
            };
            (name, value)
        };
        let labels =
            [("q", "Subject"), ("status", "Status"), ("priority", "Priority"), ("assignee", "Assigned to"), ("customer", "Customer")];
        let chips: Vec<Chip<'_>> = labels
            .iter()
            .filter(|(name, _)| self.errors.is_empty() && parameters.iter().any(|(n, v)| n == name && !v.is_empty()))
            .map(|(name, label)| Chip { name: label, value: chosen(name).1, remove: address_without(self.here, &parameters, name) })
            .collect();
        let kept = parameters
            .iter()
            .filter(|(n, v)| (*n == "sort" || *n == "limit" || (*n == "customer" && self.customer.is_some())) && !v.is_empty());
        let action = html! { @if self.may_work { (form::primary_link(&format!("{}/new", self.here), "New ticket")) } };
        html! {
            (head("Tickets", "Requests from your customers and your team.", &action))
            (form::summary(&self.errors, &fields))
            (FilterForm { action: self.here, chips: &chips }.render(&html! {
                @for (name, value) in kept { @if *name != "customer" { (form::hidden(name, value)) } }
                @for field in &fields { @if field.name != "customer" || self.customer.is_none() { (field.render(&self.errors)) } }
                @if self.customer.is_some() { (form::hidden("customer", &f.customer)) }
            }))
            (list)
        }
    }

    fn table(&self, rows: &Rows, now: Millis, top: bool) -> Result<Markup> {
        if rows.is_empty() && self.filters.any() {
            return Ok(no_match("No tickets match", "Change the filters or clear them.", self.here));
        }
        if rows.is_empty() && !top {
            return Ok(empty("No more tickets", "There is nothing further this way.", Some(("To the newest", self.here))));
        }
        if rows.is_empty() {
            let new = format!("{}/new", self.here);
            let action = self.may_work.then_some(("New ticket", new.as_str()));
            return Ok(empty(
                "No tickets yet",
                "Tickets come from your customers in the portal, from your programs through the API, or from your team. The newest are listed first.",
                action,
            ));
        }
        let mut list: Vec<Vec<Markup>> = Vec::with_capacity(rows.len());
        for row in rows {
            list.push(vec![
                html! { a href={ (self.here) "/" (row.text(0)?) } { (name(row.text(1)?)) } },
                words::status(row.text(2)?),
                words::priority(row.text(3)?),
                html! { @match row.opt_text(4)? { Some(customer) => (name(customer)), None => (none("none")) } },
                html! { @match row.opt_text(5)? { Some(assignee) => (name(assignee)), None => (none("nobody")) } },
                when::ago(Millis::new(row.int(6)?), now),
                when::ago(Millis::new(row.int(7)?), now),
            ]);
        }
        let parameters = self.filters.parameters();
        let sorted = |column: usize, sort: &'static str, order: Order| {
            let mut to: Vec<(&str, &str)> = parameters.iter().copied().filter(|(n, _)| *n != "sort").collect();
            to.push(("sort", sort));
            Sort { column, href: address(self.here, &to), ascending: (self.filters.order == order).then_some(false) }
        };
        let columns = &["Subject", "Status", "Priority", "Customer", "Assigned to", "Created", "Updated"];
        let caption = format!("Tickets of {}", self.slug);
        Ok(Table { caption: &caption, columns }.sorted(&[sorted(5, "", Order::Created), sorted(6, "updated", Order::Updated)], &list))
    }
}
