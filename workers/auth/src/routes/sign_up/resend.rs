//! `POST /sign-up/resend`: sends the link of a sign-up again, as a new one. The answer is the same for every address.

use crate::{
    door::{Door, Status},
    fields::{self, FORM},
    limits::{MAIL_BY_ADDRESS, MAIL_BY_RECIPIENT},
    routes::sign_up::{Pending, To, sent},
};
use domain::actions;
use kernel::{
    Command, Committed, Reply, Request, Result, Route, Write, flash,
    host::Surface,
    limit::Limit,
    principal::Scope,
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use shell::Frame;
use store::{
    limits::exact,
    tokens::{self, Purpose},
};

/// Sends the link again.
pub struct SignUpResend;
impl Command for SignUpResend {
    const ROUTE: Route = Route {
        method: Method::Post,
        path: "/sign-up/resend",
        surfaces: &[Surface::App, Surface::Portal],
        auth: Auth::Public,
        scope: Scope::None,
        limit: Limit::AddressExact(MAIL_BY_ADDRESS),
        audit: Audit::Records(&[actions::SIGN_UP_REQUESTED]),
        payload: Payload::Form(FORM),
        csrf: Csrf::OriginAndToken,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "Sends the link of a sign-up again",
    };
    async fn call(mut cx: Write<'_>, req: &Request) -> Result<Committed> {
        let door = Door::of(cx.site())?;
        let input = req.input()?;
        let email = fields::email(&input);
        if let Err(refused) = input.finish() {
            return Ok(cx.unchanged(sent::page(&Frame::of(&cx, req), door, &email, refused.fields())));
        }
        let now = cx.now();
        cx.reserve(exact::take(MAIL_BY_RECIPIENT, &door.subject(&email), now).into()).await?;
        let sets = cx.read(vec![tokens::newest(Purpose::SignUp, &email, req.host(), now), door.find(&email, "")]).await?;
        let (waiting, account) = (sets.first().and_then(|rows| rows.first()), sets.get(1).and_then(|rows| rows.first()));
        let taken = account.map(|row| door.account(row)).transpose()?.is_some_and(|a| a.status != Status::Invited);
        let change = cx.mutation_in(door.log(), actions::SIGN_UP_REQUESTED, "sign-up")?;
        let waiting = tokens::judge(waiting, Purpose::SignUp, req.host(), now)?.ok();
        let (pending, to) = match waiting {
            _ if taken => (Pending::default(), To::Owner),
            Some(found) => (Pending::of(&found, &cx.app().config.keys)?, To::Newcomer),
            None => (Pending::default(), To::Nobody),
        };
        let change = pending.issue(&cx, req, door, change, &email, to)?;
        let reply = Reply::see_other("/sign-up/sent")
            .flash(flash::Tone::Done, "If a sign-up with this address is waiting, a new e-mail is on its way.");
        change.commit(reply).await
    }
}
