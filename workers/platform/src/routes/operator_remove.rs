//! `POST /operators/{id}/remove`: somebody is no operator any more. Never the last one with the role `admin`.

use super::{operator_role::END, operator_role_page::OPERATOR, user_ban_page::last};
use crate::last_admin::last_admin;
use domain::actions;
use kernel::{
    Command, Committed, Guard, Id, Reply, Request, Result, Route, UserId, Write,
    error::Code,
    flash::Tone,
    host::Surface,
    limit::Limit,
    principal::{Duty, Scope},
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};

kernel::sql! {
    Write Global("operators belong to no organization") REMOVE(2) -> [] =
        concat!("DELETE FROM operators WHERE user_id = ?1 AND NOT ", last_admin!("?1", "?2"));
}

/// Removes an operator.
pub struct OperatorRemove;
impl Command for OperatorRemove {
    const ROUTE: Route = Route {
        method: Method::Post,
        path: "/operators/{id}/remove",
        surfaces: &[Surface::Platform],
        auth: Auth::Operator(Duty::Administer),
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::Records(&[actions::OPERATOR_REMOVED]),
        payload: Payload::Form(16 * 1_024),
        csrf: Csrf::OriginAndToken,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Recent,
        summary: "Removes an operator",
    };
    async fn call(cx: Write<'_>, req: &Request) -> Result<Committed> {
        let (id, now) = (req.id_param::<UserId>("id")?, cx.now());
        req.input()?.finish()?;
        let row = cx.first(OPERATOR.bind([(&id).into(), now.into()])).await?.ok_or(Code::NotFound)?;
        let name = row.text(0)?;
        let to_list = || Reply::see_other("/operators");
        let change = cx.mutation(id.as_str())?.detail(serde_json::json!({"role": row.text(2)?}).to_string());
        let change = change.then_guarded(Guard::State, REMOVE.bind([(&id).into(), now.into()])).then(END.bind([(&id).into()]));
        match change.commit(to_list().flash(Tone::Done, &format!("{name} is no operator any more."))).await {
            Err(e) if e.code() == Code::WrongState => Ok(cx.unchanged(to_list().flash(Tone::Failed, &last(name)))),
            other => other,
        }
    }
}
