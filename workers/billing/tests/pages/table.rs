//! The whole table of what may be done when: the page's buttons and the commands behind them go by one function.

use crate::stage::{HOME, Stage, submit};
use billing::WORKER;
use domain::billing::{Action, Availability, Finding, Reading, Situation, Status, availability};
use kernel::{
    Millis,
    host::Surface,
    principal::{Ability, Role},
};
use testkit::{Replied, get, post};

/// A button: what stands on it.
fn label(action: Action) -> &'static str {
    match action {
        Action::Checkout => "Choose a plan",
        Action::ChangePlan => "Change plan",
        Action::ChangeSeats => "Change seats",
        Action::CancelAtPeriodEnd => "Cancel at period end",
        Action::CancelNow => "Cancel now",
        Action::Reactivate => "Keep subscription",
        Action::OpenPortal => "Open Stripe's portal",
        Action::Resync => "Read Stripe again",
        Action::NewCustomer => "Set up new record",
    }
}
/// The command behind it, with a form that is in order.
fn command(action: Action) -> (&'static str, Vec<(&'static str, String)>) {
    let once = || vec![("submit", submit(7))];
    let order = || vec![("plan", "team".to_owned()), ("interval", "month".to_owned()), ("seats", "9".to_owned())];
    match action {
        Action::Checkout => ("/checkout", order()),
        Action::ChangePlan | Action::ChangeSeats => ("/change/preview", order()),
        Action::CancelAtPeriodEnd => ("/cancel", once()),
        Action::CancelNow => ("/cancel-now", once()),
        Action::Reactivate => ("/keep", once()),
        Action::OpenPortal => ("/portal", vec![]),
        Action::Resync => ("/resync", vec![]),
        Action::NewCustomer => ("/customer", once()),
    }
}

/// The page's buttons equal the function, and what it forbids is refused with its words and asks nothing of Stripe.
#[track_caller]
fn check(s: &Stage, role: Role, configured: bool, subscription: Option<&Reading>, findings: &[Finding]) {
    let at = Situation { configured, may_pay: role.may(Ability::Pay), deleted: false, customer: true, subscription, findings };
    let who = s.who(role);
    let page = s.h.call(&WORKER, get(HOME).session(&who));
    let text = page.text().unwrap().to_owned();
    assert_eq!(page.status, 200);
    let what = format!("{role:?} {configured} {:?} {findings:?}", subscription.map(|r| (&r.status, r.is_ending())));
    for action in Action::ALL {
        let (path, fields) = command(action);
        let link = format!(">{}</a>", label(action));
        let button = format!("<button type=\"submit\">{}</button>", label(action));
        let shown = text.contains(&link) || text.contains(&button);
        match availability(action, &at) {
            Availability::Now => assert!(shown, "{what}: {action:?} may be done and has no button"),
            Availability::Not(why) => {
                assert!(!shown, "{what}: {action:?} has a button: {why}");
                let disabled = format!("<button type=\"button\" disabled>{}</button>", label(action));
                assert!(
                    !text.contains(&disabled) || text.contains(&maud::html! { (why) }.into_string()),
                    "{what}: {action:?} doesn't say why"
                );
                if at.may_pay {
                    let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (*n, v.as_str())).collect();
                    let asked = s.h.http.sent().len();
                    let reply = s.h.call(&WORKER, s.h.form(&WORKER, post(&format!("{HOME}{path}")).on(Surface::App), Some(&who), &fields));
                    assert_eq!((reply.status, reply.json()["detail"].as_str()), (409, Some(why)), "{what}: {action:?}: {:?}", reply.text());
                    assert_eq!(s.h.http.sent().len(), asked, "{what}: {action:?} asked Stripe all the same");
                }
            }
        }
    }
}

/// Puts a state into the database.
fn put(s: &Stage, subscription: Option<&Reading>, findings: &[Finding]) {
    let org = &s.h.world.free.id;
    s.h.db.execute("DELETE FROM billing_findings WHERE org_id = ?1", &[org.into()]);
    for kind in findings {
        let sql = "INSERT INTO billing_findings(org_id, kind, detail, since, seen_at) VALUES(?1, ?2, '{}', 1, 1)";
        s.h.db.execute(sql, &[org.into(), kind.as_str().into()]);
    }
    s.h.db.execute("DELETE FROM subscriptions WHERE org_id = ?1", &[org.into()]);
    if let Some(r) = subscription {
        let sql = "INSERT INTO subscriptions(org_id, stripe_subscription_id, status, item_id, price_id, price_lookup_key, plan, seat_cents, currency, interval, \
            quantity, current_period_end, cancel_at_period_end, read_at) VALUES(?1, 'sub_1', ?2, 'si_1', 'price_1', 'portico_team_monthly', 'team', 900, 'usd', 'month', 10, ?3, ?4, 1)";
        s.h.db
            .execute(sql, &[org.into(), r.status.as_str().into(), r.period_end.unwrap().into(), i64::from(r.cancel_at_period_end).into()]);
    }
}

fn reading(status: Status, ends: bool) -> Reading {
    Reading {
        id: "sub_1".into(),
        status,
        item: Some("si_1".into()),
        price: Some("price_1".into()),
        lookup_key: Some("portico_team_monthly".into()),
        plan: Some(domain::plans::Plan::Team),
        seat: None,
        interval: Some(domain::plans::Interval::Month),
        quantity: Some(10),
        period_end: Some(Millis::new(4_000_000_000_000)),
        cancel_at_period_end: ends,
        cancel_at: None,
        trial_end: None,
    }
}

/// Every subscription that there can be: none, and each status, one that is new among them, set to end or not.
fn subscriptions() -> Vec<Option<Reading>> {
    let statuses = Status::KNOWN.into_iter().chain([Status::Unknown("dormant".into())]);
    let mut all = vec![None];
    all.extend(statuses.flat_map(|s| [Some(reading(s.clone(), false)), Some(reading(s, true))]));
    all
}

#[test]
fn the_page_and_the_commands_go_by_the_table() {
    let s = Stage::new();
    let org = &s.h.world.free.id;
    s.h.db.execute("INSERT INTO billing_customers(org_id, stripe_customer_id, created_at) VALUES(?1, 'cus_table', 1)", &[org.into()]);
    let mut findings: Vec<Vec<Finding>> = vec![vec![]];
    findings.extend(Finding::ALL.map(|f| vec![f]));
    for subscription in subscriptions() {
        for found in &findings {
            put(&s, subscription.as_ref(), found);
            s.h.db.execute("DELETE FROM rate_windows", &[]);
            check(&s, Role::Billing, true, subscription.as_ref(), found);
        }
        put(&s, subscription.as_ref(), &[]);
        for role in Role::ALL {
            s.h.db.execute("DELETE FROM rate_windows", &[]);
            check(&s, role, true, subscription.as_ref(), &[]);
        }
    }
    s.h.set("STRIPE_MODE", "off");
    for subscription in subscriptions() {
        put(&s, subscription.as_ref(), &[]);
        check(&s, Role::Owner, false, subscription.as_ref(), &[]);
    }
}
