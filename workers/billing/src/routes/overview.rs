//! `GET /billing/{org}`: everything about an organization's billing at a glance: what it has, what is wrong, what can be done.

mod actions;
mod callouts;
mod money;
mod plans;

use crate::{here::Here, page::page, words};
use domain::billing::{Action, Availability, Status};
use html::{
    form::primary_link,
    page::{card, head_with},
    part::{badge, facts, usage},
    when,
};
use kernel::{
    Query, Read, Reply, Request, Result, Route,
    host::Surface,
    limit::Limit,
    principal::{Ability, Scope},
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use maud::{Markup, html};
use store::usage::Usage;

kernel::sql! {
    /// What was asked of Stripe last: what is not answered yet, and what was refused.
    Read Org LAST_REQUEST(1) -> ["state", "refusal", "created_at"] =
        "SELECT state, refusal, created_at FROM billing_requests WHERE org_id = ?1 ORDER BY created_at DESC, id DESC LIMIT 1";
    Read Org PAYMENTS(2) -> ["kind", "object_id", "amount", "currency", "happened_at"] =
        "SELECT kind, object_id, amount, currency, happened_at FROM billing_ledger WHERE org_id = ?1 AND kind <> 'checkout' ORDER BY happened_at DESC LIMIT ?2";
}

/// How many payments are shown; Stripe's portal has them all.
const SHOWN: i64 = 6;

/// Shows an organization's billing.
pub struct Overview;
impl Query for Overview {
    const ROUTE: Route = Route {
        method: Method::Get,
        path: "/billing/{org}",
        surfaces: &[Surface::App],
        auth: Auth::Staff(Ability::Read),
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::ReadOnly,
        payload: Payload::None,
        csrf: Csrf::SafeMethod,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "An organization's billing: plan, status, use, what is wrong and what can be done",
    };
    async fn call(cx: Read<'_>, req: &Request) -> Result<Reply> {
        let (org, slug, now) = (cx.org()?, req.param("org")?, cx.now());
        let mut stmts = Here::stmts(org, now);
        stmts.extend([Usage::stmt(org, now), LAST_REQUEST.bind([org.into()]), PAYMENTS.bind([org.into(), SHOWN.into()])]);
        let sets = cx.read(stmts).await?;
        let here = Here::of(&cx, org, &sets)?;
        let [.., used, last, payments] = sets.as_slice() else {
            return Err(kernel::Error::incident("billing at a glance", "a set is missing"));
        };
        let usage = Usage::of(used)?;
        let payments = money::payments(payments)?;
        page(&cx, req, "Billing", 200, |frame| {
            let home = format!("/billing/{slug}");
            let badges = html! {
                (badge(html::part::Tone::Plain, &format!("{} plan", here.held.plan.name())))
                @if let Some(s) = here.held.subscription.as_ref().filter(|s| alive(&here) || s.status.is_final()) { (badge(words::tone(&s.status), s.status.label())) }
            };
            let next = html! {
                @if here.may(Action::Checkout) == Availability::Now { (primary_link(&format!("{home}/choose"), "Choose a plan")) }
                @else if here.may(Action::ChangePlan) == Availability::Now { (primary_link(&format!("{home}/change"), "Change plan or seats")) }
            };
            Ok(html! {
                (head_with(&html! { "Billing" }, &badges, "", &next))
                (callouts::all(&here, frame.csrf(), &home, last, now)?)
                (card("Plan", "", &html! {}, &facts(&plan(&here, now))))
                (card("Use", &format!("Against the limits of the {} plan.", usage.plan.name()), &html! {}, &html! {
                    ul class="usages" { @for s in usage.standings().iter().filter(|s| s.used > 0 || s.allowed != Some(0)) { (self::used(s)) } }
                }))
                @if !alive(&here) { (plans::table(&here, &home)) }
                @if here.may_pay() {
                    @if here.is_configured() { (actions::card(&here, frame.csrf(), &home)) }
                    (money::table(&payments))
                }
            })
        })
    }
}

fn used(s: &domain::quotas::Standing) -> Markup {
    usage(s.quota.label(), s.used, s.allowed)
}

/// Whether there is a subscription that counts and is not over.
fn alive(here: &Here) -> bool {
    here.living().is_some()
}

/// The facts. Amounts are for those who may pay.
fn plan(here: &Here, now: kernel::Millis) -> Vec<(&'static str, Markup)> {
    let held = &here.held;
    let mut all = vec![("Plan", html! { (held.plan.name()) })];
    let over = held.subscription.as_ref().filter(|s| s.status.is_final());
    if let (Some(s), false) = (&held.subscription, alive(here) || over.is_some()) {
        all.push(("Subscription", html! { "Last read as " q { (s.status.label()) } ". " span class="quiet" { "It doesn't count now; what is wrong is said above." } }));
    } else if let Some(s) = &held.subscription {
        all.push(("Subscription", html! { (s.status.label()) ". " span class="quiet" { (words::about(s)) } }));
        if let (Some(ends), false) = (s.ends_at(), s.status.is_final()) {
            all.push(("Ends", when::at(ends)));
        } else if let (Some(end), false) = (s.period_end, s.status.is_final()) {
            let renews = matches!(s.status, Status::Active | Status::Trialing | Status::PastDue);
            all.push((if renews { "Renews" } else { "Period ends" }, when::at(end)));
        } else if let Some(end) = s.period_end {
            all.push(("Ended", when::day(end)));
        }
        if let Some(end) = s.trial_end.filter(|end| *end > now) {
            all.push(("Trial ends", when::at(end)));
        }
    }
    let paid = here.living().and_then(|s| s.quantity);
    all.push((
        "Seats",
        html! {
            (held.seats_used()) " of " (held.seats) " in use"
            @if let Some(paid) = paid { ", " (paid) " paid for" }
        },
    ));
    if here.may_pay()
        && alive(here)
        && let Some(s) = &held.subscription
    {
        let every = s.interval.map_or("each period", crate::order::every);
        if let Some(seat) = s.seat {
            all.push(("Price", html! { (seat.to_string()) " a seat " (every) }));
        }
        if let Some(total) = s.total() {
            all.push(("Total", html! { (total.to_string()) " " (every) ", before tax and credit" }));
        }
    }
    if let Some(o) = held.granted.filter(|o| o.until > now) {
        all.push(("Granted by support", html! { "The limits of the " (o.plan.name()) " plan, until " (when::at(o.until)) }));
    }
    if held.customer.is_some() {
        all.push(("Last read from Stripe", held.synced_at.map_or_else(|| html! { "not yet" }, |at| when::ago(at, now))));
    }
    all
}
