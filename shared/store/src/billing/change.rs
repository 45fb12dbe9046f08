//! From what is held and what was read to what is to be held: computed first, then written in one batch.

use super::Held;
use domain::{
    billing::{Entitlement, Finding, Found, Reading, Remote, Slot, Status, entitlement, judge},
    events::{self, EventType},
    plans::Plan,
};
use kernel::{Guard, Id, Millis, Mutation, sql::Stmt, time::Span};
use serde_json::{Value, json};

kernel::sql! {
    /// An older reading changes nothing, which its guard makes a failed attempt: the next reading is newer.
    Write Org PUT(17) -> [] =
        "INSERT INTO subscriptions(org_id, stripe_subscription_id, status, price_lookup_key, quantity, current_period_end, cancel_at_period_end, read_at, \
           item_id, price_id, plan, seat_cents, currency, interval, cancel_at, trial_end, overdue_since) \
         VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17) \
         ON CONFLICT(org_id) DO UPDATE SET stripe_subscription_id = excluded.stripe_subscription_id, status = excluded.status, \
         price_lookup_key = excluded.price_lookup_key, quantity = excluded.quantity, current_period_end = excluded.current_period_end, \
         cancel_at_period_end = excluded.cancel_at_period_end, read_at = excluded.read_at, item_id = excluded.item_id, price_id = excluded.price_id, \
         plan = excluded.plan, seat_cents = excluded.seat_cents, currency = excluded.currency, interval = excluded.interval, \
         cancel_at = excluded.cancel_at, trial_end = excluded.trial_end, overdue_since = excluded.overdue_since, \
         grace_warned_at = CASE WHEN excluded.overdue_since IS subscriptions.overdue_since THEN subscriptions.grace_warned_at END \
         WHERE excluded.read_at >= subscriptions.read_at";
    Write Org DROP(2) -> [] = "DELETE FROM subscriptions WHERE org_id = ?1 AND read_at <= ?2";
    /// What is granted, under the version that it was judged by.
    Write Org GRANT(5) -> [] =
        "UPDATE orgs SET plan = ?3, seats = ?4, entitled_until = ?5, billing_version = billing_version + 1 WHERE id = ?1 AND billing_version = ?2";
    /// What is wrong now, and since when if it was already.
    Bookkeep Org FOUND(4) -> [] =
        "INSERT INTO billing_findings(org_id, kind, detail, since, seen_at) VALUES(?1, ?2, ?3, ?4, ?4) \
         ON CONFLICT(org_id, kind) DO UPDATE SET detail = excluded.detail, seen_at = excluded.seen_at";
    /// What is not wrong any more: of the kinds of a reading (JSON list) those that were not seen in it.
    Bookkeep Org MENDED(2) -> [] =
        "DELETE FROM billing_findings WHERE org_id = ?1 AND kind IN (SELECT value FROM json_each(?2))";
    Bookkeep Org READ(2) -> [] =
        "INSERT INTO billing_reads(org_id, synced_at) VALUES(?1, ?2) \
         ON CONFLICT(org_id) DO UPDATE SET synced_at = max(coalesce(billing_reads.synced_at, 0), excluded.synced_at), failing_since = NULL, failures = 0, last_error = NULL";
}

/// What a reading, or time alone, changes.
#[derive(Debug)]
pub struct Change<'a> {
    held: &'a Held,
    slot: Slot<'a>,
    overdue_since: Option<Millis>,
    granted: Entitlement,
    grace: Span,
    /// What is wrong by this reading. `None` when nothing was read.
    found: Option<Vec<Found>>,
    at: Millis,
}

impl<'a> Change<'a> {
    /// What the reading that began at `read_at` changes. An overdue payment leaves the plan for `grace`.
    pub fn read(held: &'a Held, remote: &'a Remote, grace: Span, read_at: Millis) -> Self {
        let verdict = judge(held.org.as_str(), held.subscription.as_ref(), remote, held.seats_used());
        let overdue_since = match verdict.slot {
            Slot::Stays => held.overdue_since,
            Slot::Holds(Some(s)) if s.status == Status::PastDue => match &held.subscription {
                Some(before) if before.id == s.id && before.status == Status::PastDue => held.overdue_since.or(Some(read_at)),
                _ => Some(read_at),
            },
            Slot::Holds(_) => None,
        };
        let granted = entitlement(verdict.granting, overdue_since, held.granted, grace, read_at);
        Self { held, slot: verdict.slot, overdue_since, granted, grace, found: Some(verdict.found), at: read_at }
    }
    /// What time alone changes, or what else was changed in `held` since it was read, such as its override: nothing is read at Stripe.
    pub fn again(held: &'a Held, grace: Span, now: Millis) -> Self {
        let distrusted = [Finding::CustomerMissing, Finding::SubscriptionMissing, Finding::CustomerShared].into_iter().any(|k| held.has(k));
        let granting = held.subscription.as_ref().filter(|_| !distrusted);
        let granted = entitlement(granting, held.overdue_since, held.granted, grace, now);
        Self { held, slot: Slot::Stays, overdue_since: held.overdue_since, granted, grace, found: None, at: now }
    }

    /// The subscription that will be held.
    pub fn subscription(&self) -> Option<&Reading> {
        match self.slot {
            Slot::Holds(s) => s,
            Slot::Stays => self.held.subscription.as_ref(),
        }
    }
    /// What will be granted.
    pub const fn granted(&self) -> Entitlement {
        self.granted
    }
    /// Whether anything of business changes. Otherwise [`Change::books`] is all there is to write.
    pub fn is_change(&self) -> bool {
        self.moves_slot() || self.moves_grant()
    }
    fn moves_slot(&self) -> bool {
        self.subscription() != self.held.subscription.as_ref() || self.overdue_since != self.held.overdue_since
    }
    fn moves_grant(&self) -> bool {
        (self.granted.plan, self.granted.seats, self.granted.until) != (self.held.plan, self.held.seats, self.held.entitled_until)
    }

    /// What is noted of a reading whether or not it changes anything: when it was, and what is wrong.
    pub fn books(&self) -> Vec<Stmt> {
        let Some(found) = &self.found else { return Vec::new() };
        let org = &self.held.org;
        let mut stmts = vec![READ.bind([org.into(), self.at.into()])];
        let mended: Vec<&str> =
            self.held.kinds().into_iter().filter(|k| k.is_read() && found.iter().all(|f| f.kind != *k)).map(Finding::as_str).collect();
        if !mended.is_empty() {
            stmts.push(MENDED.bind([org.into(), json!(mended).to_string().into()]));
        }
        for f in found {
            stmts.push(FOUND.bind([org.into(), f.kind.as_str().into(), f.detail.to_string().into(), self.at.into()]));
        }
        stmts
    }

    /// Writes it into a mutation, with what the organization's webhooks and members are told. Under the version that was read: a batch
    /// that comes too late fails as a whole.
    pub fn write(&self, mutation: Mutation) -> Mutation {
        let org = &self.held.org;
        let mut mutation = mutation;
        if self.moves_slot() {
            mutation = mutation.then_guarded(Guard::State, self.slot_stmt());
        }
        let Entitlement { plan, seats, until } = self.granted;
        let grant = GRANT.bind([org.into(), self.held.version.into(), plan.as_str().into(), seats.into(), until.into()]);
        mutation = mutation.then_guarded(Guard::Version, grant);
        for stmt in self.books() {
            mutation = mutation.then(stmt);
        }
        if !self.is_change() {
            return mutation;
        }
        let news = self.news();
        let with: Vec<&str> = news.iter().map(|(kind, _)| kind.name).collect();
        mutation = mutation.event(org, events::SUBSCRIPTION_UPDATED.name, self.told(&with).to_string());
        news.into_iter().fold(mutation, |mutation, (kind, data)| mutation.event(org, kind.name, data.to_string()))
    }

    /// The turns that people are told of: each is between what is held and what will be, so a change has it once.
    pub fn news(&self) -> Vec<(EventType, Value)> {
        let mut news = Vec::new();
        let (before, after) = (self.held.subscription.as_ref(), self.subscription());
        let same = before.zip(after).is_some_and(|(b, a)| b.id == a.id);
        let plan = |s: Option<&Reading>| s.and_then(|s| s.plan).map(Plan::as_str);
        if let (None, Some(since)) = (self.held.overdue_since, self.overdue_since) {
            news.push((events::PAYMENT_FAILED, json!({"plan": plan(after), "since": since, "grace_ends_at": since.plus(self.grace)})));
        }
        let ends = after.filter(|s| s.is_ending() && !(same && before.is_some_and(Reading::is_ending)));
        if let Some(ending) = ends {
            news.push((events::SUBSCRIPTION_ENDING, json!({"plan": plan(after), "ends_at": ending.ends_at()})));
        }
        // What was never paid for is no subscription that could be missed.
        let ran = before.filter(|s| !s.status.is_final() && s.status != Status::Incomplete);
        let canceled = ran.is_some() && after.is_none_or(|s| s.status.is_final());
        if canceled {
            news.push((events::SUBSCRIPTION_CANCELED, json!({"plan": plan(before)})));
        }
        let owed = before.is_some_and(|s| matches!(s.status, Status::PastDue | Status::Unpaid | Status::Paused));
        if owed && same && after.is_some_and(|s| matches!(s.status, Status::Active | Status::Trialing)) {
            news.push((events::BILLING_RECOVERED, json!({"plan": self.granted.plan.as_str(), "previous_plan": self.held.plan.as_str()})));
        }
        if self.granted.plan == Plan::Free && self.held.plan != Plan::Free {
            let reason = match after.map(|s| &s.status) {
                _ if canceled => "canceled",
                Some(Status::PastDue | Status::Unpaid | Status::Incomplete | Status::Paused) => "unpaid",
                None | Some(Status::Canceled | Status::IncompleteExpired) => "override_ended",
                Some(_) => "under_review",
            };
            news.push((events::LIMITS_REDUCED, json!({"previous_plan": self.held.plan.as_str(), "reason": reason})));
        }
        news
    }

    fn slot_stmt(&self) -> Stmt {
        let org = &self.held.org;
        let Some(s) = self.subscription() else { return DROP.bind([org.into(), self.at.into()]) };
        PUT.bind([
            org.into(),
            s.id.as_str().into(),
            s.status.as_str().into(),
            s.lookup_key.clone().into(),
            s.quantity.into(),
            s.period_end.into(),
            s.cancel_at_period_end.into(),
            self.at.into(),
            s.item.clone().into(),
            s.price.clone().into(),
            s.plan.map(domain::plans::Plan::as_str).into(),
            s.seat.map(domain::money::Money::cents).into(),
            s.seat.map(|m| m.currency().as_str().to_owned()).into(),
            s.interval.map(domain::plans::Interval::as_str).into(),
            s.cancel_at.into(),
            s.trial_end.into(),
            self.overdue_since.into(),
        ])
    }

    /// For the audit log.
    pub fn audit(&self) -> Value {
        let before = shown(self.held.plan.as_str(), self.held.seats, self.held.subscription.as_ref());
        json!({"before": before, "after": shown(self.granted.plan.as_str(), self.granted.seats, self.subscription())})
    }
    /// For the organization's webhooks: what it can act on, without the provider's ids.
    /// `with` names the events that speak of the same change by themselves.
    fn told(&self, with: &[&str]) -> Value {
        json!({"plan": self.granted.plan.as_str(), "previous_plan": self.held.plan.as_str(), "seats": self.granted.seats, "with": with,
        "subscription": self.subscription().map(|s| json!({
            "status": s.status.as_str(), "quantity": s.quantity, "current_period_end": s.period_end,
            "cancel_at_period_end": s.cancel_at_period_end, "ends_at": s.ends_at(),
        }))})
    }
}

fn shown(plan: &str, seats: u32, subscription: Option<&Reading>) -> Value {
    json!({"plan": plan, "seats": seats, "subscription": subscription.map(|s| json!({
        "id": s.id, "status": s.status.as_str(), "price": s.lookup_key.as_ref().or(s.price.as_ref()), "quantity": s.quantity,
        "current_period_end": s.period_end, "ends_at": s.ends_at(),
    }))})
}
