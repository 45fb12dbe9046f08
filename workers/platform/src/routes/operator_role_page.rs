//! `GET /operators/{id}/role`: the form for an operator's role.

use super::operator_add_page::picks;
use crate::last_admin::last_admin;
use html::{
    form::{self, Field, Form},
    page::head,
    part::{Tone, callout},
};
use kernel::{
    Query, Read, Reply, Request, Result, Route, Row, UserId,
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
    Read Global("operators belong to no organization") OPERATOR(2) -> ["name", "email", "role", "last_admin"] = concat!(
        "SELECT u.name, u.email, p.role, ", last_admin!("?1", "?2"), " AS last_admin FROM operators p JOIN users u ON u.id = p.user_id WHERE p.user_id = ?1");
}

/// Shows the form for an operator's role.
pub struct OperatorRolePage;
impl Query for OperatorRolePage {
    const ROUTE: Route = Route {
        method: Method::Get,
        path: "/operators/{id}/role",
        surfaces: &[Surface::Platform],
        auth: Auth::Operator(Duty::Administer),
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::ReadOnly,
        payload: Payload::None,
        csrf: Csrf::SafeMethod,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Recent,
        summary: "The form for an operator's role",
    };
    async fn call(cx: Read<'_>, req: &Request) -> Result<Reply> {
        let id = req.id_param::<UserId>("id")?;
        let row = cx.first(OPERATOR.bind([(&id).into(), cx.now().into()])).await?.ok_or(Code::NotFound)?;
        page(&Frame::of(&cx, req), &id, &row, row.text(2)?, &[])
    }
}

/// The form, shown first and after a refusal. What the role was when it was shown goes with it.
pub(super) fn page(frame: &Frame<'_>, id: &UserId, row: &Row, role: &str, errors: &[FieldError]) -> Result<Reply> {
    let picks = picks();
    let (name, action, field) = (row.text(0)?, format!("/operators/{id}/role"), Field::radio("role", "Role", &picks).value(role));
    let title = format!("Role of {name}");
    let main = html! {
        section class="narrow" {
            (form::summary(errors, &[field]))
            (head(&title, row.text(1)?, &html! {}))
            @if row.int(3)? == 1 {
                (callout(Tone::Warn, "The last one with the admin role", &html! { "Give the role to somebody else before you take it away here." }))
            }
            div class="card" {
                (Form::new(&action, frame.csrf(), "Change role").cancel("/operators").render(&html! {
                    (form::hidden("was", row.text(2)?))
                    (field.render(errors))
                    p class="hint" { "Their sessions at this console end, and they sign in again with the new role." }
                }))
            }
        }
    };
    let page = frame.platform(ConsolePlace::Operators, &title).crumb("Operators", "/operators");
    Ok(if errors.is_empty() { page.reply(&main) } else { page.again(&main) })
}
