//! What becomes of a mail when it is about to leave, natively, with every fault that the platform may have.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "what goes wrong in a test must stop it")]

mod dropping;
mod wishes;

use kernel::{
    Fut, Result,
    ports::Queue,
    task::{Handlers, Task, hint_id},
    time::Span,
    worker::{Cron, Worker},
};

/// A Worker that does nothing but this queue.
const WORKER: Worker = Worker {
    name: "mail",
    routes: &[],
    fallback: &[],
    bindings: &[],
    vars: &["MAIL_PROVIDER", "MAIL_FROM"],
    secrets: &[],
    consumes: &[Queue::Mail],
    crons: &[Cron::Minute],
};
const HANDLERS: Handlers = Handlers { consume, bury: consume, tick };

fn consume<'a>(task: &'a Task<'a>, _: Queue, body: &'a str) -> Fut<'a, Result<()>> {
    Box::pin(async move { queue_mail::consume(task, &hint_id(body).unwrap()).await })
}
fn tick<'a>(task: &'a Task<'a>, _: Cron) -> Fut<'a, Result<()>> {
    Box::pin(async move { queue_mail::sweep(task, Span::minutes(1), 100).await.map(|_| ()) })
}
