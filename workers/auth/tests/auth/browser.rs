//! A browser: it keeps cookies, reads forms and sends them; and the mail that its owner gets.

use auth::WORKER;
use kernel::{Id, MailId, Reply, worker::Worker};
use serde_json::Value;
use std::{cell::RefCell, collections::BTreeMap};
use store::sessions::COOKIE;
use testkit::{Call, Harness, get, post, world::Session};

/// A deployment whose errors are pages.
pub fn deployment() -> Harness {
    let h = Harness::new();
    h.set_error_page(html::error_page);
    h
}

pub struct Browser<'h> {
    pub h: &'h Harness,
    pub host: String,
    pub ip: RefCell<String>,
    pub jar: RefCell<BTreeMap<String, String>>,
}

impl<'h> Browser<'h> {
    pub fn new(h: &'h Harness, host: &str) -> Self {
        Self { h, host: host.into(), ip: RefCell::new("198.51.100.1".into()), jar: RefCell::default() }
    }
    /// One in which somebody is signed in.
    pub fn of(h: &'h Harness, session: &Session) -> Self {
        let new = Self::new(h, &session.host);
        new.jar.borrow_mut().insert(COOKIE.into(), session.token.clone());
        new
    }
    fn with_jar(&self, call: Call) -> Call {
        let call = call.host(&self.host).ip(&self.ip.borrow());
        self.jar.borrow().iter().fold(call, |call, (name, value)| call.cookie(name, value))
    }
    pub fn keep(&self, reply: &Reply) {
        for (_, value) in reply.headers.iter().filter(|(n, _)| n == "set-cookie") {
            let (name, rest) = value.split_once('=').unwrap();
            let value = rest.split(';').next().unwrap();
            if rest.contains("Max-Age=0") {
                self.jar.borrow_mut().remove(name);
            } else {
                self.jar.borrow_mut().insert(name.into(), value.into());
            }
        }
    }
    pub fn get(&self, path: &str) -> Reply {
        let reply = self.h.call(&WORKER, self.with_jar(get(path)));
        self.keep(&reply);
        reply
    }
    /// The form on a page, filled in: its hidden fields go with it, fields that are given replace them. Not sent yet.
    pub fn filled(&self, page: &str, path: &str, fields: &[(&str, &str)]) -> Call {
        let shown = self.get(page);
        self.filled_on(&shown, path, fields)
    }
    pub fn filled_on(&self, shown: &Reply, path: &str, fields: &[(&str, &str)]) -> Call {
        let text = shown.text().unwrap();
        let from = text.find(&format!("action=\"{path}\"")).unwrap_or_else(|| panic!("no form for {path} in {text}"));
        let form = text[from..].split("</form>").next().unwrap();
        let mut all: Vec<(String, String)> = Vec::new();
        for input in form.split("<input").skip(1) {
            let attribute = |name: &str| input.split(&format!("{name}=\"")).nth(1).and_then(|rest| rest.split('"').next());
            if attribute("type") == Some("hidden") {
                all.push((attribute("name").unwrap().into(), attribute("value").unwrap_or_default().replace("&amp;", "&")));
            }
        }
        for (name, value) in fields {
            all.retain(|(n, _)| n != name);
            all.push(((*name).into(), (*value).into()));
        }
        let all: Vec<(&str, &str)> = all.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        self.with_jar(post(path)).same_origin().form(&all)
    }
    /// The form on a page, filled in and sent.
    pub fn send(&self, page: &str, path: &str, fields: &[(&str, &str)]) -> Reply {
        let reply = self.h.call(&WORKER, self.filled(page, path, fields));
        self.keep(&reply);
        reply
    }
    /// The token that a form of that route needs, as a page would show it here.
    pub fn csrf(&self, path: &str) -> String {
        let surface = match self.host.as_str() {
            "app.localhost" => kernel::host::Surface::App,
            "platform.localhost" => kernel::host::Surface::Platform,
            _ => kernel::host::Surface::Portal,
        };
        let is = |e: &&kernel::route::Entry| {
            e.route.path == path && e.route.method == kernel::route::Method::Post && e.route.surfaces.contains(&surface)
        };
        let public = WORKER.routes.iter().find(is).unwrap().route.auth == kernel::route::Auth::Public;
        let account = self.get("/account");
        if public || account.status != 200 {
            let browser = self.jar.borrow().get(store::sessions::FORM_COOKIE).cloned().unwrap();
            return store::forms::token(&self.h.app(&WORKER).config.keys, &browser, &kernel::Principal::Anonymous);
        }
        account.text().unwrap().split("name=\"csrf\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
    }
    /// Fields as they are, sent to a route. Cookies are not kept.
    pub fn post(&self, path: &str, fields: &[(&str, &str)]) -> Reply {
        self.h.call(&WORKER, self.with_jar(post(path)).same_origin().form(fields))
    }
    pub fn sign_in(&self, email: &str, password: &str) -> Reply {
        self.send("/sign-in", "/sign-in", &[("email", email), ("password", password)])
    }
    pub fn token(&self) -> Option<String> {
        self.jar.borrow().get(COOKIE).cloned()
    }
    /// Whether the browser is signed in all the way.
    pub fn is_in(&self) -> bool {
        self.get("/account").status == 200
    }
}

/// Whether a session's token opens anything on a host.
pub fn opens(h: &Harness, host: &str, token: &str) -> bool {
    h.call(&WORKER, get("/account").host(host).cookie(COOKIE, token)).status == 200
}

/// Where a reply leads.
pub fn to(reply: &Reply) -> (u16, &str) {
    (reply.status, reply.header("location").unwrap_or_default())
}

/// A reply's text without its form token and request id.
pub fn bare(reply: &Reply) -> String {
    let text = reply.text().unwrap().to_owned();
    let token = text.split("name=\"csrf\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or("no token").to_owned();
    text.replace(&token, "TOKEN")
}

/// Who works on the mail queue, as far as it matters here.
const MAILS: Worker = Worker { name: "mail", vars: &["MAIL_PROVIDER", "MAIL_FROM"], routes: &[], bindings: &[], secrets: &[], ..WORKER };
/// What was asked for becomes letters, in the order in which it was asked for, as the mail queue's consumer does it.
pub fn settle(h: &Harness) {
    for row in h.db.rows("SELECT id FROM mails WHERE template LIKE 'wish_%' AND state = 'queued' ORDER BY rowid", &[]) {
        h.work(&MAILS, async |task| queue_mail::consume(task, row.text(0).unwrap()).await).unwrap();
    }
}
/// The letters to an address, oldest first: template and content.
pub fn letters(h: &Harness, to: &str) -> Vec<(String, Value)> {
    settle(h);
    let keys = &h.app(&WORKER).config.keys;
    let rows =
        h.db.rows("SELECT id, template, content FROM mails WHERE recipient = ?1 AND content IS NOT NULL ORDER BY rowid", &[to.into()]);
    rows.iter()
        .map(|row| {
            let id = MailId::parse(row.text(0).unwrap()).unwrap();
            let content = store::mail::open(keys, &id, row.text(2).unwrap()).unwrap().letter().unwrap();
            (row.text(1).unwrap().to_owned(), serde_json::to_value(&content.letter).unwrap())
        })
        .collect()
}
/// The path of the link in the newest letter of that template, on its own host.
pub fn link(h: &Harness, to: &str, template: &str, field: &str) -> String {
    let all = letters(h, to);
    let (_, letter) = all.iter().rev().find(|(t, _)| t == template).unwrap_or_else(|| panic!("no {template} to {to}: {all:?}"));
    let url = letter[field].as_str().unwrap();
    url.splitn(4, '/').nth(3).map(|path| format!("/{path}")).unwrap()
}
pub fn templates(h: &Harness, to: &str) -> Vec<String> {
    letters(h, to).into_iter().map(|(t, _)| t).collect()
}

/// Gives an account an authenticator, as one that was set up yesterday; gives its secret.
pub fn enroll(h: &Harness, subject: &str) -> [u8; 20] {
    let secret = [7; 20];
    let keys = &h.app(&WORKER).config.keys;
    let place = crypto::seal::Place { tenant: "", table: "authenticators", column: "secret", row: subject };
    let sealed = crypto::seal::seal(keys, &place, &secret, [9; 12]).unwrap();
    h.db.insert(
        "authenticators",
        &[("subject", subject.into()), ("secret", sealed.into()), ("created_at", 1_i64.into()), ("confirmed_at", 1_i64.into())],
    );
    secret
}
/// The code that the app shows now.
pub fn code(h: &Harness, secret: &[u8]) -> String {
    crypto::totp::code(secret, h.clock.now_seconds() / 30)
}

/// The clock in seconds.
pub trait Seconds {
    fn now_seconds(&self) -> i64;
}
impl Seconds for testkit::time::FrozenClock {
    fn now_seconds(&self) -> i64 {
        kernel::ports::Clock::now(self).seconds()
    }
}

/// A password that may be set, and another.
pub const NEW: &str = "tidal-lantern-orchard";
pub const OTHER: &str = "mostly harmless tea towel";
