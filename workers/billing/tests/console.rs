//! The operators' billing pages through dispatch, with Stripe's emulator behind them: each repair state is produced at Stripe, seen by a
//! reading, shown in a dry run that changes nothing, repaired, and gone.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test fails by panicking")]

use billing::{
    WORKER,
    console::repair::{Kind, Values},
};
use kernel::{
    OrgId, Reply,
    ports::{Clock, HttpError},
    principal::OperatorRole,
};
use serde_json::Value;
use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
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
    forms: Cell<u8>,
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
        Self { h, world, gone, clock, forms: Cell::new(0), org, customer }
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
    /// What a second press must not change: our tables, and what Stripe has.
    fn effects(&self) -> (BTreeMap<String, String>, String) {
        let mut tables = self.h.db.everything();
        // Refusals and presses are counted; that is no effect.
        tables.retain(|name, _| {
            matches!(
                name.as_str(),
                "orgs" | "subscriptions" | "outbox" | "audit_events" | "plan_overrides" | "price_plans" | "stripe_events" | "jobs"
            ) || name.starts_with("billing_")
        });
        let world = self.world.borrow();
        (tables, format!("{:?} {:?} {}", world.customers, world.subscriptions, world.invoices.len()))
    }
    /// The mark of a form that was just shown.
    fn submit(&self) -> String {
        self.forms.set(self.forms.get() + 1);
        crypto::token::encode(&[self.forms.get(); 32])
    }
    fn version(&self) -> String {
        self.h.db.count("SELECT billing_version FROM orgs WHERE id = ?1", &[(&self.org).into()]).to_string()
    }
    fn send(&self, fields: &[(&str, &str)]) -> Reply {
        let (version, submit) = (self.version(), self.submit());
        let mut all = fields.to_vec();
        all.extend([("version", version.as_str()), ("submit", submit.as_str()), ("reason", REASON)]);
        let reply = self.send_as(&self.h.world.operator.session, "repair", &all);
        // In a row: answered like the first, and nothing happens.
        if reply.status == 303 && !self.gone.get() {
            let before = self.effects();
            let again = self.send_as(&self.h.world.operator.session, "repair", &all);
            assert_eq!((again.status, again.header("location")), (303, reply.header("location")), "{fields:?}");
            assert_eq!(self.effects(), before, "a second press of {fields:?}");
        }
        // What was refused leaves nothing that the next would have to wait for.
        if reply.status == 303 {
            self.clock.advance(kernel::time::Span::minutes(2));
        }
        reply
    }
    fn repair(&self, fields: &[(&str, &str)]) {
        let reply = self.send(fields);
        assert_eq!(reply.status, 303, "{fields:?}: {}", reply.text().unwrap_or_default());
    }
    fn resync(&self) {
        self.repair(&[("repair", "resync")]);
    }
    fn page(&self) -> String {
        let reply = self.h.call(&WORKER, get(&format!("/billing/orgs/{}", self.org)).session(&self.h.world.operator.session));
        reply.text().unwrap().to_owned()
    }
    fn name(&self, org: &OrgId) -> String {
        self.h.db.text("SELECT name FROM orgs WHERE id = ?1", &[org.into()])
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
    let submit = s.submit();
    late.extend([("version", stale.as_str()), ("submit", submit.as_str()), ("reason", REASON)]);
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
    let submit = s.submit();
    let grant = [
        ("repair", "grant_plan"),
        ("plan", "team"),
        ("days", "30"),
        ("version", version.as_str()),
        ("submit", submit.as_str()),
        ("reason", "short"),
    ];
    let again = s.send_as(&s.h.world.operator.session, "repair", &grant);
    let text = again.text().unwrap();
    assert!(again.status == 422 && text.contains("At least 10 characters") && text.contains("\nshort</textarea>"), "{text}");
    for wrong in [vec![("repair", "else")], vec![]] {
        assert_eq!(s.send_as(&s.h.world.operator.session, "dry-run", &wrong).status, 422, "{wrong:?}");
    }
    assert_eq!(s.plan(), "free 3");
}

/// What would be right in a field.
fn fits(field: &str) -> &'static str {
    match field {
        "customer" => "cus_new",
        "subscription" => "sub_1",
        "sells" | "plan" => "team",
        "seats" => "3",
        "days" => "30",
        other => panic!("{other} is new: say here what fits it"),
    }
}

/// Values that are wrong in each field, whatever the field: of the repair, and of the page that shows the form again.
#[test]
fn a_form_with_wrong_fields_is_shown_again_with_what_was_typed_for_every_repair_and_every_field() {
    let s = Stage::new();
    let values = Values::default();
    let (mut repairs, mut fields) = (0, 0);
    for kind in Kind::ALL {
        repairs += 1;
        let own = kind.fields(&values);
        let unknown = s.send_as(&s.h.world.operator.session, "dry-run", &[("repair", kind.as_str()), ("extra", "1")]);
        assert!(unknown.status == 422 && unknown.text().unwrap().contains("extra: There is no such field."), "{kind:?}");
        for deed in ["dry-run", "repair"] {
            for field in &own {
                for wrong in ["", "<b>?", "99999999999999999999", "x\u{0}"] {
                    fields += 1;
                    let version = s.version();
                    let submit = s.submit();
                    let mut sent = vec![("repair", kind.as_str()), (field.name, wrong)];
                    sent.extend(own.iter().filter(|f| f.name != field.name).map(|f| (f.name, fits(f.name))));
                    if deed == "repair" {
                        sent.extend([("version", version.as_str()), ("submit", submit.as_str()), ("reason", REASON)]);
                    }
                    let before = s.effects();
                    let reply = s.send_as(&s.h.world.operator.session, deed, &sent);
                    let text = reply.text().unwrap();
                    assert_eq!(reply.status, 422, "{kind:?} {deed} {}={wrong:?}: {text}", field.name);
                    let summary = text.split("role=\"alert\"").nth(1).unwrap().split("</div>").next().unwrap();
                    assert!(
                        summary.contains(&format!("href=\"#field-{}\">{}", field.name, field.label)),
                        "{kind:?} {}: {summary}",
                        field.name
                    );
                    let said = summary.split("</a>").next().unwrap().rsplit('>').next().unwrap();
                    assert!(said.matches('.').count() >= if wrong.is_empty() { 1 } else { 2 }, "what is wrong, and what to do: {said}");
                    assert!(text.contains(&format!("name=\"repair\" value=\"{}\"", kind.as_str())) && text.contains(kind.title()));
                    if wrong == "<b>?" && !matches!(field.name, "sells" | "plan") {
                        assert!(text.contains("value=\"&lt;b&gt;?\""), "{kind:?} {}: what was typed is gone: {text}", field.name);
                    }
                    for other in own.iter().filter(|f| f.name != field.name) {
                        assert!(text.contains(&format!("value=\"{}\"", fits(other.name))), "{kind:?}: {} is gone", other.name);
                    }
                    assert_eq!(s.effects(), before);
                }
            }
        }
    }
    println!("wrong fields: {repairs} repairs, {fields} forms");
    assert!(fields > 0);
}

#[test]
fn what_only_stripe_knows_to_be_wrong_is_said_at_its_field() {
    let s = Stage::new();
    s.subscribe(&s.customer, "price_portico_team_monthly", 9);
    s.resync();
    for (fields, name, says) in [
        ([("repair", "relink_customer"), ("customer", "cus_none")], "customer", "Stripe has no customer cus_none."),
        ([("repair", "adopt_subscription"), ("subscription", "sub_none")], "subscription", "Choose one of sub_"),
        ([("repair", "reset_seats"), ("seats", "11")], "seats", "1 to 10 seats"),
        ([("repair", "reset_seats"), ("seats", "0")], "seats", "1 to 10 seats"),
        ([("repair", "reset_seats"), ("seats", "-1")], "seats", "1 to 10 seats"),
        ([("repair", "reset_seats"), ("seats", "9223372036854775807")], "seats", "1 to 10 seats"),
    ] {
        let reply = s.send_as(&s.h.world.operator.session, "dry-run", &fields);
        let text = reply.text().unwrap();
        assert!(reply.status == 422 && text.contains(&format!("href=\"#field-{name}\"")) && text.contains(says), "{text}");
        assert!(text.contains(&format!("value=\"{}\"", fields[1].1)), "{text}");
        assert_eq!(s.send(&fields).status, 409);
    }
}

#[test]
fn a_customer_is_linked_by_its_id_unless_it_is_anothers() {
    let s = Stage::new();
    let taken = s.h.world.team.stripe_customer.clone();
    s.world.borrow_mut().customers.push(Customer::new(&taken, 0));
    for (id, says) in [("cus_none", "Stripe has no customer"), ("cus_other", "belongs to"), (taken.as_str(), "is linked to")] {
        let fields = [("repair", "relink_customer"), ("customer", id)];
        let shown = s.send_as(&s.h.world.operator.session, "dry-run", &fields);
        assert!(shown.status == 422 && shown.text().unwrap().contains(says), "{id}");
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
    let page = s.page();
    assert!(page.contains(&format!("<a href=\"/billing/orgs/{}\">{}</a>", s.h.world.team.id, s.name(&s.h.world.team.id))), "{page}");
    // Anybody can write anything at Stripe.
    s.act("POST", &format!("/v1/customers/{}", s.customer), "metadata[org_id]=<script>");
    s.resync();
    assert!(s.page().contains("<code>&lt;script&gt;</code>, which is no organization here."));
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
}

#[test]
fn a_subscription_at_an_older_price_is_moved_to_the_published_one() {
    let s = Stage::new();
    let old = "product=prod_portico_team&currency=usd&unit_amount=700&recurring[interval]=month&metadata[portico_lookup_key]=portico_team_monthly";
    let price = s.act("POST", "/v1/prices", old)["id"].as_str().unwrap().to_owned();
    let id = s.subscribe(&s.customer, &price, 9);
    s.resync();
    assert_eq!((s.findings().as_str(), s.plan().as_str()), ("price_mismatch", "team 9"));
    assert!(s.page().contains("Move to the published price"));
    let shown = s.dry_run(&[("repair", "move_price")]);
    assert!(shown.contains("goes from $7.00 to $9.00 a month, for 9 seats") && shown.contains("is charged now"), "{shown}");
    s.repair(&[("repair", "move_price")]);
    assert_eq!((s.findings().as_str(), s.plan().as_str()), ("", "team 9"));
    let now = s.act("GET", &format!("/v1/subscriptions/{id}"), "");
    assert_eq!(now["items"]["data"][0]["price"]["id"], "price_portico_team_monthly");
    assert!(s.dry_run(&[("repair", "move_price")]).contains("has the published price already"));
    assert_eq!(s.send(&[("repair", "move_price")]).status, 409);
    // A price at Stripe that isn't the published one can't be moved to.
    let wrong = "product=prod_portico_team&currency=usd&unit_amount=100&recurring[interval]=month&lookup_key=portico_team_monthly&transfer_lookup_key=true";
    let wrong = s.act("POST", "/v1/prices", wrong)["id"].as_str().unwrap().to_owned();
    let item = now["items"]["data"][0]["id"].as_str().unwrap();
    s.act("POST", &format!("/v1/subscriptions/{id}"), &format!("items[0][id]={item}&items[0][price]={wrong}&items[0][quantity]=9"));
    s.resync();
    assert_eq!(s.findings(), "price_mismatch");
    assert!(s.dry_run(&[("repair", "move_price")]).contains("Run npm run stripe:setup"));
}

#[test]
fn silence_ends_only_when_a_delivery_came_and_nothing_is_missing() {
    let s = Stage::new();
    let check = [("repair", "end_silence")];
    s.h.set("BILLING_EVENTS_LATE_MINUTES", "1");
    let outcome = || {
        let sql = "SELECT coalesce(json_extract(detail, '$.outcome'), 'in order') FROM audit_events WHERE action = 'billing.repaired' AND org_id = ?1 ORDER BY occurred_at DESC LIMIT 1";
        s.h.db.text(sql, &[(&s.org).into()])
    };
    // Lost: nobody delivers what happens here.
    s.subscribe(&s.customer, "price_portico_team_monthly", 9);
    s.clock.advance(kernel::time::Span::minutes(1));
    s.repair(&check);
    assert!(outcome().starts_with("Deliveries still fail: "), "{}", outcome());
    assert_eq!(s.findings(), "webhook_silence");
    assert_eq!(s.plan(), "team 9", "what was missing is in effect");
    let list = s.h.call(&WORKER, get("/billing?kind=webhook_silence").session(&s.h.world.operator.session));
    assert!(list.text().unwrap().contains(&format!("/billing/orgs/{}", s.org)));
    // Nothing more is missing, and nothing came either.
    assert!(s.dry_run(&check).contains("none was delivered: the note stays"));
    s.repair(&check);
    assert!(outcome().starts_with("Nothing more is missing, but nothing was delivered"), "{}", outcome());
    assert_eq!(s.findings(), "webhook_silence");
    // Something comes, of whoever.
    s.h.db.execute(
        "INSERT INTO stripe_events(id, type, created, payload, state, received_at, source) VALUES('evt_came', 'customer.updated', ?1, '{}', 'ignored', ?1, 'delivery')",
        &[s.clock.now().into()],
    );
    s.clock.advance(kernel::time::Span::minutes(1));
    assert!(s.dry_run(&check).contains("one was delivered"));
    s.repair(&check);
    assert_eq!((outcome().as_str(), s.findings().as_str()), ("in order", ""));
    // Stripe can't be asked.
    s.gone.set(true);
    assert_eq!(s.send(&check).status, 409);
}

#[test]
fn a_portal_that_was_missing_is_checked() {
    let s = Stage::new();
    let there = |is: bool| s.world.borrow_mut().portal_configurations.iter_mut().for_each(|c| c.active = is);
    there(false);
    let sql = "INSERT INTO billing_findings(org_id, kind, detail, since, seen_at) VALUES(?1, 'portal_not_configured', '{}', 1, 1)";
    s.h.db.execute(sql, &[(&s.org).into()]);
    assert!(s.dry_run(&[("repair", "check_portal")]).contains("no portal configuration"));
    assert_eq!(s.send(&[("repair", "check_portal")]).status, 409);
    there(true);
    s.repair(&[("repair", "check_portal")]);
    assert_eq!(s.findings(), "");
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
