//! The oracle: Stripe's own response schemas (shared/stripe-spec), closed at every depth.

use super::{NOW, customer, subscription};
use serde_json::{Value, json};
use stripe_emulator::core::world::World;

/// Fails with every deviation of an answer from the schema of what it says it is.
pub fn fits(value: &Value) {
    assert_eq!(misfits(value), Vec::<String>::new(), "{value}");
}

/// The deviations.
fn misfits(value: &Value) -> Vec<String> {
    stripe_spec::answer(value)
}

/// The oracle itself: what is wrong must be found, or its silence would mean nothing.
#[test]
fn the_specification_refuses_what_is_wrong() {
    let mut world = World::new(NOW);
    let cus = customer(&mut world);
    let sub = subscription(&mut world, &cus);
    assert_eq!(misfits(&sub), Vec::<String>::new());
    for (pointer, value) in [
        ("/status", json!("alive")),
        ("/current_period_end", json!(1)),
        ("/items/data/0/price/unit_amount", json!("9.00")),
        ("/items/data/0/price/recurring/interval", json!("fortnight")),
        ("/cancellation_details/reason", json!("bored")),
        ("/customer", Value::Null),
    ] {
        let mut wrong = sub.clone();
        match wrong.pointer_mut(pointer) {
            Some(at) => *at = value,
            None => wrong[&pointer[1..]] = value,
        }
        assert!(!misfits(&wrong).is_empty(), "{pointer}");
    }
    let mut short = sub;
    short.as_object_mut().unwrap().remove("billing_mode");
    assert!(!misfits(&short).is_empty());
}
