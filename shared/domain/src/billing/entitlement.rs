//! What an organization is granted: the one function that everything asks, in the app, in the API and on the operators' console.

use super::{Reading, Status};
use crate::plans::Plan;
use kernel::{Millis, time::Span};

/// What an operator granted beside the subscription, for a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Override {
    /// At least this plan, with all of its seats.
    pub plan: Plan,
    /// Until then.
    pub until: Millis,
}

/// What an organization is granted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entitlement {
    /// The plan whose limits hold.
    pub plan: Plan,
    /// Seats: those that are paid for, at most the plan's.
    pub seats: u32,
    /// When this must be judged again although nothing was read anew.
    pub until: Option<Millis>,
}

impl Entitlement {
    const fn all_of(plan: Plan, until: Option<Millis>) -> Self {
        Self { plan, seats: plan.limits().seats, until }
    }
}

/// What follows at `now` from the subscription, from when its payment was first seen overdue, and from an override. An override lifts and
/// never lowers; an overdue payment grants the plan for `grace`.
pub fn entitlement(
    subscription: Option<&Reading>,
    overdue_since: Option<Millis>,
    granted: Option<Override>,
    grace: Span,
    now: Millis,
) -> Entitlement {
    let bought = subscription.map_or(Entitlement::all_of(Plan::Free, None), |s| bought(s, overdue_since, grace, now));
    match granted {
        Some(o) if o.until > now && o.plan >= bought.plan => {
            Entitlement::all_of(o.plan, Some(bought.until.map_or(o.until, |until| until.min(o.until))))
        }
        _ => bought,
    }
}

fn bought(subscription: &Reading, overdue_since: Option<Millis>, grace: Span, now: Millis) -> Entitlement {
    let free = Entitlement::all_of(Plan::Free, None);
    let Some(plan) = subscription.plan else { return free };
    let until = match (&subscription.status, overdue_since) {
        (Status::Active | Status::Trialing, _) => None,
        (Status::PastDue, Some(since)) if since.plus(grace) > now => Some(since.plus(grace)),
        _ => return free,
    };
    let paid = u32::try_from(subscription.quantity.unwrap_or(0).max(0)).unwrap_or(u32::MAX);
    Entitlement { plan, seats: paid.min(plan.limits().seats), until }
}

#[cfg(test)]
mod tests {
    use super::{super::reading::reading, *};

    const NOW: Millis = Millis::new(1_000_000);
    const GRACE: Span = Span::days(7);

    fn of(r: &Reading, since: Option<Millis>) -> Entitlement {
        entitlement(Some(r), since, None, GRACE, NOW)
    }

    #[test]
    fn only_a_living_subscription_to_a_known_price_grants() {
        for status in Status::KNOWN {
            let got = of(&reading("s", status.clone()), Some(NOW));
            let plan = if matches!(status, Status::Active | Status::Trialing | Status::PastDue) { Plan::Team } else { Plan::Free };
            assert_eq!(got.plan, plan, "{status:?}");
        }
        assert_eq!(of(&reading("s", Status::Unknown("new".into())), None).plan, Plan::Free);
        let mut unknown = reading("s", Status::Active);
        unknown.plan = None;
        assert_eq!(of(&unknown, None).plan, Plan::Free);
        assert_eq!(entitlement(None, None, None, GRACE, NOW), Entitlement { plan: Plan::Free, seats: 3, until: None });
    }

    #[test]
    fn seats_are_those_that_are_paid_for_and_never_more_than_the_plan_has() {
        let mut r = reading("s", Status::Active);
        for (quantity, seats) in
            [(Some(5), 5), (Some(10), 10), (Some(11), 10), (Some(1_000_000), 10), (Some(0), 0), (Some(-1), 0), (None, 0)]
        {
            r.quantity = quantity;
            assert_eq!(of(&r, None).seats, seats, "{quantity:?}");
        }
    }

    #[test]
    fn an_overdue_payment_leaves_the_plan_for_the_grace_period() {
        let r = reading("s", Status::PastDue);
        let since = NOW.minus(GRACE);
        assert_eq!(of(&r, Some(since)).plan, Plan::Free, "over to the millisecond");
        let just = of(&r, Some(since.plus(Span::seconds(1))));
        assert_eq!((just.plan, just.until), (Plan::Team, Some(NOW.plus(Span::seconds(1)))));
        assert_eq!(of(&r, None).plan, Plan::Free, "since when is not known");
    }

    #[test]
    fn an_override_lifts_and_never_lowers_and_ends() {
        let until = NOW.plus(Span::days(1));
        let with = |plan, until, r: Option<&Reading>| entitlement(r, None, Some(Override { plan, until }), GRACE, NOW);
        assert_eq!(with(Plan::Business, until, None), Entitlement { plan: Plan::Business, seats: 50, until: Some(until) });
        assert_eq!(with(Plan::Business, NOW, None).plan, Plan::Free);
        let team = reading("s", Status::Active);
        assert_eq!(with(Plan::Free, until, Some(&team)).plan, Plan::Team);
        assert_eq!(with(Plan::Team, until, Some(&team)).seats, 10, "all seats of the plan");
    }
}
