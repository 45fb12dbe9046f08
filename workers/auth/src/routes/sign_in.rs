//! `POST /sign-in`: e-mail address and password for a session.
//!
//! The attempt is counted before anything is hashed, for its address and for its account, in one batch that is exact under
//! race; a success gives both back. Unknown accounts are counted, hashed for and answered like known ones.

use crate::{
    door::{Account, Door},
    next, password,
    routes::sign_in_page::{Problem, SignInForm},
};
use domain::actions;
use kernel::{
    Command, Committed, Guard, Reply, Request, Result, Route, Write,
    dispatch::SIGN_IN,
    error::{Code, Error},
    host::Surface,
    input::Text,
    limit::{Exact, Limit},
    principal::Scope,
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
    time::Span,
};
use shell::Frame;
use store::{
    limits::{burst, exact},
    sessions::{self, Begin, Browser, Reached},
};

/// By address, an IPv6 client's whole /64 (security-and-ui.md §1.3 T1).
const BY_ADDRESS: Exact = Exact { name: "sign_in_address", limit: 5, window_seconds: 60 };
/// By account: ten failures, then an hour.
pub const BY_ACCOUNT: Exact = Exact { name: "sign_in_account", limit: 10, window_seconds: 3_600 };

/// Begins a session.
pub struct SignIn;
impl Command for SignIn {
    const ROUTE: Route = Route {
        method: Method::Post,
        path: SIGN_IN,
        surfaces: &[Surface::App, Surface::Portal, Surface::Platform],
        auth: Auth::Public,
        scope: Scope::None,
        limit: Limit::AddressExact(BY_ADDRESS),
        audit: Audit::Records(&[actions::SIGNED_IN, actions::SIGN_IN_FAILED]),
        payload: Payload::Form(16 * 1_024),
        csrf: Csrf::OriginAndToken,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "Begins a session",
    };
    async fn call(mut cx: Write<'_>, req: &Request) -> Result<Committed> {
        let door = Door::of(cx.site())?;
        door.refuse_without_second_factor(cx.app())?;
        let input = req.input()?;
        let email = input.text("email", Text::line(1, 254)).trim().to_lowercase();
        let secret = input.text("password", Text::line(1, 128));
        let next = input.opt_text("next", Text::lines(0, 4_096)).unwrap_or_default();
        let next = next::checked(&next).unwrap_or_default();
        if let Err(refused) = input.finish() {
            return Ok(cx.unchanged(again(&cx, req, door, &email, next, &refused)));
        }
        let (now, subject) = (cx.now(), door.subject(&email));
        let [take, _] = exact::take(BY_ACCOUNT, &subject, now);
        // Under a guard of its own, to tell a locked account from a busy address.
        cx.reserve(vec![take, Guard::State.changed_one()]).await.map_err(locked)?;
        let account = cx.first(door.find(&email)).await?.map(|row| door.account(&row)).transpose()?;
        let stored = account.as_ref().and_then(|a| a.password_hash.as_deref());
        let right = password::opens(&secret, stored);
        match account {
            Some(account) if right && !account.blocked => {
                let given_back = [exact::forget(BY_ACCOUNT, &subject), exact::give_back(BY_ADDRESS, &burst::address(req.ip()), now)];
                welcome(&cx, req, door, &account, &secret, next::or_home(next), given_back).await
            }
            account => turn_away(&cx, req, door, account.as_ref(), right, &email, next).await,
        }
    }
}

/// The ten are used up.
fn locked(error: Error) -> Error {
    if error.code() != Code::WrongState {
        return error;
    }
    let wait = Span::seconds(i64::from(BY_ACCOUNT.window_seconds));
    Error::new(Code::RateLimited, "Signing in with this e-mail address has failed too often.")
        .retry_after(wait)
        .member("policy", BY_ACCOUNT.name)
}

async fn welcome(
    cx: &Write<'_>,
    req: &Request,
    door: Door<'_>,
    account: &Account,
    secret: &str,
    next: &str,
    given_back: [kernel::Stmt; 2],
) -> Result<Committed> {
    let of = Begin {
        kind: door.kind(),
        subject: &account.id,
        org: door.org(),
        method: "password",
        reached: Reached::OneFactor,
        browser: Browser::of(req),
    };
    let fresh = sessions::begin(&cx.id(), of, cx.now(), cx.random());
    let mut change = cx
        .mutation_in(door.log(), actions::SIGNED_IN, &account.id)?
        .identified_as(door.kind(), &account.id, &account.name)
        .detail(format!("{{\"method\":\"password\",\"surface\":\"{}\"}}", cx.site().surface().as_str()))
        .then_one(fresh.stmt);
    // Whatever session this browser had on this host ends: a token never outlives a sign-in.
    if let Some(old) = req.cookie(sessions::COOKIE) {
        change = change.then(sessions::end(&old));
    }
    if let Some(old) = account.password_hash.as_deref()
        && let Some(new) = password::renewed(secret, old, cx.random())?
    {
        change = change.then(door.renew(account, old, &new));
    }
    for stmt in given_back {
        change = change.then(stmt);
    }
    let cookie = sessions::cookie(sessions::COOKIE, &fresh.token, sessions::lifetime(door.kind()));
    change.commit(Reply::see_other(next).with("set-cookie", cookie)).await
}

/// The refusal is committed with its record. Who is blocked learns it only by the right password.
async fn turn_away(
    cx: &Write<'_>,
    req: &Request,
    door: Door<'_>,
    account: Option<&Account>,
    right: bool,
    email: &str,
    next: &str,
) -> Result<Committed> {
    let why = if right { "blocked" } else { "credentials" };
    let target = account.map_or("unknown", |a| a.id.as_str());
    let detail = format!("{{\"reason\":\"{why}\",\"surface\":\"{}\"}}", cx.site().surface().as_str());
    let reply = form(cx, req, door, email, next, Problem::Credentials);
    let done = cx.mutation_in(door.log(), actions::SIGN_IN_FAILED, target)?.denied().detail(detail).commit(reply).await?;
    if right { Err(Code::AccountBlocked.into()) } else { Ok(done) }
}

/// The form again, with what was wrong with its fields.
fn again(cx: &Write<'_>, req: &Request, door: Door<'_>, email: &str, next: &str, refused: &Error) -> Reply {
    match refused {
        Error::Problem(p) => form(cx, req, door, email, next, Problem::Fields(&p.fields)),
        Error::Internal(_) | Error::AlreadyDone => form(cx, req, door, email, next, Problem::Credentials),
    }
}

fn form(cx: &Write<'_>, req: &Request, door: Door<'_>, email: &str, next: &str, problem: Problem<'_>) -> Reply {
    SignInForm { door, by_password: true, email, next, problem }.reply(&Frame::of(cx, req))
}
