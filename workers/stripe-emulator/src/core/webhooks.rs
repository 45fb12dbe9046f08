//! Deliveries to the one endpoint: signed as Stripe signs, tried again until they are taken, and made to go wrong by switches.

use super::{Settings, events::render, world::World};
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

/// Has an event delivered.
pub(crate) fn enqueue(world: &mut World, event: &str, now: i64) {
    if world.switches.drop {
        return;
    }
    for _ in 0..=u8::from(world.switches.duplicate) {
        let id = world.new_id("dlv");
        world.deliveries.push(Delivery { id, event: event.to_owned(), due: now + i64::from(world.switches.delay_seconds), tries: 0 });
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
    if settings.webhook_url.is_empty() {
        return sends;
    }
    let at: HashMap<&str, usize> = world.events.iter().enumerate().map(|(at, event)| (event.id.as_str(), at)).collect();
    let mut waiting = std::mem::take(&mut world.deliveries);
    waiting.retain_mut(|delivery| {
        if delivery.due > now {
            return true;
        }
        let event = at.get(delivery.event.as_str()).and_then(|at| world.events.get(*at));
        let (Some(event), Some(wait)) = (event, RETRIES.get(delivery.tries)) else { return false };
        delivery.tries += 1;
        delivery.due = now + wait;
        let body = render(world, event, settings.api_version).to_string();
        let header = stripe::signature::sign(settings.webhook_secret, signed_at, body.as_bytes());
        sends.push(WebhookToSend { delivery: delivery.id.clone(), url: settings.webhook_url.to_owned(), body, header });
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
    let event = world.deliveries.remove(at).event;
    if let Some(event) = world.events.iter_mut().find(|e| e.id == event) {
        Arc::make_mut(event).delivered = true;
    }
}
