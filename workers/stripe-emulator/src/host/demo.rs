//! What Stripe knows of the demo data (`fixtures/demo.sql`): Northwind, which pays for Team, Blue Harbor, which pays nothing, and organizations
//! of which something differs from what the fixture holds, so that the first readings find it. All of it from the start, so without
//! events.
//!
//! Everything is counted from midnight (UTC) of the day before, by which the fixture counts too: when it is first looked at makes no
//! difference.

use crate::core::{
    clock::{months_after, next_period},
    customers::invoice_prefix,
    invoices::for_period,
    world::{BillingReason, Card, CardBehavior, Customer, Interval, Invoice, InvoiceStatus, Item, Owner, Price, Subscription, World},
};
use chrono::{DateTime, Months};

const DAY: i64 = 86_400;
const TEAM: &str = "price_portico_team_monthly";
/// What Team cost once. It says what it sold, as every price of ours does that lost its lookup key.
const OLD_TEAM: &str = "price_demo_team_2025";
/// Made by hand in the dashboard: nothing says which plan it sells.
const UNKNOWN: &str = "price_demo_winter_special";

/// Customers: what their ids end with, whose they say they are, their name.
const CUSTOMERS: [(&str, &str, &str); 8] = [
    ("northwind", "1", "Northwind Robotics"),
    ("blueharbor", "2", "Blue Harbor Clinics"),
    ("repairyard", "3", "Repair Yard"),
    ("drydock", "5", "Dry Dock Supplies"),
    ("keelanchor", "6", "Keel & Anchor"),
    // It says that it is Copper Lantern's.
    ("twinmasts", "8", "Twin Masts"),
    ("copperlantern", "8", "Copper Lantern"),
    ("fogsignal", "a", "Fog Signal"),
];
/// Deleted in the dashboard.
const DELETED: &str = "drydock";
/// Subscriptions: what their ids end with, whose, price, seats, how many whole months ago they began. That of Keel & Anchor isn't there.
const SUBSCRIPTIONS: [(&str, &str, &str, i64, u32); 6] = [
    ("northwind", "northwind", TEAM, 10, 13),
    ("repairyard", "repairyard", OLD_TEAM, 1, 3),
    ("repairyard_second", "repairyard", TEAM, 1, 1),
    ("twinmasts", "twinmasts", TEAM, 4, 4),
    ("copperlantern", "copperlantern", UNKNOWN, 2, 2),
    ("fogsignal", "fogsignal", TEAM, 6, 5),
];
/// Begun so many days before the others, so that Repair Yard's two periods end apart.
const EARLIER: (&str, i64) = ("repairyard_second", 9);

/// A world with the demo's customers in it. `now` is Unix seconds.
pub(super) fn world(now: i64) -> World {
    let yesterday = now - now.rem_euclid(DAY) - DAY;
    let mut world = World::new(now);
    let old = Price::monthly(OLD_TEAM, "prod_portico_team", 700, months_before(yesterday, 14));
    let special = Price { nickname: Some("Winter special".to_owned()), ..Price::monthly(UNKNOWN, "prod_portico_team", 600, old.created) };
    let sold = [("portico_lookup_key".to_owned(), "portico_team_monthly".to_owned())];
    world.prices.extend([Price { active: false, metadata: sold.into(), ..old }, special]);
    world.customers = CUSTOMERS.map(|(id, org, name)| customer(id, org, name, months_before(yesterday, 13))).into();
    for (id, customer, price, seats, months) in SUBSCRIPTIONS {
        let earlier = if id == EARLIER.0 { EARLIER.1 * DAY } else { 0 };
        subscribe(&mut world, id, customer, (price, seats), months_before(yesterday - earlier, months), now);
    }
    world
}

fn months_before(at: i64, months: u32) -> i64 {
    DateTime::from_timestamp(at, 0).and_then(|t| t.checked_sub_months(Months::new(months))).map_or(at, |t| t.timestamp())
}

fn org_id(end: &str) -> String {
    format!("org_018b000000007000800000000000000{end}")
}

fn customer(id: &str, org: &str, name: &str, created: i64) -> Customer {
    let card = Card {
        id: format!("pm_demo_{id}"),
        created,
        brand: "visa".to_owned(),
        last4: "4242".to_owned(),
        owner: Owner::default(),
        behavior: CardBehavior::Pays,
    };
    Customer {
        name: Some(name.to_owned()),
        metadata: [("org_id".to_owned(), org_id(org))].into(),
        payment_method: Some(card),
        deleted: id == DELETED,
        ..Customer::new(&format!("cus_demo_{id}"), created)
    }
}

/// A subscription that began at `anchor`, and a paid invoice for each of its periods until `now`.
fn subscribe(world: &mut World, id: &str, customer: &str, (price, quantity): (&str, i64), anchor: i64, now: i64) {
    let customer = format!("cus_demo_{customer}");
    let org = world.customers.iter().find(|c| c.id == customer).map(|c| c.metadata.clone()).unwrap_or_default();
    let mut item =
        Item { id: format!("si_demo_{id}"), created: anchor, price: price.to_owned(), quantity, period: (anchor, months_after(anchor, 1)) };
    let mut invoice = invoice(world, id, &customer, &item, 1);
    while item.period.1 <= now {
        item.period = next_period(anchor, item.period.1, Interval::Month, 1);
        invoice = self::invoice(world, id, &customer, &item, invoice.1 + 1);
    }
    world.subscriptions.push(Subscription {
        id: format!("sub_demo_{id}"),
        created: anchor,
        customer,
        status: "active".to_owned(),
        // The next renewal counts as announced: nobody is told of what was there from the start.
        renewal_announced: Some(item.period.1),
        items: vec![item],
        anchor,
        cancel_at_period_end: false,
        canceled_at: None,
        ended_at: None,
        cancel_at: None,
        trial_start: None,
        trial_end: None,
        trial_without_card: "create_invoice".to_owned(),
        trial_announced: None,
        default_payment_method: None,
        latest_invoice: Some(invoice.0),
        cancellation: [None, None, None],
        metadata: org,
    });
}

/// The paid invoice of an item's current period, the `nth` of its subscription. Returns its id, and `nth`.
fn invoice(world: &mut World, subscription: &str, customer: &str, item: &Item, nth: u32) -> (String, u32) {
    let lines = for_period(world, std::slice::from_ref(item), false);
    let mut count = 0;
    if let Some(held) = world.customers.iter_mut().find(|c| c.id == customer) {
        held.invoice_count += 1;
        count = held.invoice_count;
    }
    let at = item.period.0;
    let mut invoice = Invoice {
        id: format!("in_demo_{subscription}_{nth:02}"),
        number: Some(format!("{}-{count:04}", invoice_prefix(customer))),
        created: at,
        customer: customer.to_owned(),
        subscription: format!("sub_demo_{subscription}"),
        status: InvoiceStatus::Paid,
        reason: if nth == 1 { BillingReason::SubscriptionCreate } else { BillingReason::SubscriptionCycle },
        lines,
        period: (at, at),
        currency: "usd".to_owned(),
        starting_balance: 0,
        ending_balance: Some(0),
        amount_due: 0,
        amount_paid: 0,
        attempt_count: 1,
        next_payment_attempt: None,
        finalized_at: Some(at),
        paid_at: Some(at),
        voided_at: None,
        uncollectible_at: None,
    };
    invoice.amount_due = invoice.total();
    invoice.amount_paid = invoice.amount_due;
    let id = invoice.id.clone();
    world.invoices.push(invoice);
    (id, nth)
}
