//! A deployment with Stripe's emulator behind its HTTP port, and an organization that is about to subscribe.

use domain::plans::Plan;
use kernel::{
    Fut, OrgId, Reply, Result,
    host::Surface,
    ports::{Answer, HttpError, Outgoing, Queue},
    principal::Role,
    task::{Handlers, Task, hint_id},
    time::Span,
    worker::{Binding, Cron, Worker},
};
use serde_json::Value;
use std::{
    cell::{Cell, RefCell},
    rc::Rc,
    sync::Arc,
};
use stripe_emulator::core::{
    Request, Settings,
    checkout::{Purchase, buy},
    events::render,
    handle, payment,
    subscriptions::force_status,
    world::{CardBehavior, Customer, StoredEvent, World},
};
use testkit::{Call, Harness, http, post, time::FrozenClock};

/// The Worker that runs the consumer, as far as this queue goes.
pub static JOBS: Worker = Worker {
    name: "jobs",
    routes: &[],
    fallback: &[],
    bindings: &[Binding::Db, Binding::Send(Queue::Stripe)],
    vars: &["STRIPE_API_BASE", "STRIPE_API_VERSION", domain::billing::GRACE_DAYS, domain::billing::EVENTS_LATE_MINUTES],
    secrets: queue_stripe_sync::SECRETS,
    consumes: &[Queue::Stripe],
    crons: &[Cron::Minute],
};
/// What it does.
pub const HANDLERS: Handlers = Handlers { consume, bury, tick };

fn consume<'a>(task: &'a Task<'_>, _: Queue, body: &'a str) -> Fut<'a, Result<()>> {
    Box::pin(async move { queue_stripe_sync::consume(task, &hint_id(body).unwrap()).await })
}
fn bury<'a>(_: &'a Task<'_>, _: Queue, _: &'a str) -> Fut<'a, Result<()>> {
    Box::pin(async { Ok(()) })
}
fn tick<'a>(task: &'a Task<'_>, _: Cron) -> Fut<'a, Result<()>> {
    Box::pin(async move {
        store::jobs::sweep(task, 100).await?;
        queue_stripe_sync::sweep_entitlements(task, 100).await?;
        queue_stripe_sync::reconcile::settle_requests(task, 100).await?;
        queue_stripe_sync::reconcile::go_on_comparing(task, 50).await?;
        queue_stripe_sync::sweep(task, Span::minutes(5), 100).await.map(|_| ())
    })
}

const SETTINGS: Settings<'_> = Settings {
    secret_key: "sk_test_testkit",
    api_version: "2026-10-28.endive",
    webhook_url: "http://api.localhost/webhooks/stripe",
    webhook_secret: "whsec_testkit_new",
    pages: "http://stripe.localhost:8787",
    endpoints: false,
};

/// How Stripe behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mood {
    /// As the emulator.
    Well,
    /// It answers with that status and that body.
    Says(u16, &'static str),
    /// It doesn't answer in time.
    Silent,
    /// It can't be reached.
    Gone,
    /// It does what is asked, and the answer to what changes something is lost.
    Mute,
}

/// Stripe.
pub struct Stripe {
    /// What it knows.
    pub world: RefCell<World>,
    /// How it is.
    pub mood: Cell<Mood>,
    clock: Rc<FrozenClock>,
}
impl Stripe {
    fn now(&self) -> i64 {
        use kernel::ports::Clock;
        self.clock.now().seconds()
    }
    fn serve(&self, outgoing: &Outgoing) -> std::result::Result<Answer, HttpError> {
        match self.mood.get() {
            Mood::Well | Mood::Mute => {}
            Mood::Says(status, body) => return Ok(http::answer(status, body)),
            Mood::Silent => return Err(HttpError::Timeout),
            Mood::Gone => return Err(HttpError::Network("Network connection lost.".into())),
        }
        let target = outgoing.url.strip_prefix("http://stripe.localhost:8787").unwrap();
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let key = http::header(outgoing, "idempotency-key");
        let request = Request {
            method: outgoing.method,
            path,
            query,
            authorization: Some(http::header(outgoing, "authorization")),
            idempotency_key: (!key.is_empty()).then_some(key),
            body: std::str::from_utf8(&outgoing.body).unwrap(),
        };
        let response = handle(&mut self.world.borrow_mut(), &SETTINGS, &request, self.now());
        if self.mood.get() == Mood::Mute && outgoing.method != "GET" {
            return Err(HttpError::Timeout);
        }
        Ok(http::answer(response.status, &response.body))
    }
    /// Somebody acts at Stripe.
    pub fn act(&self, method: &str, path: &str, form: &str) -> Value {
        let request = Request { method, path, query: "", authorization: Some("Bearer sk_test_testkit"), idempotency_key: None, body: form };
        let response = handle(&mut self.world.borrow_mut(), &SETTINGS, &request, self.now());
        assert_eq!(response.status, 200, "{method} {path} {form}: {}", response.body);
        serde_json::from_str(&response.body).unwrap()
    }
    /// Somebody tries to act at Stripe, which may refuse. Whether it did not.
    pub fn attempt(&self, method: &str, path: &str, form: &str) -> bool {
        let request = Request { method, path, query: "", authorization: Some("Bearer sk_test_testkit"), idempotency_key: None, body: form };
        handle(&mut self.world.borrow_mut(), &SETTINGS, &request, self.now()).status == 200
    }
    /// Somebody presses the button on the page of a checkout. Whether the card was taken.
    pub fn buy(&self, session: &str, card: CardBehavior) -> bool {
        let purchase = Purchase { card: Some(card), email: None, quantity: None };
        buy(&mut self.world.borrow_mut(), &SETTINGS, session, purchase, self.now()).is_ok()
    }
    /// The customer gives another card, on the page where that is done.
    pub fn give_card(&self, token: &str) {
        let now = self.now();
        let mut world = self.world.borrow_mut();
        let card = payment::card(&mut world, token, now);
        world.customers[0].payment_method = card;
    }
    /// Puts the newest subscription into a status.
    pub fn force(&self, status: &str) {
        let id = self.world.borrow().subscriptions.last().unwrap().id.clone();
        assert!(force_status(&mut self.world.borrow_mut(), &SETTINGS, &id, status, self.now()));
    }
    /// An event as it is delivered.
    pub fn text(&self, event: &StoredEvent) -> String {
        render(&self.world.borrow(), event, SETTINGS.api_version).to_string()
    }
    /// What happened to subscriptions and customers, in its order: of each request its last event, without the invoices that came of it.
    pub fn turns(&self) -> Vec<Arc<StoredEvent>> {
        let world = self.world.borrow();
        let told = |e: &&Arc<StoredEvent>| e.kind.starts_with("customer.subscription.") || e.kind == "customer.deleted";
        let mut turns: Vec<Arc<StoredEvent>> = Vec::new();
        for event in world.events.iter().filter(told) {
            if event.request.is_some() && turns.last().is_some_and(|last| last.request == event.request) {
                turns.pop();
            }
            turns.push(event.clone());
        }
        turns
    }
    /// The event with that number of these, from 0, as it is delivered.
    pub fn event(&self, number: usize) -> String {
        self.text(&self.turns()[number])
    }
    /// How many of these there were.
    pub fn events(&self) -> usize {
        self.turns().len()
    }
}

/// What we hold, to be compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Books {
    /// The organization's plan.
    pub plan: String,
    /// Its subscription.
    pub subscription: Option<Slot>,
}
/// A subscription, as far as it is compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slot {
    /// Stripe's id.
    pub id: String,
    /// As Stripe writes it.
    pub status: String,
    /// The price's.
    pub lookup_key: Option<String>,
    /// Seats.
    pub quantity: Option<i64>,
    /// Unix seconds.
    pub current_period_end: Option<i64>,
    /// Whether it ends then.
    pub cancel_at_period_end: bool,
}
/// The plan that a subscription grants while no grace period is over: written down by hand.
pub fn granted(slot: Option<&Slot>) -> Plan {
    let Some(slot) = slot.filter(|s| ["active", "trialing", "past_due"].contains(&s.status.as_str())) else { return Plan::Free };
    match slot.lookup_key.as_deref() {
        Some("portico_team_monthly" | "portico_team_yearly") => Plan::Team,
        Some("portico_business_monthly" | "portico_business_yearly") => Plan::Business,
        _ => Plan::Free,
    }
}

/// The whole stage.
pub struct Stage {
    /// The deployment.
    pub h: Harness,
    /// Stripe.
    pub stripe: Rc<Stripe>,
    /// Who subscribes: on Free to begin with.
    pub org: OrgId,
    /// Its customer at Stripe.
    pub customer: String,
}

impl Stage {
    /// A deployment whose Free organization is a customer at Stripe without a subscription.
    pub fn new() -> Self {
        let h = Harness::new();
        let (org, customer) = (h.world.free.id.clone(), h.world.free.stripe_customer.clone());
        use kernel::ports::Clock;
        let now = h.clock.now().seconds();
        let mut world = World::new(now);
        let payment_method = payment::card(&mut world, "pm_card_visa", now);
        let metadata = [("org_id".to_owned(), org.to_string())].into();
        world.customers.push(Customer { payment_method, metadata, ..Customer::new(&customer, now) });
        let stripe = Rc::new(Stripe { world: RefCell::new(world), mood: Cell::new(Mood::Well), clock: h.clock.clone() });
        let server = stripe.clone();
        h.http.serve(move |outgoing| server.serve(outgoing));
        Self { h, stripe, org, customer }
    }

    // ── What happens at Stripe ──────────────────────────────────────────────────────────────────────────────────────────

    /// Subscribes to a plan.
    pub fn subscribe(&self, plan: &str) {
        let form = format!("customer={}&items[0][price]=price_portico_{plan}_monthly&items[0][quantity]=3", self.customer);
        self.stripe.act("POST", "/v1/subscriptions", &form);
    }
    fn path(&self) -> String {
        format!("/v1/subscriptions/{}", self.stripe.world.borrow().subscriptions.last().unwrap().id)
    }
    /// Changes the newest subscription.
    pub fn change(&self, form: &str) {
        self.stripe.act("POST", &self.path(), form);
    }
    /// Changes its plan.
    pub fn change_plan(&self, plan: &str, seats: u32) {
        let item = self.stripe.world.borrow().subscriptions.last().unwrap().items[0].id.clone();
        self.change(&format!("items[0][id]={item}&items[0][price]=price_portico_{plan}_monthly&items[0][quantity]={seats}"));
    }
    /// Cancels it at once.
    pub fn cancel(&self) {
        self.stripe.act("DELETE", &self.path(), "");
    }
    /// The step of a lifecycle with that number: each makes exactly one event.
    pub fn step(&self, number: usize) {
        match number {
            0 => self.subscribe("team"),
            1 => self.change_plan("business", 7),
            2 => self.stripe.force("past_due"),
            3 => self.stripe.force("active"),
            4 => self.change("cancel_at_period_end=true"),
            _ => self.cancel(),
        }
        assert_eq!(self.stripe.events(), number + 1);
    }

    // ── What happens here ───────────────────────────────────────────────────────────────────────────────────────────────

    /// An event on its way, signed now.
    pub fn call(&self, number: usize) -> Call {
        let body = self.stripe.event(number);
        let header = stripe::signature::sign(SETTINGS.webhook_secret, self.stripe.now(), body.as_bytes());
        post("/webhooks/stripe").header("stripe-signature", &header).body(body)
    }
    /// A form of the organization's billing pages, as its owner sends it, not sent yet. `path` is below `/billing/{org}`.
    pub fn form(&self, path: &str, fields: &[(&str, &str)]) -> Call {
        let owner = &self.h.world.free.member(Role::Owner).session;
        let at = format!("/billing/{}{path}", self.h.world.free.slug);
        self.h.form(&billing::WORKER, post(&at).on(Surface::App), Some(owner), fields)
    }
    /// Delivers an event.
    pub fn deliver(&self, number: usize) -> Reply {
        self.h.call(&billing::WORKER, self.call(number))
    }
    /// Delivers an event that must be taken.
    pub fn delivered(&self, number: usize) {
        let reply = self.deliver(number);
        assert_eq!(reply.status, 200, "{:?}", reply.text());
    }
    /// Everything that happened at Stripe, invoices too.
    pub fn all(&self) -> Vec<Arc<StoredEvent>> {
        self.stripe.world.borrow().events.clone()
    }
    /// Delivers any event.
    pub fn hand_in(&self, event: &StoredEvent) -> Reply {
        self.post(&self.stripe.text(event))
    }
    /// Delivers a text as Stripe signs it.
    pub fn post(&self, body: &str) -> Reply {
        let header = stripe::signature::sign(SETTINGS.webhook_secret, self.stripe.now(), body.as_bytes());
        self.h.call(&billing::WORKER, post("/webhooks/stripe").header("stripe-signature", &header).body(body))
    }
    /// Delivers any event, which must be taken.
    pub fn taken(&self, event: &StoredEvent) {
        assert_eq!(self.hand_in(event).status, 200);
    }
    /// The sum of our ledger's rows of a kind, without those that the world begins with, in cents.
    pub fn ledger(&self, kind: &str) -> i64 {
        let sql = "SELECT coalesce(sum(amount), 0) FROM billing_ledger WHERE org_id = ?1 AND kind = ?2 AND object_id <> 'in_contoso'";
        self.h.db.count(sql, &[(&self.org).into(), kind.into()])
    }
    /// Works through what is due.
    pub fn work(&self) {
        self.h.drain(&JOBS, &HANDLERS);
    }
    /// Lets time pass, with messages and crons.
    pub fn wait(&self, span: Span) {
        self.h.run_for(&JOBS, &HANDLERS, span);
    }
    /// The consumer's work on the customer, as a future.
    pub async fn consuming(&self) -> Result<()> {
        self.h.working(&JOBS, async |task| queue_stripe_sync::consume(task, &self.customer).await).await
    }

    // ── What is to be seen ──────────────────────────────────────────────────────────────────────────────────────────────

    /// What we hold of an organization.
    pub fn books_of(&self, org: &OrgId) -> Books {
        let plan = self.h.db.text("SELECT plan FROM orgs WHERE id = ?1", &[org.into()]);
        let rows = self.h.db.rows(
            "SELECT stripe_subscription_id, status, price_lookup_key, quantity, current_period_end, cancel_at_period_end FROM subscriptions WHERE org_id = ?1",
            &[org.into()],
        );
        let subscription = rows.first().map(|row| Slot {
            id: row.text(0).unwrap().to_owned(),
            status: row.text(1).unwrap().to_owned(),
            lookup_key: row.opt_text(2).unwrap().map(str::to_owned),
            quantity: row.opt_int(3).unwrap(),
            current_period_end: row.opt_int(4).unwrap().map(|ms| ms / 1_000),
            cancel_at_period_end: row.int(5).unwrap() == 1,
        });
        Books { plan, subscription }
    }
    /// What we hold.
    pub fn books(&self) -> Books {
        self.books_of(&self.org)
    }
    /// What the emulator holds, written down by hand and not by our client.
    pub fn truth(&self) -> Books {
        let world = self.stripe.world.borrow();
        let newest = world.subscriptions.iter().rfind(|s| s.customer == self.customer);
        let subscription = newest.map(|s| Slot {
            id: s.id.clone(),
            status: s.status.clone(),
            lookup_key: Some(s.items[0].price.strip_prefix("price_").unwrap().to_owned()),
            quantity: Some(s.items[0].quantity),
            current_period_end: Some(s.items[0].period.1),
            cancel_at_period_end: s.cancel_at_period_end,
        });
        Books { plan: granted(subscription.as_ref()).as_str().to_owned(), subscription }
    }
    /// The plan before and after each recorded change, in order; audit log and events must tell the same.
    pub fn changes(&self) -> Vec<(String, String)> {
        let audit = "SELECT json_extract(detail, '$.before.plan'), json_extract(detail, '$.after.plan') FROM audit_events \
            WHERE org_id = ?1 AND (action = 'subscription.synced' OR (action = 'subscription.entitlement_judged' \
              AND json_extract(detail, '$.before.plan') <> json_extract(detail, '$.after.plan')))";
        let events = "SELECT json_extract(payload, '$.previous_plan'), json_extract(payload, '$.plan') FROM outbox \
            WHERE org_id = ?1 AND type = 'subscription.updated' ORDER BY rowid";
        let pairs = |sql: &str| -> Vec<(String, String)> {
            let rows = self.h.db.rows(sql, &[(&self.org).into()]);
            rows.iter().map(|r| (r.text(0).unwrap().to_owned(), r.text(1).unwrap().to_owned())).collect()
        };
        // Ids of one millisecond have no order, and the audit log has nothing else: it is compared as a set.
        let (mut audited, found) = (pairs(audit), pairs(events));
        let mut sorted = found.clone();
        sorted.sort();
        audited.sort();
        assert_eq!(audited, sorted, "each change has its audit event and its domain event");
        found
    }
    /// What is wrong with us, beside what the world begins with.
    pub fn findings(&self) -> Vec<String> {
        let sql = "SELECT kind FROM billing_findings WHERE org_id = ?1 ORDER BY kind";
        self.h.db.rows(sql, &[(&self.org).into()]).iter().map(|row| row.text(0).unwrap().to_owned()).collect()
    }
    /// The types of what was told of our billing, in order, without the plain change.
    pub fn news(&self) -> Vec<String> {
        let sql = "SELECT type FROM outbox WHERE org_id = ?1 AND (type LIKE 'billing.%' OR type LIKE 'subscription.%') \
            AND type <> 'subscription.updated' ORDER BY rowid";
        self.h.db.rows(sql, &[(&self.org).into()]).iter().map(|row| row.text(0).unwrap().to_owned()).collect()
    }
    /// One field of the customer's job.
    pub fn job(&self, field: &str) -> Value {
        let sql = format!("SELECT json_array({field}) FROM jobs WHERE kind = 'stripe.sync' AND subject = ?1");
        let text = self.h.db.text(&sql, &[self.customer.as_str().into()]);
        serde_json::from_str::<Value>(&text).unwrap()[0].clone()
    }
    /// How many events are in a state.
    pub fn events_in(&self, state: &str) -> i64 {
        self.h.db.count("SELECT count(*) FROM stripe_events WHERE state = ?1", &[state.into()])
    }
    /// How often a customer's subscriptions were listed at Stripe so far: the second and last call of a reading.
    pub fn readings(&self) -> usize {
        self.h.http.sent().iter().filter(|(_, sent)| sent.url.contains("/v1/subscriptions?customer=")).count()
    }
    /// Everything came to rest, and what we hold is the truth.
    #[track_caller]
    pub fn converged(&self, how: &str) {
        assert_eq!(self.books(), self.truth(), "{how}");
        assert_eq!((self.events_in("received"), self.job("state")), (0, "done".into()), "{how}");
        let changes = self.changes();
        assert!(changes.windows(2).all(|pair| pair[0].1 == pair[1].0), "{how}: the changes follow from each other: {changes:?}");
        assert_eq!(changes.first().map_or("free", |c| &c.0), "free", "{how}");
        assert_eq!(changes.last().map(|c| &c.1), Some(&self.books().plan), "{how}");
        assert_eq!(self.h.db.faults(), Vec::<String>::new(), "{how}");
    }
}
