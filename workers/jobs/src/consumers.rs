//! Which consumer a message goes to. A message that none can use is set down for an operator; it is never tried for ever.

use kernel::{
    Fut, JobId, Result,
    ports::Queue,
    task::{Task, hint_id},
};

/// How much of a message is kept, in characters. Ours are shorter.
const KEEP_AT_MOST: usize = 4_096;

kernel::sql! {
    Bookkeep Global("a message that could not be used belongs to nobody")
    DEAD(4) -> [] = "INSERT INTO dead_letters(id, queue, body, received_at) VALUES(?1, ?2, ?3, ?4)";
}

/// Takes one message of one of the queues.
pub(crate) fn consume<'a>(task: &'a Task<'a>, queue: Queue, body: &'a str) -> Fut<'a, Result<()>> {
    Box::pin(async move {
        let Some(id) = hint_id(body) else { return set_down(task, queue, body).await };
        let named = |name| Task { app: task.app, ports: task.ports, name };
        match queue {
            Queue::Events => queue_events::consume(&named("events"), &id).await,
            Queue::Deliveries => queue_deliveries::consume(&named("webhooks"), &id).await,
            Queue::Stripe => queue_stripe_sync::consume(&named("stripe"), &id).await,
            Queue::Exports => queue_exports::consume(&named("exports"), &id).await,
            Queue::Mail => queue_mail::consume(&named("mail"), &id).await,
        }
    })
}

/// Takes a message that its queue has given up. The row it speaks of is swept all the same.
pub(crate) fn bury<'a>(task: &'a Task<'a>, queue: Queue, body: &'a str) -> Fut<'a, Result<()>> {
    Box::pin(set_down(task, queue, body))
}

async fn set_down(task: &Task<'_>, queue: Queue, body: &str) -> Result<()> {
    let kept: String = body.chars().filter(|c| *c != '\0').take(KEEP_AT_MOST).collect();
    let dead = DEAD.bind([(&task.id::<JobId>()).into(), queue.name().into(), kept.into(), task.now().into()]);
    task.bookkeep(vec![dead]).await?;
    kernel::log::best_effort(&*task.ports.log, task.now(), "taking a message", "it is kept as a dead letter");
    Ok(())
}
