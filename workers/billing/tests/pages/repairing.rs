//! Repair states: each with its own words and its own button.

use crate::stage::{HOME, Stage, said};
use domain::billing::Finding;
use testkit::Replied;

#[test]
fn a_customer_that_is_gone_is_replaced_and_a_plan_can_be_bought_again() {
    let s = Stage::bought("team", "5");
    let old = s.value("SELECT stripe_customer_id FROM billing_customers WHERE org_id = ?1");
    s.act("DELETE", &format!("/v1/customers/{old}"), "");
    assert!(said(&s.send(&format!("{HOME}/resync"), &[])).starts_with('d'));
    let page = s.home();
    assert!(page.contains(Finding::CustomerMissing.title()) && page.contains("Set up new record") && s.plan() == "free", "{page}");
    let refused = s.checkout("team", "5");
    assert_eq!(refused.json()["detail"].as_str(), Some("The customer record at Stripe is missing. Set it up again first."));
    assert!(said(&s.once(&format!("{HOME}/customer"), 1)).starts_with('d'));
    let new = s.value("SELECT stripe_customer_id FROM billing_customers WHERE org_id = ?1");
    assert_ne!(new, old);
    let page = s.home();
    assert!(!page.contains(Finding::CustomerMissing.title()) && !page.contains(Finding::SubscriptionMissing.title()), "{page}");
    let to = s.checkout("team", "5");
    assert!(to.header("location").unwrap().contains("stripe.localhost"), "{to:?}");
}

#[test]
fn the_portal_opens_and_one_that_is_not_set_up_is_said() {
    let s = Stage::bought("team", "5");
    assert!(s.see(&format!("{HOME}/portal")).text().unwrap().contains("Go to Stripe"));
    let to = s.send(&format!("{HOME}/portal"), &[]);
    assert!(to.status == 303 && to.header("location").unwrap().starts_with("http://stripe.localhost:8787/"), "{to:?}");
    let url = to.header("location").unwrap();
    assert!(
        !s.h.db.everything().is_empty()
            && s.count("SELECT count(*) FROM audit_events WHERE org_id = ?1 AND instr(coalesce(detail, ''), 'http')") == 0,
        "{url}"
    );
    for c in &mut s.world.borrow_mut().portal_configurations {
        c.active = false;
    }
    let gone = s.send(&format!("{HOME}/portal"), &[]);
    assert_eq!((gone.status, gone.header("location")), (303, Some(HOME)));
    assert!(s.home().contains(Finding::PortalNotConfigured.title()) && s.home().contains("Check the portal again"));
    assert_eq!(
        s.send(&format!("{HOME}/portal"), &[]).json()["detail"].as_str(),
        Some("Stripe's customer portal isn't set up. Support has been told.")
    );
    assert!(said(&s.send(&format!("{HOME}/portal/check"), &[])).starts_with('f'));
    for c in &mut s.world.borrow_mut().portal_configurations {
        c.active = true;
    }
    assert!(said(&s.send(&format!("{HOME}/portal/check"), &[])).starts_with('d'));
    assert!(!s.home().contains("Check the portal again"));
}

#[test]
fn every_repair_state_says_what_it_is_and_offers_what_helps() {
    for kind in Finding::ALL {
        let s = Stage::bought("team", "5");
        let sql = "INSERT INTO billing_findings(org_id, kind, detail, since, seen_at) VALUES(?1, ?2, '{}', 1, 1)";
        s.h.db.execute(sql, &[(&s.h.world.free.id).into(), kind.as_str().into()]);
        let page = s.home();
        let from = page.find(kind.title()).unwrap_or_else(|| panic!("{kind:?} is not shown"));
        let callout = page[from..].split("class=\"callout").next().unwrap();
        assert!(callout.contains("<button") || callout.contains("class=\"button\""), "{kind:?} offers nothing: {callout}");
    }
}

#[test]
fn what_was_changed_at_stripe_is_seen_when_it_is_read_again() {
    let s = Stage::bought("team", "5");
    let id = s.world.borrow().subscriptions[0].id.clone();
    s.act("POST", &format!("/v1/subscriptions/{id}"), "cancel_at_period_end=true");
    assert!(said(&s.send(&format!("{HOME}/resync"), &[])).contains("Something had changed"));
    assert!(s.home().contains("Keep subscription"));
    assert!(said(&s.send(&format!("{HOME}/resync"), &[])).contains("Nothing had changed"));
}
