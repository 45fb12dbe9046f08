//! `GET /o/{org}/settings/security`: what members must prove, how long their sessions last, what support may do.

use super::{Again, Current, current, manages, on_off, page, version_field};
use crate::routes::members::me;
use html::{
    form::{Field, Form, Pick, summary},
    page::card,
    part::{Tone, callout, facts},
};
use kernel::{
    Query, Read, Reply, Request, Result, Route,
    host::Surface,
    limit::Limit,
    principal::{Ability, Scope},
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use maud::html;
use shell::{Context, SettingsPlace};

/// Shows the form.
pub struct SecurityPage;
impl Query for SecurityPage {
    const ROUTE: Route = Route {
        method: Method::Get,
        path: "/o/{org}/settings/security",
        surfaces: &[Surface::App],
        auth: Auth::Staff(Ability::Read),
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::ReadOnly,
        payload: Payload::None,
        csrf: Csrf::SafeMethod,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Recent,
        summary: "What an organization asks of its members, and allows support",
    };
    async fn call(cx: Read<'_>, req: &Request) -> Result<Reply> {
        let now = Current::of(cx.first(current(cx.org()?)).await?.as_ref())?;
        let chosen = Chosen { mfa: now.mfa_required, hours: now.session_hours.to_string(), support: now.support_access.clone() };
        show(&cx, req, &now, &chosen, Again::No)
    }
}

/// What was chosen.
pub(super) struct Chosen {
    pub mfa: bool,
    pub hours: String,
    pub support: String,
}

const SUPPORT: &[Pick<'static>] = &[
    Pick::new("off", "No access").hint("The people who run this service can't look into your organization."),
    Pick::new("read", "View only").hint("For a stated reason, for an hour at most. Each visit is recorded in your audit log."),
    Pick::new("act", "View and act").hint("As above, and make changes on your behalf, but never to passwords, members, keys or billing."),
];

/// A choice in words, for those who only read it.
const fn support(chosen: &str) -> &'static str {
    match chosen.as_bytes() {
        b"read" => "View only",
        b"act" => "View and act",
        _ => "No access",
    }
}

/// The page.
pub(super) fn show<'a>(cx: &impl Context<'a>, req: &'a Request, now: &Current, chosen: &Chosen, again: Again<'_>) -> Result<Reply> {
    let (staff, _) = me(cx.principal())?;
    let own = staff.proof.second_factor;
    page(cx, req, SettingsPlace::Security, "Security", again, |frame| {
        let fields = [
            Field::checkbox("mfa_required", "Require two-factor authentication")
                .value(if chosen.mfa { "on" } else { "" })
                .hint("From their next request on, members without it must set it up before they can go on."),
            Field::new(html::form::Kind::Number, "session_hours", "Longest session")
                .value(&chosen.hours)
                .suffix("hours")
                .hint("Between 1 and 720 hours. After that, members sign in again, even if they were active all the time."),
            Field::radio("support_access", "Support access", SUPPORT).value(&chosen.support),
        ];
        let action = format!("/o/{}/settings/security", now.slug);
        html! {
            (summary(again.errors(), &fields))
            @if !manages(cx.principal()) {
                (card("Security", "", &html! {}, &facts(&[
                    ("Two-factor authentication required", on_off(chosen.mfa)),
                    ("Longest session", html! { (chosen.hours) " hours" }),
                    ("Support access", html! { (support(&chosen.support)) }),
                ])))
            } @else if !own && !now.mfa_required {
                (callout(Tone::Plain, "You are signed in without a second factor", &html! {
                    "To require one of every member, first set up your own under " a href="/account/security" { "Security" } " in your account, and sign in with it."
                }))
            }
            @if manages(cx.principal()) { (card("Security", "", &html! {}, &Form::new(&action, frame.csrf(), "Save").guard_changes().render(&html! {
                (version_field(now.version))
                @for f in &fields { (f.render(again.errors())) }
            }))) }
        }
    })
}
