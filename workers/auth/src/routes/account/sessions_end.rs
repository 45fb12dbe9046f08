//! `POST /account/sessions/end`: ends one of one's own sessions. One that has ended already is as good as ended.

use crate::{door::Door, fields::FORM, limits::CHANGE_BY_ACCOUNT};
use domain::actions;
use kernel::{
    Command, Committed, Id, Reply, Request, Result, Route, SessionId, Write, flash,
    host::Surface,
    limit::Limit,
    principal::Scope,
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use store::sessions;

/// Ends it.
pub struct SessionsEnd;
impl Command for SessionsEnd {
    const ROUTE: Route = Route {
        method: Method::Post,
        path: "/account/sessions/end",
        surfaces: &[Surface::App, Surface::Portal, Surface::Platform],
        auth: Auth::Person,
        scope: Scope::None,
        limit: Limit::AccountExact(CHANGE_BY_ACCOUNT),
        audit: Audit::Records(&[actions::SESSIONS_ENDED]),
        payload: Payload::Form(FORM),
        csrf: Csrf::OriginAndToken,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Recent,
        summary: "Ends one of one's own sessions",
    };
    async fn call(cx: Write<'_>, req: &Request) -> Result<Committed> {
        Door::of(cx.site())?;
        let input = req.input()?;
        let session = input.opt_id::<SessionId>("session");
        input.finish()?;
        let done = Reply::see_other("/account/sessions").flash(flash::Tone::Done, "The session has ended.");
        let Some(session) = session else { return Ok(cx.unchanged(Reply::see_other("/account/sessions"))) };
        let id = cx.principal().id();
        cx.mutation(session.as_str())?.then(sessions::end_one(id, session.as_str())).commit(done).await
    }
}
