//! What may be done next: one pure function of the state, asked by the pages that show buttons and by the commands behind them.

use super::{Finding, Reading, Status};

/// What a member may want to do with the organization's billing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// Buy a plan, on Stripe's page.
    Checkout,
    /// Change to another plan now.
    ChangePlan,
    /// Change the number of seats now.
    ChangeSeats,
    /// Let it end with the paid period.
    CancelAtPeriodEnd,
    /// End it at once.
    CancelNow,
    /// Take a pending end back.
    Reactivate,
    /// Open Stripe's portal: cards, invoices, receipts, tax ids.
    OpenPortal,
    /// Read everything at Stripe once more.
    Resync,
    /// Begin with a new customer record at Stripe, because the old one is gone.
    NewCustomer,
}
impl Action {
    /// Every action.
    pub const ALL: [Self; 9] = [
        Self::Checkout,
        Self::ChangePlan,
        Self::ChangeSeats,
        Self::CancelAtPeriodEnd,
        Self::CancelNow,
        Self::Reactivate,
        Self::OpenPortal,
        Self::Resync,
        Self::NewCustomer,
    ];
}

/// What the answer depends on.
#[derive(Debug, Clone, Copy)]
pub struct Situation<'a> {
    /// Stripe's keys are set here.
    pub configured: bool,
    /// The member's role may change billing.
    pub may_pay: bool,
    /// The organization is about to be deleted.
    pub deleted: bool,
    /// There is a customer at Stripe.
    pub customer: bool,
    /// The subscription slot, as last read.
    pub subscription: Option<&'a Reading>,
    /// What is wrong.
    pub findings: &'a [Finding],
}

/// Whether something may be done now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Availability {
    /// It may.
    Now,
    /// It may not; why, and what helps, for people.
    Not(&'static str),
}

/// Whether `action` may be done.
pub fn availability(action: Action, at: &Situation<'_>) -> Availability {
    match refusal(action, at) {
        Some(why) => Availability::Not(why),
        None => Availability::Now,
    }
}

fn refusal(action: Action, at: &Situation<'_>) -> Option<&'static str> {
    let found = |kind| at.findings.contains(&kind);
    if !at.configured {
        return Some("Payments aren't set up here yet.");
    }
    if !at.may_pay {
        return Some("Only owners, admins and billing members can change billing.");
    }
    let ends = matches!(action, Action::CancelAtPeriodEnd | Action::CancelNow);
    if at.deleted && !ends {
        return Some("This organization is about to be deleted. Restore it first.");
    }
    match action {
        Action::Resync => return (!at.customer).then_some("There is nothing at Stripe to read yet."),
        Action::NewCustomer => {
            return (!found(Finding::CustomerMissing)).then_some("The customer record at Stripe is there.");
        }
        _ => {}
    }
    if found(Finding::ProviderOutage) {
        return Some("Stripe can't be reached at the moment. Nothing is lost: try again when it answers.");
    }
    if found(Finding::CustomerMissing) {
        return Some("The customer record at Stripe is missing. Set it up again first.");
    }
    if found(Finding::CustomerShared) {
        return Some("The customer record belongs to another organization too. Support has to separate them first.");
    }
    if action == Action::OpenPortal {
        return if !at.customer {
            Some("There is nothing to show at Stripe before the first purchase.")
        } else if found(Finding::PortalNotConfigured) {
            Some("Stripe's customer portal isn't set up. Support has been told.")
        } else {
            None
        };
    }
    let missing = found(Finding::SubscriptionMissing);
    let alive = at.subscription.filter(|s| !s.status.is_final() && !missing);
    match (action, alive) {
        (Action::Checkout, None) => None,
        (Action::Checkout, Some(_)) => Some("There is a subscription already. Change it instead."),
        (_, None) if missing => Some("The subscription is missing at Stripe. Choose a plan to begin a new one."),
        (_, None) => Some("There is no subscription. Choose a plan first."),
        (_, Some(s)) => of_living(action, s, found(Finding::SubscriptionDouble)),
    }
}

/// What may be done to a subscription that is not over.
fn of_living(action: Action, s: &Reading, double: bool) -> Option<&'static str> {
    let running = matches!(s.status, Status::Active | Status::Trialing | Status::PastDue);
    match action {
        Action::CancelNow => None,
        Action::CancelAtPeriodEnd if !running => Some("Nothing is paid for that could run out. Cancel now instead."),
        Action::CancelAtPeriodEnd => s.is_ending().then_some("It is set to end already."),
        Action::Reactivate if !s.is_ending() => Some("It isn't set to end."),
        Action::Reactivate => (!running).then_some("It can't go on without a payment. Choose a plan once it is over."),
        _ => match s.status {
            _ if double => Some("There is more than one subscription. Support has to sort that out first."),
            Status::PastDue => Some("A payment is overdue. Pay the open invoice first."),
            Status::Active | Status::Trialing if s.is_ending() => Some("It is set to end. Keep the subscription first."),
            Status::Active | Status::Trialing if s.item.is_none() => Some("It has nothing that could be changed. Contact support."),
            Status::Active | Status::Trialing => None,
            Status::Incomplete => Some("The first payment isn't through yet. Finish it, or cancel and choose a plan again."),
            Status::Unpaid => Some("Its invoices are unpaid. Pay them first, or cancel and choose a plan again."),
            Status::Paused => Some("The trial ended without a card. Add one in Stripe's portal first."),
            _ => Some("Stripe reports a status that we don't know. Contact support."),
        },
    }
}
