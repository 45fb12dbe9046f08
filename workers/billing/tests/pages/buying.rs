//! Buying a plan: one slot, one page of Stripe's, one subscription.

use crate::stage::{HOME, Mood, Stage, said};
use billing::WORKER;
use kernel::{principal::Role, time::Span};
use stripe_emulator::core::world::{CardBehavior, CheckoutStatus};
use testkit::{Replied, get};

#[test]
fn a_plan_is_bought_and_holds_when_the_buyer_comes_back() {
    let s = Stage::new();
    let page = s.home();
    assert!(page.contains("Choose Team") && page.contains("Choose Business") && page.contains("$9.00"), "{page}");
    let to = s.checkout("team", "5");
    let url = to.header("location").unwrap().to_owned();
    assert!(to.status == 303 && url.starts_with("http://stripe.localhost:8787/"), "{url}");
    assert!(s.home().contains("A purchase is under way"));
    let session = s.session();
    assert!(!s.pay(&session, CardBehavior::Declines), "declined");
    assert_eq!(s.plan(), "free");
    assert!(s.pay(&session, CardBehavior::Pays));
    let waiting = s.see(&format!("{HOME}/checkout/done?session_id={session}"));
    assert!(waiting.text().unwrap().contains("Waiting for Stripe"));
    let back = s.send(&format!("{HOME}/checkout/done"), &[("session_id", &session)]);
    assert_eq!((back.status, back.header("location")), (303, Some(HOME)));
    assert!(said(&back).contains("The Team plan is active"), "{}", said(&back));
    assert_eq!((s.plan().as_str(), s.value("SELECT CAST(seats AS TEXT) FROM orgs WHERE id = ?1").as_str()), ("team", "5"));
    assert_eq!(s.value("SELECT state FROM checkouts WHERE org_id = ?1"), "completed");
    let page = s.home();
    assert!(page.contains("$45.00 every month") && page.contains("Active") && !page.contains("A purchase is under way"), "{page}");
    assert!(s.see(&format!("{HOME}/checkout/done?session_id={session}")).text().unwrap().contains("Thank you"));
    assert!(s.h.db.faults().is_empty());
}

#[test]
fn two_at_once_come_to_one_page_and_one_subscription() {
    for seed in 0..12 {
        let s = Stage::new();
        let order = [("plan", "team"), ("interval", "month"), ("seats", "5")];
        let calls = (0..3).map(|_| s.form(&format!("{HOME}/checkout"), &order)).collect();
        let replies = s.h.together(&WORKER, calls, seed);
        let pages: Vec<&str> = replies.iter().filter_map(|r| r.header("location")).filter(|to| to.contains("stripe.localhost")).collect();
        assert!(!pages.is_empty() && pages.iter().all(|p| *p == pages[0]), "seed {seed}: {replies:?}");
        assert!(replies.iter().all(|r| matches!(r.status, 303 | 409)), "seed {seed}: {replies:?}");
        let world = s.world.borrow();
        assert_eq!((world.checkouts.len(), world.customers.len()), (1, 1), "seed {seed}");
    }
}

#[test]
fn the_same_order_leads_to_the_same_page_and_another_closes_it() {
    let s = Stage::new();
    let first = s.checkout("team", "5").header("location").unwrap().to_owned();
    assert_eq!(s.checkout("team", "5").header("location"), Some(first.as_str()));
    let old = s.session();
    let other = s.checkout("business", "6").header("location").unwrap().to_owned();
    assert_ne!(other, first);
    let open: Vec<String> = s.world.borrow().checkouts.iter().filter(|c| c.status == CheckoutStatus::Open).map(|c| c.id.clone()).collect();
    assert_eq!((open.len(), open.contains(&old)), (1, false), "only the new page can be paid on");
    assert!(!s.pay(&old, CardBehavior::Pays));
    // Paid on while somebody chooses something else: nothing more is sold.
    assert!(s.pay(&s.session(), CardBehavior::Pays));
    let late = s.checkout("team", "5");
    assert_eq!((late.status, late.header("location")), (303, Some(HOME)), "{:?}", late.text());
    assert_eq!((s.plan().as_str(), s.subscribed().len(), s.world.borrow().checkouts.len()), ("business", 1, 2));
}

#[test]
fn a_crash_between_any_two_steps_is_gone_on_with() {
    for io in 0..40 {
        let s = Stage::new();
        let order = [("plan", "team"), ("interval", "month"), ("seats", "5")];
        let call = s.form(&format!("{HOME}/checkout"), &order);
        let ended = s.h.cut(io, s.h.serve(&WORKER, call)).is_some();
        s.h.restart();
        let again = s.checkout("team", "5");
        assert!(again.header("location").is_some_and(|to| to.starts_with("http://stripe.localhost:8787/")), "cut at {io}: {again:?}");
        let world = s.world.borrow();
        assert_eq!((world.checkouts.len(), world.customers.len()), (1, 1), "cut at {io}");
        if ended {
            return;
        }
    }
    panic!("the purchase never ended");
}

#[test]
fn a_lost_answer_and_an_outage_sell_nothing_twice() {
    let s = Stage::new();
    s.mood.set(Mood::Gone);
    let gone = s.checkout("team", "5");
    assert!(gone.header("location") == Some(HOME) && said(&gone).starts_with('f'), "{gone:?}");
    for _ in 0..3 {
        s.mood.set(Mood::Mute);
        assert!(said(&s.checkout("team", "5")).contains("nothing was bought"));
    }
    s.mood.set(Mood::Well);
    assert!(s.checkout("team", "5").header("location").unwrap().contains("stripe.localhost"));
    assert_eq!((s.world.borrow().checkouts.len(), s.world.borrow().customers.len()), (1, 1));
    // Whatever Stripe's answer says, nobody is led anywhere else.
    let s = Stage::new();
    s.mood.set(Mood::Elsewhere);
    assert_eq!(s.checkout("team", "5").status, 500);
}

#[test]
fn a_purchase_that_ran_out_makes_room_and_one_can_be_given_up() {
    let s = Stage::new();
    let first = s.checkout("team", "5").header("location").unwrap().to_owned();
    s.h.clock.advance(Span::minutes(61));
    s.h.renew_sessions();
    let next = s.checkout("team", "5");
    assert_ne!(next.header("location"), Some(first.as_str()), "{next:?}");
    assert_eq!(s.world.borrow().checkouts.len(), 2);
    let up = s.send(&format!("{HOME}/checkout/give-up"), &[]);
    assert!(said(&up).contains("given up"), "{up:?}");
    assert!(s.world.borrow().checkouts.iter().all(|c| c.status == CheckoutStatus::Expired));
    assert!(said(&s.send(&format!("{HOME}/checkout/give-up"), &[])).contains("No purchase"));
}

#[test]
fn given_up_at_the_moment_it_is_opened_leaves_no_page_that_nobody_knows() {
    for seed in 0..40 {
        let s = Stage::new();
        let order = [("plan", "team"), ("interval", "month"), ("seats", "5")];
        // A crash left the row without its page, or there is nothing yet.
        let begun = s.form(&format!("{HOME}/checkout"), &order);
        let _ = s.h.cut(usize::try_from(seed).unwrap() % 12, s.h.serve(&WORKER, begun));
        s.h.restart();
        let calls = vec![s.form(&format!("{HOME}/checkout"), &order), s.form(&format!("{HOME}/checkout/give-up"), &[])];
        let replies = s.h.together(&WORKER, calls, seed);
        assert!(replies.iter().all(|r| matches!(r.status, 303 | 409)), "seed {seed}: {replies:?}");
        let open: Vec<String> =
            s.world.borrow().checkouts.iter().filter(|c| c.status == CheckoutStatus::Open).map(|c| c.id.clone()).collect();
        let known = s.h.db.rows("SELECT session_id FROM checkouts WHERE state = 'open' AND org_id = ?1", &[(&s.h.world.free.id).into()]);
        let known: Vec<String> = known.iter().map(|row| row.text(0).unwrap().to_owned()).collect();
        assert_eq!(open, known, "seed {seed}");
    }
}

#[test]
fn a_way_back_that_was_tampered_with_shows_and_does_nothing() {
    let s = Stage::bought("team", "5");
    for session in ["cs_test_northwind", "cs_none", "../customers", ""] {
        let seen = s.see(&format!("{HOME}/checkout/done?session_id={session}"));
        assert_eq!((seen.status, seen.header("location")), (303, Some(HOME)), "{session}");
    }
    for session in ["cs_test_northwind", "cs_none", "../customers"] {
        let before = s.count("SELECT count(*) FROM audit_events WHERE org_id = ?1");
        let sent = s.send(&format!("{HOME}/checkout/done"), &[("session_id", session)]);
        assert!(sent.status == 303 && said(&sent).contains("don't know this purchase"), "{session}: {sent:?}");
        assert_eq!(s.count("SELECT count(*) FROM audit_events WHERE org_id = ?1"), before);
    }
}

#[test]
fn what_can_t_be_ordered_is_refused_by_its_field() {
    let s = Stage::new();
    for (plan, interval, seats, says) in [
        ("", "month", "5", "Plan is missing"),
        ("free", "month", "5", "not allowed"),
        ("team", "week", "5", "not allowed"),
        ("team", "month", "", "Seats is missing"),
        ("team", "month", "0", "out of range"),
        ("team", "month", "1000000", "at most 10 seats"),
        ("team", "month", "9223372036854775808", "number"),
        ("team", "month", "-1", "out of range"),
        ("team", "month", "4.5", "number"),
        ("platinum", "month", "5", "not allowed"),
        ("team", "month", "11", "or the Business plan"),
        ("team", "month", "many", "number"),
        ("business", "year", "1", "seats are in use"),
    ] {
        let reply = s.send(&format!("{HOME}/checkout"), &[("plan", plan), ("interval", interval), ("seats", seats)]);
        assert!(reply.status == 422 && reply.text().unwrap().contains(says), "{plan} {interval} {seats}: {:?}", reply.text());
        let kept = seats.is_empty() || reply.text().unwrap().contains(&format!("value=\"{seats}\""));
        assert!(kept, "{seats} is kept: {:?}", reply.text());
    }
    assert!(s.h.http.sent().is_empty(), "Stripe was not asked");
    // The form that changes what there is refuses the same, and asks nothing either.
    let s = Stage::bought("team", "5");
    let asked = s.h.http.sent().len();
    for (plan, seats, says) in [
        ("platinum", "5", "not allowed"),
        ("team", "0", "out of range"),
        ("team", "1000000", "at most 10 seats"),
        ("team", "9223372036854775808", "number"),
    ] {
        let reply = s.send(&format!("{HOME}/change/preview"), &[("plan", plan), ("interval", "month"), ("seats", seats)]);
        let text = reply.text().unwrap();
        assert!(reply.status == 422 && text.contains(says) && text.contains(&format!("value=\"{seats}\"")), "{plan} {seats}: {text}");
    }
    assert_eq!((s.h.http.sent().len(), s.subscribed()[0].1), (asked, 5));
}

#[test]
fn who_only_reads_sees_no_amounts_and_no_buttons() {
    let s = Stage::bought("team", "5");
    for role in [Role::Member, Role::Viewer] {
        let page = s.h.call(&WORKER, get(HOME).session(&s.who(role)));
        let text = page.text().unwrap();
        assert!(page.status == 200 && text.contains("Team plan") && text.contains("Seats"), "{text}");
        assert!(!text.contains("$45.00") && !text.contains("What you can do") && !text.contains("Recent payments"));
    }
    let page = s.h.call(&WORKER, get(HOME).session(&s.who(Role::Billing)));
    assert!(page.text().unwrap().contains("$45.00"));
}

#[test]
fn without_keys_the_page_says_so_and_nothing_can_be_done() {
    let s = Stage::new();
    s.h.set("STRIPE_MODE", "off");
    s.h.set("STRIPE_SECRET_KEY", "");
    s.h.set("STRIPE_WEBHOOK_SECRETS", "");
    let page = s.home();
    assert!(page.contains("Payments aren't set up") && !page.contains("Choose Team"), "{page}");
    let refused = s.checkout("team", "5");
    assert_eq!((refused.status, refused.json()["detail"].as_str()), (409, Some("Payments aren't set up here yet.")));
    assert!(s.h.http.sent().is_empty());
}
