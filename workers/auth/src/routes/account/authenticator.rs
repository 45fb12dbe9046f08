//! `POST /account/security/authenticator`: the first code makes the app that it came from one's second factor. The session goes on
//! under a new token and counts as one with two factors.

use crate::{
    codes,
    door::Door,
    enter,
    fields::{self, FORM},
    limits::CHANGE_BY_ACCOUNT,
    post,
    routes::account::authenticator_page,
};
use domain::actions;
use kernel::{
    Command, Committed, Reply, Request, Result, Route, Write,
    dispatch::ENROLL,
    error::Code,
    flash,
    host::Surface,
    input::{FieldError, Text},
    limit::Limit,
    principal::Scope,
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use mail::Letter;
use shell::Frame;
use store::{factors, sessions};

/// Turns the app on.
pub struct Authenticator;
impl Command for Authenticator {
    const ROUTE: Route = Route {
        method: Method::Post,
        path: ENROLL,
        surfaces: &[Surface::App, Surface::Portal, Surface::Platform],
        auth: Auth::Person,
        scope: Scope::None,
        limit: Limit::AccountExact(CHANGE_BY_ACCOUNT),
        audit: Audit::Records(&[actions::FACTOR_ADDED, actions::FACTOR_REFUSED]),
        payload: Payload::Form(FORM),
        csrf: Csrf::OriginAndToken,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Recent,
        summary: "Turns an authenticator app on",
    };
    async fn call(cx: Write<'_>, req: &Request) -> Result<Committed> {
        let door = Door::of(cx.site())?;
        let (id, now, keys) = (cx.principal().id(), cx.now(), &cx.app().config.keys);
        let session = cx.principal().session().ok_or(Code::SignInNeeded)?;
        let input = req.input()?;
        let code = input.text("code", Text::line(1, 64));
        let offered = input.opt_text("offer", Text::line(1, 1_000)).unwrap_or_default();
        let next = fields::next(&input);
        let wrong = input.finish();
        let Some(offer) = factors::offered(keys, id, &offered, now) else {
            let reply =
                Reply::see_other(&enter::led(ENROLL, &next)).flash(flash::Tone::Failed, "That QR code has expired. Scan the new one.");
            return Ok(cx.unchanged(reply));
        };
        let frame = Frame::of(&cx, req);
        if let Err(refused) = wrong {
            return Ok(cx.unchanged(authenticator_page::page(&cx, &frame, door, &offer, &next, refused.fields())));
        }
        let Some(step) = crypto::totp::step_of(&offer.secret, &code, now.seconds()) else {
            let wrong = FieldError {
                pointer: "/code".into(),
                code: "not_allowed",
                message: "This code is not correct.".into(),
                fix: "Enter the code that the app shows now. If it keeps failing, check the clock of your device.".into(),
            };
            let reply = authenticator_page::page(&cx, &frame, door, &offer, &next, &[wrong]);
            return cx.mutation_as(actions::FACTOR_REFUSED, id)?.denied().commit(reply).await;
        };
        let (change, made) = factors::enroll(cx.mutation_as(actions::FACTOR_ADDED, id)?, keys, id, &offer, step)?;
        let letter = Letter::FactorAdded {
            name: cx.principal().label().to_owned(),
            factor: "Authenticator app".into(),
            at: now,
            account: post::account(cx.app(), req)?,
        };
        let change = post::letter(change, cx.app(), door, cx.principal().email(), letter)?;
        let reply = Reply::see_other(&enter::led(codes::SHOWN, &next)).with("set-cookie", codes::cookie(keys, id, &made, cx.random())?);
        let (rotate, reply) = enter::rotated(reply, door, sessions::prove(session, true, now, cx.random()));
        match change.then_one(rotate).commit(reply).await {
            // There is one by now: another window was faster.
            Err(e) if e.code() == Code::NotFound => Ok(cx.unchanged(Reply::see_other(ENROLL))),
            done => done,
        }
    }
}
