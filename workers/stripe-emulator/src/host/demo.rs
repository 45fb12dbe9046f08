//! What Stripe knows of the demo data (`fixtures/demo.sql`): two customers, one of whom pays for Team. From the start, so without
//! events.

use crate::core::{
    clock::months_after,
    world::{Card, CardBehavior, Customer, Item, Subscription, World},
};

/// A world with the demo's customers in it.
pub(super) fn world(now: i64) -> World {
    let mut world = World::new(now);
    let customer = |id: &str, name: &str, org: &str| Customer {
        name: Some(name.to_owned()),
        metadata: [("org_id".to_owned(), org.to_owned())].into(),
        payment_method: Some(Card {
            id: id.replacen("cus_", "pm_", 1),
            created: now,
            brand: "visa".to_owned(),
            last4: "4242".to_owned(),
            behavior: CardBehavior::Pays,
        }),
        ..Customer::new(id, now)
    };
    world.customers = vec![
        customer("cus_demo_northwind", "Northwind Robotics", "org_018b0000000070008000000000000001"),
        customer("cus_demo_blueharbor", "Blue Harbor Clinics", "org_018b0000000070008000000000000002"),
    ];
    let item = Item {
        id: "si_demo_northwind".to_owned(),
        created: now,
        price: "price_portico_team_monthly".to_owned(),
        quantity: 10,
        period: (now, months_after(now, 1)),
    };
    world.subscriptions = vec![Subscription {
        id: "sub_demo_northwind".to_owned(),
        created: now,
        customer: "cus_demo_northwind".to_owned(),
        status: "active".to_owned(),
        items: vec![item],
        anchor: now,
        cancel_at_period_end: false,
        canceled_at: None,
        ended_at: None,
        cancel_at: None,
        trial_start: None,
        trial_end: None,
        trial_without_card: "create_invoice".to_owned(),
        trial_announced: None,
        renewal_announced: None,
        default_payment_method: None,
        latest_invoice: None,
        cancellation: [None, None, None],
        metadata: [("org_id".to_owned(), "org_018b0000000070008000000000000001".to_owned())].into(),
    }];
    world
}
