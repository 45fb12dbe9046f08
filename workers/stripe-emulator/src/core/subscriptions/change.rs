//! What a change does to a subscription's items, periods and bill.

use super::{
    super::{
        Context,
        clock::period_after,
        error::ApiError,
        invoices, items,
        params::Params,
        world::{BillingReason, Line, PendingItem, World},
    },
    behavior::Proration,
    cancel::requested,
    create::future,
    find, find_mut,
};

/// When a trial is to end.
#[derive(Debug, Clone, Copy)]
enum TrialEnd {
    Now,
    At(i64),
}

/// What is to change; what is absent stays.
#[derive(Debug, Clone)]
pub(crate) struct Change {
    items: Vec<items::Change>,
    proration: Proration,
    at: Option<i64>,
    trial_end: Option<TrialEnd>,
    anchor_now: bool,
    cancel_at_period_end: Option<bool>,
    cancel_at: Option<Option<i64>>,
}

impl Change {
    /// Takes the parameters of a change, which a preview has too.
    pub fn take(world: &World, params: &mut Params, now: i64) -> Result<Self, ApiError> {
        let trial_end = match params.clone().id("trial_end")?.as_deref() {
            Some("now") => params.id("trial_end").map(|_| Some(TrialEnd::Now))?,
            _ => future(params, "trial_end", now)?.map(TrialEnd::At),
        };
        let cancel_at = match params.clone().text("cancel_at")?.as_deref() {
            None => None,
            Some("") => params.text("cancel_at").map(|_| Some(None))?,
            Some(_) => Some(future(params, "cancel_at", now)?),
        };
        let cancel_at_period_end = params.flag("cancel_at_period_end")?;
        if cancel_at.is_some() && cancel_at_period_end.is_some() {
            let message = "You may only specify one of `cancel_at` and `cancel_at_period_end`.".to_owned();
            return Err(ApiError::invalid(&params.name("cancel_at"), message));
        }
        Ok(Self {
            items: items::take(world, params)?,
            proration: Proration::take(params)?,
            at: params.int("proration_date")?,
            trial_end,
            anchor_now: params.one_of("billing_cycle_anchor", &["now", "unchanged"])?.as_deref() == Some("now"),
            cancel_at_period_end,
            cancel_at,
        })
    }
    /// Whether it touches what is paid for, which an incomplete subscription doesn't allow.
    pub fn touches_the_bill(&self) -> bool {
        !self.items.is_empty() || self.trial_end.is_some() || self.anchor_now
    }
}

/// Applies a change, and gives back the draft of what is to be paid at once, if anything is.
pub(crate) fn apply(world: &mut World, id: &str, change: Change, context: &Context<'_>) -> Result<Option<String>, ApiError> {
    let now = context.now;
    let before = find(world, id)?.clone();
    let mut after = before.clone();
    match change.cancel_at_period_end {
        Some(true) if !before.cancel_at_period_end => {
            (after.cancel_at_period_end, after.cancel_at, after.canceled_at) = (true, None, Some(now));
            after.cancellation = [Some(requested()), None, None];
        }
        Some(false) => {
            (after.cancel_at_period_end, after.cancel_at, after.canceled_at) = (false, None, None);
            after.cancellation = [None, None, None];
        }
        _ => {}
    }
    if let Some(at) = change.cancel_at {
        (after.cancel_at_period_end, after.cancel_at, after.canceled_at) = (false, at, at.map(|_| now));
        after.cancellation = [at.map(|_| requested()), None, None];
    }
    if !change.touches_the_bill() {
        *find_mut(world, id)? = after;
        return Ok(None);
    }

    items::change(world, &mut after.items, &change.items, now)?;
    let period = before.items.first().map_or((now, now), |item| item.period);
    let at = change.at.unwrap_or(now);
    if !(period.0..=period.1).contains(&at) {
        let message = "The proration date must be within the current period of the subscription.".to_owned();
        return Err(ApiError::invalid("proration_date", message));
    }
    let on_trial = before.status == "trialing";
    let (old, new) = (items::interval(world, &before.items), items::interval(world, &after.items));
    let trial_ends = on_trial && matches!(change.trial_end, Some(TrialEnd::Now));
    let prorates = change.proration != Proration::None && !on_trial && before.status != "paused";
    let mut lines: Vec<Line> = Vec::new();
    let begins = if let Some(TrialEnd::At(end)) = change.trial_end {
        // The rest of what was paid comes back; until the trial is over nothing is due.
        if prorates {
            lines = invoices::prorated(world, &before.items, &[], at);
        }
        after.items.iter_mut().for_each(|item| item.period = (if on_trial { item.period.0 } else { now }, end));
        "trialing".clone_into(&mut after.status);
        (after.trial_start, after.trial_end, after.anchor) = (after.trial_start.or(Some(now)), Some(end), end);
        false
    } else if trial_ends || (!on_trial && (change.anchor_now || old != new)) {
        if prorates {
            lines = invoices::prorated(world, &before.items, &[], at);
        }
        after.anchor = now;
        after.items.iter_mut().for_each(|item| item.period = (now, period_after(now, new.0, new.1)));
        if trial_ends {
            after.trial_end = Some(now);
            "active".clone_into(&mut after.status);
        }
        lines.extend(invoices::for_period(world, &after.items, false));
        true
    } else {
        if prorates {
            lines = invoices::prorated(world, &before.items, &after.items, at);
        }
        false
    };
    let customer = before.customer.clone();
    *find_mut(world, id)? = after;
    if begins || (change.proration == Proration::Invoice && !lines.is_empty()) {
        return Ok(Some(invoices::draft(world, context, id, BillingReason::SubscriptionUpdate, lines)));
    }
    for line in lines {
        let item = PendingItem { id: world.new_id("ii"), customer: customer.clone(), subscription: id.to_owned(), line };
        world.pending.push(item);
    }
    Ok(None)
}
