//! `GET /orgs/{id}/resume`: asks why, and says what opens again.

use super::org_suspend_page::STOPS;
use crate::reason;
use html::{confirm::Confirm, form, part::count};
use kernel::{
    OrgId, Query, Read, Reply, Request, Result, Route, Row,
    error::Code,
    host::Surface,
    input::FieldError,
    limit::Limit,
    principal::{Duty, Scope},
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use maud::html;
use shell::{ConsolePlace, Frame};

/// Asks before an organization is resumed.
pub struct OrgResumePage;
impl Query for OrgResumePage {
    const ROUTE: Route = Route {
        method: Method::Get,
        path: "/orgs/{id}/resume",
        surfaces: &[Surface::Platform],
        auth: Auth::Operator(Duty::Administer),
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::ReadOnly,
        payload: Payload::None,
        csrf: Csrf::SafeMethod,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Recent,
        summary: "Asks before an organization is resumed",
    };
    async fn call(cx: Read<'_>, req: &Request) -> Result<Reply> {
        let id = req.id_param::<OrgId>("id")?;
        let row = cx.first(STOPS.bind([(&id).into(), cx.now().into()])).await?.ok_or(Code::NotFound)?;
        if row.text(1)? != "suspended" {
            return not_suspended(&id, &row);
        }
        page(&Frame::of(&cx, req), &id, &row, "", &[])
    }
}

/// Back to its page, which says that there is nothing to resume.
pub(super) fn not_suspended(id: &OrgId, row: &Row) -> Result<Reply> {
    let text = format!("{} is not suspended.", row.text(0)?);
    Ok(Reply::see_other(&format!("/orgs/{id}")).flash(kernel::flash::Tone::Failed, &text))
}

/// The question, shown first and after a refusal.
pub(super) fn page(frame: &Frame<'_>, id: &OrgId, row: &Row, given: &str, errors: &[FieldError]) -> Result<Reply> {
    let (name, keys, members) = (row.text(0)?, row.int(4)?, row.int(5)?);
    let consequences = [
        format!("{} and {} work again, the keys within a minute.", count(members, "member", "members"), count(keys, "API key", "API keys")),
        "Its portal opens within a minute, unless the organization has closed it itself.".to_owned(),
        "Its owners get an e-mail.".to_owned(),
    ];
    let (title, action, back) = (format!("Resume {name}?"), format!("/orgs/{id}/resume"), format!("/orgs/{id}"));
    let field = reason::field("At least 10 characters: what was cleared up. It stands in both audit logs.", given);
    let question =
        Confirm::new(&title, &action, frame.csrf(), "Resume organization", &back).consequences(&consequences).fields(field.render(errors));
    let main = html! { (form::summary(errors, &[field])) (question.render(&[])) };
    let page = frame.platform(ConsolePlace::Orgs, &title).crumb("Organizations", "/orgs").crumb(name, back.as_str());
    Ok(if errors.is_empty() { page.reply(&main) } else { page.again(&main) })
}
