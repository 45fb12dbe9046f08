//! Reads Stripe again and puts what it says into effect, in the batch of the change that asked for it: what somebody did at Stripe is
//! seen at once, without waiting for the event that tells of it.

use crate::here::Here;
use domain::billing::{Remote, grace};
use kernel::{
    Action, Committed, Mutation, Reply, Result, Write,
    error::{Code, Error},
};
use provider::Provider;
use store::{
    billing::{Change, mapped, unknown_prices},
    forms::Once,
};
use stripe::StripeError;

/// How often a reading is made again because something else changed what is held in the meantime.
const ROUNDS: usize = 4;

/// Why nothing was put into effect.
#[derive(Debug)]
pub enum Unsettled {
    /// Stripe could not be read.
    Stripe(StripeError),
    /// On our side.
    Ours(Error),
}
impl From<Error> for Unsettled {
    fn from(error: Error) -> Self {
        Self::Ours(error)
    }
}

/// What goes into the batch beside a reading, and the answer.
pub type With<'p> = dyn Fn(Mutation, &Here, &Change<'_>, &Remote) -> Result<(Mutation, Reply)> + 'p;

/// What is to be committed with a reading.
pub struct Plan<'p> {
    /// The form, where it is acted on once.
    pub once: Option<&'p Once>,
    /// What goes into the audit log.
    pub action: Action,
    /// About what.
    pub target: &'p str,
    /// What goes into the batch beside it, and the answer, by what the reading changes.
    pub with: &'p With<'p>,
}

/// Reads the customer and everything it has, with the plans that operators mapped prices to.
///
/// # Errors
/// See [`Unsettled`].
pub async fn look(cx: &Write<'_>, provider: &Provider<'_>, customer: &str) -> Result<Remote, Unsettled> {
    let mut remote = provider.look(customer).await.map_err(Unsettled::Stripe)?;
    if let Some(stmt) = unknown_prices(&remote.subscriptions) {
        mapped(&mut remote.subscriptions, &cx.rows(stmt).await?)?;
    }
    Ok(remote)
}

/// Reads Stripe and commits what that changes.
///
/// # Errors
/// See [`Unsettled`]; then nothing was changed here.
pub async fn settle(cx: &Write<'_>, provider: &Provider<'_>, plan: &Plan<'_>) -> Result<Committed, Unsettled> {
    let grace = grace(&cx.app().config)?;
    for round in 1.. {
        let here = Here::read(cx).await?;
        let read_at = cx.now();
        let remote = look(cx, provider, here.customer()?).await?;
        let change = Change::read(&here.held, &remote, grace, read_at);
        let mutation = cx.mutation_as(plan.action, plan.target)?.detail(change.audit().to_string());
        let (mutation, reply) = (plan.with)(change.write(mutation), &here, &change, &remote)?;
        let done = match plan.once {
            Some(once) => once.commit(cx, mutation, reply).await,
            None => mutation.commit(reply).await,
        };
        match done {
            // Somebody else's change came first: what is held is read again, and Stripe too.
            Err(e) if matches!(e.code(), Code::VersionConflict | Code::WrongState) && round < ROUNDS => {}
            other => return other.map_err(Unsettled::Ours),
        }
    }
    Err(Unsettled::Ours(Code::VersionConflict.into()))
}
