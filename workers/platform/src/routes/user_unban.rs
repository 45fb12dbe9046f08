//! `POST /users/{id}/unban`: an account can be used again.

use super::{
    org_suspend::sent,
    user_ban_page::STOPS,
    user_unban_page::{not_banned, page},
};
use crate::reason;
use domain::actions;
use kernel::{
    Command, Committed, Guard, Id, Reply, Request, Result, Route, UserId, Write,
    error::{Code, Error},
    flash::Tone,
    host::Surface,
    limit::Limit,
    principal::{Duty, Scope},
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use shell::Frame;

kernel::sql! {
    Write Global("staff accounts belong to no organization")
    UNBAN(2) -> [] = "UPDATE users SET banned_until = NULL, ban_reason = NULL WHERE id = ?1 AND banned_until > ?2";
}

/// Lifts a ban.
pub struct UserUnban;
impl Command for UserUnban {
    const ROUTE: Route = Route {
        method: Method::Post,
        path: "/users/{id}/unban",
        surfaces: &[Surface::Platform],
        auth: Auth::Operator(Duty::Administer),
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::Records(&[actions::USER_UNBANNED]),
        payload: Payload::Form(16 * 1_024),
        csrf: Csrf::OriginAndToken,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Recent,
        summary: "Lifts a ban",
    };
    async fn call(cx: Write<'_>, req: &Request) -> Result<Committed> {
        let (id, now) = (req.id_param::<UserId>("id")?, cx.now());
        let input = req.input()?;
        let why = reason::take(&input);
        let row = cx.first(STOPS.bind([(&id).into(), now.into()])).await?.ok_or(Code::NotFound)?;
        if let Some(elsewhere) = not_banned(&id, &row, now)? {
            return Ok(cx.unchanged(elsewhere));
        }
        if let Err(Error::Problem(refused)) = input.finish() {
            return Ok(cx.unchanged(page(&Frame::of(&cx, req), &id, &row, &sent(req)?, &refused.fields)?));
        }
        let name = row.text(0)?;
        let back = || Reply::see_other(&format!("/users/{id}"));
        let change = cx.mutation(id.as_str())?.detail(serde_json::json!({"reason": why}).to_string());
        let change = change.then_guarded(Guard::State, UNBAN.bind([(&id).into(), now.into()]));
        match change.commit(back().flash(Tone::Done, &format!("The ban of {name} is lifted."))).await {
            Err(e) if e.code() == Code::WrongState => Ok(cx.unchanged(back().flash(Tone::Failed, &format!("{name} is not banned.")))),
            other => other,
        }
    }
}
