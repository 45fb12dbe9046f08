//! `GET /orgs/{id}/suspend`: asks for the reason, and says what will stop.

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

kernel::sql! {
    /// With what stops.
    Read Org STOPS(2) -> ["name", "status", "slug", "deleted_at", "keys", "members", "customers"] =
        "SELECT o.name, o.status, o.slug, o.deleted_at, \
           (SELECT count(*) FROM api_keys k WHERE k.org_id = ?1 AND (k.revoked_at IS NULL OR k.revoked_at > ?2) AND (k.expires_at IS NULL OR k.expires_at > ?2)) AS keys, \
           (SELECT count(*) FROM memberships m WHERE m.org_id = ?1) AS members, \
           (SELECT count(*) FROM customers c WHERE c.org_id = ?1 AND c.status = 'active' AND c.deleted_at IS NULL) AS customers \
         FROM orgs o WHERE o.id = ?1";
}

/// Asks before an organization is suspended.
pub struct OrgSuspendPage;
impl Query for OrgSuspendPage {
    const ROUTE: Route = Route {
        method: Method::Get,
        path: "/orgs/{id}/suspend",
        surfaces: &[Surface::Platform],
        auth: Auth::Operator(Duty::Administer),
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::ReadOnly,
        payload: Payload::None,
        csrf: Csrf::SafeMethod,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Recent,
        summary: "Asks before an organization is suspended",
    };
    async fn call(cx: Read<'_>, req: &Request) -> Result<Reply> {
        let id = req.id_param::<OrgId>("id")?;
        let row = cx.first(STOPS.bind([(&id).into(), cx.now().into()])).await?.ok_or(Code::NotFound)?;
        if let Some(elsewhere) = not_now(&id, &row)? {
            return Ok(elsewhere);
        }
        page(&Frame::of(&cx, req), &id, &row, "", &[])
    }
}

/// Where it can't be suspended: back to its page, which says so.
pub(super) fn not_now(id: &OrgId, row: &Row) -> Result<Option<Reply>> {
    let name = row.text(0)?;
    let why = match (row.text(1)?, row.opt_int(3)?) {
        (_, Some(_)) => format!("{name} is being deleted. Nothing of it is served."),
        ("suspended", None) => format!("{name} is suspended already. The reason that was given first stands."),
        _ => return Ok(None),
    };
    Ok(Some(Reply::see_other(&format!("/orgs/{id}")).flash(kernel::flash::Tone::Failed, &why)))
}

/// The question, shown first and after a refusal.
pub(super) fn page(frame: &Frame<'_>, id: &OrgId, row: &Row, given: &str, errors: &[FieldError]) -> Result<Reply> {
    let (name, keys, members, customers) = (row.text(0)?, row.int(4)?, row.int(5)?, row.int(6)?);
    let consequences = [
        format!("{} can't open anything of it any more, at once.", count(members, "member", "members")),
        format!("{}: writes are refused at once, reads within a minute.", count(keys, "API key stops", "API keys stop")),
        format!("Its portal closes within a minute, for {}.", count(customers, "customer", "customers")),
        "Nothing is removed, and its subscription goes on: resuming brings everything back.".to_owned(),
        "Its owners get an e-mail with the reason.".to_owned(),
    ];
    let (title, action, back) = (format!("Suspend {name}?"), format!("/orgs/{id}/suspend"), format!("/orgs/{id}"));
    let field = reason::field("At least 10 characters. The owners read it, and it stands in both audit logs.", given);
    let question =
        Confirm::new(&title, &action, frame.csrf(), "Suspend organization", &back).consequences(&consequences).fields(field.render(errors));
    let main = html! { (form::summary(errors, &[field])) (question.render(&[])) };
    let page = frame.platform(ConsolePlace::Orgs, &title).crumb("Organizations", "/orgs").crumb(name, back.as_str());
    Ok(if errors.is_empty() { page.reply(&main) } else { page.again(&main) })
}
