//! `GET /deleted`: the organizations of an owner that are being deleted, and until when each can be brought back.

use domain::organizations::GRACE;
use html::{
    form::{Form, hidden},
    list::{Table, empty},
    part::name,
    when,
};
use kernel::{
    Millis, Query, Read, Reply, Request, Result, Route,
    host::Surface,
    limit::Limit,
    principal::Scope,
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use maud::{Markup, html};
use shell::{Frame, Place};

kernel::sql! {
    Read Global("an owner sees the organizations of their own that are being deleted")
    MINE(1) -> ["id", "name", "deleted_at"] =
        "SELECT o.id, o.name, o.deleted_at FROM memberships m JOIN orgs o ON o.id = m.org_id \
         WHERE m.user_id = ?1 AND m.role = 'owner' AND o.deleted_at IS NOT NULL ORDER BY o.deleted_at DESC LIMIT 100";
}

/// The address of the page.
pub const PATH: &str = "/deleted";

/// Lists what is being deleted.
pub struct DeletedPage;
impl Query for DeletedPage {
    const ROUTE: Route = Route {
        method: Method::Get,
        path: PATH,
        surfaces: &[Surface::App],
        auth: Auth::Account,
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::ReadOnly,
        payload: Payload::None,
        csrf: Csrf::SafeMethod,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Recent,
        summary: "Organizations of the signed-in owner that are being deleted",
    };
    async fn call(cx: Read<'_>, req: &Request) -> Result<Reply> {
        let rows = cx.rows(MINE.bind([cx.principal().id().into()])).await?;
        let frame = Frame::of(&cx, req);
        let mut list: Vec<Vec<Markup>> = Vec::with_capacity(rows.len());
        for row in &rows {
            let until = Millis::new(row.int(2)?).plus(GRACE);
            let restore = Form::new(super::restore::PATH, frame.csrf(), "Restore").render(&hidden("id", row.text(0)?));
            list.push(vec![name(row.text(1)?), when::at(Millis::new(row.int(2)?)), when::at(until), restore]);
        }
        let main = html! {
            (html::page::head(
                "Deleted organizations",
                "They are closed to everyone. After 30 days their data is removed for good.",
                &html! {},
            ))
            @if list.is_empty() {
                (empty("No deleted organizations", "An organization that you delete is listed here for 30 days, so that you can restore it.", Some(("Your organizations", "/"))))
            } @else {
                (Table { caption: "Deleted organizations", columns: &["Name", "Deleted", "Removed for good", ""] }.render(&list))
            }
        };
        Ok(frame.app(Place::Home, "Deleted organizations").reply(&main))
    }
}
