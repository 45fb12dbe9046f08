//! Every call against Stripe's own specification (shared/stripe-spec, closed at every depth): what nobody here wrote.

use stripe::{
    calls::{self, Call, CustomerChange, Ending, EventFilter, ItemChange, NewCheckout, NewCustomer, NewPortal, Range},
    event::SUBSCRIBED,
    units::UnixSeconds,
};

fn fits<T>(call: &Call<T>) {
    assert_eq!(stripe_spec::request(call.method.as_str(), &call.path, &call.form), Vec::<String>::new(), "{} {}", call.path, call.form);
}

#[test]
fn calls_about_customers_fit() {
    fits(&calls::customer("cus_1").unwrap());
    fits(&calls::create_customer(&NewCustomer::default(), "k").unwrap());
    let new =
        NewCustomer { email: Some("ä+b@example.com"), name: Some("A & B = C"), metadata: [("org_id", "org_1"), ("env", "live")].into() };
    fits(&calls::create_customer(&new, "k").unwrap());
    fits(&calls::update_customer("cus_1", &CustomerChange::default(), "k").unwrap());
    let change = CustomerChange { email: Some(""), name: Some("A & B"), metadata: [("org_id", "")].into() };
    fits(&calls::update_customer("cus_1", &change, "k").unwrap());
}

#[test]
fn calls_about_subscriptions_fit() {
    fits(&calls::subscription("sub_1").unwrap());
    fits(&calls::subscriptions_of("cus_1", None).unwrap());
    fits(&calls::subscriptions_of("cus_1", Some("sub_1")).unwrap());
    for at in [None, Some(UnixSeconds(1_795_464_526))] {
        for quantity in [0, 1, u32::MAX] {
            let change = ItemChange { item: "si_1", price: "price_1", quantity, at };
            fits(&calls::change_subscription("sub_1", &change, "k").unwrap());
            fits(&calls::preview_change("cus_1", "sub_1", &change).unwrap());
        }
    }
    for yes in [true, false] {
        fits(&calls::set_cancel_at_period_end("sub_1", yes, "k").unwrap());
        fits(&calls::cancel_subscription("sub_1", Ending { prorate: yes, invoice_now: !yes }).unwrap());
    }
}

#[test]
fn calls_about_buying_fit() {
    for allow_promotion_codes in [true, false] {
        let new = NewCheckout {
            customer: "cus_1",
            org_id: "org_1",
            checkout_id: "chk_1",
            price: "price_1",
            quantity: 3,
            success_url: "https://app.example.com/billing?session={CHECKOUT_SESSION_ID}",
            cancel_url: "https://app.example.com/billing",
            expires_at: UnixSeconds(1_795_464_526),
            allow_promotion_codes,
        };
        fits(&calls::create_checkout_session(&new, "k").unwrap());
    }
    fits(&calls::checkout_session("cs_test_1").unwrap());
    fits(&calls::expire_checkout_session("cs_test_1", "k").unwrap());
    fits(&calls::prices_by_lookup_keys(&["portico_team_monthly"], None).unwrap());
    fits(&calls::prices_by_lookup_keys(&["a"; calls::MAX_LOOKUP_KEYS], Some(true)).unwrap());
    fits(&calls::price("price_1").unwrap());
    fits(&calls::charge("ch_1").unwrap());
}

#[test]
fn calls_about_the_portal_and_invoices_fit() {
    fits(&calls::portal_configurations().unwrap());
    for configuration in [None, Some("bpc_1")] {
        let new = NewPortal { customer: "cus_1", return_url: "https://app.example.com/billing", configuration };
        fits(&calls::create_portal_session(&new, "k").unwrap());
    }
    fits(&calls::invoices_of("cus_1", None).unwrap());
    fits(&calls::invoices_of("cus_1", Some("in_1")).unwrap());
}

#[test]
fn calls_about_events_fit() {
    fits(&calls::events(&EventFilter::default()).unwrap());
    let all = EventFilter {
        types: &SUBSCRIBED,
        created: Range { gte: Some(UnixSeconds(1)), lte: Some(UnixSeconds(2)) },
        delivery_success: Some(false),
        ending_before: Some("evt_1"),
        starting_after: Some("evt_2"),
    };
    fits(&calls::events(&all).unwrap());
}

/// Stripe's specification lists the types that an endpoint can be told of.
#[test]
fn every_event_that_is_subscribed_to_exists() {
    for kind in SUBSCRIBED {
        let form = format!("url=https://api.example.com/webhooks/stripe&enabled_events[0]={kind}");
        assert_eq!(stripe_spec::request("POST", "/v1/webhook_endpoints", &form), Vec::<String>::new(), "{kind}");
    }
}
