//! Queue batches and cron ticks for a Worker's handlers.
//!
//! Each message is judged by itself: done is acknowledged, failed comes again later, and one that fails never takes its batch along.

use crate::js;
use futures::{StreamExt, stream};
use kernel::{
    App,
    ports::{Ports, Queue},
    task::{Handlers, Task},
    worker::Cron,
};
use std::rc::Rc;
use wasm_bindgen::JsValue;

/// How many messages are worked on at once: the platform allows six connections to other servers.
const AT_ONCE: usize = 6;

/// A message: its id, how often it was delivered (from 1), when it was sent (Unix ms), its text.
#[derive(serde::Deserialize)]
struct Message(
    #[expect(dead_code, reason = "part of the wire")] String,
    u32,
    #[expect(dead_code, reason = "part of the wire")] f64,
    Option<String>,
);

/// Works through a batch.
///
/// # Errors
/// When the batch itself can't be read: then all of it comes again.
pub async fn consume(app: Rc<App>, ports: Ports, handlers: Handlers, queue: String, json: String, messages: JsValue) -> Result<(), String> {
    let batch: Vec<Message> = serde_json::from_str(&json).map_err(|e| format!("a batch of {queue} can't be read: {e}"))?;
    let living = Queue::ALL.into_iter().find(|q| q.name() == queue);
    let dead = Queue::ALL.into_iter().find(|q| q.dead_letters() == queue);
    let (queue, gave_up) = living.map(|q| (q, false)).or(dead.map(|q| (q, true))).ok_or_else(|| format!("no such queue: {queue}"))?;
    let (app, ports, messages) = (&*app, &ports, &messages);
    stream::iter((0_u32..).zip(batch))
        .for_each_concurrent(AT_ONCE, |(at, Message(_, attempts, _, body))| async move {
            let task = Task { app, ports, name: queue.name() };
            let done = match body {
                Some(text) if !gave_up => (handlers.consume)(&task, queue, &text).await,
                Some(text) => (handlers.bury)(&task, queue, &text).await,
                None => (handlers.bury)(&task, queue, "(a body that is not text)").await,
            };
            match done {
                Ok(()) => js::ack(messages, at),
                Err(e) => {
                    let fields = serde_json::json!({"queue": queue.name(), "delivery": attempts});
                    kernel::log::work(&*ports.log, ports.clock.now(), "consume", fields, Some(&e));
                    js::retry(messages, at, pause(attempts));
                }
            }
        })
        .await;
    Ok(())
}

/// Seconds before delivery `attempts + 1` of a message: 2, doubling, five minutes at most.
fn pause(attempts: u32) -> u32 {
    2_u32.saturating_pow(attempts.clamp(1, 9)).min(300)
}

/// Runs a cron.
///
/// # Errors
/// What went wrong, also in the log: the platform counts it as a failed run.
pub async fn tick(app: Rc<App>, ports: Ports, handlers: Handlers, schedule: String) -> Result<(), String> {
    let cron = Cron::parse(&schedule).ok_or_else(|| format!("no such cron: {schedule}"))?;
    let task = Task { app: &app, ports: &ports, name: "cron" };
    (handlers.tick)(&task, cron).await.map_err(|e| {
        kernel::log::work(&*ports.log, ports.clock.now(), "cron", serde_json::json!({"cron": schedule}), Some(&e));
        e.to_string()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_five_minutes() {
        assert_eq!([0, 1, 2, 5, 9, u32::MAX].map(pause), [2, 2, 4, 32, 300, 300]);
    }
}
