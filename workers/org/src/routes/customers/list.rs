//! `GET /o/{org}/customers`: by name, narrowed by what a name or an address begins with and by status.

use crate::{refused::fields, routes::tickets::view::may_work, words};
use domain::{customers::Status, like};
use html::{
    form::{self, Field, Kind, Pick},
    list::{Chip, Filters, Table, address, address_without, empty, no_match, turns},
    page::head,
    part::{name, thousands},
    when,
};
use kernel::{
    Millis, Query, Read, Reply, Request, Result, Route, Row, Rows,
    error::Code,
    host::Surface,
    input::{FieldError, Text},
    limit::Limit,
    page::Page,
    principal::{Ability, Scope},
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use maud::{Markup, html};
use shell::{Frame, OrgPlace, Place};

macro_rules! customers {
    ($bound:literal, $order:literal) => {
        concat!(
            "SELECT c.id, c.name, c.email, c.status, c.created_at, \
             (SELECT count(*) FROM tickets t WHERE t.org_id = ?1 AND t.customer_id = c.id AND t.status <> 'closed') AS tickets \
             FROM customers c WHERE c.org_id = ?1 AND c.deleted_at IS NULL AND ",
            $bound,
            " AND (?5 IS NULL OR c.status = ?5) AND (?6 IS NULL OR c.name LIKE ?6 ESCAPE '\\' OR c.email LIKE ?6 ESCAPE '\\') ORDER BY ",
            $order,
            " LIMIT ?4 + 1"
        )
    };
}

kernel::sql! {
    Read Org AFTER(6) -> ["id", "name", "email", "status", "created_at", "tickets"] = customers!("(c.name, c.id) > (?2, ?3)", "c.name, c.id");
    Read Org BEFORE(6) -> ["id", "name", "email", "status", "created_at", "tickets"] = customers!("(c.name, c.id) < (?2, ?3)", "c.name DESC, c.id DESC");
}

/// Lists customers.
pub struct CustomerList;
impl Query for CustomerList {
    const ROUTE: Route = Route {
        method: Method::Get,
        path: "/o/{org}/customers",
        surfaces: &[Surface::App],
        auth: Auth::Staff(Ability::Read),
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::ReadOnly,
        payload: Payload::None,
        csrf: Csrf::SafeMethod,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "An organization's customers, by name",
    };
    async fn call(cx: Read<'_>, req: &Request) -> Result<Reply> {
        let (org, slug, keys) = (cx.org()?, req.param("org")?, &cx.app().config.keys);
        let here = format!("/o/{slug}/customers");
        let input = req.query_input();
        let q = input.opt_text("q", Text::line(0, 254)).unwrap_or_default().trim().to_owned();
        let pattern = like::begins(&q);
        if pattern.is_none() {
            input.wrong("q", "too_long", "This is longer than a search can be.", "Enter fewer characters.");
        }
        let status = input.opt_choice("status", Status::WORDS).map_or("", Status::as_str);
        let bound = format!("{status}\n{q}");
        let page = Page::of(&input, req, keys, org, &bound)?;
        let errors = fields(input.finish())?;
        let view = View {
            here: &here,
            q: &q,
            status,
            limit: req.query("limit").unwrap_or_default(),
            may_work: may_work(cx.principal()),
            errors: &errors,
        };
        let frame = Frame::of(&cx, req);
        let place = frame.app(Place::Org(slug, OrgPlace::Customers), "Customers");
        if !errors.is_empty() {
            return Ok(place.again(&view.render(&html! {})));
        }
        let (backward, after_name, after_id) = position(&page.after)?;
        let sql = if backward { BEFORE } else { AFTER };
        let narrowed = |text: Option<&str>| text.filter(|t| !t.is_empty()).map(str::to_owned);
        let pattern = pattern.filter(|_| !q.is_empty());
        let args = [org.into(), after_name.into(), after_id.into(), page.limit.into(), narrowed(Some(status)).into(), pattern.into()];
        let mut rows = cx.rows(sql.bind(args)).await?;
        let shown = usize::try_from(page.limit).unwrap_or(usize::MAX);
        let more = rows.len() > shown;
        rows.truncate(shown);
        if backward {
            rows.reverse();
        }
        let (is_before, is_after) = if backward { (more, true) } else { (!page.after.is_empty(), more) };
        let turn = |is: bool, way: &str, row: Option<&Row>| -> Result<Option<String>> {
            let Some(row) = row.filter(|_| is) else { return Ok(None) };
            let cursor = Page::next(req, keys, org, &bound, &format!("{way}{} {}", row.text(0)?, row.text(1)?));
            let mut parameters = view.parameters();
            parameters.push(("cursor", &cursor));
            Ok(Some(address(&here, &parameters)))
        };
        let (back, on) = (turn(is_before, "<", rows.first())?, turn(is_after, ">", rows.last())?);
        let main = view.render(&html! {
            (view.table(&rows, cx.now())?)
            (turns(["Previous", "Next"], back.as_deref(), on.as_deref()))
        });
        Ok(place.reply(&main))
    }
}

/// Which way a page goes, and from whom on: the name and the id.
fn position(cursor: &str) -> Result<(bool, String, String)> {
    if cursor.is_empty() {
        return Ok((false, String::new(), String::new()));
    }
    let (way, rest) = cursor.split_at_checked(1).ok_or(Code::CursorInvalid)?;
    let (id, called) = rest.split_once(' ').ok_or(Code::CursorInvalid)?;
    Ok((way == "<", called.to_owned(), id.to_owned()))
}

struct View<'a> {
    here: &'a str,
    q: &'a str,
    status: &'a str,
    limit: &'a str,
    may_work: bool,
    errors: &'a [FieldError],
}
impl View<'_> {
    fn parameters(&self) -> Vec<(&'static str, &str)> {
        vec![("q", self.q), ("status", self.status), ("limit", self.limit)]
    }
    fn render(&self, list: &Markup) -> Markup {
        let mut statuses = vec![Pick::new("", "Any status")];
        statuses.extend(Status::WORDS.iter().map(|(word, _)| Pick::new(word, words::label(word))));
        let fields = [
            Field::new(Kind::Search, "q", "Name or e-mail begins with").value(self.q).max(254).optional(),
            Field::select("status", "Status", &statuses).value(self.status).optional(),
        ];
        let parameters = self.parameters();
        let chips: Vec<Chip<'_>> = [("q", "Begins with", self.q), ("status", "Status", words::label(self.status))]
            .into_iter()
            .filter(|(_, _, value)| self.errors.is_empty() && !value.is_empty())
            .map(|(parameter, name, value)| Chip { name, value, remove: address_without(self.here, &parameters, parameter) })
            .collect();
        let action = html! { @if self.may_work { (form::primary_link(&format!("{}/new", self.here), "Invite a customer")) } };
        html! {
            (head("Customers", "Everyone who can sign in to your portal. Each of them sees only their own tickets.", &action))
            (form::summary(self.errors, &fields))
            (Filters { action: self.here, chips: &chips }.render(&html! {
                @for field in &fields { (field.render(self.errors)) }
                @if !self.limit.is_empty() { (form::hidden("limit", self.limit)) }
            }))
            (list)
        }
    }
    fn table(&self, rows: &Rows, now: Millis) -> Result<Markup> {
        if rows.is_empty() && !(self.q.is_empty() && self.status.is_empty()) {
            return Ok(no_match("No customers match", "Try a shorter name or address, or clear the filters.", self.here));
        }
        if rows.is_empty() {
            let new = format!("{}/new", self.here);
            let text = "Invite somebody by e-mail. They choose a password, and can then send tickets in your portal.";
            return Ok(empty("No customers yet", text, self.may_work.then_some(("Invite a customer", new.as_str()))));
        }
        let mut list: Vec<Vec<Markup>> = Vec::with_capacity(rows.len());
        for row in rows {
            list.push(vec![
                html! { a href={ (self.here) "/" (row.text(0)?) } { (name(row.text(1)?)) } },
                name(row.text(2)?),
                words::customer(row.text(3)?),
                html! { (thousands(row.int(5)?)) },
                when::ago(Millis::new(row.int(4)?), now),
            ]);
        }
        Ok(Table { caption: "Customers", columns: &["Name", "E-mail", "Status", "Open tickets", "Added"] }.render(&list))
    }
}
