//! `GET /o/{org}/settings/domains`: the organization's own domains, and the form that adds one.

use super::{Again, Current, current, manages, page};
use domain::plans::Plan;
use html::{
    form::{Field, Form, summary},
    list::{Table, empty},
    page::{card, section},
    part::{Tone, badge, callout, name},
    when,
};
use kernel::{
    Millis, Query, Read, Reply, Request, Result, Route, Rows,
    error::Code,
    host::Surface,
    limit::Limit,
    principal::{Ability, Scope},
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
    sql::Stmt,
};
use maud::{Markup, html};
use shell::{Context, SettingsPlace};
use store::domains::{Domain, Step};

kernel::sql! {
    Read Org MINE(1) -> ["id", "host", "state", "proof", "failing_since", "created_at", "proven_at", "status", "certificate", "problem", "checked_at"] =
        "SELECT d.id, d.host, d.state, d.proof, d.failing_since, d.created_at, d.proven_at, h.status, h.certificate, h.problem, d.checked_at \
         FROM domains d LEFT JOIN hostnames h ON h.host = d.host WHERE d.org_id = ?1 AND d.state <> 'removed' ORDER BY d.host LIMIT 100";
}

/// Lists domains.
pub struct DomainList;
impl Query for DomainList {
    const ROUTE: Route = Route {
        method: Method::Get,
        path: "/o/{org}/settings/domains",
        surfaces: &[Surface::App],
        auth: Auth::Staff(Ability::Read),
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::ReadOnly,
        payload: Payload::None,
        csrf: Csrf::SafeMethod,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Recent,
        summary: "An organization's own domains",
    };
    async fn call(cx: Read<'_>, req: &Request) -> Result<Reply> {
        show(&cx, req, cx.read(stmts(cx.org()?)).await?, "", Again::No, None)
    }
}

/// What the page reads.
pub(super) fn stmts(org: &kernel::OrgId) -> Vec<Stmt> {
    vec![current(org), MINE.bind([org.into()])]
}

/// Where a domain stands, for people.
pub(super) fn state(step: Step) -> Markup {
    match step {
        Step::Active => badge(Tone::Good, "active"),
        Step::Fading(_) => badge(Tone::Warn, "record missing"),
        Step::Failed => badge(Tone::Bad, "failed"),
        Step::Certificate => badge(Tone::Warn, "waiting for certificate"),
        Step::Record => badge(Tone::Warn, "waiting for record"),
    }
}

/// The page. `full` is why no further domain is taken.
pub(super) fn show<'a>(
    cx: &impl Context<'a>,
    req: &'a Request,
    sets: Vec<Rows>,
    host: &str,
    again: Again<'_>,
    full: Option<&str>,
) -> Result<Reply> {
    let [about, domains] = <[_; 2]>::try_from(sets).unwrap_or_default();
    let row = about.first().ok_or(Code::NotFound)?;
    let plan = Plan::parse(row.text(2)?);
    let now = Current::of(Some(row))?;
    let here = format!("/o/{}/settings/domains", now.slug);
    let mut list: Vec<Vec<Markup>> = Vec::with_capacity(domains.len());
    for d in &domains {
        let (domain, checked) = (Domain::of(d)?, d.int(10)?);
        list.push(vec![
            html! { a href={ (here) "/" (domain.id) } { (name(&domain.host)) } },
            state(domain.step()),
            html! { @if checked == 0 { span class="quiet" { "Never" } } @else { (when::at(Millis::new(checked))) } },
        ]);
    }
    let most = plan.limits().domains;
    let room = i64::try_from(domains.len()).unwrap_or(i64::MAX) < i64::from(most);
    let reply = page(cx, req, SettingsPlace::Domains, "Domains", again, |frame| {
        let field = Field::text("host", "Host")
            .value(host)
            .max(253)
            .placeholder("support.example.com")
            .hint("A host of a domain that you own, without https://.");
        html! {
            (summary(again.errors(), &[field]))
            @if let Some(full) = full { (html::form::refusal(full)) }
            (section("Domains", &format!("Your portal also stays available at {}.", cx.app().config.portal_host(&now.slug)), &html! {}, &html! {
                @if list.is_empty() {
                    (empty("No domains yet", "With a domain of your own, customers find your portal under your name.", None))
                } @else {
                    (Table { caption: "Domains", columns: &["Host", "Status", "Last checked"] }.render(&list))
                }
            }))
            @if !manages(cx.principal()) {
            } @else if room || full.is_some() || !again.errors().is_empty() {
                (card("Add a domain", "", &html! {}, &Form::new(&here, frame.csrf(), "Add domain").render(&field.render(again.errors()))))
            } @else {
                (callout(Tone::Plain, "", &html! { (limit(plan)) }))
            }
        }
    })?;
    Ok(match full {
        // Nothing is wrong with what was typed: the plan has no room for it.
        Some(_) => Reply { status: 409, ..reply },
        None => reply,
    })
}

/// What the plan allows, and what allows more.
pub(super) fn limit(plan: Plan) -> String {
    let most = plan.limits().domains;
    let has = match most {
        0 => format!("The {} plan doesn't include custom domains.", plan.name()),
        1 => format!("The {} plan includes 1 custom domain, and it is in use.", plan.name()),
        n => format!("The {} plan includes {n} custom domains, and all are in use.", plan.name()),
    };
    match plan.next_where(|l| l.domains > most) {
        Some(next) => format!("{has} The {} plan includes {}.", next.name(), next.limits().domains),
        None => has,
    }
}
