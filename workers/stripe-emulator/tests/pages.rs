//! The hosted pages and the desk's page, as a browser without scripts uses them.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use serde_json::Value;
use stripe_emulator::{
    core::world::Subscription,
    host::{Answer, Host, Incoming, Media, Setup},
};

const NOW: i64 = 1_795_464_526;
const TEAM: &str = "price_portico_team_monthly";

struct Browser {
    host: Host,
    setup: Setup,
    now: i64,
}
impl Browser {
    fn new() -> Self {
        let setup = Setup {
            secret_key: "sk_test_emulator".to_owned(),
            webhook_secret: "whsec_emulator".to_owned(),
            api_version: "2026-10-28.endive".to_owned(),
            webhook_url: "http://api.localhost/webhooks/stripe".to_owned(),
            pages: "http://stripe.localhost:8787".to_owned(),
            endpoints: false,
        };
        Self { host: Host::new(NOW), setup, now: NOW }
    }
    fn send(&mut self, incoming: &Incoming<'_>) -> Answer {
        self.host.serve(&self.setup, incoming, self.now)
    }
    fn get(&mut self, path: &str, status: u16) -> String {
        let answer = self.send(&Incoming { method: "GET", path, ..Incoming::default() });
        assert_eq!(answer.status, status, "{path}: {}", answer.body);
        checked(path, &answer)
    }
    /// Sends a form: where it leads, or the page that says why it leads nowhere.
    fn post(&mut self, path: &str, form: &str) -> Result<String, (u16, String)> {
        let answer =
            self.send(&Incoming { method: "POST", path, fetch_site: Some("same-origin"), body: form.as_bytes(), ..Incoming::default() });
        if answer.status == 303 {
            return Ok(answer.headers.iter().find(|(name, _)| *name == "location").unwrap().1.clone());
        }
        Err((answer.status, checked(path, &answer)))
    }
    fn api(&mut self, path: &str, form: &str) -> Value {
        let incoming =
            Incoming { method: "POST", path, authorization: Some("Bearer sk_test_emulator"), body: form.as_bytes(), ..Incoming::default() };
        let answer = self.send(&incoming);
        assert_eq!((answer.status, answer.media), (200, Media::Json), "{path}: {}", answer.body);
        serde_json::from_str(&answer.body).unwrap()
    }
    fn checkout(&mut self, more: &str) -> String {
        let form = format!(
            "mode=subscription&line_items[0][price]={TEAM}&line_items[0][quantity]=2&success_url=http%3A%2F%2Fapp.localhost%3A8787%2Fdone%3Fs%3D%7BCHECKOUT_SESSION_ID%7D&cancel_url=http%3A%2F%2Fapp.localhost%3A8787%2Fback&{more}"
        );
        self.api("/v1/checkout/sessions", &form)["id"].as_str().unwrap().to_owned()
    }
    /// A customer who pays for ten seats of Team: customer and subscription.
    fn subscriber(&mut self) -> (String, String) {
        let made = self.api("/v1/customers", "name=Quay+Limited&email=quay%40example.com&payment_method=pm_card_visa");
        let customer = made["id"].as_str().unwrap().to_owned();
        let made = self.api("/v1/subscriptions", &format!("customer={customer}&items[0][price]={TEAM}&items[0][quantity]=10"));
        (customer, made["id"].as_str().unwrap().to_owned())
    }
    fn subscription(&self, id: &str) -> Subscription {
        self.host.world().subscriptions.iter().find(|s| s.id == id).unwrap().clone()
    }
    fn portal(&mut self, customer: &str, more: &str) -> String {
        let form = format!("customer={customer}&return_url=http%3A%2F%2Fapp.localhost%3A8787%2Fbilling&{more}");
        let made = self.api("/v1/billing_portal/sessions", &form);
        made["url"].as_str().unwrap().strip_prefix("http://stripe.localhost:8787").unwrap().to_owned()
    }
}

/// Every page is labeled, has its policy and needs no script; nothing of it is inline.
fn checked(path: &str, answer: &Answer) -> String {
    assert_eq!(answer.media, Media::Html, "{path}: {}", answer.body);
    let policy = &answer.headers.iter().find(|(name, _)| *name == "content-security-policy").unwrap().1;
    assert!(policy.starts_with("default-src 'none'; style-src 'self'; form-action 'self'"), "{policy}");
    for wanted in ["Local Stripe emulator", "<html lang=\"en\">", "width=device-width", "<h1>"] {
        assert!(answer.body.contains(wanted), "{path}: {wanted}");
    }
    for unwanted in ["<script", "style=", "<style", "onclick"] {
        assert!(!answer.body.contains(unwanted), "{path}: {unwanted}");
    }
    answer.body.clone()
}

#[test]
fn a_purchase_is_declined_then_paid_then_done() {
    let mut browser = Browser::new();
    let customer = browser.api("/v1/customers", "email=buyer%40example.com")["id"].as_str().unwrap().to_owned();
    let id = browser.checkout(&format!("customer={customer}"));
    let page = browser.get(&format!("/checkout/{id}"), 200);
    for wanted in ["Team", "2 × $9.00 every month", "Pay $18.00", "4000 0000 0000 0002", "http://app.localhost:8787/back"] {
        assert!(page.contains(wanted), "{wanted}");
    }
    let pay = format!("/checkout/{id}/pay");
    let (status, page) = browser.post(&pay, "card=declines").unwrap_err();
    assert!(status == 402 && page.contains("Your card was declined.") && page.contains("<title>Error: "), "{page}");
    for (form, says) in [
        ("", "Choose a card."),
        ("card=gold", "Choose one of the test cards."),
        ("card=pays&colour=red", "unknown parameter: colour"),
        ("card[a]=b", "a hash"),
    ] {
        let (status, page) = browser.post(&pay, form).unwrap_err();
        assert!(status == 402 && page.contains(says), "{form}: {page}");
    }
    let done = format!("http://app.localhost:8787/done?s={id}");
    assert_eq!(browser.post(&pay, "card=pays"), Ok(done.clone()));
    let bought = |browser: &Browser| browser.host.world().subscriptions.iter().filter(|s| s.customer == customer).count();
    assert_eq!(bought(&browser), 1);
    assert_eq!(browser.post(&pay, "card=pays"), Ok(done.clone()), "pressed twice");
    assert_eq!(bought(&browser), 1);
    let page = browser.get(&format!("/checkout/{id}"), 200);
    assert!(page.contains("This purchase is complete.") && page.contains(&done), "{page}");
}

#[test]
fn a_form_leads_to_the_shop_although_the_policy_is_strict() {
    let mut browser = Browser::new();
    let id = browser.checkout("");
    let path = format!("/checkout/{id}");
    let answer = browser.send(&Incoming { method: "GET", path: &path, ..Incoming::default() });
    let policy = &answer.headers.iter().find(|(name, _)| *name == "content-security-policy").unwrap().1;
    assert!(policy.contains("form-action 'self' http://app.localhost:8787 http://app.localhost:8787;"), "{policy}");
    assert!(answer.body.contains("type=\"email\""), "who buys is not known");
    let (_, page) = browser.post(&format!("{path}/pay"), "card=pays&email=+").unwrap_err();
    assert!(page.contains("Give an email address."), "{page}");
    assert!(browser.post(&format!("{path}/pay"), "card=pays&email=+b%40example.com").is_ok());
    assert_eq!(browser.host.world().customers.last().unwrap().email.as_deref(), Some("b@example.com"));
}

#[test]
fn what_is_over_says_so() {
    let mut browser = Browser::new();
    let id = browser.checkout("");
    assert_eq!(browser.post(&format!("/checkout/{id}/expire"), ""), Ok(format!("/checkout/{id}")));
    let page = browser.get(&format!("/checkout/{id}"), 200);
    assert!(page.contains("This page has expired") && page.contains("http://app.localhost:8787/back"), "{page}");
    assert!(browser.post(&format!("/checkout/{id}/pay"), "card=pays").unwrap_err().1.contains("expired"));
    let late = browser.checkout("");
    browser.now += 86_400;
    assert!(browser.get(&format!("/checkout/{late}"), 200).contains("This page has expired"));
    for path in ["/checkout/cs_test_none", "/checkout", "/portal", "/invoices/in_none", "/invoices", &format!("/checkout/{late}/fly")] {
        assert!(browser.get(path, 404).contains("There is no such page"), "{path}");
    }
    assert_eq!(browser.post(&format!("/checkout/{late}"), "").unwrap_err().0, 405);
    assert!(browser.get("/portal/none", 410).contains("This visit is over"));
}

#[test]
fn the_portal_changes_cancels_and_shows_invoices() {
    let mut browser = Browser::new();
    let (customer, id) = browser.subscriber();
    let portal = browser.portal(&customer, "");
    browser.api("/v1/prices", "currency=usd&unit_amount=4321&product=prod_portico_team");
    let page = browser.get(&portal, 200);
    assert!(!page.contains("$43.21"), "nobody changes to what is paid for once: {page}");
    for wanted in [
        "Billing of Quay Limited",
        "Team",
        "10 × $9.00 every month",
        "Team, $90.00 every year",
        "$90.00",
        "http://app.localhost:8787/billing",
        "Visa ending in 4242",
    ] {
        assert!(page.contains(wanted), "{wanted}: {page}");
    }
    let change = format!("{portal}/change");
    let to = |price: &str, quantity: &str| format!("subscription={id}&price={price}&quantity={quantity}");
    assert_eq!(browser.post(&change, &to("price_portico_business_monthly", "12")), Ok(portal.clone()));
    let item = browser.subscription(&id).items[0].clone();
    assert_eq!((item.quantity, item.price.as_str()), (12, "price_portico_business_monthly"));
    for (form, says) in [
        (to("price_none", "12").as_str(), "doesn't allow"),
        (&to("price_portico_business_monthly", "many"), "Invalid integer: many"),
        ("subscription=sub_none&price=price_portico_business_monthly&quantity=1", "No such subscription"),
        ("price=x", "subscription"),
    ] {
        let (status, page) = browser.post(&change, form).unwrap_err();
        assert!(status == 400 && page.contains(says), "{form}: {page}");
    }
    assert_eq!(browser.post(&format!("{portal}/cancel"), &format!("subscription={id}&when=end")), Ok(portal.clone()));
    assert!(browser.subscription(&id).cancel_at_period_end);
    assert!(browser.get(&portal, 200).contains("Don't cancel"));
    assert_eq!(browser.post(&format!("{portal}/undo"), &format!("subscription={id}")), Ok(portal.clone()));
    let (status, page) = browser.post(&format!("{portal}/card"), "card=declines").unwrap_err();
    assert!(status == 400 && page.contains("Your card was declined.") && page.contains("Visa ending in 4242"), "not saved: {page}");
    assert_eq!(browser.post(&format!("{portal}/card"), "card=declines_when_charged"), Ok(portal.clone()));
    let page = browser.get(&portal, 200);
    assert!(page.contains("Visa ending in 0341"), "{page}");

    let path = format!("/invoices/{}", browser.subscription(&id).latest_invoice.unwrap());
    assert!(page.contains(&path));
    let page = browser.get(&path, 200);
    assert!(page.contains("<dd>Paid</dd>") && page.contains("Quay Limited") && !page.contains("Pay this invoice"), "{page}");
    assert_eq!(browser.post(&format!("{path}/pay"), "card=pays"), Ok(path), "it is paid already");
    assert_eq!(browser.post(&format!("{portal}/cancel"), &format!("subscription={id}&when=now")), Ok(portal.clone()));
    assert!(browser.get(&portal, 200).contains("There is no subscription."));
    let nobody = browser.api("/v1/customers", "email=new%40example.com")["id"].as_str().unwrap().to_owned();
    let portal = browser.portal(&nobody, "");
    assert!(browser.get(&portal, 200).contains("There are no invoices yet."));
}

#[test]
fn an_invoice_that_was_not_paid_is_paid_on_its_page() {
    let mut browser = Browser::new();
    let (customer, id) = browser.subscriber();
    let portal = browser.portal(&customer, "flow_data[type]=payment_method_update");
    let page = browser.get(&portal, 200);
    assert!(page.contains("Change card") && !page.contains("Cancel now") && !page.contains("Invoices"), "one thing only: {page}");
    browser.post(&format!("{portal}/card"), "card=declines_when_charged").unwrap();
    assert_eq!(browser.post("/_emulator/form/clock", "advance_seconds=2678400"), Ok("/_emulator".to_owned()));
    let held = browser.subscription(&id);
    assert_eq!(held.status, "past_due");
    let path = format!("/invoices/{}", held.latest_invoice.unwrap());
    let (status, page) = browser.post(&format!("{path}/pay"), "card=declines").unwrap_err();
    assert!(status == 402 && page.contains("Your card was declined."), "{page}");
    assert_eq!(browser.post(&format!("{path}/pay"), "card=pays"), Ok(path));
    assert_eq!(browser.subscription(&id).status, "active");
}

#[test]
fn the_desk_is_a_page_too() {
    let mut browser = Browser::new();
    let id = browser.checkout("");
    let (customer, subscription) = browser.subscriber();
    browser.portal(&customer, "");
    let page = browser.get("/_emulator", 200);
    for wanted in [&format!("/checkout/{id}"), "/portal/", &subscription, "Outage", "Advance 1 month"] {
        assert!(page.contains(wanted), "{wanted}");
    }
    assert_eq!(browser.post("/_emulator/form/switches", "outage=true&delay_seconds=7&after_retries=unpaid"), Ok("/_emulator".to_owned()));
    let switches = browser.host.world().switches.clone();
    assert!(switches.outage && switches.delay_seconds == 7 && !switches.drop);
    assert!(browser.get(&format!("/checkout/{id}"), 503).contains("outage switch"));
    assert!(browser.get("/_emulator", 200).contains("value=\"unpaid\" selected"));
    for (form, body) in [
        ("clock", ""),
        ("clock", "advance_seconds=-1"),
        ("clock", "advance_seconds=1000000000000"),
        ("switches", "delay_seconds=soon"),
        ("switches", "colour=red"),
    ] {
        assert_eq!(browser.post(&format!("/_emulator/form/{form}"), body).unwrap_err().0, 400, "{form} {body}");
    }
    assert_eq!(browser.host.world().switches, switches, "nothing changed");
    browser.post("/_emulator/form/switches", "").unwrap();
    browser.post("/_emulator/form/deliver", "").unwrap();
    browser.post("/_emulator/form/reset", "").unwrap();
    assert!(browser.host.world().checkouts.is_empty() && !browser.host.world().switches.outage);
    let style = browser.send(&Incoming { method: "GET", path: "/_emulator/emulator.css", ..Incoming::default() });
    assert!(style.media == Media::Css && style.body.contains("prefers-color-scheme: dark"));
    let home = browser.send(&Incoming { method: "GET", path: "/", ..Incoming::default() });
    assert_eq!((home.status, home.headers[0].1.as_str()), (303, "/_emulator"));
}

#[test]
fn another_site_can_not_work_the_emulator() {
    let mut browser = Browser::new();
    let id = browser.checkout("customer_email=buyer%40example.com");
    for (path, body) in
        [(format!("/checkout/{id}/pay"), "card=pays"), ("/_emulator/form/reset".to_owned(), ""), ("/_emulator/reset".to_owned(), "")]
    {
        for site in ["cross-site", "same-site"] {
            let answer = browser.send(&Incoming {
                method: "POST",
                path: &path,
                fetch_site: Some(site),
                body: body.as_bytes(),
                ..Incoming::default()
            });
            assert_eq!(answer.status, 403, "{path}");
        }
    }
    assert_eq!(browser.host.world().checkouts.len(), 1);
}

#[test]
fn the_desk_buys_for_tests() {
    let mut browser = Browser::new();
    let mut at =
        |body: &str| browser.send(&Incoming { method: "POST", path: "/_emulator/checkout", body: body.as_bytes(), ..Incoming::default() });
    assert_eq!(at(r#"{"session":"cs_none","action":"pay"}"#).status, 404);
    assert_eq!(at(r#"{"session":"cs_none","action":"fly"}"#).status, 400);
    let id = browser.checkout("customer_email=buyer%40example.com");
    let mut act = |rest: &str| {
        let body = format!(r#"{{"session":"{id}",{rest}}}"#);
        let answer = browser.send(&Incoming { method: "POST", path: "/_emulator/checkout", body: body.as_bytes(), ..Incoming::default() });
        let state: Value = serde_json::from_str(&answer.body).unwrap();
        (answer.status, state["checkouts"][0]["status"].as_str().unwrap_or_default().to_owned())
    };
    assert_eq!(act(r#""action":"decline""#).0, 402);
    assert_eq!(act(r#""action":"pay","card":"declines""#).0, 402);
    assert_eq!(act(r#""action":"cancel""#), (200, "open".to_owned()));
    assert_eq!(act(r#""action":"pay","card":"disputed""#), (200, "complete".to_owned()));
    assert_eq!(act(r#""action":"expire""#).0, 400);
}

#[test]
fn the_desk_gives_back_disputes_and_decides_with_buttons() {
    let mut browser = Browser::new();
    browser.subscriber();
    let charge = browser.host.world().charges.last().unwrap().id.clone();
    let page = browser.get("/_emulator", 200);
    for wanted in ["Payments", &charge, "$90.00", ">Refund<", ">Dispute<", ">Inquire<"] {
        assert!(page.contains(wanted), "{wanted}: {page}");
    }
    assert!(!page.contains("Merchant wins"), "{page}");
    let act = |browser: &mut Browser, action: &str| browser.post("/_emulator/form/charge", &format!("charge={charge}&action={action}"));
    let done = Ok("/_emulator".to_owned());
    assert_eq!(act(&mut browser, "dispute"), done);
    let page = browser.get("/_emulator", 200);
    assert!(page.contains("Needs response") && page.contains("Payer wins") && !page.contains(">Refund<"), "{page}");
    for (action, says) in [("dispute", "disputed already"), ("refund", "charged back"), ("rob", "must be one of"), ("", "empty string")] {
        let (status, page) = act(&mut browser, action).unwrap_err();
        assert!(status == 400 && page.contains(says), "{action}: {page}");
    }
    let (status, page) = browser.post("/_emulator/form/charge", "charge=ch_none&action=win").unwrap_err();
    assert!(status == 400 && page.contains("No such charge"), "{page}");
    assert_eq!(act(&mut browser, "win"), done);
    assert_eq!(act(&mut browser, "refund"), done);
    let page = browser.get("/_emulator", 200);
    assert!(page.contains(">Won<") && !page.contains(">Refund<") && !page.contains("Merchant wins"), "{page}");

    let mut send = |body: &str| {
        browser.send(&Incoming { method: "POST", path: "/_emulator/charge", body: body.as_bytes(), ..Incoming::default() }).status
    };
    assert_eq!(send(r#"{"charge":"ch_none","action":"dispute"}"#), 404);
    assert_eq!(send(&format!(r#"{{"charge":"{charge}","action":"lose"}}"#)), 400, "it is decided");
    assert_eq!(send(r#"{"charge":"ch_none"}"#), 400);
}

#[test]
fn what_is_paid_for_once_is_bought_on_its_page() {
    let mut browser = Browser::new();
    let price = browser.api("/v1/prices", "currency=usd&unit_amount=1500&product_data[name]=Poster")["id"].as_str().unwrap().to_owned();
    let form =
        format!("mode=payment&line_items[0][price]={price}&line_items[0][quantity]=2&success_url=http%3A%2F%2Fapp.localhost%3A8787%2Fdone");
    let id = browser.api("/v1/checkout/sessions", &form)["id"].as_str().unwrap().to_owned();
    let path = format!("/checkout/{id}");
    let page = browser.get(&path, 200);
    for wanted in ["<h1>Pay</h1>", "Poster", "2 × $15.00 once", "Pay $30.00", "name=\"email\""] {
        assert!(page.contains(wanted), "{wanted}: {page}");
    }
    let (status, page) = browser.post(&format!("{path}/pay"), "card=declines_when_charged&email=guest%40example.com").unwrap_err();
    assert!(status == 402 && page.contains("Your card was declined."), "{page}");
    let (status, page) = browser.post(&format!("{path}/pay"), "card=pays").unwrap_err();
    assert!(status == 402 && page.contains("Give an email address."), "{page}");
    let paid = browser.post(&format!("{path}/pay"), "card=pays&email=guest%40example.com");
    assert_eq!(paid, Ok("http://app.localhost:8787/done".to_owned()));
    assert!(browser.get(&path, 200).contains("This purchase is complete"));
}
