//! `POST /confirm`: proves again who one is, by the second factor where there is one, by the password otherwise. The session goes
//! on under a new token.

use crate::{
    door::Door,
    enter,
    fields::{self, FORM},
    limits::PROOF_BY_ACCOUNT,
    next, password,
    routes::confirm::page,
};
use domain::actions;
use kernel::{
    Command, Committed, Reply, Request, Result, Route, Write,
    dispatch::CONFIRM,
    error::Code,
    host::Surface,
    input::{FieldError, Text},
    limit::Limit,
    principal::Scope,
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use shell::Frame;
use store::{factors, limits::exact, sessions};

/// Takes the proof.
pub struct Confirm;
impl Command for Confirm {
    const ROUTE: Route = Route {
        method: Method::Post,
        path: CONFIRM,
        surfaces: &[Surface::App, Surface::Portal, Surface::Platform],
        auth: Auth::Person,
        scope: Scope::None,
        limit: Limit::AccountExact(PROOF_BY_ACCOUNT),
        audit: Audit::Records(&[actions::IDENTITY_CONFIRMED, actions::IDENTITY_REFUSED]),
        payload: Payload::Form(FORM),
        csrf: Csrf::OriginAndToken,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "Takes a proof of who one is",
    };
    async fn call(mut cx: Write<'_>, req: &Request) -> Result<Committed> {
        let door = Door::of(cx.site())?;
        let (subject, session) = (cx.principal().id(), cx.principal().session().ok_or(Code::SignInNeeded)?);
        let input = req.input()?;
        let secret = input.opt_text(fields::PASSWORD, Text::line(1, 128)).unwrap_or_default();
        let code = input.opt_text("code", Text::line(1, 64)).unwrap_or_default();
        let next = fields::next(&input);
        let sets = cx.read(vec![door.find_id(subject, ""), factors::find(subject)]).await?;
        let account = door.account(sets.first().and_then(|rows| rows.first()).ok_or(Code::SignInNeeded)?)?;
        let factor = sets.get(1).and_then(|rows| rows.first()).map(factors::Factor::read).transpose()?;
        match factor {
            Some(_) if code.is_empty() => input.wrong("code", "required", "This field is required.", "Write the code."),
            None if secret.is_empty() => input.wrong(fields::PASSWORD, "required", "This field is required.", "Enter your password."),
            _ => {}
        }
        if let Err(refused) = input.finish() {
            return Ok(cx.unchanged(page::page(&Frame::of(&cx, req), factor.is_some(), &next, refused.fields())));
        }
        cx.reserve(Vec::new()).await?;
        let fresh = sessions::prove(session, factor.is_some(), cx.now(), cx.random());
        let (rotate, reply) = enter::rotated(Reply::see_other(next::or_home(&next)), door, fresh);
        let change = cx.mutation_as(actions::IDENTITY_CONFIRMED, subject)?.then_one(rotate).then(exact::forget(PROOF_BY_ACCOUNT, subject));
        let change = match &factor {
            None if password::opens(&secret, account.password()) => change,
            None => {
                return refused(&cx, req, (fields::PASSWORD, "This is not your password.", "Check it and try again."), false, &next).await;
            }
            Some(factor) => match factor.step(&cx.app().config.keys, subject, &code, cx.now())? {
                Some(step) => factors::use_step(change, subject, step),
                None => return refused(&cx, req, WRONG_CODE, true, &next).await,
            },
        };
        match change.commit(reply).await {
            Err(e) if e.code() == Code::NotFound => refused(&cx, req, USED_CODE, true, &next).await,
            done => done,
        }
    }
}

type Wrong = (&'static str, &'static str, &'static str);
const WRONG_CODE: Wrong =
    ("code", "This code is not correct.", "Enter the code that the app shows now. If it keeps failing, check the clock of your device.");
const USED_CODE: Wrong = ("code", "This code has already been used.", "Wait for the app to show the next one.");

/// A wrong proof is committed with its record.
async fn refused(cx: &Write<'_>, req: &Request, (name, what, fix): Wrong, by_app: bool, next: &str) -> Result<Committed> {
    let wrong = FieldError { pointer: format!("/{name}"), code: "not_allowed", message: what.into(), fix: fix.into() };
    let reply = page::page(&Frame::of(cx, req), by_app, next, &[wrong]);
    cx.mutation_as(actions::IDENTITY_REFUSED, cx.principal().id())?.denied().commit(reply).await
}
