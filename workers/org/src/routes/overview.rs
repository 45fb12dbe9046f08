//! `GET /o/{org}`: the organization at a glance: its first steps, its plan and how much of each limit is used, what happened lately.

use domain::{plans::Plan, quotas::Quota};
use html::{
    Icon,
    form::button,
    history::{Happening, timeline},
    page::{Step, card, head_with, steps_with},
    part::{self, Tone, badge, callout, name, thousands, tile, tiles},
    when,
};
use kernel::{
    Millis, Query, Read, Reply, Request, Result, Route, Row,
    error::Code,
    host::Surface,
    limit::Limit,
    principal::{Ability, Scope},
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use maud::{Markup, html};
use shell::{Frame, OrgPlace, Place, SettingsPlace, app::address};
use store::usage::Usage;

/// How many of the latest happenings are shown.
const LATEST: i64 = 8;

kernel::sql! {
    /// What the page counts beside what the plan limits. Over indexes that begin with the organization.
    Read Org AT_A_GLANCE(1) -> ["name", "portal_open", "open", "pending", "steps_hidden_at"] =
        "SELECT o.name, o.portal_open, \
           (SELECT count(*) FROM tickets WHERE org_id = ?1 AND status = 'open') AS open, \
           (SELECT count(*) FROM tickets WHERE org_id = ?1 AND status = 'pending') AS pending, o.steps_hidden_at \
         FROM orgs o WHERE o.id = ?1";
    Read Org LATELY(2) -> ["action", "actor_label", "outcome", "occurred_at", "actor_kind"] =
        "SELECT action, actor_label, outcome, occurred_at, actor_kind FROM audit_events WHERE org_id = ?1 ORDER BY id DESC LIMIT ?2";
}

/// Shows the organization at a glance.
pub struct Overview;
impl Query for Overview {
    const ROUTE: Route = Route {
        method: Method::Get,
        path: "/o/{org}",
        surfaces: &[Surface::App],
        auth: Auth::Staff(Ability::Read),
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::ReadOnly,
        payload: Payload::None,
        csrf: Csrf::SafeMethod,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "An organization at a glance: first steps, plan, limits and use, what happened lately",
    };
    async fn call(cx: Read<'_>, req: &Request) -> Result<Reply> {
        let (org, slug, now) = (cx.org()?, req.param("org")?, cx.now());
        let (_, role) = super::members::me(cx.principal())?;
        let manages = role.may(Ability::Manage);
        let sets = cx.read(vec![AT_A_GLANCE.bind([org.into()]), Usage::stmt(org, now), LATELY.bind([org.into(), LATEST.into()])]).await?;
        let [glance, usage, lately] = <[_; 3]>::try_from(sets).unwrap_or_default();
        let row = glance.first().ok_or(Code::NotFound)?;
        let usage = Usage::of(&usage)?;
        let (called, closed) = (row.text(0)?, row.int(1)? == 0);
        let (open, pending) = (row.int(2)?, row.int(3)?);
        let frame = Frame::of(&cx, req);
        let badges = html! {
            (badge(Tone::Plain, &format!("{} plan", usage.plan.name())))
            @if closed { (badge(Tone::Warn, "Portal closed")) }
        };
        let number = |n: i64, status: &str| html! { a href={ "/o/" (slug) "/tickets?status=" (status) } { (thousands(n)) } };
        let todo = first_steps(&usage, slug)?;
        let allowance = format!(
            "The {} plan allows {} API requests an hour.",
            usage.plan.name(),
            thousands(i64::from(usage.plan.limits().requests_an_hour))
        );
        let shown = manages && row.opt_int(4)?.is_none() && todo.iter().any(|s| !s.done);
        let main = html! {
            (head_with(&name(called), &badges, "", &html! {}))
            @if closed && manages {
                (callout(Tone::Warn, "The portal is closed", &html! {
                    "Customers can't sign in. "
                    @if let Some(href) = address(slug, OrgPlace::Settings(SettingsPlace::Portal)) { a href=(href) { "Open it in the settings" } }
                }))
            }
            @if shown {
                (steps_with("First steps", &todo, &button(&format!("/o/{slug}/steps/hide"), frame.csrf(), "Hide")))
            }
            (tiles(&[
                tile("Open tickets", &number(open, "open"), &html! {}),
                tile("Waiting for customers", &number(pending, "pending"), &html! {}),
            ]))
            (card("Usage", &allowance, &html! {}, &html! {
                ul class="usages" {
                    @for s in usage.standings() {
                        @if s.allowed != Some(0) || s.used > 0 { (part::usage(s.quota.label(), s.used, s.allowed)) }
                    }
                }
            }))
            @if manages && !lately.is_empty() {
                (card("Recent activity", "", &html! {
                    @if let Some(href) = address(slug, OrgPlace::Audit) { a class="button" href=(href) { "Audit log" } }
                }, &timeline(&happenings(&lately, now)?)))
            }
        };
        Ok(frame.app(Place::Org(slug, OrgPlace::Overview), called).reply(&main))
    }
}

/// The checklist, ticked from what there is. A step leads to its page where there is one.
fn first_steps(usage: &Usage, slug: &str) -> Result<[Step<'static>; 5]> {
    let some = |quota| Ok::<_, kernel::Error>(usage.standing(quota)?.used > 0);
    let step = |title, about, done, label, place, below: &str| {
        let to = address(slug, place).map(|href| (label, format!("{href}{below}")));
        Step { title, about, done, action: to }
    };
    Ok([
        step(
            "Invite a member",
            "Work on tickets together, each with a role of their own.",
            usage.members > 1 || usage.invited > 0,
            "Invite",
            OrgPlace::Members,
            "/invite",
        ),
        step("Invite a customer", "They see their tickets in your portal.", some(Quota::Customers)?, "Invite", OrgPlace::Customers, ""),
        step("Create an API key", "Let your programs read and write tickets.", some(Quota::ApiKeys)?, "Create", OrgPlace::ApiKeys, ""),
        step("Add a webhook", "Tell your programs when something happens.", some(Quota::WebhookEndpoints)?, "Add", OrgPlace::Webhooks, ""),
        step(
            "Choose a plan",
            "Free is fine to start with. A larger plan raises the limits.",
            usage.plan != Plan::Free,
            "See plans",
            OrgPlace::Billing,
            "",
        ),
    ])
}

fn happenings(rows: &[Row], now: Millis) -> Result<Vec<Happening>> {
    rows.iter()
        .map(|row| {
            let denied = row.text(2)? == "denied";
            Ok(Happening {
                icon: if denied { Icon::CircleAlert } else { sign(row.text(0)?) },
                tone: if denied { Tone::Warn } else { Tone::Plain },
                text: happening(row.text(0)?, row.text(4)?, row.text(1)?, denied),
                when: when::ago(Millis::new(row.int(3)?), now),
                detail: html! {},
            })
        })
        .collect()
}

/// The icon of what an action is about.
fn sign(action: &str) -> Icon {
    match action.split('.').next().unwrap_or_default() {
        "ticket" => Icon::Ticket,
        "customer" => Icon::Contact,
        "member" | "invitation" => Icon::Users,
        "session" | "account" => Icon::User,
        "api_key" => Icon::Key,
        "webhook_endpoint" => Icon::Webhook,
        "export" => Icon::Download,
        "domain" => Icon::Globe,
        "subscription" | "billing" | "plan" => Icon::Card,
        "org" => Icon::Building,
        _ => Icon::Clock,
    }
}

/// An action in words: `webhook_endpoint.created` by Ada is `Webhook endpoint created by Ada`. What the system did, or somebody whom
/// nobody knows, bears no name.
fn happening(action: &str, kind: &str, actor: &str, denied: bool) -> Markup {
    let words = match action {
        "session.created" => "Sign-in".to_owned(),
        "session.refused" => "Failed sign-in".to_owned(),
        "session.ended" => "Sign-out".to_owned(),
        "ticket.commented" => "Comment on a ticket".to_owned(),
        other => {
            let words = other.replace(['.', '_'], " ");
            let mut letters = words.chars();
            let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
            let refused = if denied && !words.ends_with("denied") && !words.ends_with("refused") { ", refused" } else { "" };
            format!("{first}{}{refused}", letters.as_str())
        }
    };
    html! { (words) @if !matches!(kind, "system" | "anonymous") { " by " (name(actor)) } }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_action_reads_as_a_sentence() {
        assert_eq!(
            happening("webhook_endpoint.created", "api_key", "A<b>", false).into_string(),
            "Webhook endpoint created by <bdi>A&lt;b&gt;</bdi>"
        );
        assert_eq!(happening("access.denied", "staff", "Ada", true).into_string(), "Access denied by <bdi>Ada</bdi>");
        assert_eq!(happening("ticket.updated", "staff", "Ada", true).into_string(), "Ticket updated, refused by <bdi>Ada</bdi>");
        assert_eq!(happening("session.refused", "anonymous", "Anonymous", true).into_string(), "Failed sign-in");
        assert_eq!(happening("domain.checked", "system", "domains", false).into_string(), "Domain checked");
    }
}
