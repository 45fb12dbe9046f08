//! The control desk: what a developer or a test does to Stripe's side of the world that the API can't do.
//!
//! - `GET  /_emulator/state`: everything, with the clock.
//! - `POST /_emulator/switches` `{"outage": true, …}`: what is to go wrong; what is left out is off.
//! - `POST /_emulator/clock` `{"advance_seconds": 86400}`: moves the clock ahead; periods and trials end, events are made.
//! - `POST /_emulator/status` `{"subscription": "sub_…", "status": "past_due"}`: puts a subscription into a status.
//! - `POST /_emulator/deliver`: makes every waiting webhook due at once.
//! - `POST /_emulator/reset`: starts afresh.

use super::{Answer, Host, Setup};
use crate::core::{
    clock,
    subscriptions::force_status,
    webhooks::{Switches, hurry},
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

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Answer> {
    serde_json::from_slice(body).map_err(|e| Answer::error(400, &format!("The body can't be read: {e}.")))
}

impl Host {
    /// Answers a request to the desk; `rest` is the path behind [`super::DESK`].
    pub(super) fn desk(&mut self, setup: &Setup, method: &str, rest: &str, body: &[u8], real: i64) -> Answer {
        let done = match (method, rest) {
            ("GET", "state") => Ok(()),
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
            (_, "state" | "switches" | "clock" | "status" | "deliver" | "reset") => {
                Err(Answer::error(405, "GET for the state, POST for everything else."))
            }
            _ => Err(Answer::error(404, "The desk has state, switches, clock, status, deliver and reset.")),
        };
        match done {
            Ok(()) => self.state(real),
            Err(answer) => answer,
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
                "subscriptions": world.subscriptions, "prices": world.prices, "events": events, "deliveries": world.deliveries,
            }),
        )
    }
}
