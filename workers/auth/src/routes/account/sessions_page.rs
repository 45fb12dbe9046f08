//! `GET /account/sessions`: where one is signed in.

use crate::{device, door::Door, look};
use html::{list::Table, page, part, when};
use kernel::{
    Millis, Query, Read, Reply, Request, Result, Route,
    host::Surface,
    limit::Limit,
    principal::Scope,
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use maud::{Markup, html};
use shell::{AccountPlace, Frame};

kernel::sql! {
    Read Global("a session is its holder's; a customer's carries the organization")
    MINE(2) -> ["id", "kind", "method", "second_factor", "ip", "user_agent", "created_at", "seen_at"] =
        "SELECT id, kind, method, second_factor, ip, user_agent, created_at, seen_at FROM sessions \
         WHERE subject = ?1 AND state = 'full' AND expires_at > ?2 AND idle_until > ?2 ORDER BY seen_at DESC, id LIMIT 100";
}

/// Lists them.
pub struct SessionsPage;
impl Query for SessionsPage {
    const ROUTE: Route = Route {
        method: Method::Get,
        path: "/account/sessions",
        surfaces: &[Surface::App, Surface::Portal, Surface::Platform],
        auth: Auth::Person,
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::ReadOnly,
        payload: Payload::None,
        csrf: Csrf::SafeMethod,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "Where one is signed in",
    };
    async fn call(cx: Read<'_>, req: &Request) -> Result<Reply> {
        Door::of(cx.site())?;
        let now = cx.now();
        let this = cx.principal().session().map(ToString::to_string).unwrap_or_default();
        let mut list: Vec<Vec<Markup>> = Vec::new();
        for row in &cx.rows(MINE.bind([cx.principal().id().into(), now.into()])).await? {
            let (id, here) = (row.text(0)?, row.text(0)? == this);
            let href = format!("/account/sessions/end?session={id}");
            list.push(vec![
                html! {
                    (device::name(row.text(5)?))
                    @if row.text(1)? == "operator" { " " (part::badge(part::Tone::Plain, "console")) }
                    @if here { " " (part::badge(part::Tone::Good, "this one")) }
                },
                html! { (way(row.text(2)?)) @if row.int(3)? == 1 { ", second factor" } },
                address(row.text(4)?),
                html! { (when::ago(Millis::new(row.int(6)?), now)) },
                html! { (when::ago(Millis::new(row.int(7)?), now)) },
                html! { @if !here { a class="button" href=(href) { "End" } } },
            ]);
        }
        let frame = Frame::of(&cx, req);
        let elsewhere = list.len() > 1;
        let more = html! { @if elsewhere { a class="button" href="/account/sessions/end-others" { "Sign out elsewhere" } } };
        let main = html! {
            (page::head("Sessions", "Where your account is signed in. If you don't recognize a session, end it and change your password.", &more))
            (Table { caption: "Your sessions", columns: &["Browser", "Signed in by", "Address", "Began", "Last seen", ""] }.render(&list))
            @if !elsewhere { p class="quiet" { "You are not signed in anywhere else." } }
        };
        Ok(look::account(&cx, &frame, AccountPlace::Sessions, "Sessions").reply(&main))
    }
}

/// The address that one signed in from. There is none where no proxy stands before us, as on a developer's machine.
fn address(ip: &str) -> Markup {
    html! { @if ip.is_empty() { span class="quiet" { "Not known" } } @else { (ip) } }
}

/// How one got in, in words.
fn way(method: &str) -> &'static str {
    match method {
        "password" => "Password",
        "link" => "Link by e-mail",
        "totp" => "Authenticator app",
        "recovery_code" => "Recovery code",
        "sign_up" => "Sign-up",
        "invitation" => "Invitation",
        _ => "Another way",
    }
}
