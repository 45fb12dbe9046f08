//! `GET /users/{id}`: one staff account: where it belongs, how it signs in, what stands against it.

use crate::words::{moment, org_state, user_state};
use domain::bans;
use html::{
    form::button,
    list::{Table, empty},
    page::{card, head_with, section},
    part::{Tone, badge, callout, copyable, count, facts, name, none},
    when,
};
use kernel::{
    Id, Millis, Principal, Query, Read, Reply, Request, Result, Route, Row, Rows, UserId,
    error::Code,
    host::Surface,
    limit::Limit,
    principal::{Duty, Scope},
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use maud::{Markup, html};
use shell::{ConsolePlace, Frame};

/// How many organizations the page lists.
const SHOWN: i64 = 50;

kernel::sql! {
    Read Global("staff accounts belong to no organization")
    USER(2) -> ["name", "email", "email_verified_at", "created_at", "banned_until", "ban_reason", "deleted_at", "failures", "password", "password_changed_at", "operator", "factor", "codes", "staff_sessions", "operator_sessions", "seen_at"] =
        "SELECT u.name, u.email, u.email_verified_at, u.created_at, u.banned_until, u.ban_reason, u.deleted_at, u.failures, \
           u.password_hash IS NOT NULL AS password, u.password_changed_at, \
           (SELECT p.role FROM operators p WHERE p.user_id = u.id) AS operator, \
           (SELECT a.confirmed_at FROM authenticators a WHERE a.subject = u.id) AS factor, \
           (SELECT count(*) FROM recovery_codes c WHERE c.subject = u.id AND c.used_at IS NULL) AS codes, \
           (SELECT count(*) FROM sessions s WHERE s.subject = u.id AND s.kind = 'staff' AND s.expires_at > ?2 AND s.idle_until > ?2) AS staff_sessions, \
           (SELECT count(*) FROM sessions s WHERE s.subject = u.id AND s.kind = 'operator' AND s.expires_at > ?2 AND s.idle_until > ?2) AS operator_sessions, \
           (SELECT max(s.seen_at) FROM sessions s WHERE s.subject = u.id) AS seen_at \
         FROM users u WHERE u.id = ?1";
    Read Global("a staff account's organizations are of any tenant")
    ORGS(2) -> ["id", "name", "role", "status", "portal_open", "deleted_at", "created_at"] =
        "SELECT o.id, o.name, m.role, o.status, o.portal_open, o.deleted_at, m.created_at FROM memberships m JOIN orgs o ON o.id = m.org_id \
         WHERE m.user_id = ?1 ORDER BY m.org_id LIMIT ?2";
}

/// Shows a staff account.
pub struct User;
impl Query for User {
    const ROUTE: Route = Route {
        method: Method::Get,
        path: "/users/{id}",
        surfaces: &[Surface::Platform],
        auth: Auth::Operator(Duty::Look),
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::ReadOnly,
        payload: Payload::None,
        csrf: Csrf::SafeMethod,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "One staff account: organizations, sessions, second factor, ban",
    };
    async fn call(cx: Read<'_>, req: &Request) -> Result<Reply> {
        let (id, now) = (req.id_param::<UserId>("id")?, cx.now());
        let stmts = vec![USER.bind([(&id).into(), now.into()]), ORGS.bind([(&id).into(), SHOWN.into()])];
        let [user, orgs]: [Rows; 2] = cx.read(stmts).await?.try_into().unwrap_or_default();
        let user = user.first().ok_or(Code::NotFound)?;
        let frame = Frame::of(&cx, req);
        let cells: Vec<Vec<Markup>> = orgs
            .iter()
            .map(|row| {
                Ok(vec![
                    html! { a href={ "/orgs/" (row.text(0)?) } { (name(row.text(1)?)) } },
                    html::part::word(row.text(2)?),
                    org_state(row.text(3)?, row.int(4)? == 1, row.opt_int(5)?.is_some()),
                    when::day(Millis::new(row.int(6)?)),
                ])
            })
            .collect::<Result<_>>()?;
        let main = html! {
            (top(user, &id, cx.principal(), frame.csrf(), now)?)
            (card("Account", "", &html! {}, &account(user, &id)?))
            (card("Signing in", "", &html! {}, &signing_in(user)?))
            (section("Organizations", "", &html! {}, &html! {
                @if cells.is_empty() {
                    (empty("In no organization", "This account is a member of none.", None))
                } @else {
                    (Table { caption: "Organizations", columns: &["Name", "Role", "Status", "Since"] }.render(&cells))
                }
            }))
            p { a href={ "/audit?actor=" (id) } { "What this account did, over all logs" } }
        };
        let title = user.text(0)?.to_owned();
        Ok(frame.platform(ConsolePlace::Users, &title).crumb("Users", "/users").reply(&main))
    }
}

fn top(user: &Row, id: &UserId, principal: &Principal, csrf: &str, now: Millis) -> Result<Markup> {
    let may = |duty| matches!(principal, Principal::Operator(operator) if operator.role.may(duty));
    let own = principal.id() == id.as_str();
    let banned = user.opt_int(4)?.filter(|until| *until > now.get());
    let deleted = user.opt_int(6)?.is_some();
    let actions = html! {
        @if may(Duty::Support) && !deleted {
            @if user.opt_int(2)?.is_some() { (button(&format!("/users/{id}/reset"), csrf, "Send reset link")) }
            a class="button" href={ "/users/" (id) "/end-sessions" } { "End sessions" }
        }
        @if may(Duty::Administer) && !deleted {
            @if banned.is_some() { a class="button primary" href={ "/users/" (id) "/unban" } { "Lift ban" } }
            @else if !own { a class="button danger" href={ "/users/" (id) "/ban" } { "Ban" } }
        }
    };
    let state = html! {
        (user_state(banned, user.opt_int(2)?.is_some(), deleted, now))
        @if let Some(role) = user.opt_text(10)? { " " (badge(Tone::Plain, &format!("operator: {role}"))) }
    };
    Ok(html! {
        (head_with(&name(user.text(0)?), &state, "", &actions))
        @if let Some(until) = banned {
            (callout(Tone::Bad, "Banned", &html! {
                (user.opt_text(5)?.unwrap_or("No reason was recorded.")) " "
                @match bans::end(Millis::new(until)) { Some(end) => { "Until " (when::at(end)) "." }, None => "Until it is lifted." }
            }))
        }
    })
}

fn account(user: &Row, id: &UserId) -> Result<Markup> {
    Ok(facts(&[
        ("Id", copyable(id.as_str())),
        ("Address", html! { (user.text(1)?) }),
        ("Address verified", moment(user.opt_int(2)?, "not yet")),
        ("Created", moment(Some(user.int(3)?), "")),
    ]))
}

fn signing_in(user: &Row) -> Result<Markup> {
    let (staff, operator) = (user.int(13)?, user.int(14)?);
    let mut sessions = vec![count(staff, "session at the app", "sessions at the app")];
    if operator > 0 {
        sessions.push(count(operator, "at this console", "at this console"));
    }
    let factor = match user.opt_int(11)? {
        Some(at) => {
            html! { "Authenticator app, since " (when::day(Millis::new(at))) ", " (count(user.int(12)?, "recovery code", "recovery codes")) " left" }
        }
        None => none("none"),
    };
    Ok(facts(&[
        (
            "Password",
            if user.int(8)? == 1 {
                html! { "Set" @if let Some(at) = user.opt_int(9)? { ", changed " (when::day(Millis::new(at))) } }
            } else {
                none("none")
            },
        ),
        ("Second factor", factor),
        ("Open sessions", html! { (sessions.join(", ")) }),
        ("Last seen", moment(user.opt_int(15)?.filter(|at| *at > 0), "never, or long ago")),
        ("Failed sign-ins since the last good one", html! { (user.int(7)?) }),
    ]))
}
