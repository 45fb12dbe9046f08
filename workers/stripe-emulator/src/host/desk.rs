//! The control desk: what a developer or a test does to Stripe's side of the world that the API can't do.
//!
//! - `GET  /_emulator/state`: everything, with the clock.
//! - `POST /_emulator/switches` `{"outage": true, …}`: what is to go wrong; what is left out is off.
//! - `POST /_emulator/clock` `{"advance_seconds": 86400}`: moves the clock ahead; periods and trials end, events are made.
//! - `POST /_emulator/status` `{"subscription": "sub_…", "status": "past_due"}`: puts a subscription into a status.
//! - `POST /_emulator/checkout` `{"session": "cs_…", "action": "pay", "card": "pays"}`: what the checkout page's buttons do; actions are
//!   `pay`, `decline` and `expire`, cards `pays`, `declines`,
//!   `declines_when_charged`, `disputed` and `inquired`; with `email` for a session that has none.
//! - `POST /_emulator/charge` `{"charge": "ch_…", "action": "dispute"}`: what payers and their banks do with a payment; actions are
//!   `dispute`, `inquire` (the bank only asks), `win`, `lose`, and `refund` for all that is left.
//! - `POST /_emulator/deliver`: makes every waiting webhook due at once.
//! - `POST /_emulator/reset`: starts afresh.
//!
//! `GET /_emulator` is the same as a page, whose forms go to `/_emulator/form/…`.

use super::{Answer, Host, Setup};
use crate::{
    core::{
        checkout::{self, Purchase},
        clock,
        disputes::{self, Kind, Verdict},
        error::ApiError,
        params::Params,
        refunds,
        subscriptions::force_status,
        webhooks::{AfterRetries, Switches, hurry},
        world::CardBehavior,
    },
    pages,
};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::json;

/// The clock moves by at most that much at once, ten years: each renewal on the way is an event.
const MOST_SECONDS: i64 = 10 * 366 * 86_400;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Advance {
    advance_seconds: i64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Force {
    subscription: String,
    status: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AtCheckout {
    session: String,
    action: CheckoutAction,
    card: Option<CardBehavior>,
    email: Option<String>,
    quantity: Option<i64>,
}

#[derive(Deserialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
enum CheckoutAction {
    Pay,
    Decline,
    Cancel,
    Expire,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AtCharge {
    charge: String,
    action: ChargeAction,
}

#[derive(Deserialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
enum ChargeAction {
    Dispute,
    Inquire,
    Win,
    Lose,
    Refund,
}
impl ChargeAction {
    const WORDS: [&str; 5] = ["dispute", "inquire", "win", "lose", "refund"];
    fn parse(word: &str) -> Option<Self> {
        Some(match word {
            "dispute" => Self::Dispute,
            "inquire" => Self::Inquire,
            "win" => Self::Win,
            "lose" => Self::Lose,
            "refund" => Self::Refund,
            _ => return None,
        })
    }
}

/// The charge and what is to happen to it, as a form says it.
fn take_charge(body: &str) -> Result<AtCharge, ApiError> {
    let mut params = Params::of(&[body])?;
    let charge = params.id("charge")?.ok_or_else(|| ApiError::missing_parameter("charge"))?;
    let action = params.one_of("action", &ChargeAction::WORDS)?.as_deref().and_then(ChargeAction::parse);
    params.finish()?;
    Ok(AtCharge { charge, action: action.ok_or_else(|| ApiError::missing_parameter("action"))? })
}

fn read<T: DeserializeOwned>(body: &str) -> Result<T, Answer> {
    serde_json::from_str(body).map_err(|e| Answer::error(400, &format!("The body can't be read: {e}.")))
}

/// The switches that a form sets; what is left out is off.
fn take_switches(body: &str) -> Result<Switches, ApiError> {
    let mut params = Params::of(&[body])?;
    let mut on = |name: &str| params.flag(name).map(Option::unwrap_or_default);
    let (outage, drop, duplicate) = (on("outage")?, on("drop")?, on("duplicate")?);
    let (reorder, portal_unconfigured) = (on("reorder")?, on("portal_unconfigured")?);
    let delay = params.text("delay_seconds")?.filter(|text| !text.is_empty()).unwrap_or_else(|| "0".to_owned());
    let delay_seconds = delay.parse().map_err(|_| ApiError::not_an_integer("delay_seconds", &delay))?;
    let after_retries = match params.one_of("after_retries", &["cancel", "unpaid", "past_due"])?.as_deref() {
        Some("unpaid") => AfterRetries::Unpaid,
        Some("past_due") => AfterRetries::PastDue,
        _ => AfterRetries::Cancel,
    };
    params.finish()?;
    Ok(Switches { outage, drop, duplicate, delay_seconds, reorder, portal_unconfigured, after_retries })
}

impl Host {
    /// Answers a request to the desk; `rest` is the path behind [`super::DESK`].
    pub(super) fn desk(&mut self, setup: &Setup, method: &str, rest: &str, body: &str, real: i64) -> Answer {
        if let Some(form) = rest.strip_prefix("form/") {
            return self.form(setup, method, form, body, real);
        }
        let done = match (method, rest) {
            ("GET", "") => return pages::desk(&self.world, self.now(real), self.ahead, None),
            ("GET", "emulator.css") => return pages::style(),
            ("GET", "state") => Ok(()),
            ("POST", "checkout") => read::<AtCheckout>(body).and_then(|at| self.at_checkout(setup, &at, real)),
            ("POST", "charge") => read::<AtCharge>(body).and_then(|at| {
                let done = self.at_charge(setup, &at, real);
                done.map_err(|error| Answer::error(if error.is_missing() { 404 } else { 400 }, error.message()))
            }),
            ("POST", "switches") => read::<Switches>(body).map(|switches| self.world.switches = switches),
            ("POST", "clock") => read::<Advance>(body).and_then(|by| self.advance(setup, by.advance_seconds, real)),
            ("POST", "status") => read::<Force>(body).and_then(|force| self.force(setup, &force, real)),
            ("POST", "deliver") => {
                let now = self.now(real);
                hurry(&mut self.world, now);
                Ok(())
            }
            ("POST", "reset") => {
                *self = Self::new(real);
                Ok(())
            }
            (_, "" | "emulator.css" | "state" | "switches" | "clock" | "status" | "checkout" | "charge" | "deliver" | "reset") => {
                Err(Answer::error(405, "GET for the page, its style and the state, POST for everything else."))
            }
            _ => Err(Answer::error(404, "The desk has state, switches, clock, status, checkout, charge, deliver and reset.")),
        };
        match done {
            Ok(()) => self.state(real),
            Err(answer) => answer,
        }
    }

    /// Answers a form of the desk's page with the page after it.
    fn form(&mut self, setup: &Setup, method: &str, form: &str, body: &str, real: i64) -> Answer {
        if method != "POST" {
            return Answer::error(405, "The desk's forms are sent with POST.");
        }
        let done = match form {
            "clock" => Params::of(&[body])
                .and_then(|mut params| {
                    let seconds = params.int("advance_seconds")?.filter(|n| *n <= MOST_SECONDS);
                    params.finish()?;
                    seconds.ok_or_else(|| ApiError::refused("Choose by how much the clock is to advance."))
                })
                .map(|seconds| {
                    // It is within bounds, so that nothing can be wrong.
                    let _ = self.advance(setup, seconds, real);
                }),
            "charge" => take_charge(body).and_then(|at| self.at_charge(setup, &at, real)),
            "switches" => take_switches(body).map(|switches| self.world.switches = switches),
            "deliver" => {
                let now = self.now(real);
                hurry(&mut self.world, now);
                Ok(())
            }
            "reset" => {
                *self = Self::new(real);
                Ok(())
            }
            _ => return Answer::error(404, "The desk's forms are clock, switches, charge, deliver and reset."),
        };
        match done {
            Ok(()) => pages::see_other("/_emulator"),
            Err(error) => pages::desk(&self.world, self.now(real), self.ahead, Some(error.message())),
        }
    }

    /// What a buyer does on the checkout page, for tests without one.
    fn at_checkout(&mut self, setup: &Setup, at: &AtCheckout, real: i64) -> Result<(), Answer> {
        let now = self.now(real);
        let settings = setup.settings();
        clock::tick(&mut self.world, &settings, now);
        checkout::find(&self.world, &at.session).map_err(|error| Answer::error(404, error.message()))?;
        let done = match at.action {
            // Whoever turns back leaves the session open.
            CheckoutAction::Cancel => Ok(()),
            CheckoutAction::Expire => checkout::expire_now(&mut self.world, &settings, &at.session, now),
            CheckoutAction::Pay | CheckoutAction::Decline => {
                let usual = if at.action == CheckoutAction::Pay { CardBehavior::Pays } else { CardBehavior::Declines };
                let purchase = Purchase { card: Some(at.card.unwrap_or(usual)), email: at.email.as_deref(), quantity: at.quantity };
                checkout::buy(&mut self.world, &settings, &at.session, purchase, now)
            }
        };
        done.map_err(|error| Answer::error(if error.is_kept() { 402 } else { 400 }, error.message()))
    }

    /// What payers and their banks do with a payment.
    fn at_charge(&mut self, setup: &Setup, at: &AtCharge, real: i64) -> Result<(), ApiError> {
        let (now, settings, world) = (self.now(real), setup.settings(), &mut self.world);
        clock::tick(world, &settings, now);
        match at.action {
            ChargeAction::Dispute => disputes::open_now(world, &settings, &at.charge, Kind::Chargeback, now),
            ChargeAction::Inquire => disputes::open_now(world, &settings, &at.charge, Kind::Inquiry, now),
            ChargeAction::Win => disputes::decide_now(world, &settings, &at.charge, Verdict::Won, now),
            ChargeAction::Lose => disputes::decide_now(world, &settings, &at.charge, Verdict::Lost, now),
            ChargeAction::Refund => refunds::refund_now(world, &settings, &at.charge, now),
        }
    }

    fn advance(&mut self, setup: &Setup, seconds: i64, real: i64) -> Result<(), Answer> {
        if !(0..=MOST_SECONDS).contains(&seconds) {
            return Err(Answer::error(400, &format!("advance_seconds is 0 to {MOST_SECONDS}: time doesn't run backwards.")));
        }
        self.ahead = self.ahead.saturating_add(seconds);
        let now = self.now(real);
        clock::tick(&mut self.world, &setup.settings(), now);
        Ok(())
    }

    fn force(&mut self, setup: &Setup, force: &Force, real: i64) -> Result<(), Answer> {
        let now = self.now(real);
        if force_status(&mut self.world, &setup.settings(), &force.subscription, &force.status, now) {
            Ok(())
        } else {
            Err(Answer::error(404, "There is no such subscription that is not over, or no such status."))
        }
    }

    /// Every answer of the desk is the state after it.
    fn state(&self, real: i64) -> Answer {
        let world = &self.world;
        let events: Vec<_> = world
            .events
            .iter()
            .map(|e| json!({"id": e.id, "type": e.kind, "created": e.created, "delivered": e.delivered, "object": e.object_id}))
            .collect();
        Answer::of(
            200,
            &json!({
                "now": self.now(real), "ahead_seconds": self.ahead, "switches": world.switches, "customers": world.customers,
                "subscriptions": world.subscriptions, "invoices": world.invoices, "charges": world.charges, "checkouts": world.checkouts,
                "portal_configurations": world.portal_configurations, "endpoints": world.endpoints.len(), "prices": world.prices, "events": events, "deliveries": world.deliveries,
            }),
        )
    }
}
