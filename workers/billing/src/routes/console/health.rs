//! `GET /billing` on the console: what is wrong with billing, over all organizations, and how Stripe is heard.

use crate::{console::show, words};
use domain::billing::{Finding, Status};
use html::{
    form::{Field, Pick},
    list::{Chip, Filters, Table, address, empty, no_match, pages},
    page::{card, head, section},
    part::{amount, badge, facts, name, none, thousands},
    when,
};
use kernel::{
    Millis, Query, Read, Reply, Request, Result, Route,
    error::Error,
    host::Surface,
    limit::Limit,
    page::Page,
    principal::{Duty, Scope},
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use maud::{Markup, html};
use shell::platform::{self, ConsolePlace};

kernel::sql! {
    /// In the order of the table's key: the cursor is an organization and a kind.
    Read Global("operators see every organization's repair states")
    FINDINGS(4) -> ["org_id", "kind", "since", "seen_at", "name"] =
        "SELECT f.org_id, f.kind, f.since, f.seen_at, o.name FROM billing_findings f JOIN orgs o ON o.id = f.org_id \
         WHERE (f.org_id, f.kind) < (?1, ?2) AND (?4 IS NULL OR f.kind = ?4) ORDER BY f.org_id DESC, f.kind DESC LIMIT ?3 + 1";
    Read Global("operators see every organization's subscription") STATUSES(0) -> ["status", "number"] =
        "SELECT status, count(*) AS number FROM subscriptions GROUP BY status ORDER BY status";
    Read Global("Stripe's events are the machine's") HEARD(0) -> ["last_event", "caught_up", "failing"] =
        "SELECT (SELECT max(received_at) FROM stripe_events) AS last_event, (SELECT done_until FROM billing_cursors WHERE name = 'events') AS caught_up, \
           (SELECT count(*) FROM billing_reads WHERE failing_since IS NOT NULL) AS failing";
}

const PATH: &str = "/billing";

/// Shows how billing is.
pub struct Health;
impl Query for Health {
    const ROUTE: Route = Route {
        method: Method::Get,
        path: "/billing",
        surfaces: &[Surface::Platform],
        auth: Auth::Operator(Duty::Look),
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::ReadOnly,
        payload: Payload::None,
        csrf: Csrf::SafeMethod,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "Repair states of billing over all organizations, and how Stripe is heard",
    };
    async fn call(cx: Read<'_>, req: &Request) -> Result<Reply> {
        let (keys, now) = (&cx.app().config.keys, cx.now());
        let input = req.query_input();
        let kind = input.opt_choice("kind", &Finding::ALL.map(|k| (k.as_str(), k)));
        let stored = kind.map_or("", Finding::as_str);
        let filters = address("", &[("kind", stored)]);
        let list = Page::of(&input, req, keys, &"platform", &filters)?;
        input.finish()?;
        let (org, after) = list.before().split_once(' ').unwrap_or((list.before(), "~"));
        let stmts = vec![
            FINDINGS.bind([org.into(), after.into(), list.limit.into(), kind.map(Finding::as_str).into()]),
            STATUSES.bind([]),
            HEARD.bind([]),
        ];
        let sets = cx.read(stmts).await?;
        let [found, statuses, heard] = sets.as_slice() else { return Err(Error::incident("billing over all", "a set is missing")) };
        let shown = usize::try_from(list.limit).unwrap_or(usize::MAX);
        let mut cells = Vec::new();
        for row in found.iter().take(shown) {
            let title = Finding::parse(row.text(1)?)
                .map_or_else(|| html! { (row.text(1).unwrap_or_default()) }, |k| badge(words::finding_tone(k), k.title()));
            cells.push(vec![
                html! { a href={ "/billing/orgs/" (row.text(0)?) } { (name(row.text(4)?)) } },
                title,
                when::ago(Millis::new(row.int(2)?), now),
                when::ago(Millis::new(row.int(3)?), now),
            ]);
        }
        let older = match found.iter().take(shown).next_back() {
            Some(last) if found.len() > shown => {
                let place = format!("{} {}", last.text(0)?, last.text(1)?);
                let cursor = Page::next(req, keys, &"platform", &filters, &place);
                Some(address(PATH, &[("kind", stored), ("cursor", &cursor)]))
            }
            _ => None,
        };
        let newest = (!list.after.is_empty()).then(|| address(PATH, &[("kind", stored)]));
        let mut known: Vec<(&str, Markup)> = Vec::new();
        if let Some(row) = heard.first() {
            let moment = |at: Option<i64>| at.map_or_else(|| none("never"), |at| when::ago(Millis::new(at), now));
            known.push(("Last event received", moment(row.opt_int(0)?)));
            known.push(("Asked for missed events up to", moment(row.opt_int(1)?)));
            known.push(("Customers that can't be read", html! { (thousands(row.int(2)?)) }));
        }
        let mut counts = Vec::new();
        for row in statuses {
            let status = Status::parse(row.text(0)?);
            counts.push(vec![badge(words::tone(&status), &show::status(&status)), amount(&thousands(row.int(1)?))]);
        }
        let main = html! {
            (head("Billing", "Where what we hold and what Stripe says don't agree.", &html! {}))
            (card("Stripe", "", &html! {}, &facts(&known)))
            (filter(kind))
            @if !cells.is_empty() {
                (Table { caption: "Repair states", columns: &["Organization", "What is wrong", "Since", "Last seen"] }.render(&cells))
            } @else if kind.is_some() {
                (no_match("No organization has this repair state", "Choose another one, or look at all.", PATH))
            } @else {
                (empty("Nothing needs repair", "Organizations whose billing differs from Stripe are listed here, until they are repaired.", None))
            }
            (pages(newest.as_deref(), older.as_deref()))
            (section("Subscriptions", "By their status at Stripe.", &html! {}, &html! {
                @if counts.is_empty() { (empty("No subscriptions yet", "They are counted here by status.", None)) }
                @else { (Table { caption: "Subscriptions by status", columns: &["Status", "Organizations"] }.render(&counts)) }
            }))
        };
        Ok(platform::page(&cx, req, ConsolePlace::Billing, "Billing", &main))
    }
}

fn filter(kind: Option<Finding>) -> Markup {
    let picks: Vec<Pick<'_>> =
        [Pick::new("", "Any")].into_iter().chain(Finding::ALL.iter().map(|k| Pick::new(k.as_str(), k.title()))).collect();
    let chips: Vec<Chip<'_>> = kind.iter().map(|k| Chip { name: "Kind", value: k.title(), remove: PATH.to_owned() }).collect();
    Filters { action: PATH, chips: &chips }.render(&html! {
        (Field::select("kind", "What is wrong", &picks).value(kind.map_or("", Finding::as_str)).optional().render(&[]))
    })
}
