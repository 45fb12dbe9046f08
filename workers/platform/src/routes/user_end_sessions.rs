//! `POST /users/{id}/end-sessions`: somebody is signed out everywhere.

use super::user_ban_page::STOPS;
use ::mail::{Letter, Link, Mail};
use domain::actions;
use html::part::count;
use kernel::{
    Command, Committed, Id, Reply, Request, Result, Route, UserId, Write,
    error::Code,
    flash::Tone,
    host::Surface,
    limit::Limit,
    principal::{Duty, Scope},
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};

/// Ends every session of an account.
pub struct UserEndSessions;
impl Command for UserEndSessions {
    const ROUTE: Route = Route {
        method: Method::Post,
        path: "/users/{id}/end-sessions",
        surfaces: &[Surface::Platform],
        auth: Auth::Operator(Duty::Support),
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::Records(&[actions::USER_SIGNED_OUT]),
        payload: Payload::Form(16 * 1_024),
        csrf: Csrf::OriginAndToken,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "Ends every session of an account",
    };
    async fn call(cx: Write<'_>, req: &Request) -> Result<Committed> {
        let id = req.id_param::<UserId>("id")?;
        req.input()?.finish()?;
        let row = cx.first(STOPS.bind([(&id).into(), cx.now().into()])).await?.ok_or(Code::NotFound)?;
        let (name, sessions) = (row.text(0)?, row.int(4)?);
        let back = Reply::see_other(&format!("/users/{id}"));
        if sessions == 0 {
            return Ok(cx.unchanged(back.flash(Tone::Failed, &format!("{name} is signed in nowhere."))));
        }
        let config = &cx.app().config;
        let account = Link::at(&config.origin(&config.app_host), "/account/security")?;
        let letter = Letter::AllSessionsEnded { name: name.to_owned(), at: cx.now(), account };
        let change = cx.mutation(id.as_str())?.detail(format!("{{\"sessions\":{sessions}}}"));
        let change = change.then(store::sessions::end_all(id.as_str()));
        let change = store::mail::post(change, cx.app(), &Mail::new(row.text(1)?, letter))?;
        let done = format!("{} of {name} ended.", count(sessions, "session", "sessions"));
        change.commit(back.flash(Tone::Done, &done)).await
    }
}
