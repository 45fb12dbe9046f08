//! A deployment with Stripe's emulator, and an organization on Free that nobody at Stripe knows.

use billing::WORKER;
use kernel::{
    Reply,
    host::Surface,
    ports::{Answer, Clock, HttpError, Outgoing},
    principal::Role,
};
use serde_json::Value;
use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};
use stripe_emulator::core::{
    Request, Settings,
    checkout::{Purchase, buy},
    handle,
    world::{CardBehavior, World},
};
use testkit::{Call, Harness, Replied, get, http, post, world::Session};

const SETTINGS: Settings<'_> = Settings {
    secret_key: "sk_test_testkit",
    api_version: "2026-10-28.endive",
    webhook_url: "",
    webhook_secret: "whsec_testkit_new",
    pages: "http://stripe.localhost:8787",
    endpoints: false,
};
/// Where billing is.
pub const HOME: &str = "/billing/contoso";

/// How Stripe behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mood {
    /// As the emulator.
    Well,
    /// It can't be reached.
    Gone,
    /// It does what is asked, and the answer to what changes something is lost.
    Mute,
    /// It does what is asked, and says that its pages are elsewhere.
    Elsewhere,
}

/// The whole stage.
pub struct Stage {
    /// The deployment.
    pub h: Harness,
    /// What Stripe knows.
    pub world: Rc<RefCell<World>>,
    /// How it is.
    pub mood: Rc<Cell<Mood>>,
}

impl Stage {
    /// The Free organization without anything at Stripe.
    pub fn new() -> Self {
        let h = Harness::new();
        let org = &h.world.free.id;
        for table in ["billing_customers", "billing_findings", "checkouts", "billing_requests", "billing_ledger", "invitations"] {
            h.db.execute(&format!("DELETE FROM {table} WHERE org_id = ?1"), &[org.into()]);
        }
        let world = Rc::new(RefCell::new(World::new(h.clock.now().seconds())));
        let mood = Rc::new(Cell::new(Mood::Well));
        let (server, how, clock) = (world.clone(), mood.clone(), h.clock.clone());
        h.http.serve(move |outgoing| serve(&server, how.get(), clock.now().seconds(), outgoing));
        Self { h, world, mood }
    }
    /// The member of a role.
    pub fn who(&self, role: Role) -> Session {
        self.h.world.free.member(role).session.clone()
    }
    /// A page, as the owner sees it.
    pub fn see(&self, path: &str) -> Reply {
        self.h.call(&WORKER, get(path).session(&self.who(Role::Owner)))
    }
    /// The text of the billing page.
    pub fn home(&self) -> String {
        self.see(HOME).text().unwrap().to_owned()
    }
    /// A form of the owner's, not sent yet.
    pub fn form(&self, path: &str, fields: &[(&str, &str)]) -> Call {
        self.h.form(&WORKER, post(path).on(Surface::App), Some(&self.who(Role::Owner)), fields)
    }
    /// A form that the owner sends.
    pub fn send(&self, path: &str, fields: &[(&str, &str)]) -> Reply {
        self.h.call(&WORKER, self.form(path, fields))
    }
    /// Sends a form that is acted on once, under a mark of its own.
    pub fn once(&self, path: &str, mark: u8) -> Reply {
        self.send(path, &[("submit", &submit(mark))])
    }
    /// Begins to buy, and where that leads.
    pub fn checkout(&self, plan: &str, seats: &str) -> Reply {
        self.send(&format!("{HOME}/checkout"), &[("plan", plan), ("interval", "month"), ("seats", seats)])
    }
    /// The newest session at Stripe.
    pub fn session(&self) -> String {
        self.world.borrow().checkouts.last().unwrap().id.clone()
    }
    /// Pays on a page of Stripe's.
    pub fn pay(&self, session: &str, card: CardBehavior) -> bool {
        let purchase = Purchase { card: Some(card), email: Some("payer@example.com"), quantity: None };
        buy(&mut self.world.borrow_mut(), &SETTINGS, session, purchase, self.h.clock.now().seconds()).is_ok()
    }
    /// Has bought a plan, and come back.
    pub fn bought(plan: &str, seats: &str) -> Self {
        let stage = Self::new();
        let to = stage.checkout(plan, seats);
        assert_eq!(to.status, 303, "{:?}", to.text());
        let session = stage.session();
        assert!(stage.pay(&session, CardBehavior::Pays));
        let back = stage.send(&format!("{HOME}/checkout/done"), &[("session_id", &session)]);
        assert_eq!(back.header("location"), Some(HOME), "{:?}", back.text());
        assert_eq!(stage.plan(), plan);
        stage
    }
    /// Somebody acts at Stripe.
    pub fn act(&self, method: &str, path: &str, form: &str) -> Value {
        let request = Request { method, path, query: "", authorization: Some("Bearer sk_test_testkit"), idempotency_key: None, body: form };
        let response = handle(&mut self.world.borrow_mut(), &SETTINGS, &request, self.h.clock.now().seconds());
        assert_eq!(response.status, 200, "{method} {path} {form}: {}", response.body);
        serde_json::from_str(&response.body).unwrap()
    }
    /// One value of the organization's, as text.
    pub fn value(&self, sql: &str) -> String {
        self.h.db.text(sql, &[(&self.h.world.free.id).into()])
    }
    /// A count of the organization's rows.
    pub fn count(&self, sql: &str) -> i64 {
        self.h.db.count(sql, &[(&self.h.world.free.id).into()])
    }
    /// The plan whose limits hold.
    pub fn plan(&self) -> String {
        self.value("SELECT plan FROM orgs WHERE id = ?1")
    }
    /// The subscription, if one is alive at Stripe: its price and seats.
    pub fn subscribed(&self) -> Vec<(String, i64)> {
        let world = self.world.borrow();
        let alive = world.subscriptions.iter().filter(|s| s.status != "canceled");
        alive.map(|s| (s.items[0].price.clone(), s.items[0].quantity)).collect()
    }
    /// What the preview of a change shows, with the hidden fields that confirm it.
    pub fn preview(&self, plan: &str, seats: &str) -> (String, Vec<(String, String)>) {
        let reply = self.send(&format!("{HOME}/change/preview"), &[("plan", plan), ("interval", "month"), ("seats", seats)]);
        let text = reply.text().unwrap().to_owned();
        assert_eq!(reply.status, 200, "{text}");
        let fields = ["plan", "interval", "seats", "at", "version", "submit"];
        (text, fields.map(|name| (name.to_owned(), reply.hidden(name).unwrap())).into())
    }
    /// Confirms a change.
    pub fn confirm(&self, fields: &[(String, String)]) -> Reply {
        let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        self.send(&format!("{HOME}/change"), &fields)
    }
}

/// The mark of a form.
pub fn submit(mark: u8) -> String {
    crypto::token::encode(&[mark; 32])
}
/// What a reply says on the page that it leads to; `d…` when it was done, `f…` when it was not.
pub fn said(reply: &Reply) -> String {
    let value = reply.cookie(kernel::flash::COOKIE).unwrap_or_default();
    percent_decode(&value)
}
fn percent_decode(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(b) = rest.next() {
        if b == b'%' {
            let hex: String = [rest.next().unwrap(), rest.next().unwrap()].map(char::from).iter().collect();
            bytes.push(u8::from_str_radix(&hex, 16).unwrap());
        } else {
            bytes.push(b);
        }
    }
    String::from_utf8(bytes).unwrap()
}

fn serve(world: &RefCell<World>, mood: Mood, now: i64, outgoing: &Outgoing) -> Result<Answer, HttpError> {
    if mood == Mood::Gone {
        return Err(HttpError::Network("Network connection lost.".into()));
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
    let response = handle(&mut world.borrow_mut(), &SETTINGS, &request, now);
    match mood {
        Mood::Mute if outgoing.method != "GET" => Err(HttpError::Timeout),
        Mood::Elsewhere => Ok(http::answer(
            response.status,
            &response.body.replace("http://stripe.localhost:8787", "https://checkout.stripe.com.evil.example"),
        )),
        _ => Ok(http::answer(response.status, &response.body)),
    }
}
