//! `POST /sign-in`: e-mail address and password for a session.
//!
//! The attempt is counted before anything is hashed, for its address and for its account, in one batch that is exact under
//! race; a success gives both back. Unknown accounts are counted, hashed for and answered like known ones. While an account is
//! locked, a browser that it knows still comes through, so that the lock can't be turned against its owner.

use crate::{
    door::{Account, Door, MOST_FAILURES, Status, TOLD_WITHIN},
    enter,
    fields::{self, FORM},
    limits::{SIGN_IN_BY_ACCOUNT, SIGN_IN_BY_ADDRESS, SIGN_IN_BY_DEVICE},
    password, post,
    routes::sign_in_page::{Problem, SignInForm},
};
use domain::actions;
use kernel::{
    Command, Committed, Guard, Reply, Request, Result, Route, Write,
    dispatch::SIGN_IN,
    error::{Code, Error},
    host::Surface,
    input::Text,
    limit::Limit,
    principal::Scope,
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
    time::Span,
};
use mail::Letter;
use shell::Frame;
use store::{
    devices,
    limits::{burst, exact},
    sessions::Reached,
};

/// Begins a session.
pub struct SignIn;
impl Command for SignIn {
    const ROUTE: Route = Route {
        method: Method::Post,
        path: SIGN_IN,
        surfaces: &[Surface::App, Surface::Portal, Surface::Platform],
        auth: Auth::Public,
        scope: Scope::None,
        limit: Limit::AddressExact(SIGN_IN_BY_ADDRESS),
        audit: Audit::Records(&[actions::SIGNED_IN, actions::FIRST_FACTOR_PASSED, actions::SIGN_IN_FAILED]),
        payload: Payload::Form(FORM),
        csrf: Csrf::OriginAndToken,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "Begins a session",
    };
    async fn call(mut cx: Write<'_>, req: &Request) -> Result<Committed> {
        let door = Door::of(cx.site())?;
        let input = req.input()?;
        let email = input.text(fields::EMAIL, Text::line(1, 254)).trim().to_lowercase();
        let secret = input.text(fields::PASSWORD, Text::line(1, 128));
        let next = fields::next(&input);
        if let Err(refused) = input.finish() {
            return Ok(cx.unchanged(again(&cx, req, door, &fields::again(&req.input()?, fields::EMAIL), &next, &refused)));
        }
        let (subject, device) = (door.subject(&email), devices::hash(req));
        let account = counted(&mut cx, door, &subject, &email, &device).await?;
        let right = password::opens(&secret, account.as_ref().and_then(Account::password));
        match account {
            Some(account) if right && account.status != Status::Invited => match account.refuse(cx.now()) {
                Ok(()) => welcome(&cx, req, door, &account, &secret, &next, &subject).await,
                Err(why) => {
                    turn_away(&cx, req, door, Some(&account), "not allowed", &email, &next).await?;
                    Err(why)
                }
            },
            account => turn_away(&cx, req, door, account.as_ref(), "credentials", &email, &next).await,
        }
    }
}

/// Counts the attempt and looks the account up. Under a guard of its own, to tell a locked account from a busy address.
async fn counted(cx: &mut Write<'_>, door: Door<'_>, subject: &str, email: &str, device: &str) -> Result<Option<Account>> {
    let now = cx.now();
    let [take, _] = exact::take(SIGN_IN_BY_ACCOUNT, subject, now);
    let locked = match cx.reserve(vec![take, Guard::State.changed_one()]).await {
        Ok(()) => false,
        Err(e) if e.code() == Code::WrongState => true,
        Err(e) => return Err(e),
    };
    if locked && device.is_empty() {
        return Err(refused(cx, subject).await?);
    }
    let account = cx.first(door.find(email, device)).await?.map(|row| door.account(&row)).transpose()?;
    if locked {
        if !account.as_ref().is_some_and(|a| a.known_here) {
            return Err(refused(cx, subject).await?);
        }
        cx.reserve(exact::take(SIGN_IN_BY_DEVICE, &by_device(subject, device), now).into()).await?;
    }
    Ok(account)
}

/// What is counted of a browser that the account knows.
fn by_device(subject: &str, device: &str) -> String {
    format!("{subject}:{device}")
}

/// The ten are used up, and when there is one again.
async fn refused(cx: &Write<'_>, subject: &str) -> Result<Error> {
    let now = cx.now();
    let wait = match cx.first(exact::used(SIGN_IN_BY_ACCOUNT, subject, now)).await? {
        Some(row) => exact::wait(SIGN_IN_BY_ACCOUNT, row.int(0)?, row.int(1)?, now),
        None => Span::seconds(1),
    };
    Ok(Error::new(
        Code::RateLimited,
        "Signing in with this e-mail address has failed too often. A new password or a sign-in link works at once.",
    )
    .retry_after(wait)
    .member("policy", SIGN_IN_BY_ACCOUNT.name))
}

async fn welcome(
    cx: &Write<'_>,
    req: &Request,
    door: Door<'_>,
    account: &Account,
    secret: &str,
    next: &str,
    subject: &str,
) -> Result<Committed> {
    let reached = enter::by_first_factor(door, account);
    let action = if reached == Reached::Challenge { actions::FIRST_FACTOR_PASSED } else { actions::SIGNED_IN };
    let mut change = cx
        .mutation_in(door.log(), action, &account.id)?
        .identified_as(door.kind(), &account.id, &account.name)
        .detail(format!("{{\"method\":\"password\",\"surface\":\"{}\"}}", cx.site().surface().as_str()));
    if let Some(old) = account.password_hash.as_deref()
        && let Some(new) = password::renewed(secret, old, cx.random())?
    {
        change = change.then(door.renew(account, old, &new));
    }
    change = change
        .then(exact::forget(SIGN_IN_BY_ACCOUNT, subject))
        .then(exact::forget(SIGN_IN_BY_DEVICE, &by_device(subject, &devices::hash(req))))
        .then(exact::give_back(SIGN_IN_BY_ADDRESS, &burst::address(req.ip()), cx.now()));
    if account.failures > 0 {
        change = change.then(door.forgive(&account.id));
    }
    let (change, reply) = enter::begin(cx, req, change, door, account, ("password", reached), next)?;
    change.commit(reply).await
}

/// The refusal is committed with its record. Who is blocked or banned learns it only by the right password.
async fn turn_away(
    cx: &Write<'_>,
    req: &Request,
    door: Door<'_>,
    account: Option<&Account>,
    why: &str,
    email: &str,
    next: &str,
) -> Result<Committed> {
    let target = account.map_or("unknown", |a| a.id.as_str());
    let detail = format!("{{\"reason\":\"{why}\",\"surface\":\"{}\"}}", cx.site().surface().as_str());
    let mut change = cx.mutation_in(door.log(), actions::SIGN_IN_FAILED, target)?.denied().detail(detail);
    if why == "credentials" {
        // Counted for nobody too: the same statements and as many rows, whether or not there is such an account.
        for stmt in door.failed(account.map_or("", |a| a.id.as_str())) {
            change = change.then(stmt);
        }
    }
    if let Some(account) =
        account.filter(|a| why == "credentials" && (MOST_FAILURES..MOST_FAILURES + TOLD_WITHIN).contains(&(a.failures + 1)))
        && let Some(hash) = account.password_hash.as_deref()
    {
        let letter = Letter::PasswordOff { name: account.name.clone(), at: cx.now(), reset: post::page(cx.app(), req, "/reset")? };
        // Once for each password.
        let key = format!("password_off:{}:{}", account.id, crypto::hash::sha256_hex(hash.as_bytes()));
        change = post::letter_once(change, cx.app(), door, &account.email, letter, key)?;
    }
    change.commit(form(cx, req, door, email, next, Problem::Credentials)).await
}

/// The form again, with what was wrong with its fields.
fn again(cx: &Write<'_>, req: &Request, door: Door<'_>, email: &str, next: &str, refused: &Error) -> Reply {
    form(cx, req, door, email, next, Problem::Fields(refused.fields()))
}

fn form(cx: &Write<'_>, req: &Request, door: Door<'_>, email: &str, next: &str, problem: Problem<'_>) -> Reply {
    SignInForm { door, email, next, problem, first_run: false }.reply(&Frame::of(cx, req))
}
