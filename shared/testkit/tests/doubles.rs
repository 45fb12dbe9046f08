//! The doubles hold to the platform's rules, and their faults happen.

use testkit::{Harness, world};

#[test]
fn everybody_signs_in_with_the_one_password() {
    assert!(crypto::password::verify(world::PASSWORD, world::PASSWORD_HASH));
}

#[test]
fn the_world_is_sound() {
    let h = Harness::new();
    assert_eq!(h.db.faults(), Vec::<String>::new());
}
