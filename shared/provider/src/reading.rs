//! A subscription of Stripe's as a reading.

use domain::{
    billing::{Reading, Status},
    money::{Currency, Money},
    plans::{Interval, Plan},
};
use kernel::Millis;
use stripe::{
    subscription::{Item, Recurring, Subscription},
    units::UnixSeconds,
};

/// What counts of a subscription.
pub(crate) fn reading(subscription: &Subscription) -> Reading {
    let item = plan_item(&subscription.items.data);
    let price = item.map(|i| &i.price);
    let period_end = subscription.current_period_end().map(moment);
    let cancel_at = subscription.cancel_at.map(moment);
    // Stripe's newer billing mode writes the same decision as a date.
    let at_period_end = subscription.cancel_at_period_end || (cancel_at.is_some() && cancel_at == period_end);
    Reading {
        id: subscription.id.clone(),
        status: Status::parse(&subscription.status),
        item: item.map(|i| i.id.clone()),
        price: price.map(|p| p.id.clone()),
        lookup_key: price.and_then(|p| p.known_as().map(str::to_owned)),
        plan: price.and_then(|p| Plan::of_price(p.known_as()?)),
        seat: price.and_then(|p| Some(Money::new(p.unit_amount?.0, Currency::parse(p.currency.as_deref()?)?))),
        interval: price.and_then(|p| interval(p.recurring.as_ref()?)),
        quantity: item.and_then(|i| i.quantity),
        period_end,
        cancel_at_period_end: at_period_end,
        cancel_at: cancel_at.filter(|_| !at_period_end),
        trial_end: subscription.trial_end.map(moment),
    }
}

const fn moment(at: UnixSeconds) -> Millis {
    Millis::new(at.millis())
}

/// One month or one year; a plan has no other.
fn interval(recurring: &Recurring) -> Option<Interval> {
    if recurring.interval_count.unwrap_or(1) == 1 { Interval::parse(&recurring.interval) } else { None }
}

/// The item that sells a plan; beside it there may be others.
fn plan_item(items: &[Item]) -> Option<&Item> {
    let sells_a_plan = |item: &&Item| item.price.known_as().and_then(Plan::of_price).is_some();
    items.iter().find(sells_a_plan).or(items.first())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn subscription(rest: &str) -> Subscription {
        let json = format!(r#"{{"id":"sub_1","status":"active","customer":"cus_1","created":1,{rest}}}"#);
        serde_json::from_str(&json).unwrap()
    }

    #[test]
    fn the_item_that_sells_a_plan_counts() {
        let read = reading(&subscription(
            r#""items":{"data":[
                {"id":"si_1","price":{"id":"price_1","lookup_key":"setup_fee"},"quantity":1,"current_period_end":20},
                {"id":"si_2","price":{"id":"price_2","lookup_key":"portico_team_monthly"},"quantity":4,"current_period_end":15}]}"#,
        ));
        assert_eq!(
            (read.lookup_key.as_deref(), read.plan, read.quantity, read.period_end),
            (Some("portico_team_monthly"), Some(Plan::Team), Some(4), Some(Millis::new(15_000)))
        );
        let unknown = reading(&subscription(r#""items":{"data":[{"id":"si_1","price":{"id":"price_1","lookup_key":"other"}}]}"#));
        assert_eq!((unknown.lookup_key.as_deref(), unknown.quantity), (Some("other"), None));
        assert_eq!(reading(&subscription(r#""items":{"data":[]}"#)).lookup_key, None);
        let replaced = reading(&subscription(
            r#""items":{"data":[{"id":"si_1","price":{"id":"price_1","lookup_key":null,"metadata":{"portico_lookup_key":"portico_team_monthly"}}}]}"#,
        ));
        assert_eq!(replaced.plan, Some(Plan::Team), "who bought before the price changed keeps the plan");
    }

    #[test]
    fn an_end_is_an_end_however_stripe_writes_it() {
        let items = r#""items":{"data":[{"id":"si_1","price":{"id":"price_1"},"current_period_end":20}]}"#;
        assert!(!reading(&subscription(items)).cancel_at_period_end);
        assert!(reading(&subscription(&format!(r#"{items},"cancel_at_period_end":true"#))).cancel_at_period_end);
        assert!(reading(&subscription(&format!(r#"{items},"cancel_at":20"#))).cancel_at_period_end);
        let later = reading(&subscription(&format!(r#"{items},"cancel_at":21"#)));
        assert_eq!((later.cancel_at_period_end, later.cancel_at), (false, Some(Millis::new(21_000))), "ends later than its period");
    }
}
