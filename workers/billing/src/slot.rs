//! The organization's one purchase under way: a row first, then a session at Stripe under the row's id.
//!
//! Whoever comes next goes on with what is there, whether it was left by a crash, a double click or another member: the same order leads
//! to the same page of Stripe's, another one closes that page first. So there is never more than one on which something can be bought.

use crate::{
    here::{Here, Slot, my_id},
    order::Order,
    price,
};
use domain::actions;
use kernel::{
    Committed, Guard, Reply, RequestId, Result, Write,
    error::{Code, Error},
    sql::Stmt,
    time::Span,
};
use provider::Provider;
use serde_json::json;
use stripe::{
    Cause, StripeError,
    calls::{self, NewCheckout},
    checkout::{CheckoutSession, CheckoutStatus},
    units::UnixSeconds,
};

kernel::sql! {
    /// Takes the slot, unless something in it may still be bought.
    Bookkeep Org TAKE(7) -> [] =
        "INSERT INTO checkouts(org_id, id, price_lookup_key, seats, state, started_by, created_at, expires_at) VALUES(?1, ?2, ?3, ?4, 'starting', ?5, ?6, ?7) \
         ON CONFLICT(org_id) DO UPDATE SET id = excluded.id, price_lookup_key = excluded.price_lookup_key, seats = excluded.seats, state = 'starting', \
         session_id = NULL, url = NULL, started_by = excluded.started_by, created_at = excluded.created_at, expires_at = excluded.expires_at \
         WHERE checkouts.state IN ('completed', 'expired')";
    Bookkeep Org OPENED(4) -> [] =
        "UPDATE checkouts SET state = 'open', session_id = ?3, url = ?4 WHERE org_id = ?1 AND id = ?2 AND state IN ('starting', 'open')";
    Bookkeep Org ENDED(3) -> [] =
        "UPDATE checkouts SET state = ?3, url = NULL WHERE org_id = ?1 AND id = ?2 AND state IN ('starting', 'open')";
}

/// How long Stripe's page stays open. Stripe takes 30 minutes at least: what is left of it beyond that is for going on after a crash.
const OPEN_FOR: Span = Span::minutes(60);
/// How often what is in the slot is looked at again before somebody is asked to try again.
const ROUNDS: usize = 5;

/// Where it led.
pub enum Led {
    /// To Stripe's page.
    Page(Committed),
    /// Something was bought on it already.
    Bought(Slot),
    /// Nowhere.
    Refused(StripeError),
    /// Stripe has no price with the lookup key.
    NoPrice,
}

/// That the slot has ended as `completed` or `expired`.
pub fn ended(here: &Here, slot: &Slot, state: &'static str) -> Stmt {
    ENDED.bind([(&here.held.org).into(), slot.id.as_str().into(), state.into()])
}

/// Whether somebody's slot still may have a page open at Stripe, whatever the clock says: Stripe is asked.
fn is_unsettled(slot: &Slot) -> bool {
    matches!(slot.state.as_str(), "starting" | "open")
}

/// Leads to a page of Stripe's on which `order` is bought for `customer`.
///
/// # Errors
/// What the database refused; 409 where somebody else was faster all the time.
pub async fn lead(cx: &mut Write<'_>, provider: &Provider<'_>, customer: &str, slug: &str, order: &Order) -> Result<Led> {
    let mut mine = String::new();
    for _ in 0..ROUNDS {
        let here = Here::read(cx).await?;
        let Some(slot) = here.slot.clone().filter(is_unsettled) else {
            mine = take(cx, &here, order).await?;
            continue;
        };
        let Some(id) = &slot.session else {
            let session = match open(cx, provider, customer, slug, &slot).await {
                Ok(Some(session)) => session,
                Ok(None) => {
                    cx.reserve(vec![ended(&here, &slot, "expired")]).await?;
                    return Ok(Led::NoPrice);
                }
                // The same call is running elsewhere: it is there in a moment.
                Err(e) if e.status == Some(409) => continue,
                // Stripe refuses it as it stands now, and nobody was led to a page of it: another attempt begins anew.
                Err(e) if matches!(e.cause(), Cause::Invalid | Cause::KeyReused) && slot.id != mine => {
                    cx.reserve(vec![ended(&here, &slot, "expired")]).await?;
                    continue;
                }
                Err(e) => {
                    if crate::ask::refusal(&e).is_some() {
                        cx.reserve(vec![ended(&here, &slot, "expired")]).await?;
                    }
                    return Ok(Led::Refused(e));
                }
            };
            let page = crate::setup::page(&cx.app().config, session.url.as_deref().unwrap_or_default())?.to_owned();
            let opened = OPENED.bind([(&here.held.org).into(), slot.id.as_str().into(), session.id.as_str().into(), page.as_str().into()]);
            let change = cx
                .mutation_as(actions::CHECKOUT_STARTED, &slot.id)?
                .detail(json!({"price": slot.lookup_key, "seats": slot.seats}).to_string())
                .then_guarded(Guard::State, opened);
            match change.commit(Reply::see_other(&page)).await {
                Ok(done) if slot.id == mine => return Ok(Led::Page(done)),
                // What Stripe repeats under a key is how it was then: how it is now is read with the next round.
                Ok(_) => continue,
                Err(e) if e.code() == Code::WrongState => continue,
                Err(e) => return Err(e),
            }
        };
        let session = match provider.send(&calls::checkout_session(id).map_err(unreadable)?).await {
            Ok(session) => session,
            Err(e) if e.is_missing() => {
                cx.reserve(vec![ended(&here, &slot, "expired")]).await?;
                continue;
            }
            Err(e) => return Ok(Led::Refused(e)),
        };
        match &session.status {
            Some(CheckoutStatus::Complete) => return Ok(Led::Bought(slot)),
            Some(CheckoutStatus::Open) if Order::stored(&slot.lookup_key, slot.seats).as_ref() == Some(order) => {
                let url = session.url.or(slot.url).unwrap_or_default();
                let page = crate::setup::page(&cx.app().config, &url)?;
                return Ok(Led::Page(cx.unchanged(Reply::see_other(page))));
            }
            Some(CheckoutStatus::Open) => match close(provider, &slot, id).await {
                Ok(()) => cx.reserve(vec![ended(&here, &slot, "expired")]).await?,
                // It changed at this moment, such as by being paid: the next round sees how.
                Err(e) if e.cause() == Cause::Invalid => {}
                Err(e) => return Ok(Led::Refused(e)),
            },
            _ => cx.reserve(vec![ended(&here, &slot, "expired")]).await?,
        }
    }
    Err(Error::new(Code::WrongState, "Somebody else is buying a plan at this moment. Look at the billing page, and go on from there."))
}

fn unreadable(e: StripeError) -> Error {
    Error::incident("a stored session of Stripe's", e.to_string())
}

/// Writes down what is about to be bought. Somebody else may be faster: the next round sees what they took it for.
async fn take(cx: &mut Write<'_>, here: &Here, order: &Order) -> Result<String> {
    let now = cx.now();
    let id = format!("chk_{}", cx.id::<RequestId>().to_string().trim_start_matches("req_"));
    let take = TAKE.bind([
        (&here.held.org).into(),
        id.as_str().into(),
        order.price.lookup_key.into(),
        order.seats.into(),
        my_id(cx.principal())?.into(),
        now.into(),
        now.plus(OPEN_FOR).into(),
    ]);
    cx.reserve(vec![take]).await?;
    Ok(id)
}

/// Opens the slot's session, or finds it again: the same row asks the same, under the same key. `None` where Stripe has no such price.
async fn open(
    cx: &Write<'_>,
    provider: &Provider<'_>,
    customer: &str,
    slug: &str,
    slot: &Slot,
) -> Result<Option<CheckoutSession>, StripeError> {
    let Some(order) = Order::stored(&slot.lookup_key, slot.seats) else { return Ok(None) };
    let Some(price) = price::of(provider, &order).await? else { return Ok(None) };
    let config = &cx.app().config;
    let home = format!("{}/billing/{slug}", config.origin(&config.app_host));
    let Ok(org) = cx.org() else { return Ok(None) };
    let new = NewCheckout {
        customer,
        org_id: &org.to_string(),
        checkout_id: &slot.id,
        price: &price,
        quantity: slot.seats,
        success_url: &format!("{home}/checkout/done?session_id={{CHECKOUT_SESSION_ID}}"),
        cancel_url: &format!("{home}/choose?{}", order.query()),
        expires_at: UnixSeconds(slot.expires_at.seconds()),
        allow_promotion_codes: true,
    };
    provider.send(&calls::create_checkout_session(&new, &slot.id)?).await.map(Some)
}

/// Closes a page of Stripe's.
///
/// # Errors
/// Invalid, when it is not open any more.
pub async fn close(provider: &Provider<'_>, slot: &Slot, session: &str) -> Result<(), StripeError> {
    provider.send(&calls::expire_checkout_session(session, &format!("{}-close", slot.id))?).await.map(|_| ())
}

/// What became of a page that was to be closed.
pub enum Shut {
    /// Nothing can be bought on it.
    Closed,
    /// The session with that id was paid before.
    Bought(String),
}

/// Closes the slot's page, also one that somebody is opening at this moment: left open, it could be paid on while another purchase begins.
///
/// # Errors
/// What Stripe refused, or that it did not answer: the page may be open.
pub async fn shut(cx: &Write<'_>, provider: &Provider<'_>, customer: &str, slug: &str, slot: &Slot) -> Result<Shut, StripeError> {
    let session = match &slot.session {
        Some(session) => session.clone(),
        None => match open(cx, provider, customer, slug, slot).await {
            Ok(Some(opened)) => opened.id,
            Ok(None) => return Ok(Shut::Closed),
            Err(e) if matches!(e.cause(), Cause::Invalid | Cause::KeyReused | Cause::Missing) => return Ok(Shut::Closed),
            Err(e) => return Err(e),
        },
    };
    match close(provider, slot, &session).await {
        Err(e) if e.cause() == Cause::Invalid => {}
        Err(e) if !e.is_missing() => return Err(e),
        _ => return Ok(Shut::Closed),
    }
    let found = provider.send(&calls::checkout_session(&session)?).await?;
    Ok(if found.status == Some(CheckoutStatus::Complete) { Shut::Bought(session) } else { Shut::Closed })
}
