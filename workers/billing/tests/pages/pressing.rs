//! Every button pressed twice, at once and again: the same comes of it as of one press.

use crate::stage::{HOME, Stage, said, submit};
use billing::WORKER;
use domain::billing::Action;
use std::fmt::Write;
use stripe_emulator::core::world::CheckoutStatus;
use testkit::Replied;

/// An organization whose button can be pressed, where its form goes, and what it sends.
fn ready(action: Action) -> (Stage, String, Vec<(String, String)>) {
    let bought = || Stage::bought("team", "5");
    let once = || vec![("submit".to_owned(), submit(7))];
    let order = [("plan", "team"), ("interval", "month"), ("seats", "5")].map(|(n, v)| (n.to_owned(), v.to_owned()));
    let (stage, path, fields) = match action {
        Action::Checkout => (Stage::new(), "/checkout", order.into()),
        Action::ChangePlan | Action::ChangeSeats => {
            let (s, plan) = (bought(), if action == Action::ChangePlan { "business" } else { "team" });
            let (_, fields) = s.preview(plan, "8");
            (s, "/change", fields)
        }
        Action::CancelAtPeriodEnd => (bought(), "/cancel", once()),
        Action::CancelNow => (bought(), "/cancel-now", once()),
        Action::Reactivate => {
            let s = bought();
            assert!(said(&s.once(&format!("{HOME}/cancel"), 1)).starts_with('d'));
            (s, "/keep", once())
        }
        Action::OpenPortal => (bought(), "/portal", vec![]),
        Action::Resync => (bought(), "/resync", vec![]),
        Action::NewCustomer => {
            let s = bought();
            let old = s.value("SELECT stripe_customer_id FROM billing_customers WHERE org_id = ?1");
            s.act("DELETE", &format!("/v1/customers/{old}"), "");
            assert!(said(&s.send(&format!("{HOME}/resync"), &[])).starts_with('d'));
            (s, "/customer", once())
        }
    };
    (stage, format!("{HOME}{path}"), fields)
}

/// A way of pressing: with the path and the fields of the button's form.
type Press<'p> = &'p dyn Fn(&Stage, &str, &[(&str, &str)]);

/// What there is at Stripe and what is granted, without ids.
fn outcome(s: &Stage) -> String {
    let world = s.world.borrow();
    let mut said = String::new();
    for one in &world.subscriptions {
        let item = one.items.first().map(|i| (i.price.clone(), i.quantity));
        writeln!(said, "{} {item:?} ends: {}", one.status, one.cancel_at_period_end).unwrap();
    }
    let open = world.checkouts.iter().filter(|c| c.status == CheckoutStatus::Open).count();
    let there = world.customers.iter().filter(|c| !c.deleted).count();
    writeln!(said, "{} invoices, {open} open checkouts, {there} customers", world.invoices.len()).unwrap();
    said + &s.plan() + &s.value("SELECT ' ' || seats FROM orgs WHERE id = ?1")
}

#[test]
fn a_button_that_is_pressed_twice_does_what_it_does_once() {
    for action in Action::ALL {
        let pressed = |how: Press<'_>| {
            let (s, path, fields) = ready(action);
            let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
            let before = outcome(&s);
            how(&s, &path, &fields);
            assert!(s.h.db.faults().is_empty(), "{action:?}");
            (before, outcome(&s))
        };
        let (before, wanted) = pressed(&|s, path, fields| {
            let reply = s.send(path, fields);
            assert_eq!(reply.status, 303, "{action:?}: {:?}", reply.text());
        });
        let changes = !matches!(action, Action::OpenPortal | Action::Resync);
        assert_eq!(before != wanted, changes, "{action:?}: {wanted}");
        let (_, again) = pressed(&|s, path, fields| {
            for _ in 0..2 {
                let reply = s.send(path, fields);
                assert!(matches!(reply.status, 303 | 409), "{action:?}: {:?}", reply.text());
            }
        });
        assert_eq!(again, wanted, "{action:?}, one press after the other");
        for seed in 0..6 {
            let (_, together) = pressed(&|s, path, fields| {
                let replies = s.h.together(&WORKER, vec![s.form(path, fields), s.form(path, fields)], seed);
                assert!(replies.iter().any(|r| r.status == 303), "{action:?}, seed {seed}: {replies:?}");
                assert!(replies.iter().all(|r| matches!(r.status, 303 | 409)), "{action:?}, seed {seed}: {replies:?}");
            });
            assert_eq!(together, wanted, "{action:?}, at once, seed {seed}");
        }
    }
}

/// A second window has a form of its own, with a mark of its own.
#[test]
fn two_windows_are_no_more_than_one() {
    for (action, path) in [
        (Action::CancelAtPeriodEnd, "/cancel"),
        (Action::CancelNow, "/cancel-now"),
        (Action::Reactivate, "/keep"),
        (Action::NewCustomer, "/customer"),
    ] {
        let (one, to, fields) = ready(action);
        let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        assert_eq!(one.send(&to, &fields).status, 303, "{action:?}");
        for seed in 0..6 {
            let (s, ..) = ready(action);
            let form = |mark| s.form(&format!("{HOME}{path}"), &[("submit", &submit(mark))]);
            let replies = s.h.together(&WORKER, vec![form(7), form(8)], seed);
            assert!(replies.iter().all(|r| matches!(r.status, 303 | 409)), "{action:?}, seed {seed}: {replies:?}");
            // The one that came second says why in a sentence.
            for late in replies.iter().filter(|r| r.status == 409) {
                assert!(late.json()["detail"].as_str().is_some_and(|why| why.ends_with('.')), "{action:?}, seed {seed}: {late:?}");
            }
            assert_eq!(outcome(&s), outcome(&one), "{action:?}, seed {seed}");
        }
    }
}

/// A form whose mark was taken out or forged does nothing, and says so.
#[test]
fn a_form_without_its_mark_does_nothing() {
    for (action, path) in [(Action::CancelAtPeriodEnd, "/cancel"), (Action::CancelNow, "/cancel-now"), (Action::Reactivate, "/keep")] {
        let (s, ..) = ready(action);
        let before = outcome(&s);
        for mark in ["", "x", "../../cancel", "9223372036854775808"] {
            let reply = s.send(&format!("{HOME}{path}"), &[("submit", mark)]);
            assert!((400..500).contains(&reply.status), "{action:?} {mark:?}: {:?}", reply.text());
            assert_eq!(outcome(&s), before, "{action:?} {mark:?}");
        }
    }
}
