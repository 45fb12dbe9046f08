//! `POST /challenge`: a code of the authenticator app, or a recovery code, makes half a session a whole one, under a new token.
//!
//! Five tries for one sign-in, ten in a quarter of an hour for one account, counted before a code is looked at.

use crate::{
    codes,
    door::{Account, Door},
    enter,
    fields::{self, FORM},
    limits::{CODE_BY_ACCOUNT, CODE_BY_CHALLENGE},
    post,
    routes::challenge::page,
};
use domain::actions;
use html::part;
use kernel::{
    Command, Committed, Guard, Reply, Request, Result, Route, Write,
    dispatch::{CHALLENGE, SIGN_IN},
    error::{Code, Error},
    flash,
    host::Surface,
    input::{FieldError, Text},
    limit::Limit,
    principal::Scope,
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
    time::Span,
};
use mail::Letter;
use shell::Frame;
use store::{
    devices, factors,
    limits::exact,
    sessions::{self, Reached},
};

/// Takes the code.
pub struct ChallengeAnswer;
impl Command for ChallengeAnswer {
    const ROUTE: Route = Route {
        method: Method::Post,
        path: CHALLENGE,
        surfaces: &[Surface::App, Surface::Portal, Surface::Platform],
        auth: Auth::Challenge,
        scope: Scope::None,
        limit: Limit::AccountExact(CODE_BY_ACCOUNT),
        audit: Audit::Records(&[actions::SIGNED_IN, actions::FACTOR_REFUSED, actions::FACTOR_ADDED, actions::SIGNED_OUT]),
        payload: Payload::Form(FORM),
        csrf: Csrf::OriginAndToken,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "Takes the code of a second factor",
    };
    async fn call(mut cx: Write<'_>, req: &Request) -> Result<Committed> {
        let door = Door::of(cx.site())?;
        let subject = cx.principal().id();
        let input = req.input()?;
        let code = input.text("code", Text::line(1, 64));
        let offered = input.opt_text("offer", Text::line(1, 1_000)).unwrap_or_default();
        let next = fields::next(&input);
        let sets = cx.read(vec![door.find_id(subject, &devices::hash(req)), factors::find(subject)]).await?;
        let row = sets.first().and_then(|rows| rows.first()).ok_or(Code::SignInNeeded)?;
        let account = door.account(row)?;
        account.refuse(cx.now())?;
        let factor = sets.get(1).and_then(|rows| rows.first()).map(factors::Factor::read).transpose()?;
        let wrong = input.finish();
        match factor {
            Some(factor) => {
                if let Err(refused) = wrong {
                    return Ok(cx.unchanged(page::page(&Frame::of(&cx, req), &next, refused.fields())));
                }
                check(&mut cx, req, door, &account, &factor, &code, &next).await
            }
            None if matches!(door, Door::Operator) => enroll(&cx, req, door, &account, &offered, &code, &next, wrong.err().as_ref()).await,
            None => start_over(&cx, req, "The second factor of this account was removed. Sign in again.").await,
        }
    }
}

/// Ends the half session: it begins anew with the first factor.
async fn start_over(cx: &Write<'_>, req: &Request, why: &str) -> Result<Committed> {
    let reply = Reply::see_other(SIGN_IN)
        .with("set-cookie", sessions::cookie(sessions::COOKIE, "", Span::millis(0)))
        .flash(flash::Tone::Failed, why);
    let token = req.cookie(sessions::COOKIE).ok_or(Code::SignInNeeded)?;
    cx.mutation_as(actions::SIGNED_OUT, cx.principal().id())?.then(sessions::end(&token)).commit(reply).await
}

async fn check(
    cx: &mut Write<'_>,
    req: &Request,
    door: Door<'_>,
    account: &Account,
    factor: &factors::Factor,
    code: &str,
    next: &str,
) -> Result<Committed> {
    let session = cx.principal().session().ok_or(Code::SignInNeeded)?.to_string();
    let [take, _] = exact::take(CODE_BY_CHALLENGE, &session, cx.now());
    match cx.reserve(vec![take, Guard::State.changed_one()]).await {
        Err(e) if e.code() == Code::WrongState => return start_over(cx, req, "Too many wrong codes. Sign in again.").await,
        other => other?,
    }
    let by_app = code.chars().filter(|c| !c.is_whitespace()).count() == crypto::totp::DIGITS;
    let change = cx
        .mutation_as(actions::SIGNED_IN, &account.id)?
        .then(exact::forget(CODE_BY_CHALLENGE, &session))
        .then(exact::forget(CODE_BY_ACCOUNT, &account.id));
    let (method, used) = if by_app {
        let Some(step) = factor.step(&cx.app().config.keys, &account.id, code, cx.now())? else {
            return refused(
                cx,
                req,
                next,
                "This code is not correct.",
                "Enter the code that the app shows now. If it keeps failing, check the clock of your device.",
            )
            .await;
        };
        ("totp", factors::use_step(change, &account.id, step))
    } else {
        let left = u32::try_from(factor.codes_left - 1).unwrap_or_default();
        let letter = Letter::RecoveryCodeUsed { name: account.name.clone(), left, at: cx.now(), account: post::account(cx.app(), req)? };
        ("recovery_code", post::letter(factors::use_code(change, &account.id, code), cx.app(), door, &account.email, letter)?)
    };
    let used = used.detail(format!("{{\"method\":\"{method}\",\"surface\":\"{}\"}}", cx.site().surface().as_str()));
    let (change, mut reply) = enter::begin(cx, req, used, door, account, (method, Reached::TwoFactors), next)?;
    if !by_app && factor.codes_left <= codes::FEW + 1 {
        let said = format!(
            "{} left. Make new ones under Account, Security.",
            part::count(factor.codes_left - 1, "recovery code is", "recovery codes are")
        );
        reply = reply.flash(flash::Tone::Failed, &said);
    }
    match change.commit(reply).await {
        Err(e) if e.code() == Code::NotFound && by_app => {
            refused(cx, req, next, "This code has already been used.", "Wait for the app to show the next one.").await
        }
        Err(e) if e.code() == Code::NotFound => {
            refused(cx, req, next, "This is not one of your recovery codes, or it has already been used.", "Each works once; try another.")
                .await
        }
        done => done,
    }
}

/// A wrong code is committed with its record.
async fn refused(cx: &Write<'_>, req: &Request, next: &str, what: &str, fix: &str) -> Result<Committed> {
    let wrong = FieldError { pointer: "/code".into(), code: "not_allowed", message: what.into(), fix: fix.into() };
    let reply = page::page(&Frame::of(cx, req), next, &[wrong]);
    cx.mutation_as(actions::FACTOR_REFUSED, cx.principal().id())?.denied().commit(reply).await
}

/// An operator's first code makes the app that it came from their second factor.
#[expect(clippy::too_many_arguments, reason = "what the form holds, and who sent it")]
async fn enroll(
    cx: &Write<'_>,
    req: &Request,
    door: Door<'_>,
    account: &Account,
    offered: &str,
    code: &str,
    next: &str,
    wrong: Option<&Error>,
) -> Result<Committed> {
    let keys = &cx.app().config.keys;
    let Some(offer) = factors::offered(keys, &account.id, offered, cx.now()) else {
        let reply =
            Reply::see_other(&enter::led(CHALLENGE, next)).flash(flash::Tone::Failed, "That QR code has expired. Scan the new one.");
        return Ok(cx.unchanged(reply));
    };
    let again = |errors: &[FieldError]| page::enroll(&Frame::of(cx, req), door, &account.email, &offer, next, errors);
    if let Some(refused) = wrong {
        return Ok(cx.unchanged(again(refused.fields())));
    }
    let Some(step) = crypto::totp::step_of(&offer.secret, code, cx.now().seconds()) else {
        let wrong = FieldError {
            pointer: "/code".into(),
            code: "not_allowed",
            message: "This code is not correct.".into(),
            fix: "Enter the code that the app shows now. If it keeps failing, check the clock of your device.".into(),
        };
        return cx.mutation_as(actions::FACTOR_REFUSED, &account.id)?.denied().commit(again(&[wrong])).await;
    };
    let change = cx.mutation_as(actions::FACTOR_ADDED, &account.id)?;
    let (change, made) = factors::enroll(change, keys, &account.id, &offer, step)?;
    let letter = Letter::FactorAdded {
        name: account.name.clone(),
        factor: "Authenticator app".into(),
        at: cx.now(),
        account: post::account(cx.app(), req)?,
    };
    let change = post::letter(change, cx.app(), door, &account.email, letter)?;
    let (change, reply) = enter::begin(cx, req, change, door, account, ("totp", Reached::TwoFactors), &enter::led(codes::SHOWN, next))?;
    change.commit(reply.with("set-cookie", codes::cookie(keys, &account.id, &made, cx.random())?)).await
}
