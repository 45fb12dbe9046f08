//! The oracle: Stripe's own response schemas (shared/stripe/openapi/responses.json), closed at every depth.

use super::{NOW, customer, subscription};
use serde_json::{Value, json};
use stripe_emulator::core::world::World;

/// Fails with every deviation of an answer from the schema of what it says it is.
pub fn fits(value: &Value) {
    assert_eq!(misfits(value), Vec::<String>::new(), "{value}");
}

/// The deviations.
fn misfits(value: &Value) -> Vec<String> {
    let name = match value["object"].as_str() {
        None => "error",
        Some("customer") if value["deleted"] == true => "deleted_customer",
        Some(name) => name,
    };
    if name == "list" {
        value["data"].as_array().unwrap().iter().for_each(fits);
    }
    if name == "event" {
        // What a deleted event carries is the whole object, so this holds for every event.
        fits(&value["data"]["object"]);
    }
    let mut document: Value = serde_json::from_str(include_str!("../../../../shared/stripe/openapi/responses.json")).unwrap();
    assert!(document["$defs"][name].is_object(), "no schema of {name}");
    document["$ref"] = json!(format!("#/$defs/{name}"));
    jsonschema::validator_for(&document).unwrap().iter_errors(value).map(|e| format!("{}: {e}", e.instance_path())).collect()
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
