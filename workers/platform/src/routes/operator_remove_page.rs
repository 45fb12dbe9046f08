//! `GET /operators/{id}/remove`: asks before somebody is no operator any more.

use super::{operator_role_page::OPERATOR, user_ban_page::last};
use html::confirm::Confirm;
use kernel::{
    Id, Query, Read, Reply, Request, Result, Route, UserId,
    error::Code,
    flash::Tone,
    host::Surface,
    limit::Limit,
    principal::{Duty, Scope},
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use shell::{ConsolePlace, Frame};

/// Asks before an operator is removed.
pub struct OperatorRemovePage;
impl Query for OperatorRemovePage {
    const ROUTE: Route = Route {
        method: Method::Get,
        path: "/operators/{id}/remove",
        surfaces: &[Surface::Platform],
        auth: Auth::Operator(Duty::Administer),
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::ReadOnly,
        payload: Payload::None,
        csrf: Csrf::SafeMethod,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Recent,
        summary: "Asks before an operator is removed",
    };
    async fn call(cx: Read<'_>, req: &Request) -> Result<Reply> {
        let id = req.id_param::<UserId>("id")?;
        let row = cx.first(OPERATOR.bind([(&id).into(), cx.now().into()])).await?.ok_or(Code::NotFound)?;
        let name = row.text(0)?;
        if row.int(3)? == 1 {
            return Ok(Reply::see_other("/operators").flash(Tone::Failed, &last(name)));
        }
        let frame = Frame::of(&cx, req);
        let mut consequences = vec![
            format!("{} can't open this console any more, at once.", row.text(1)?),
            "The staff account stays, with its memberships.".to_owned(),
        ];
        if cx.principal().id() == id.as_str() {
            consequences.insert(0, "This is you. You can't undo it yourself.".to_owned());
        }
        let (title, action) = (format!("Remove {name} as operator?"), format!("/operators/{id}/remove"));
        let main = Confirm::new(&title, &action, frame.csrf(), "Remove operator", "/operators").consequences(&consequences).render(&[]);
        Ok(frame.platform(ConsolePlace::Operators, &title).crumb("Operators", "/operators").reply(&main))
    }
}
