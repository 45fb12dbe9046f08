//! `GET /billing/orgs/{id}`: what is held of an organization's billing, what is wrong with it, and what can be done.

use crate::{
    console::{
        other::{Other, claimant, lookup},
        repair::{Kind, Values},
        show,
    },
    words,
};
use domain::billing::Finding;
use html::{
    list::{Table, empty},
    page::{card, head, section},
    part::{self, badge, callout, copyable, facts, none},
    when,
};
use kernel::{
    Millis, OrgId, Principal, Query, Read, Reply, Request, Result, Route, Rows,
    error::{Code, Error},
    host::Surface,
    limit::Limit,
    principal::{Duty, Scope},
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use maud::{Markup, html};
use shell::{ConsolePlace, Frame};
use store::billing::Held;

/// How many rows of each kind are shown.
const SHOWN: i64 = 25;

kernel::sql! {
    Read Org ABOUT(1) -> ["name", "until", "plan", "reason", "granted_by", "state", "lookup_key", "seats", "expires_at", "last_error"] =
        "SELECT o.name, p.until, p.plan, p.reason, p.granted_by, c.state, c.price_lookup_key AS lookup_key, c.seats, c.expires_at, r.last_error FROM orgs o \
         LEFT JOIN plan_overrides p ON p.org_id = o.id LEFT JOIN checkouts c ON c.org_id = o.id LEFT JOIN billing_reads r ON r.org_id = o.id WHERE o.id = ?1";
    Read Org LEDGER(2) -> ["kind", "object_id", "amount", "currency", "happened_at"] =
        "SELECT kind, object_id, amount, currency, happened_at FROM billing_ledger WHERE org_id = ?1 ORDER BY happened_at DESC, object_id LIMIT ?2";
    Read Org REQUESTS(2) -> ["id", "action", "state", "refusal", "created_at"] =
        "SELECT id, action, state, refusal, created_at FROM billing_requests WHERE org_id = ?1 ORDER BY created_at DESC, id LIMIT ?2";
}

/// Shows an organization's billing to operators.
pub struct OrgBilling;
impl Query for OrgBilling {
    const ROUTE: Route = Route {
        method: Method::Get,
        path: "/billing/orgs/{id}",
        surfaces: &[Surface::Platform],
        auth: Auth::Operator(Duty::Look),
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::ReadOnly,
        payload: Payload::None,
        csrf: Csrf::SafeMethod,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "An organization's billing: what is held, what is wrong, and its repairs",
    };
    async fn call(cx: Read<'_>, req: &Request) -> Result<Reply> {
        let (id, now) = (req.id_param::<OrgId>("id")?, cx.now());
        let mut stmts: Vec<_> = Held::stmts(&id, now).into();
        stmts.extend([ABOUT.bind([(&id).into()]), LEDGER.bind([(&id).into(), SHOWN.into()]), REQUESTS.bind([(&id).into(), SHOWN.into()])]);
        let sets = cx.read(stmts).await?;
        let [_, _, about, ledger, requests] = sets.as_slice() else {
            return Err(Error::incident("an organization's billing", "a set is missing"));
        };
        let row = about.first().ok_or(Code::NotFound)?;
        let held = Held::of(&id, &sets)?;
        let frame = Frame::of(&cx, req);
        let may = matches!(cx.principal(), Principal::Operator(o) if o.role.may(Duty::Billing));
        let action = format!("/billing/orgs/{id}/dry-run");
        let mut known = vec![
            ("Customer", held.customer.as_deref().map_or_else(|| none("none"), copyable)),
            ("Last read", held.synced_at.map_or_else(|| none("never"), |at| when::ago(at, now))),
        ];
        if let (Some(since), why) = (held.failing_since, row.opt_text(9)?) {
            known.push(("Can't be read since", html! { (when::ago(since, now)) @if let Some(why) = why { p class="hint" { (why) } } }));
        }
        if let (Some(until), Some(plan)) = (row.opt_int(1)?, row.opt_text(2)?) {
            let over = until <= now.get();
            known.push((
                "Grant",
                html! {
                    (plan) @if over { " until " } @else { ", until " } (when::at(Millis::new(until)))
                    p class="hint" { (row.opt_text(3)?.unwrap_or_default()) " (" (row.opt_text(4)?.unwrap_or_default()) ")" }
                },
            ));
        }
        if let (Some(state), Some(key)) = (row.opt_text(5)?, row.opt_text(6)?) {
            known.push(("Checkout", html! { (state) ": " code { (key) } ", " (row.opt_int(7)?.unwrap_or(0)) " seats, until " (when::at(Millis::new(row.opt_int(8)?.unwrap_or(0)))) }));
        }
        let name = row.text(0)?.to_owned();
        let fitting = Values::fitting(&held);
        let sharing = match claimant(&held) {
            Some(other) => match lookup(&other) {
                Some(stmt) => Some(Other::answered(&other, &cx.rows(stmt).await?)?),
                None => Some(Other::of(&other, None)),
            },
            None => None,
        };
        let main = html! {
            (head(&format!("Billing of {name}"), "What we hold. Read Stripe again to see both sides next to each other.", &html! { a class="button" href={ "/orgs/" (id) } { "Organization" } }))
            (findings(&held, sharing.as_ref(), now))
            (card("", "", &html! {}, &facts(&known)))
            (section("What we hold", "", &html! {}, &show::sides(&held, None, None)))
            @if may {
                (section("Repairs", "Each begins with a dry run that changes nothing.", &html! {}, &html! {
                    @for kind in Kind::ALL.into_iter().filter(|k| k.fits(&held)) {
                        (card(kind.title(), kind.about(), &html! {}, &kind.form(&action, frame.csrf(), &fitting, &[])))
                    }
                }))
            }
            (section("Ledger", "", &html! {}, &self::ledger(ledger)?))
            (section("Asked of Stripe", "", &html! {}, &self::requests(requests)?))
        };
        Ok(frame.platform(ConsolePlace::Billing, "Billing").crumb("Billing", "/billing").crumb(&name, format!("/orgs/{id}")).reply(&main))
    }
}

fn findings(held: &Held, sharing: Option<&Other>, now: Millis) -> Markup {
    if held.findings.is_empty() {
        return callout(html::part::Tone::Good, "Nothing is wrong", &html! { "No repair state is open." });
    }
    html! {
        @for (kind, detail, since) in &held.findings {
            (callout(words::finding_tone(*kind), kind.title(), &html! {
                p { "Since " (when::ago(*since, now)) "." }
                @if *kind == Finding::CustomerShared && let Some(other) = sharing {
                    p {
                        "At Stripe it says that it belongs to "
                        @match &other.name {
                            Some(name) => { a href={ "/billing/orgs/" (other.id) } { (name) } "." },
                            None => { code { (other.id) } ", which is no organization here." },
                        }
                    }
                }
                @let shown = shown_facts(detail);
                @if !shown.is_empty() { p class="hint" { (shown) } }
            }))
        }
    }
}

/// The facts of a finding in a line: "price: price_1, seat: $19.00".
fn shown_facts(detail: &str) -> String {
    let Ok(serde_json::Value::Object(facts)) = serde_json::from_str(detail) else { return detail.to_owned() };
    let text = |name: &str, value: &serde_json::Value| match value {
        serde_json::Value::Number(ms) if name == "oldest" => when::plain_day(Millis::new(ms.as_i64().unwrap_or_default())),
        serde_json::Value::String(text) => text.clone(),
        serde_json::Value::Null => "none".to_owned(),
        serde_json::Value::Array(items) => {
            items.iter().map(|i| i.as_str().map_or_else(|| i.to_string(), str::to_owned)).collect::<Vec<_>>().join(" and ")
        }
        other => other.to_string(),
    };
    facts.iter().map(|(name, value)| format!("{}: {}", name.replace('_', " "), text(name, value))).collect::<Vec<_>>().join(", ")
}

fn ledger(rows: &Rows) -> Result<Markup> {
    if rows.is_empty() {
        return Ok(empty("No payments yet", "Payments, refunds and disputes are listed here, once each.", None));
    }
    let mut cells = Vec::new();
    for row in rows {
        let (cents, currency) = (row.int(2)?, row.text(3)?);
        let amount = domain::money::Currency::parse(currency)
            .map_or_else(|| format!("{cents} {currency}"), |c| domain::money::Money::new(cents, c).to_string());
        cells.push(vec![
            html! { (sentence(row.text(0)?)) },
            html! { code { (row.text(1)?) } },
            part::amount(&amount),
            when::at(Millis::new(row.int(4)?)),
        ]);
    }
    Ok(Table { caption: "Ledger", columns: &["Kind", "At Stripe", "Amount", "When"] }.render(&cells))
}

/// What was asked for: a repair by its title, what a member did by its name.
fn asked(action: &str) -> String {
    Kind::ALL.iter().find(|kind| kind.as_str() == action).map_or_else(|| sentence(action), |kind| kind.title().to_owned())
}

/// A stored word as a sentence begins: "cancel_now" is "Cancel now".
fn sentence(word: &str) -> String {
    let text = word.replace('_', " ");
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

fn requests(rows: &Rows) -> Result<Markup> {
    if rows.is_empty() {
        return Ok(empty("Nothing was asked yet", "Changes that members and operators asked of Stripe are listed here.", None));
    }
    let mut cells = Vec::new();
    for row in rows {
        let (state, why) = (row.text(2)?, row.opt_text(3)?);
        let tone = match state {
            "done" => html::part::Tone::Good,
            "refused" => html::part::Tone::Bad,
            _ => html::part::Tone::Warn,
        };
        cells.push(vec![
            html! { (asked(row.text(1)?)) p class="hint" { code { (row.text(0)?) } } },
            html! { (badge(tone, &sentence(state))) @if let Some(why) = why { p class="hint" { (why) } } },
            when::at(Millis::new(row.int(4)?)),
        ]);
    }
    Ok(Table { caption: "Asked of Stripe", columns: &["What", "Outcome", "When"] }.render(&cells))
}
