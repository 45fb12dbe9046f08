//! Deliveries to the endpoint that the emulator is set to, and to those that were made through the API: signed as Stripe signs, tried
//! again until they are taken, and made to go wrong by switches.

use super::{
    Context, Settings,
    events::render,
    world::{WebhookEndpoint, World},
};
use serde::{Deserialize, Serialize};
use std::{collections::HashMap, sync::Arc};

/// What is to go wrong.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Switches {
    /// Every call of the API answers 503.
    pub outage: bool,
    /// Events are not delivered, ever; the list of events still has them.
    pub drop: bool,
    /// Every event is delivered twice.
    pub duplicate: bool,
    /// Events are delivered that many seconds late.
    pub delay_seconds: u32,
    /// What is due at once is delivered newest first.
    pub reorder: bool,
    /// There is no configuration of the portal: its sessions are refused.
    pub portal_unconfigured: bool,
    /// What the last failed retry of a renewal does to the subscription.
    pub after_retries: AfterRetries,
}

/// What becomes of a subscription whose renewal is not paid by the last retry: a setting of the account at Stripe.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AfterRetries {
    /// It is canceled.
    #[default]
    Cancel,
    /// It becomes `unpaid`.
    Unpaid,
    /// It stays `past_due`.
    PastDue,
}

/// One delivery that was not taken yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    /// Its number.
    pub id: String,
    /// The event.
    pub event: String,
    /// Where to: an endpoint that was made through the API, `we_…`, or else the one that the emulator is set to.
    pub endpoint: Option<String>,
    /// When to try next, Unix seconds.
    pub due: i64,
    /// How often it was tried.
    pub tries: usize,
}

/// A webhook to send now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookToSend {
    /// To be given to [`settle`].
    pub delivery: String,
    /// Where to: POST, `content-type: application/json; charset=utf-8`.
    pub url: String,
    /// The exact bytes that were signed.
    pub body: String,
    /// The `Stripe-Signature` header.
    pub header: String,
}

/// Seconds until the next try, after each try that failed; then it is given up. Stripe's own span three days.
const RETRIES: [i64; 6] = [5, 30, 120, 600, 3_600, 21_600];

/// Has an event delivered to whoever wants it.
pub(crate) fn enqueue(world: &mut World, context: &Context<'_>, event: &str, kind: &str) {
    if world.switches.drop {
        return;
    }
    let wants = |e: &&WebhookEndpoint| e.enabled && e.events.iter().any(|name| name == "*" || name == kind);
    let made: Vec<String> = world.endpoints.iter().filter(|_| context.endpoints).filter(wants).map(|e| e.id.clone()).collect();
    let own = context.listening.then_some(None);
    for endpoint in own.into_iter().chain(made.into_iter().map(Some)) {
        for _ in 0..=u8::from(world.switches.duplicate) {
            let (id, due) = (world.new_id("dlv"), context.noticed + i64::from(world.switches.delay_seconds));
            world.deliveries.push(Delivery { id, event: event.to_owned(), endpoint: endpoint.clone(), due, tries: 0 });
        }
    }
}

/// Address and secret of a delivery's endpoint; `None` when it is gone or switched off.
fn target(world: &World, settings: &Settings<'_>, delivery: &Delivery) -> Option<(String, String)> {
    match &delivery.endpoint {
        None if settings.webhook_url.is_empty() => None,
        None => Some((settings.webhook_url.to_owned(), settings.webhook_secret.to_owned())),
        Some(id) => {
            let held = world.endpoints.iter().find(|e| e.id == *id && e.enabled)?;
            Some((held.url.clone(), held.secret.clone()))
        }
    }
}

/// What to send now, in this order. Each is tried again by itself until [`settle`] says that it was taken.
pub fn take_due(world: &mut World, settings: &Settings<'_>, now: i64) -> Vec<WebhookToSend> {
    take_due_signed(world, settings, now, now)
}

/// As [`take_due`], where the emulator's clock (`now`) was moved ahead of the receiver's (`signed_at`): a signature carries the time
/// at which it is really made.
pub fn take_due_signed(world: &mut World, settings: &Settings<'_>, now: i64, signed_at: i64) -> Vec<WebhookToSend> {
    let mut sends = Vec::new();
    let at: HashMap<&str, usize> = world.events.iter().enumerate().map(|(at, event)| (event.id.as_str(), at)).collect();
    let mut waiting = std::mem::take(&mut world.deliveries);
    waiting.retain_mut(|delivery| {
        if delivery.due > now {
            return true;
        }
        let event = at.get(delivery.event.as_str()).and_then(|at| world.events.get(*at));
        let target = target(world, settings, delivery);
        let (Some(event), Some(wait), Some((url, secret))) = (event, RETRIES.get(delivery.tries), target) else { return false };
        delivery.tries += 1;
        delivery.due = now + wait;
        let body = render(world, event, settings.api_version).to_string();
        let header = stripe::signature::sign(&secret, signed_at, body.as_bytes());
        sends.push(WebhookToSend { delivery: delivery.id.clone(), url, body, header });
        true
    });
    drop(at);
    world.deliveries = waiting;
    if world.switches.reorder {
        sends.reverse();
    }
    sends
}

/// Makes every delivery that waits due at once.
pub fn hurry(world: &mut World, now: i64) {
    for delivery in &mut world.deliveries {
        delivery.due = delivery.due.min(now);
    }
}

/// What became of a webhook: taken (a status of 2xx), or to be tried again.
pub fn settle(world: &mut World, delivery: &str, taken: bool) {
    let Some(at) = world.deliveries.iter().position(|d| d.id == delivery).filter(|_| taken) else { return };
    let Delivery { event, .. } = world.deliveries.remove(at);
    if let Some(event) = world.events.iter_mut().find(|e| e.id == event) {
        Arc::make_mut(event).delivered = true;
    }
}
