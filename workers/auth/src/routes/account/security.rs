//! `GET /account/security`: what protects the account, at a glance.

use crate::{codes, door::Door, look};
use html::{page, part, when};
use kernel::{
    Millis, Query, Read, Reply, Request, Result, Route,
    error::Code,
    host::Surface,
    limit::Limit,
    principal::Scope,
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use maud::html;
use shell::{AccountPlace, Frame};
use store::factors;

kernel::sql! {
    Read Global("a staff account belongs to no organization")
    USER(1) -> ["password_changed_at", "has_password", "sessions"] =
        "SELECT password_changed_at, password_hash IS NOT NULL AS has_password, (SELECT count(*) FROM sessions s WHERE s.subject = ?1 AND s.state = 'full') AS sessions FROM users WHERE id = ?1";
    Read Org CUSTOMER(2) -> ["password_changed_at", "has_password", "sessions"] =
        "SELECT password_changed_at, password_hash IS NOT NULL AS has_password, (SELECT count(*) FROM sessions s WHERE s.org_id = ?1 AND s.subject = ?2 AND s.state = 'full') AS sessions \
         FROM customers WHERE org_id = ?1 AND id = ?2";
}

/// Shows it.
pub struct Security;
impl Query for Security {
    const ROUTE: Route = Route {
        method: Method::Get,
        path: "/account/security",
        surfaces: &[Surface::App, Surface::Portal, Surface::Platform],
        auth: Auth::Person,
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::ReadOnly,
        payload: Payload::None,
        csrf: Csrf::SafeMethod,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "What protects one's own account",
    };
    async fn call(cx: Read<'_>, req: &Request) -> Result<Reply> {
        let door = Door::of(cx.site())?;
        let (id, now) = (cx.principal().id(), cx.now());
        let own = match door.org() {
            Some(org) => CUSTOMER.bind([org.into(), id.into()]),
            None => USER.bind([id.into()]),
        };
        let sets = cx.read(vec![own, factors::find(id)]).await?;
        let row = sets.first().and_then(|rows| rows.first()).ok_or(Code::NotFound)?;
        let factor = sets.get(1).and_then(|rows| rows.first()).map(factors::Factor::read).transpose()?;
        let (changed, open) = (row.opt_int(0)?.map(Millis::new), row.int(2)?);
        let frame = Frame::of(&cx, req);
        let link = |href: &str, label: &str| html! { a class="button" href=(href) { (label) } };
        let main = html! {
            (page::head("Security", "What protects your account.", &html! {}))
            @if let Some(factor) = factor.as_ref().filter(|f| f.codes_left <= codes::FEW) {
                (part::callout(part::Tone::Warn, "Few recovery codes are left", &html! {
                    (part::count(factor.codes_left, "code is", "codes are")) " left. Without codes, a lost device locks you out. " a href="/account/security/recovery-codes" { "Make new ones" }
                }))
            }
            (page::card("Signing in", "", &html! {}, &html! {
                (page::setting("Password", "", &html! {
                    @match changed { Some(at) => span { "Changed " (when::ago(at, now)) }, None => (part::none("Never changed")) }
                    " " (link("/account/password", "Change password"))
                }))
                (page::setting("Authenticator app", "A code from your phone, asked for after your password, however you sign in.", &html! {
                    @match &factor {
                        Some(factor) => { (part::badge(part::Tone::Good, "on")) " " span { "since " (when::day(factor.since)) } " " (link("/account/security/authenticator", "Manage")) },
                        None => { (part::badge(part::Tone::Plain, "off")) " " (link("/account/security/authenticator", "Set up")) },
                    }
                }))
                @if let Some(factor) = &factor {
                    (page::setting("Recovery codes", "For when your device is lost. Each works once.", &html! {
                        span { (factor.codes_left) " of " (factors::CODES) " left" } " " (link("/account/security/recovery-codes", "Make new ones"))
                    }))
                }
                (page::setting("Sessions", "Where you are signed in.", &html! { span { (part::count(open, "session", "sessions")) } " " (link("/account/sessions", "View")) }))
            }))
        };
        Ok(look::account(&cx, &frame, AccountPlace::Security, "Security").reply(&main))
    }
}
