//! `POST /webhooks/stripe`: an event of Stripe's, stored before it is acknowledged.
//!
//! Nothing is read of the body before its signature fits. A new event and the job that follows from it are one batch, so an
//! event that Stripe was told we have is never without its work; a repeat changes nothing. Whatever fails on our side is a 5xx:
//! Stripe sends the event again for three days.

use domain::jobs::STRIPE_SYNC;
use kernel::{
    Command, Committed, Reply, Request, Result, Route, Write,
    error::{Code, Error},
    host::Surface,
    limit::Limit,
    principal::Scope,
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
    time::Millis,
};
use store::billing::intake::{self, Incoming, State};
use stripe::{
    event::Event,
    objects::is_id,
    signature::{self, SigningSecrets},
};

/// Takes an event in.
pub struct StripeEvent;
impl Command for StripeEvent {
    const ROUTE: Route = Route {
        method: Method::Post,
        path: "/webhooks/stripe",
        surfaces: &[Surface::Api],
        auth: Auth::Provider("stripe"),
        scope: Scope::None,
        limit: Limit::Provider,
        audit: Audit::Intake("stripe_events"),
        payload: Payload::Raw(1_024 * 1_024),
        csrf: Csrf::Cookieless,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "Takes an event of Stripe's in",
    };
    async fn call(cx: Write<'_>, req: &Request) -> Result<Committed> {
        let config = &cx.app().config;
        let live = match config.get(provider::STRIPE_MODE) {
            "live" => true,
            "test" => false,
            _ => return Err(Error::new(Code::NotConfigured, "STRIPE_MODE is neither `test` nor `live`.")),
        };
        let secrets = SigningSecrets::parse(config.get(signature::VARIABLE)).map_err(|e| Error::new(Code::NotConfigured, e.to_string()))?;
        let now = cx.now();
        signature::verify(&secrets, req.header("stripe-signature").as_deref(), req.body(), now.get())
            .map_err(|e| Error::new(Code::SignatureInvalid, e.to_string()))?;
        let event = read(req.body())?;
        if event.livemode != live || event.account.is_some() {
            return Err(Error::new(Code::WrongMode, mismatch(&event, live)));
        }
        // The id goes into a queue message and a URL: what is no id of Stripe's names nobody.
        let subject = event.subject().filter(|id| is_id(id)).map(str::to_owned);
        let payload = std::str::from_utf8(req.body()).map_err(|e| Error::new(Code::BadRequest, e.to_string()))?;
        let incoming = Incoming {
            id: event.id,
            kind: event.kind,
            created: Millis::new(event.created.millis()),
            customer: subject.clone(),
            object: event.object_id,
            payload: payload.to_owned(),
            state: if subject.is_some() { State::Received } else { State::Ignored },
        };
        let intake = cx.intake()?.then(incoming.keep(now));
        let intake = match &subject {
            Some(subject) => intake.job_if_new(STRIPE_SYNC, subject, None).then(intake::heard(subject, now)),
            None => intake,
        };
        intake.commit(Reply::json_text(200, r#"{"received":true}"#.to_owned())).await
    }
}

/// The latest moment that an event may claim, Unix seconds: as milliseconds it still fits D1's wire.
const LAST_SECOND: i64 = 1 << 43;

fn read(body: &[u8]) -> Result<Event> {
    let event = Event::parse(body).map_err(|e| Error::new(Code::BadRequest, e.to_string()))?;
    if !is_id(&event.id) || !(0..LAST_SECOND).contains(&event.created.0) {
        return Err(Error::new(Code::BadRequest, "not a Stripe event: its id or its time is none"));
    }
    Ok(event)
}

fn mismatch(event: &Event, live: bool) -> String {
    let mode = |live: bool| if live { "live" } else { "test" };
    match &event.account {
        Some(_) => "The event happened in a connected account; this deployment has none.".to_owned(),
        None => format!("The event is of {} mode, this deployment of {} mode.", mode(event.livemode), mode(live)),
    }
}
