//! Changing, canceling, keeping: previewed, asked once, read again.

use crate::stage::{HOME, Mood, Stage, said};
use billing::WORKER;
use stripe_emulator::core::world::CardBehavior;
use testkit::Replied;

#[test]
fn a_change_is_charged_as_its_preview_said_and_holds_at_once() {
    let s = Stage::bought("team", "5");
    let (shown, fields) = s.preview("business", "6");
    assert!(shown.contains("Business, 6 seats, billed every month") && shown.contains("$174.00 every month"), "{shown}");
    assert!(shown.contains("The card on file is charged;") && !shown.contains("Nothing is charged"), "{shown}");
    let invoices = s.world.borrow().invoices.len();
    let done = s.confirm(&fields);
    assert!(done.status == 303 && said(&done).starts_with('d'), "{done:?}");
    assert_eq!((s.plan().as_str(), s.subscribed()), ("business", vec![("price_portico_business_monthly".to_owned(), 6)]));
    assert_eq!(s.world.borrow().invoices.len(), invoices + 1);
    // The same form once more, as a double click sends it.
    assert_eq!(said(&s.confirm(&fields)), said(&done));
    assert_eq!(s.world.borrow().invoices.len(), invoices + 1);
    assert_eq!(s.value("SELECT state FROM billing_requests WHERE org_id = ?1"), "done");
    assert_eq!(s.count("SELECT count(*) FROM audit_events WHERE org_id = ?1 AND action = 'subscription.changed'"), 1);
    // And back to fewer seats.
    let (shown, fields) = s.preview("business", "5");
    assert!(shown.contains("is credited") && shown.contains("Nothing is charged now") && !shown.contains("is charged;"), "{shown}");
    assert!(said(&s.confirm(&fields)).starts_with('d'));
    assert_eq!((s.subscribed()[0].1, s.value("SELECT CAST(seats AS TEXT) FROM orgs WHERE id = ?1").as_str()), (5, "5"));
    assert!(s.h.db.faults().is_empty());
}

#[test]
fn at_once_a_form_takes_effect_once() {
    for seed in 0..8 {
        let s = Stage::bought("team", "5");
        let (_, fields) = s.preview("team", "7");
        let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        let invoices = s.world.borrow().invoices.len();
        let calls = (0..3).map(|_| s.form(&format!("{HOME}/change"), &fields)).collect();
        let replies = s.h.together(&WORKER, calls, seed);
        assert!(replies.iter().all(|r| matches!(r.status, 303 | 409)), "seed {seed}: {replies:?}");
        assert_eq!((s.subscribed()[0].1, s.world.borrow().invoices.len()), (7, invoices + 1), "seed {seed}");
        assert_eq!(s.value("SELECT CAST(seats AS TEXT) FROM orgs WHERE id = ?1"), "7", "seed {seed}");
    }
}

#[test]
fn a_declined_card_changes_nothing_and_says_what_helps() {
    let s = Stage::bought("team", "5");
    s.world.borrow_mut().customers[0].payment_method.as_mut().unwrap().behavior = CardBehavior::Declines;
    let (_, fields) = s.preview("business", "5");
    let refused = s.confirm(&fields);
    assert_eq!((refused.status, refused.header("location")), (303, Some(HOME)), "{refused:?}");
    assert_eq!((s.plan().as_str(), s.subscribed()), ("team", vec![("price_portico_team_monthly".to_owned(), 5)]));
    let page = s.home();
    assert!(page.contains("The last change was refused") && page.contains("declined") && page.contains("Open Stripe's portal"), "{page}");
    assert_eq!(
        s.count("SELECT count(*) FROM audit_events WHERE org_id = ?1 AND action = 'subscription.changed' AND outcome = 'denied'"),
        1
    );
}

#[test]
fn a_lost_answer_is_said_honestly_and_never_done_twice() {
    let s = Stage::bought("team", "5");
    let (_, fields) = s.preview("team", "8");
    let invoices = s.world.borrow().invoices.len();
    s.mood.set(Mood::Mute);
    let lost = s.confirm(&fields);
    assert!(said(&lost).contains("don't know yet"), "{lost:?}");
    assert_eq!(s.value("SELECT state FROM billing_requests WHERE org_id = ?1"), "asked");
    assert_eq!(s.count("SELECT count(*) FROM jobs WHERE kind = 'stripe.sync' AND state = 'queued' AND org_id = ?1"), 1);
    assert!(s.home().contains("A change isn't confirmed yet"));
    s.mood.set(Mood::Well);
    // It did take effect; the same form under the same key finds that out, and is not charged again.
    let again = s.confirm(&fields);
    assert_eq!(said(&again).chars().next(), Some('d'), "{again:?}");
    assert_eq!((s.subscribed()[0].1, s.world.borrow().invoices.len()), (8, invoices + 1));
    assert_eq!(s.value("SELECT CAST(seats AS TEXT) FROM orgs WHERE id = ?1"), "8");
}

#[test]
fn an_outage_before_anything_changes_nothing() {
    let s = Stage::bought("team", "5");
    let (_, fields) = s.preview("team", "8");
    s.mood.set(Mood::Gone);
    assert!(said(&s.confirm(&fields)).starts_with('f'));
    assert!(said(&s.once(&format!("{HOME}/cancel"), 3)).starts_with('f') || s.subscribed()[0].1 == 5);
    assert!(said(&s.send(&format!("{HOME}/resync"), &[])).contains("doesn't answer"));
    assert!(said(&s.send(&format!("{HOME}/portal"), &[])).contains("doesn't answer"));
    let preview = s.send(&format!("{HOME}/change/preview"), &[("plan", "team"), ("interval", "month"), ("seats", "8")]);
    assert!(preview.status == 409 && preview.text().unwrap().contains("answer at the moment"));
    assert_eq!((s.plan().as_str(), s.subscribed()[0].1), ("team", 5));
}

#[test]
fn a_preview_that_is_old_or_of_another_state_changes_nothing() {
    let s = Stage::bought("team", "5");
    let (_, fields) = s.preview("team", "8");
    let mut old = fields.clone();
    old[3].1 = (fields[3].1.parse::<i64>().unwrap() - 16 * 60).to_string();
    assert!(said(&s.confirm(&old)).contains("doesn't hold any more"));
    let mut other = fields.clone();
    other[4].1 = "0".into();
    assert!(said(&s.confirm(&other)).contains("doesn't hold any more"));
    let same = s.send(&format!("{HOME}/change/preview"), &[("plan", "team"), ("interval", "month"), ("seats", "5")]);
    assert!(same.status == 409 && same.text().unwrap().contains("what you have already"));
    assert_eq!(s.subscribed()[0].1, 5);
}

#[test]
fn an_end_is_set_taken_back_and_made_at_once() {
    let s = Stage::bought("business", "5");
    s.h.db.execute("UPDATE api_keys SET expires_at = NULL WHERE org_id = ?1", &[(&s.h.world.free.id).into()]);
    let asks = s.see(&format!("{HOME}/cancel"));
    assert!(asks.text().unwrap().contains("API keys:"), "what would be over is listed: {:?}", asks.text());
    assert!(said(&s.once(&format!("{HOME}/cancel"), 1)).starts_with('d'));
    assert!(s.home().contains("Keep subscription") && s.plan() == "business");
    let refused = s.once(&format!("{HOME}/cancel"), 2);
    assert_eq!((refused.status, refused.json()["detail"].as_str()), (409, Some("It is set to end already.")));
    assert!(said(&s.once(&format!("{HOME}/keep"), 3)).starts_with('d'));
    assert!(!s.home().contains("Keep subscription"));
    let ended = s.once(&format!("{HOME}/cancel-now"), 4);
    assert!(said(&ended).starts_with('d'), "{ended:?}");
    assert_eq!((s.plan().as_str(), s.subscribed().len()), ("free", 0));
    assert_eq!(said(&s.once(&format!("{HOME}/cancel-now"), 4)), said(&ended), "a double click");
    assert!(s.home().contains("Choose Team"), "one can come back");
    assert!(s.checkout("team", "5").header("location").unwrap().contains("stripe.localhost"));
}
