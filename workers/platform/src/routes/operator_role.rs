//! `POST /operators/{id}/role`: an operator gets another role. The last one with the role `admin` keeps it.

use super::{
    operator_role_page::{OPERATOR, page},
    user_ban_page::last,
};
use crate::last_admin::last_admin;
use domain::actions;
use kernel::{
    Command, Committed, Guard, Id, Reply, Request, Result, Route, UserId, Write,
    error::{Code, Error},
    flash::Tone,
    host::Surface,
    input::FieldError,
    limit::Limit,
    principal::{Duty, OperatorRole, Scope},
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use shell::Frame;

kernel::sql! {
    /// Only from the role that the form was shown with, and never the last admin's.
    Write Global("operators belong to no organization") CHANGE(4) -> [] = concat!(
        "UPDATE operators SET role = ?3 WHERE user_id = ?1 AND role = ?4 AND (?3 = 'admin' OR NOT ", last_admin!("?1", "?2"), ")");
    /// What an operator opened goes on under the new role after signing in again, or not at all.
    Write Global("ends the console's sessions of an operator") END(1) -> [] = "DELETE FROM sessions WHERE subject = ?1 AND kind = 'operator'";
}

/// Changes an operator's role.
pub struct OperatorRoleChange;
impl Command for OperatorRoleChange {
    const ROUTE: Route = Route {
        method: Method::Post,
        path: "/operators/{id}/role",
        surfaces: &[Surface::Platform],
        auth: Auth::Operator(Duty::Administer),
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::Records(&[actions::OPERATOR_ROLE_CHANGED]),
        payload: Payload::Form(16 * 1_024),
        csrf: Csrf::OriginAndToken,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Recent,
        summary: "Changes an operator's role",
    };
    async fn call(cx: Write<'_>, req: &Request) -> Result<Committed> {
        let (id, now) = (req.id_param::<UserId>("id")?, cx.now());
        let input = req.input()?;
        let roles = OperatorRole::ALL.map(|role| (role.as_str(), role));
        let (role, was) = (input.choice("role", &roles), input.choice("was", &roles));
        let row = cx.first(OPERATOR.bind([(&id).into(), now.into()])).await?.ok_or(Code::NotFound)?;
        let again = |errors: &[FieldError]| {
            page(&Frame::of(&cx, req), &id, &row, role.map_or("", OperatorRole::as_str), errors).map(|reply| cx.unchanged(reply))
        };
        if let Err(Error::Problem(refused)) = input.finish() {
            return again(&refused.fields);
        }
        let (Some(role), Some(was)) = (role, was) else { return Err(Code::ValidationFailed.into()) };
        let name = row.text(0)?;
        let to_list = || Reply::see_other("/operators");
        if role == was {
            return Ok(cx.unchanged(to_list().flash(Tone::Done, &format!("{name} keeps the role {}.", role.as_str()))));
        }
        if row.text(2)? != was.as_str() {
            return Ok(cx.unchanged(to_list().flash(Tone::Failed, &changed(name, row.text(2)?))));
        }
        let detail = serde_json::json!({"from": was.as_str(), "to": role.as_str()}).to_string();
        let args = [(&id).into(), now.into(), role.as_str().into(), was.as_str().into()];
        let change = cx.mutation(id.as_str())?.detail(detail).then_guarded(Guard::State, CHANGE.bind(args)).then(END.bind([(&id).into()]));
        let done = to_list().flash(Tone::Done, &format!("{name} has the role {} now.", role.as_str()));
        match change.commit(done).await {
            Err(e) if e.code() == Code::WrongState => {
                let now_is = cx.first(OPERATOR.bind([(&id).into(), now.into()])).await?.ok_or(Code::NotFound)?;
                let why = if now_is.text(2)? == was.as_str() { last(name) } else { changed(name, now_is.text(2)?) };
                Ok(cx.unchanged(to_list().flash(Tone::Failed, &why)))
            }
            other => other,
        }
    }
}

fn changed(name: &str, role: &str) -> String {
    format!("Somebody else changed the role of {name} to {role} first. Nothing was changed now.")
}
