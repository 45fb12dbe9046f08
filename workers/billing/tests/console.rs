//! The operators' billing pages through dispatch, with Stripe's emulator behind them: each repair state is produced at Stripe, seen by a
//! reading, shown in a dry run that changes nothing, repaired, and gone.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use billing::WORKER;
use kernel::{
    OrgId, Reply,
    ports::{Clock, HttpError},
    principal::OperatorRole,
};
use serde_json::Value;
use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};
use stripe_emulator::core::{
    Request, Settings, handle, payment,
    world::{Customer, World},
};
use testkit::{Harness, Replied, get, http, post, time::FrozenClock, world::Session};

const SETTINGS: Settings<'_> = Settings {
    secret_key: "sk_test_testkit",
    api_version: "2026-10-28.endive",
    webhook_url: "http://api.localhost/webhooks/stripe",
    webhook_secret: "whsec_testkit_new",
    endpoints: false,
    pages: "http://stripe.localhost:8787",
};
const REASON: &str = "Ticket 4711: agreed with the owner";

struct Stage {
    h: Harness,
    world: Rc<RefCell<World>>,
    gone: Rc<Cell<bool>>,
    clock: Rc<FrozenClock>,
    org: OrgId,
    customer: String,
}

impl Stage {
    fn new() -> Self {
        let h = Harness::new();
        let (org, customer) = (h.world.free.id.clone(), h.world.free.stripe_customer.clone());
        let now = h.clock.now().seconds();
        let mut world = World::new(now);
        for (id, whose) in [(customer.as_str(), Some(org.to_string())), ("cus_new", None), ("cus_other", Some(h.world.team.id.to_string()))]
        {
            let payment_method = payment::card(&mut world, "pm_card_visa", now);
            let metadata = whose.map(|w| ("org_id".to_owned(), w)).into_iter().collect();
            world.customers.push(Customer { payment_method, metadata, ..Customer::new(id, now) });
        }
        let (world, gone, clock) = (Rc::new(RefCell::new(world)), Rc::new(Cell::new(false)), h.clock.clone());
        let (served, down, time) = (world.clone(), gone.clone(), clock.clone());
        h.http.serve(move |out| {
            if down.get() {
                return Err(HttpError::Timeout);
            }
            let target = out.url.strip_prefix("http://stripe.localhost:8787").unwrap();
            let (path, query) = target.split_once('?').unwrap_or((target, ""));
            let body = String::from_utf8(out.body.clone()).unwrap();
            let key = http::header(out, "idempotency-key");
            let idempotency_key = (!key.is_empty()).then_some(key);
            let authorization = Some(http::header(out, "authorization"));
            let request = Request { method: out.method, path, query, authorization, idempotency_key, body: &body };
            let response = handle(&mut served.borrow_mut(), &SETTINGS, &request, time.now().seconds());
            Ok(http::answer(response.status, &response.body))
        });
        h.db.execute("DELETE FROM billing_findings", &[]);
        h.db.execute("DELETE FROM plan_overrides", &[]);
        h.db.execute("DELETE FROM billing_requests", &[]);
        Self { h, world, gone, clock, org, customer }
    }
    /// Somebody acts at Stripe.
    fn act(&self, method: &str, path: &str, form: &str) -> Value {
        let request = Request { method, path, query: "", authorization: Some("Bearer sk_test_testkit"), idempotency_key: None, body: form };
        let response = handle(&mut self.world.borrow_mut(), &SETTINGS, &request, self.clock.now().seconds());
        assert_eq!(response.status, 200, "{method} {path} {form}: {}", response.body);
        serde_json::from_str(&response.body).unwrap()
    }
    fn subscribe(&self, customer: &str, price: &str, seats: u32) -> String {
        let made =
            self.act("POST", "/v1/subscriptions", &format!("customer={customer}&items[0][price]={price}&items[0][quantity]={seats}"));
        made["id"].as_str().unwrap().to_owned()
    }
    fn send_as(&self, session: &Session, deed: &str, fields: &[(&str, &str)]) -> Reply {
        let path = format!("/billing/orgs/{}/{deed}", self.org);
        self.h.call(&WORKER, self.h.form(&WORKER, post(&path), Some(session), fields))
    }
    fn dry_run(&self, fields: &[(&str, &str)]) -> String {
        let before = self.h.db.everything();
        let reply = self.send_as(&self.h.world.operator.session, "dry-run", fields);
        assert_eq!(reply.status, 200, "{}", reply.text().unwrap());
        for table in [
            "orgs",
            "subscriptions",
            "billing_customers",
            "billing_findings",
            "billing_requests",
            "plan_overrides",
            "price_plans",
            "audit_events",
        ] {
            assert!(self.h.db.everything()[table] == before[table], "a dry run changed {table}");
        }
        reply.text().unwrap().to_owned()
    }
    fn version(&self) -> String {
        self.h.db.count("SELECT billing_version FROM orgs WHERE id = ?1", &[(&self.org).into()]).to_string()
    }
    fn send(&self, fields: &[(&str, &str)]) -> Reply {
        let version = self.version();
        let mut all = fields.to_vec();
        all.extend([("version", version.as_str()), ("reason", REASON)]);
        let reply = self.send_as(&self.h.world.operator.session, "repair", &all);
        self.clock.advance(kernel::time::Span::minutes(2));
        reply
    }
    fn repair(&self, fields: &[(&str, &str)]) {
        let reply = self.send(fields);
        assert_eq!(reply.status, 303, "{fields:?}: {}", reply.text().unwrap_or_default());
    }
    fn resync(&self) {
        self.repair(&[("repair", "resync")]);
    }
    fn findings(&self) -> String {
        self.h.db.text("SELECT coalesce(group_concat(kind, ' '), '') FROM billing_findings WHERE org_id = ?1", &[(&self.org).into()])
    }
    fn plan(&self) -> String {
        self.h.db.text("SELECT plan || ' ' || seats FROM orgs WHERE id = ?1", &[(&self.org).into()])
    }
}

#[test]
fn everybody_looks_and_only_billing_repairs() {
    let s = Stage::new();
    for role in OperatorRole::ALL {
        let session = &s.h.world.operator_of(role).session;
        for path in ["/billing".to_owned(), format!("/billing/orgs/{}", s.org)] {
            let reply = s.h.call(&WORKER, get(&path).session(session));
            assert_eq!(reply.status, 200, "{path} as {role:?}");
            assert_eq!(
                reply.text().unwrap().contains("Dry run"),
                path != "/billing" && matches!(role, OperatorRole::Admin | OperatorRole::Billing)
            );
        }
        let may = matches!(role, OperatorRole::Admin | OperatorRole::Billing);
        let reply = s.send_as(session, "dry-run", &[("repair", "resync")]);
        assert_eq!(reply.status, if may { 200 } else { 403 }, "{role:?}");
    }
    let stale = s.send_as(&s.h.world.stale[2], "dry-run", &[("repair", "resync")]);
    assert_eq!((stale.status, stale.code()), (403, "step_up_needed".to_owned()));
}

#[test]
fn a_grant_lifts_the_plan_and_ends_and_stands_in_both_logs() {
    let s = Stage::new();
    let grant = [("repair", "grant_plan"), ("plan", "business"), ("days", "30")];
    assert!(s.dry_run(&grant).contains("The limits of the Business plan hold until"));
    let stale = s.version();
    s.repair(&grant);
    assert_eq!(s.plan(), "business 50");
    let logs = "SELECT count(DISTINCT org_id) FROM audit_events WHERE action = 'billing.repaired' AND target = ?1 AND org_id IN ('platform', ?1) AND json_extract(detail, '$.reason') = ?2";
    assert_eq!(s.h.db.count(logs, &[(&s.org).into(), REASON.into()]), 2);
    let mut late = grant.to_vec();
    late.extend([("version", stale.as_str()), ("reason", REASON)]);
    let reply = s.send_as(&s.h.world.operator.session, "repair", &late);
    assert!(reply.status == 409 && reply.text().unwrap().contains("changed meanwhile"), "{}", reply.status);
    s.repair(&[("repair", "end_grant")]);
    assert_eq!(s.plan(), "free 3");
    assert_eq!(s.send(&[("repair", "end_grant")]).status, 409);
}

#[test]
fn what_is_wrong_with_a_form_is_said() {
    let s = Stage::new();
    let version = s.version();
    let grant = [("repair", "grant_plan"), ("plan", "team"), ("days", "30"), ("version", version.as_str()), ("reason", "short")];
    let again = s.send_as(&s.h.world.operator.session, "repair", &grant);
    let text = again.text().unwrap();
    assert!(again.status == 422 && text.contains("At least 10 characters") && text.contains("\nshort</textarea>"), "{text}");
    for wrong in [
        vec![("repair", "else")],
        vec![],
        vec![("repair", "relink_customer"), ("customer", "../x")],
        vec![("repair", "relink_customer")],
        vec![("repair", "grant_plan"), ("plan", "free"), ("days", "30")],
        vec![("repair", "grant_plan"), ("plan", "team"), ("days", "367")],
        vec![("repair", "reset_seats"), ("seats", "0")],
        vec![("repair", "map_price"), ("sells", "gold")],
    ] {
        assert_eq!(s.send_as(&s.h.world.operator.session, "dry-run", &wrong).status, 422, "{wrong:?}");
    }
    assert_eq!(s.plan(), "free 3");
}

#[test]
fn a_customer_is_linked_by_its_id_unless_it_is_anothers() {
    let s = Stage::new();
    let taken = s.h.world.team.stripe_customer.clone();
    s.world.borrow_mut().customers.push(Customer::new(&taken, 0));
    for (id, says) in [("cus_none", "Stripe has no customer"), ("cus_other", "belongs to"), (taken.as_str(), "is linked to")] {
        let fields = [("repair", "relink_customer"), ("customer", id)];
        assert!(s.dry_run(&fields).contains(says), "{id}");
        assert_eq!(s.send(&fields).status, 409, "{id}");
    }
    // The record is gone at Stripe: seen, then another one takes its place, with its plan.
    s.act("DELETE", &format!("/v1/customers/{}", s.customer), "");
    s.resync();
    assert_eq!(s.findings(), "customer_missing");
    s.subscribe("cus_new", "price_portico_team_monthly", 9);
    let fields = [("repair", "relink_customer"), ("customer", "cus_new")];
    assert!(s.dry_run(&fields).contains("cus_new is linked"));
    s.repair(&fields);
    assert_eq!((s.findings().as_str(), s.plan().as_str()), ("", "team 9"));
    let world = s.world.borrow();
    let whose = world.customers.iter().find(|c| c.id == "cus_new").unwrap().metadata.get("org_id").cloned();
    assert_eq!(whose, Some(s.org.to_string()));
}

#[test]
fn a_shared_customer_is_separated() {
    let s = Stage::new();
    s.act("POST", &format!("/v1/customers/{}", s.customer), &format!("metadata[org_id]={}", s.h.world.team.id));
    s.resync();
    assert_eq!(s.findings(), "customer_shared");
    assert!(s.dry_run(&[("repair", "separate_customer")]).contains("A new customer is made"));
    s.repair(&[("repair", "separate_customer")]);
    assert_eq!(s.findings(), "");
    let linked = s.h.db.text("SELECT stripe_customer_id FROM billing_customers WHERE org_id = ?1", &[(&s.org).into()]);
    assert!(linked != s.customer && s.world.borrow().customers.iter().any(|c| c.id == linked));
}

#[test]
fn of_two_subscriptions_one_is_kept() {
    let s = Stage::new();
    let first = s.subscribe(&s.customer, "price_portico_team_monthly", 9);
    let second = s.subscribe(&s.customer, "price_portico_business_monthly", 9);
    s.resync();
    assert_eq!(s.findings(), "subscription_double");
    let fields = [("repair", "adopt_subscription"), ("subscription", first.as_str())];
    assert!(s.dry_run(&fields).contains(&format!("{second} ends at Stripe now")));
    s.repair(&fields);
    assert_eq!((s.findings().as_str(), s.plan().as_str()), ("", "team 9"));
    assert_eq!(s.act("GET", &format!("/v1/subscriptions/{second}"), "")["status"], "canceled");
    assert_eq!(s.h.db.text("SELECT group_concat(DISTINCT state) FROM billing_requests WHERE org_id = ?1", &[(&s.org).into()]), "done");
}

#[test]
fn a_subscription_that_stripe_lost_is_dropped() {
    let s = Stage::new();
    s.subscribe(&s.customer, "price_portico_team_monthly", 9);
    s.resync();
    assert_eq!(s.plan(), "team 9");
    assert_eq!(s.send(&[("repair", "drop_subscription")]).status, 409, "Stripe has it");
    s.world.borrow_mut().subscriptions.clear();
    s.resync();
    assert_eq!((s.findings().as_str(), s.plan().as_str()), ("subscription_missing", "free 3"));
    assert!(s.dry_run(&[("repair", "drop_subscription")]).contains("Our record of"));
    s.repair(&[("repair", "drop_subscription")]);
    assert_eq!((s.findings().as_str(), s.h.db.count("SELECT count(*) FROM subscriptions WHERE org_id = ?1", &[(&s.org).into()])), ("", 0));
}

#[test]
fn a_price_that_nobody_knows_is_mapped() {
    let s = Stage::new();
    let product = s.act("POST", "/v1/products", "name=Pilot")["id"].as_str().unwrap().to_owned();
    let price = s.act("POST", "/v1/prices", &format!("product={product}&currency=usd&unit_amount=700&recurring[interval]=month"));
    s.subscribe(&s.customer, price["id"].as_str().unwrap(), 9);
    s.resync();
    assert_eq!((s.findings().as_str(), s.plan().as_str()), ("price_unknown", "free 3"));
    let fields = [("repair", "map_price"), ("sells", "business")];
    assert!(s.dry_run(&fields).contains("sells the Business plan"));
    s.repair(&fields);
    assert_eq!((s.findings().as_str(), s.plan().as_str()), ("", "business 9"));
    s.resync();
    assert_eq!(s.plan(), "business 9", "it stays mapped");
}

#[test]
fn seats_are_set_at_stripe_and_what_it_costs_is_shown_before() {
    let s = Stage::new();
    s.subscribe(&s.customer, "price_portico_team_monthly", 1);
    s.resync();
    assert_eq!(s.findings(), "seat_drift");
    let fields = [("repair", "reset_seats"), ("seats", "9")];
    let shown = s.dry_run(&fields);
    assert!(shown.contains("from 1 to 9") && shown.contains("is charged now"), "{shown}");
    s.repair(&fields);
    assert_eq!((s.findings().as_str(), s.plan().as_str()), ("", "team 9"));
    assert!(s.dry_run(&[("repair", "reset_seats"), ("seats", "11")]).contains("1 to 10 seats"));
}

#[test]
fn silence_and_a_portal_that_was_missing_are_mended() {
    let s = Stage::new();
    for kind in ["webhook_silence", "portal_not_configured"] {
        let sql = "INSERT INTO billing_findings(org_id, kind, detail, since, seen_at) VALUES(?1, ?2, '{}', 1, 1)";
        s.h.db.execute(sql, &[(&s.org).into(), kind.into()]);
    }
    let page = s.h.call(&WORKER, get("/billing?kind=webhook_silence").session(&s.h.world.operator.session));
    assert!(page.text().unwrap().contains(&format!("/billing/orgs/{}", s.org)));
    s.repair(&[("repair", "end_silence")]);
    assert_eq!(s.findings(), "portal_not_configured");
    let checked = s.send(&[("repair", "check_portal")]);
    let there = !s.act("GET", "/v1/billing_portal/configurations", "")["data"].as_array().unwrap().is_empty();
    assert_eq!((checked.status, s.findings().is_empty()), if there { (303, true) } else { (409, false) });
}

#[test]
fn without_stripe_what_is_held_is_shown_and_nothing_is_changed() {
    let s = Stage::new();
    s.gone.set(true);
    assert!(s.dry_run(&[("repair", "resync")]).contains("Below is only what we hold"));
    let before = s.version();
    assert_eq!(s.send(&[("repair", "resync")]).status, 409);
    assert_eq!(s.version(), before);
    // What is made at Stripe without a reading first: nobody knows whether it was.
    s.repair(&[("repair", "separate_customer")]);
    assert_eq!(s.h.db.text("SELECT state FROM billing_requests WHERE org_id = ?1", &[(&s.org).into()]), "asked");
}
