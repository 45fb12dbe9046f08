//! Changes at Stripe that somebody waits for: written down first, then asked, then read again.
//!
//! The row's id is the idempotency key, and follows from the form that was sent: a double click, and the same form sent again after an
//! answer that was lost, ask for the same thing once. A row that stays `asked` is settled by the sweep of the Stripe queue.

use crate::{
    here::{Here, my_id},
    sync::{Plan, Unsettled, look, settle},
};
use domain::{billing, jobs::STRIPE_SYNC};
use kernel::{
    Action, Committed, Millis, Mutation, Reply, Request, Result, Write,
    error::{Code, Error},
    flash::Tone,
    limit::Exact,
    sql::Stmt,
    time::Span,
};
use provider::Provider;
use serde_json::{Value, json};
use store::{billing::Change, forms::Once};
use stripe::{Cause, StripeError};

kernel::sql! {
    /// Writes down what will be asked, unless it is written down already or something else is under way.
    Bookkeep Org ASK(7) -> [] =
        "INSERT INTO billing_requests(org_id, id, action, detail, state, asked_by, created_at) SELECT ?1, ?2, ?3, ?4, 'asked', ?5, ?6 \
         WHERE NOT EXISTS (SELECT 1 FROM billing_requests WHERE org_id = ?1 AND state = 'asked' AND id <> ?2 AND created_at > ?7) \
         ON CONFLICT(org_id, id) DO NOTHING";
    /// It is written down.
    Bookkeep Org ASKED(2) -> [] =
        "INSERT INTO guard(name, ok) SELECT 'state', EXISTS (SELECT 1 FROM billing_requests WHERE org_id = ?1 AND id = ?2)";
    Bookkeep Org FINISH(5) -> [] =
        "UPDATE billing_requests SET state = ?3, refusal = ?4, finished_at = ?5 WHERE org_id = ?1 AND id = ?2 AND state = 'asked'";
}

/// For so long nothing else is asked after something that is not answered yet: longer than any call may take.
pub const ALONE: Span = Span::seconds(60);

/// What is wanted.
pub struct Wish<'w> {
    /// What the button stands for.
    pub action: billing::Action,
    /// What goes into the audit log.
    pub audit: Action,
    /// As stored.
    pub name: &'static str,
    /// What is asked for.
    pub detail: Value,
    /// What is said when it is done.
    pub done: &'w str,
}

/// Why nothing came of it.
#[derive(Debug)]
pub enum Failed {
    /// Stripe refused, or did not answer.
    Stripe(StripeError),
    /// It was not even asked; why, for people.
    Unasked(&'static str),
}
impl From<StripeError> for Failed {
    fn from(error: StripeError) -> Self {
        Self::Stripe(error)
    }
}

/// The id of what a form asks for: the same for the same form of the same account.
fn id_of(cx: &Write<'_>, req: &Request) -> String {
    let mut bytes = format!("{}\n{}\n", req.path(), cx.principal().id()).into_bytes();
    bytes.extend_from_slice(req.body());
    let hash = crypto::hash::sha256_hex(&bytes);
    format!("ask_{}", hash.get(..32).unwrap_or(&hash))
}

/// Asks for a change of the subscription. `call` asks Stripe, under the key that it is given.
///
/// # Errors
/// 409 when it may not be done now; what the database refused.
pub async fn ask(
    cx: &mut Write<'_>,
    req: &Request,
    once: &Once,
    wish: &Wish<'_>,
    call: impl AsyncFnOnce(&Provider<'_>, &Here, &str) -> Result<(), Failed>,
) -> Result<Committed> {
    if let Some(reply) = once.earlier(cx).await? {
        return Ok(cx.unchanged(reply));
    }
    let here = Here::read(cx).await?;
    here.require(wish.action)?;
    let (id, now) = (id_of(cx, req), cx.now());
    let asked = ask_stmts(cx, &here, &id, wish, now)?;
    cx.reserve(asked).await.map_err(|e| match e.code() {
        Code::WrongState => Error::new(Code::WrongState, "Another change is under way. Wait a minute, and look at the page again."),
        Code::VersionConflict => {
            Error::new(Code::WrongState, "The subscription changed a moment ago. Look at the page again, and decide anew.")
        }
        _ => e,
    })?;
    let app = cx.app();
    let provider = Provider::of(&app.config, cx.http())?;
    let answer = call(&provider, &here, &id).await;
    let home = format!("/billing/{}", req.param("org")?);
    let Err(error) = answer else {
        let finish = finish(&here, &id, "done", None, cx.now());
        let with = |m: Mutation, _: &Here, _: &Change<'_>, _: &_| {
            Ok((m.then(finish.clone()), Reply::see_other(&home).flash(Tone::Done, wish.done)))
        };
        let plan = Plan { once: Some(once), action: wish.audit, target: &id, with: &with };
        return match settle(cx, &provider, &plan).await {
            Err(Unsettled::Stripe(e)) => unknown(cx, &here, &id, wish, &home, &e).await,
            Err(Unsettled::Ours(e)) => Err(e),
            Ok(done) => Ok(done),
        };
    };
    let error = match error {
        Failed::Stripe(error) => error,
        Failed::Unasked(why) => {
            let change = cx.mutation_as(wish.audit, &id)?.denied().detail(json!({"asked": wish.detail, "refused": why}).to_string());
            return once.commit(cx, change.then(finish(&here, &id, "refused", Some(why), cx.now())), Reply::see_other(&home)).await;
        }
    };
    note(cx, wish.name, &error);
    match refusal(&error) {
        None => unknown(cx, &here, &id, wish, &home, &error).await,
        Some(why) => {
            let finish = finish(&here, &id, "refused", Some(why), cx.now());
            // What was to be changed is not there any more: what is held is wrong, and is put right with it.
            if error.is_missing() && look(cx, &provider, here.customer()?).await.is_ok() {
                let with = |m: Mutation, _: &Here, _: &Change<'_>, _: &_| Ok((m.denied().then(finish.clone()), Reply::see_other(&home)));
                let plan = Plan { once: Some(once), action: wish.audit, target: &id, with: &with };
                if let Ok(done) = settle(cx, &provider, &plan).await {
                    return Ok(done);
                }
            }
            let change =
                cx.mutation_as(wish.audit, &id)?.denied().detail(json!({"asked": wish.detail, "refused": why}).to_string()).then(finish);
            once.commit(cx, change, Reply::see_other(&home)).await
        }
    }
}

fn ask_stmts(cx: &Write<'_>, here: &Here, id: &str, wish: &Wish<'_>, now: Millis) -> Result<Vec<Stmt>> {
    let org = &here.held.org;
    let ask = ASK.bind([
        org.into(),
        id.into(),
        wish.name.into(),
        wish.detail.to_string().into(),
        my_id(cx.principal())?.into(),
        now.into(),
        now.minus(ALONE).into(),
    ]);
    Ok(vec![here.held.unchanged(), ask, ASKED.bind([org.into(), id.into()])])
}

fn finish(here: &Here, id: &str, state: &str, why: Option<&str>, now: Millis) -> Stmt {
    FINISH.bind([(&here.held.org).into(), id.into(), state.into(), why.map(str::to_owned).into(), now.into()])
}

/// Nobody knows whether it took effect: it is said so, and Stripe is read again until somebody does. The same form sent again asks
/// under the same key.
async fn unknown(cx: &Write<'_>, here: &Here, id: &str, wish: &Wish<'_>, home: &str, error: &StripeError) -> Result<Committed> {
    let said = "Stripe didn't answer, so we don't know yet whether this took effect. Nothing is done twice: we are asking Stripe, and this page will show what it says.";
    let detail = json!({"asked": wish.detail, "outcome": "unknown", "status": error.status});
    let change = cx.mutation_as(wish.audit, id)?.detail(detail.to_string());
    let change = change.job(STRIPE_SYNC, here.customer()?, Some(&here.held.org));
    change.commit(Reply::see_other(home).flash(Tone::Failed, said)).await
}

/// Says in the log what Stripe said: what is ours to mend is nothing for people.
pub fn note(cx: &Write<'_>, what: &'static str, error: &StripeError) {
    let expected = matches!(error.cause(), Cause::Declined(_) | Cause::NoPaymentMethod);
    if !expected {
        cx.log_best_effort(what, &provider::incident(what, error).to_string());
    }
}

/// Why Stripe refused, for people, where it is certain that nothing was changed. `None` where it is not.
pub fn refusal(error: &StripeError) -> Option<&'static str> {
    match error.cause() {
        Cause::Outage | Cause::Unreadable => None,
        Cause::Declined(why) => Some(why),
        Cause::NoPaymentMethod => Some("There is no card on file. Add one in Stripe's portal, then try again."),
        Cause::Missing => {
            Some("What was to be changed isn't at Stripe any more. We have read Stripe again: look at the page and decide anew.")
        }
        Cause::RefusedKey | Cause::WrongMode => Some("Stripe refuses our key. Support has been told; try again later."),
        Cause::PortalNotConfigured => Some("Stripe's customer portal isn't set up. Support has been told."),
        Cause::KeyReused | Cause::Invalid => {
            Some("Stripe refused the change as it was asked for. Look at the page again; if it happens again, contact support.")
        }
    }
}

/// How many changes a member may ask for in an hour: each is a call to Stripe, and may be money.
pub const LIMIT: Exact = Exact { name: "billing", limit: 60, window_seconds: 3_600 };

/// What is said where there is no subscription to be changed.
pub const GONE: &str = "There is no subscription any more. Choose a plan.";
