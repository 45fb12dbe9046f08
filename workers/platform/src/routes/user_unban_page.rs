//! `GET /users/{id}/unban`: asks why a ban is lifted.

use super::user_ban_page::STOPS;
use crate::reason;
use html::{confirm::Confirm, form};
use kernel::{
    Millis, Query, Read, Reply, Request, Result, Route, Row, UserId,
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

/// Asks before a ban is lifted.
pub struct UserUnbanPage;
impl Query for UserUnbanPage {
    const ROUTE: Route = Route {
        method: Method::Get,
        path: "/users/{id}/unban",
        surfaces: &[Surface::Platform],
        auth: Auth::Operator(Duty::Administer),
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::ReadOnly,
        payload: Payload::None,
        csrf: Csrf::SafeMethod,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Recent,
        summary: "Asks before a ban is lifted",
    };
    async fn call(cx: Read<'_>, req: &Request) -> Result<Reply> {
        let id = req.id_param::<UserId>("id")?;
        let row = cx.first(STOPS.bind([(&id).into(), cx.now().into()])).await?.ok_or(Code::NotFound)?;
        if let Some(elsewhere) = not_banned(&id, &row, cx.now())? {
            return Ok(elsewhere);
        }
        page(&Frame::of(&cx, req), &id, &row, "", &[])
    }
}

/// Where there is no ban: back to the account's page, which says so.
pub(super) fn not_banned(id: &UserId, row: &Row, now: Millis) -> Result<Option<Reply>> {
    if row.opt_int(2)?.is_some_and(|until| until > now.get()) {
        return Ok(None);
    }
    let text = format!("{} is not banned.", row.text(0)?);
    Ok(Some(Reply::see_other(&format!("/users/{id}")).flash(Tone::Failed, &text)))
}

/// The question, shown first and after a refusal.
pub(super) fn page(frame: &Frame<'_>, id: &UserId, row: &Row, given: &str, errors: &[FieldError]) -> Result<Reply> {
    let name = row.text(0)?;
    let consequences = [format!("{} can sign in again, with the roles the account had before.", row.text(1)?)];
    let (title, action, back) = (format!("Lift the ban of {name}?"), format!("/users/{id}/unban"), format!("/users/{id}"));
    let field = reason::field("At least 10 characters: what was cleared up. It stands in the audit log.", given);
    let question = Confirm::new(&title, &action, frame.csrf(), "Lift ban", &back).consequences(&consequences).fields(field.render(errors));
    let main = html! { (form::summary(errors, &[field])) (question.render(&[])) };
    let page = frame.platform(ConsolePlace::Users, &title).crumb("Users", "/users").crumb(name, back.as_str());
    Ok(if errors.is_empty() { page.reply(&main) } else { page.again(&main) })
}
