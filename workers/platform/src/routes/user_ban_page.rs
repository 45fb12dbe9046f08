//! `GET /users/{id}/ban`: asks for the reason and the end, and says what will stop.

use crate::{last_admin::last_admin, reason};
use html::{
    confirm::Confirm,
    form::{self, Field, Kind},
    part::count,
};
use kernel::{
    Id, Principal, Query, Read, Reply, Request, Result, Route, Row, UserId,
    error::Code,
    flash::Tone,
    host::Surface,
    input::FieldError,
    limit::Limit,
    principal::{Duty, Scope},
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use maud::html;
use shell::{ConsolePlace, Frame};

kernel::sql! {
    /// With what stops, and whether the account is the last one that runs the service.
    Read Global("staff accounts belong to no organization")
    STOPS(2) -> ["name", "email", "banned_until", "deleted_at", "sessions", "orgs", "last_admin", "email_verified_at"] = concat!(
        "SELECT u.name, u.email, u.banned_until, u.deleted_at, \
           (SELECT count(*) FROM sessions s WHERE s.subject = u.id AND s.expires_at > ?2 AND s.idle_until > ?2) AS sessions, \
           (SELECT count(*) FROM memberships m WHERE m.user_id = u.id) AS orgs, ", last_admin!("?1", "?2"), " AS last_admin, u.email_verified_at \
         FROM users u WHERE u.id = ?1");
}

/// Asks before an account is banned.
pub struct UserBanPage;
impl Query for UserBanPage {
    const ROUTE: Route = Route {
        method: Method::Get,
        path: "/users/{id}/ban",
        surfaces: &[Surface::Platform],
        auth: Auth::Operator(Duty::Administer),
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::ReadOnly,
        payload: Payload::None,
        csrf: Csrf::SafeMethod,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Recent,
        summary: "Asks before an account is banned",
    };
    async fn call(cx: Read<'_>, req: &Request) -> Result<Reply> {
        let id = req.id_param::<UserId>("id")?;
        let row = cx.first(STOPS.bind([(&id).into(), cx.now().into()])).await?.ok_or(Code::NotFound)?;
        if let Some(elsewhere) = never(cx.principal(), &id, &row)? {
            return Ok(elsewhere);
        }
        page(&Frame::of(&cx, req), &id, &row, &Given::default(), &[])
    }
}

/// Where it may not be banned: back to its page, which says why.
pub(super) fn never(principal: &Principal, id: &UserId, row: &Row) -> Result<Option<Reply>> {
    let name = row.text(0)?;
    let why = if principal.id() == id.as_str() {
        "You can't ban yourself. Another operator with the admin role can.".to_owned()
    } else if row.opt_int(3)?.is_some() {
        format!("The account of {name} is deleted.")
    } else if row.int(6)? == 1 {
        last(name)
    } else {
        return Ok(None);
    };
    Ok(Some(Reply::see_other(&format!("/users/{id}")).flash(Tone::Failed, &why)))
}

/// What is said where the service would be left without anybody to run it.
pub(crate) fn last(name: &str) -> String {
    format!("{name} is the last operator with the admin role who can sign in. Give the role to somebody else first.")
}

/// What was sent.
#[derive(Default)]
pub(super) struct Given {
    pub reason: String,
    pub until: String,
}

/// The question, shown first and after a refusal.
pub(super) fn page(frame: &Frame<'_>, id: &UserId, row: &Row, given: &Given, errors: &[FieldError]) -> Result<Reply> {
    let (name, sessions, orgs) = (row.text(0)?, row.int(4)?, row.int(5)?);
    let mut consequences = vec![
        match sessions {
            0 => format!("Nobody can sign in with {} any more.", row.text(1)?),
            1 => format!("1 session ends now, and nobody can sign in with {}.", row.text(1)?),
            n => format!("{} end now, and nobody can sign in with {}.", count(n, "session", "sessions"), row.text(1)?),
        },
        "Nothing is removed: memberships, roles and whatever the account made stay as they are.".to_owned(),
        "An e-mail with the reason goes to its address.".to_owned(),
    ];
    if orgs > 0 {
        consequences.insert(1, format!("The account can't be used in {} meanwhile.", count(orgs, "organization", "organizations")));
    }
    let (title, action, back) = (format!("Ban {name}?"), format!("/users/{id}/ban"), format!("/users/{id}"));
    let fields = [
        reason::field("At least 10 characters. The account's holder reads it, and it stands in the audit log.", &given.reason),
        Field::new(Kind::Date, "until", "Until")
            .hint("The ban ends when this day begins, UTC. Left empty, it has no end.")
            .value(&given.until)
            .optional(),
    ];
    let question = Confirm::new(&title, &action, frame.csrf(), "Ban account", &back)
        .consequences(&consequences)
        .fields(html! { @for field in &fields { (field.render(errors)) } });
    let main = html! { (form::summary(errors, &fields)) (question.render(&[])) };
    let page = frame.platform(ConsolePlace::Users, &title).crumb("Users", "/users").crumb(name, back.as_str());
    Ok(if errors.is_empty() { page.reply(&main) } else { page.again(&main) })
}
