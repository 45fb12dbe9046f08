//! Every call against Stripe's own specification (shared/stripe-spec, closed at every depth): what nobody here wrote.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use stripe::calls::{self, Call, EventFilter, NewCustomer, Range};

fn fits<T>(call: &Call<T>) {
    assert_eq!(stripe_spec::request(call.method.as_str(), &call.path, &call.form), Vec::<String>::new(), "{} {}", call.path, call.form);
}

#[test]
fn every_call_fits_the_specification() {
    fits(&calls::customer("cus_1").unwrap());
    fits(&calls::subscription("sub_1").unwrap());
    fits(&calls::subscriptions_of("cus_1", None).unwrap());
    fits(&calls::subscriptions_of("cus_1", Some("sub_1")).unwrap());
    fits(&calls::events(&EventFilter::default()).unwrap());
    let all = EventFilter {
        types: &["invoice.paid", "customer.subscription.updated"],
        created: Range { gte: Some(1), lte: Some(2) },
        delivery_success: Some(false),
        ending_before: Some("evt_1"),
        starting_after: Some("evt_2"),
    };
    fits(&calls::events(&all).unwrap());
    fits(&calls::create_customer(&NewCustomer::default(), "k").unwrap());
    let new =
        NewCustomer { email: Some("ä+b@example.com"), name: Some("A & B = C"), metadata: [("org_id", "org_1"), ("env", "live")].into() };
    fits(&calls::create_customer(&new, "k").unwrap());
}
