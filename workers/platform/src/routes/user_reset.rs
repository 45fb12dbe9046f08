//! `POST /users/{id}/reset`: a link for a new password goes to the account's own address. Nobody chooses a password for somebody else.

use super::user_ban_page::STOPS;
use ::mail::{Letter, Mail};
use domain::actions;
use kernel::{
    Command, Committed, Id, Reply, Request, Result, Route, UserId, Write,
    error::Code,
    flash::Tone,
    host::Surface,
    limit::Limit,
    principal::{Duty, Scope},
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use store::tokens::{self, Issue, Purpose};

/// The page that the link opens, on the app's host.
const RESET: &str = "/reset/choose";

/// Sends a link for a new password.
pub struct UserReset;
impl Command for UserReset {
    const ROUTE: Route = Route {
        method: Method::Post,
        path: "/users/{id}/reset",
        surfaces: &[Surface::Platform],
        auth: Auth::Operator(Duty::Support),
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::Records(&[actions::USER_RESET_SENT]),
        payload: Payload::Form(16 * 1_024),
        csrf: Csrf::OriginAndToken,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "Sends an account a link for a new password",
    };
    async fn call(cx: Write<'_>, req: &Request) -> Result<Committed> {
        let (id, now) = (req.id_param::<UserId>("id")?, cx.now());
        req.input()?.finish()?;
        let row = cx.first(STOPS.bind([(&id).into(), now.into()])).await?.ok_or(Code::NotFound)?;
        let (name, email) = (row.text(0)?, row.text(1)?);
        let back = Reply::see_other(&format!("/users/{id}"));
        let banned = row.opt_int(2)?.is_some_and(|until| until > now.get());
        if banned || row.opt_int(3)?.is_some() || row.opt_int(7)?.is_none() {
            let why = format!("{name} can't sign in: the account is banned, deleted, or its address was never verified.");
            return Ok(cx.unchanged(back.flash(Tone::Failed, &why)));
        }
        let (app, host) = (cx.app(), cx.app().config.app_host.as_str());
        let change = cx.mutation(id.as_str())?.then(tokens::end(id.as_str(), Purpose::Reset, now));
        let issue = Issue { purpose: Purpose::Reset, subject: id.as_str(), org: None, host, email, detail: None };
        let (change, issued) = tokens::issue(change, app, &issue)?;
        let link = tokens::link(app, host, RESET, &issued)?;
        let letter = Letter::ResetPassword { name: name.to_owned(), link, expires: issued.expires };
        let change = store::mail::post(change, app, &Mail::new(email, letter))?;
        change.commit(back.flash(Tone::Done, &format!("A link for a new password is on its way to {email}."))).await
    }
}
