//! The measured overshoot of the long window, printed, and the bound that the design promises.

use kernel::time::Span;
use limits::{HOUR, hour};

#[test]
fn one_location_never_goes_over() {
    let alone = hour(1, 5, Span::seconds(60), false);
    println!("1 location, 5/s: {} offered, {} let through of {}", alone.offered, alone.admitted, HOUR.limit);
    assert_eq!(alone.admitted, HOUR.limit);
    assert_eq!(alone.refused_writes, 0, "KV takes one write a second for each key");
}

#[test]
fn ten_locations_go_over_by_what_a_minute_and_a_half_lets_through_at_most() {
    for each in [1, 3] {
        let rate = 10 * each;
        let many = hour(10, each, Span::seconds(60), false);
        let over = many.admitted.saturating_sub(HOUR.limit);
        println!(
            "10 locations, {each}/s each, KV a minute late: {} offered, {} let through of {}, overshoot {over} ({} s of the rate); {} KV writes",
            many.offered,
            many.admitted,
            HOUR.limit,
            over / rate,
            many.writes
        );
        assert!(many.admitted >= HOUR.limit, "what is within the limit gets through");
        assert!(over <= rate * 90, "{over}");
        // Each counter is written by one isolate only; the verdict of a full window is told by several at once, and one of them is enough.
        assert!(many.refused_writes < 10, "{}", many.refused_writes);
    }
}

#[test]
fn without_kv_each_isolate_still_holds_the_limit_by_itself() {
    let two = hour(2, 5, Span::millis(0), true);
    assert!(two.admitted <= 2 * HOUR.limit && two.admitted > HOUR.limit, "{}", two.admitted);
}
