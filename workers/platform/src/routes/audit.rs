//! `GET /audit`: the platform's own log, or those of all organizations together, newest first.

use crate::{
    span,
    words::{AUDIT_HEADINGS, audit_columns, audit_row},
};
use html::{
    form::{Field, Kind},
    list::{Chip, Filters, Table, address, address_without, empty, no_match, pages},
    page::{head, tabs},
};
use kernel::{
    Id, Millis, OrgId, Query, Read, Reply, Request, Result, Route,
    host::Surface,
    input::{Input, Text},
    limit::Limit,
    page::Page,
    principal::{Duty, Scope},
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
    time::Span,
};
use maud::{Markup, html};
use shell::platform::{self, ConsolePlace};

kernel::sql! {
    Read Global("one log, which an operator chose: the platform's or an organization's")
    OF_LOG(7) -> ["id", "org_id", "occurred_at", "action", "actor_kind", "actor_id", "actor_label", "target", "outcome", "ip", "request_id", "detail", "log"] =
        concat!("SELECT ", audit_columns!(), " FROM audit_events a WHERE a.org_id = ?1 AND a.id < ?2 AND a.id >= ?3 AND a.id < ?4 \
          AND (?5 IS NULL OR a.actor_id = ?5) AND (?6 IS NULL OR a.action = ?6) ORDER BY a.id DESC LIMIT ?7 + 1");
    Read Global("operators read the logs of all organizations together")
    ACROSS(6) -> ["id", "org_id", "occurred_at", "action", "actor_kind", "actor_id", "actor_label", "target", "outcome", "ip", "request_id", "detail", "log"] =
        concat!("SELECT ", audit_columns!(), " FROM audit_events a WHERE a.id < ?1 AND a.id >= ?2 AND a.id < ?3 \
          AND (?4 IS NULL OR a.actor_id = ?4) AND (?5 IS NULL OR a.action = ?5) ORDER BY a.id DESC LIMIT ?6 + 1");
}

const PATH: &str = "/audit";
/// How far back the page looks unless it is told: a filter that matches nothing must end somewhere.
const BACK: Span = Span::days(30);

/// What the log is narrowed by, as it stands in the address.
struct Narrowed {
    /// `all`, `platform` or an organization's id.
    log: String,
    actor: String,
    action: String,
    from: String,
    to: String,
}
impl Narrowed {
    fn pairs(&self) -> [(&'static str, &str); 5] {
        [("log", &self.log), ("actor", &self.actor), ("action", &self.action), ("from", &self.from), ("to", &self.to)]
    }
}

/// Shows audit logs.
pub struct AuditLogPage;
impl Query for AuditLogPage {
    const ROUTE: Route = Route {
        method: Method::Get,
        path: "/audit",
        surfaces: &[Surface::Platform],
        auth: Auth::Operator(Duty::Look),
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::ReadOnly,
        payload: Payload::None,
        csrf: Csrf::SafeMethod,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "The platform's audit log, and those of all organizations",
    };
    async fn call(cx: Read<'_>, req: &Request) -> Result<Reply> {
        let (keys, now) = (&cx.app().config.keys, cx.now());
        let input = req.query_input();
        let text = |name, most| input.opt_text(name, Text::line(0, most)).map(|t| t.trim().to_owned()).unwrap_or_default();
        let narrowed = Narrowed {
            log: text("log", 64),
            actor: text("actor", 64),
            action: text("action", 64),
            from: text("from", 32),
            to: text("to", 32),
        };
        if !matches!(narrowed.log.as_str(), "" | "all" | "platform") && OrgId::parse(&narrowed.log).is_none() {
            input.wrong("log", "not_allowed", "There is no such log.", "Choose `all`, `platform`, or an organization's id.");
        }
        let from = day(&input, "from", &narrowed.from).unwrap_or_else(|| now.minus(BACK));
        let to = day(&input, "to", &narrowed.to).map_or_else(|| now.plus(Span::minutes(5)), |at| at.plus(Span::days(1)));
        let filters = address("", &narrowed.pairs());
        let list = Page::of(&input, req, keys, &"platform", &filters)?;
        input.finish()?;
        let (first, end) = span::ids(from, to);
        let given = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let (actor, action) = (given(&narrowed.actor), given(&narrowed.action));
        let stmt = match narrowed.log.as_str() {
            "all" => ACROSS.bind([list.before().into(), first.into(), end.into(), actor.into(), action.into(), list.limit.into()]),
            // Somebody's doings are looked for everywhere, unless a log is named.
            "" if actor.is_some() => {
                ACROSS.bind([list.before().into(), first.into(), end.into(), actor.into(), action.into(), list.limit.into()])
            }
            log => {
                let log = if log.is_empty() { "platform" } else { log };
                OF_LOG.bind([log.into(), list.before().into(), first.into(), end.into(), actor.into(), action.into(), list.limit.into()])
            }
        };
        let rows = cx.rows(stmt).await?;
        let shown = usize::try_from(list.limit).unwrap_or(usize::MAX);
        let cells: Vec<Vec<Markup>> = rows.iter().take(shown).map(|row| audit_row(row, now, true)).collect::<Result<_>>()?;
        let older = match rows.iter().take(shown).next_back() {
            Some(last) if rows.len() > shown => {
                let cursor = Page::next(req, keys, &"platform", &filters, last.text(0)?);
                let mut all = narrowed.pairs().to_vec();
                all.push(("cursor", &cursor));
                Some(address(PATH, &all))
            }
            _ => None,
        };
        let newest = (!list.after.is_empty()).then(|| address(PATH, &narrowed.pairs()));
        let any = narrowed.pairs().iter().skip(1).any(|(_, value)| !value.is_empty());
        let main = html! {
            (head("Audit log", "Whatever was changed, shown or refused. Events are never altered.", &html! {}))
            (which(&narrowed))
            (filter(&narrowed))
            @if !cells.is_empty() {
                (Table { caption: "Audit events", columns: AUDIT_HEADINGS }.render(&cells))
            } @else if any {
                (no_match("No events match", "The last 30 days were looked through, or the days that you chose.", &address(PATH, &[("log", &narrowed.log)])))
            } @else {
                (empty("Nothing recorded in 30 days", "Choose an earlier day to look further back.", None))
            }
            (pages(newest.as_deref(), older.as_deref()))
        };
        Ok(platform::page(&cx, req, ConsolePlace::Audit, "Audit log", &main))
    }
}

/// The day of a filter, as its first moment.
fn day(input: &Input, name: &str, text: &str) -> Option<Millis> {
    if text.is_empty() {
        return None;
    }
    let at = Millis::parse_rfc3339(&format!("{text}T00:00:00Z"));
    if at.is_none() {
        input.wrong(name, "invalid_format", "This is not a day.", "Enter it as 2026-11-24.");
    }
    at
}

/// Which log is shown.
fn which(narrowed: &Narrowed) -> Markup {
    let of = |log: &'static str| {
        let pairs: Vec<(&str, &str)> =
            narrowed.pairs().into_iter().map(|(name, value)| (name, if name == "log" { log } else { value })).collect();
        address(PATH, &pairs)
    };
    let everywhere = narrowed.log == "all" || (narrowed.log.is_empty() && !narrowed.actor.is_empty());
    let platform = narrowed.log == "platform" || (narrowed.log.is_empty() && !everywhere);
    let mut all = vec![("Platform", of("platform"), platform), ("All logs", of("all"), everywhere)];
    if !everywhere && !platform {
        all.push(("One organization", address(PATH, &narrowed.pairs()), true));
    }
    tabs("Logs", &all)
}

fn filter(narrowed: &Narrowed) -> Markup {
    let org = OrgId::parse(&narrowed.log).is_some();
    let names = [("log", "Organization"), ("actor", "Actor"), ("action", "Action"), ("from", "From"), ("to", "To")];
    let chips: Vec<Chip<'_>> = names
        .into_iter()
        .zip(narrowed.pairs())
        .filter(|((key, _), (_, value))| !value.is_empty() && (*key != "log" || org))
        .map(|((key, name), (_, value))| Chip { name, value, remove: address_without(PATH, &narrowed.pairs(), key) })
        .collect();
    Filters { action: PATH, chips: &chips }.render(&html! {
        (html::form::hidden("log", &narrowed.log))
        (Field::text("actor", "Actor's id").value(&narrowed.actor).optional().render(&[]))
        (Field::text("action", "Action").value(&narrowed.action).placeholder("organization.suspended").optional().render(&[]))
        (Field::new(Kind::Date, "from", "From").value(&narrowed.from).optional().render(&[]))
        (Field::new(Kind::Date, "to", "To").value(&narrowed.to).optional().render(&[]))
    })
}
