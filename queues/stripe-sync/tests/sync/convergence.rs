//! Customers buy, change, end and come back; time passes; events are lost, doubled and out of order; isolates end between any two steps.
//! Whatever happens: in the end we hold what Stripe holds, grant what follows from it, and our ledger adds up.

use crate::{
    ledger::DESK,
    stage::{HANDLERS, JOBS, Mood, Stage},
};
use kernel::{Reply, ports::Clock, time::Span};
use proptest::prelude::*;
use queue_stripe_sync::reconcile;
use serde_json::Value;
use std::collections::BTreeSet;
use stripe_emulator::core::{
    disputes::{Kind, Verdict, decide_now, open_now},
    world::{CardBehavior, CheckoutSession, CheckoutStatus, Dispute, InvoiceStatus, Subscription},
};
use testkit::{Call, DbFault, Replied, When, background::Fate, database::LOST};

/// A button of ours: what its form says.
#[derive(Debug, Clone)]
enum Button {
    /// Begins a purchase: plan and seats.
    Checkout(bool, u8),
    /// Comes back from Stripe's page.
    Return,
    /// Gives a purchase up.
    GiveUp,
    /// Changes plan and seats, after the preview.
    Change(bool, u8),
    /// Lets it end with the period.
    Cancel,
    /// Takes that back.
    Keep,
    /// Ends it at once.
    CancelNow,
    /// Reads Stripe again.
    Resync,
}

#[derive(Debug, Clone)]
enum Act {
    /// Presses a button of ours; the isolate ends at that I/O, if it comes so far.
    Press(Button, usize),
    /// Presses it again and again at once.
    Hammer(Button, u64),
    /// Presses two in two windows at once.
    Rivals(Button, Button, u64),
    /// Presses the button on every page of Stripe's that is open.
    Buy(CardBehavior),
    /// Chooses, pays and comes back, as most do.
    Purchase(bool),
    /// Changes plan and seats at Stripe.
    Change(bool, u8),
    /// Lets it end with the period at Stripe, or takes that back.
    End(bool),
    /// Ends it at once at Stripe.
    Cancel,
    /// Gives a card of which every charge is declined.
    Card,
    /// Gives back a part of the newest payment, in cents.
    Refund(u16),
    /// The payer of the newest payment disputes it; an inquiry only where that is said.
    Dispute(bool),
    /// The bank decides about the newest payment: for the merchant or the payer.
    Decide(bool),
    /// Gives a good card and pays what is open.
    Pay,
    /// Days pass, and the quarter's cron runs; its isolate may end at that I/O.
    Days(i64, usize),
    /// Of the events under way some arrive, some twice, some never, in some order.
    Mail(u64),
    /// An ordinary hour: everything arrives and is worked on.
    Calm,
    /// The queue's messages are worked on.
    Work,
    /// As that, and the isolate ends at that I/O.
    WorkAndDie(usize),
    /// Seconds pass, with messages and crons.
    Wait(i64),
    /// The next messages are lost.
    LoseHints(usize),
    /// One of the next round trips to the database goes wrong.
    Database(bool, usize),
    /// Stripe's mood changes.
    Stripe(Mood),
}

fn button() -> impl Strategy<Value = Button> {
    prop_oneof![
        3 => (any::<bool>(), 4_u8..12).prop_map(|(business, seats)| Button::Checkout(business, seats)),
        2 => Just(Button::Return),
        1 => Just(Button::GiveUp),
        6 => (any::<bool>(), 4_u8..12).prop_map(|(business, seats)| Button::Change(business, seats)),
        2 => Just(Button::Cancel),
        2 => Just(Button::Keep),
        1 => Just(Button::CancelNow),
        1 => Just(Button::Resync),
    ]
}

fn act() -> impl Strategy<Value = Act> {
    let cards = prop_oneof![5 => Just(CardBehavior::Pays), 1 => Just(CardBehavior::Declines)];
    prop_oneof![
        8 => (button(), 0_usize..60).prop_map(|(button, io)| Act::Press(button, io)),
        3 => (button(), any::<u64>()).prop_map(|(button, seed)| Act::Hammer(button, seed)),
        3 => (button(), button(), any::<u64>()).prop_map(|(one, other, seed)| Act::Rivals(one, other, seed)),
        4 => cards.prop_map(Act::Buy),
        5 => any::<bool>().prop_map(Act::Purchase),
        2 => (any::<bool>(), 1_u8..60).prop_map(|(business, seats)| Act::Change(business, seats)),
        1 => any::<bool>().prop_map(Act::End),
        1 => Just(Act::Cancel),
        1 => Just(Act::Pay),
        3 => Just(Act::Card),
        2 => (1_u16..2_000).prop_map(Act::Refund),
        2 => any::<bool>().prop_map(Act::Dispute),
        2 => any::<bool>().prop_map(Act::Decide),
        5 => Just(Act::Calm),
        6 => (3_i64..12, 0_usize..14).prop_map(|(days, io)| Act::Days(days, io)),
        5 => any::<u64>().prop_map(Act::Mail),
        4 => Just(Act::Work),
        2 => (0_usize..9).prop_map(Act::WorkAndDie),
        2 => (0_i64..300).prop_map(Act::Wait),
        1 => (1_usize..4).prop_map(Act::LoseHints),
        1 => (any::<bool>(), 0_usize..4).prop_map(|(unknown, after)| Act::Database(unknown, after)),
        1 => prop_oneof![3 => Just(Mood::Well), 1 => Just(Mood::Silent), 1 => Just(Mood::Mute), 1 => Just(Mood::Says(503, ""))].prop_map(Act::Stripe),
    ]
}

struct Play {
    stage: Stage,
    /// Events that arrived, or never will by themselves.
    gone: BTreeSet<String>,
    /// When a catch-up last came to its end.
    caught_up: kernel::Millis,
    /// Forms so far, each under a mark of its own.
    marks: u8,
}

fn plan(business: bool) -> &'static str {
    if business { "business" } else { "team" }
}

impl Play {
    fn new() -> Self {
        let stage = Stage::new();
        stage.h.db.execute("DELETE FROM checkouts WHERE org_id = ?1", &[(&stage.org).into()]);
        let caught_up = stage.h.clock.now();
        Self { stage, gone: BTreeSet::new(), caught_up, marks: 0 }
    }
    /// The subscription that our pages show, if it is not over.
    fn shown(&self) -> Option<String> {
        self.stage.books().subscription.filter(|s| !["canceled", "incomplete_expired"].contains(&s.status.as_str())).map(|s| s.id)
    }
    /// The purchase that somebody comes back from.
    fn session(&self) -> Option<String> {
        let sql = "SELECT session_id FROM checkouts WHERE org_id = ?1 AND session_id IS NOT NULL";
        self.stage.h.db.rows(sql, &[(&self.stage.org).into()]).first().map(|row| row.text(0).unwrap().to_owned())
    }
    /// What is under way by our books: purchases, and changes that Stripe was asked for.
    fn under_way(&self) -> i64 {
        let sql = "SELECT (SELECT count(*) FROM checkouts WHERE org_id = ?1 AND state IN ('starting', 'open')) \
            + (SELECT count(*) FROM billing_requests WHERE org_id = ?1 AND state = 'asked')";
        self.stage.h.db.count(sql, &[(&self.stage.org).into()])
    }
    /// The form of a button as its page shows it now, not sent yet; `None` where no page shows it.
    fn form(&mut self, button: &Button) -> Option<Call> {
        self.marks += 1;
        let submit = crypto::token::encode(&[self.marks; 32]);
        let stage = &self.stage;
        let once = [("submit", submit.as_str())];
        Some(match *button {
            Button::Checkout(business, seats) => {
                stage.form("/checkout", &[("plan", plan(business)), ("interval", "month"), ("seats", &seats.to_string())])
            }
            Button::Return => stage.form("/checkout/done", &[("session_id", &self.session()?)]),
            Button::GiveUp => stage.form("/checkout/give-up", &[]),
            Button::Change(business, seats) => {
                let wanted = [("plan", plan(business)), ("interval", "month"), ("seats", &seats.to_string())];
                let preview = stage.h.call(&billing::WORKER, stage.form("/change/preview", &wanted));
                let fields = ["plan", "interval", "seats", "at", "version", "submit"].map(|name| (name, preview.hidden(name)));
                if preview.status != 200 || fields.iter().any(|(_, value)| value.is_none()) {
                    return None;
                }
                let fields = fields.each_ref().map(|(name, value)| (*name, value.as_deref().unwrap_or_default()));
                stage.form("/change", &fields)
            }
            Button::Cancel => stage.form("/cancel", &once),
            Button::Keep => stage.form("/keep", &once),
            Button::CancelNow => stage.form("/cancel-now", &once),
            Button::Resync => stage.form("/resync", &[]),
        })
    }
    fn press(&mut self, button: &Button, io: usize) {
        self.stage.h.renew_sessions();
        let Some(call) = self.form(button) else { return };
        let to_come = self.stage.h.db.faults_to_come();
        match self.stage.h.cut(io, self.stage.h.serve(&billing::WORKER, call)) {
            Some(reply) => self.answered(button, to_come, &reply),
            None => self.stage.h.restart(),
        }
    }
    fn together(&mut self, buttons: &[&Button], times: usize, seed: u64) {
        self.stage.h.renew_sessions();
        let calls: Vec<Call> = buttons.iter().filter_map(|b| self.form(b)).flat_map(|call| vec![call; times]).collect();
        let to_come = self.stage.h.db.faults_to_come();
        for reply in self.stage.h.together(&billing::WORKER, calls, seed) {
            self.answered(buttons[0], to_come, &reply);
        }
    }
    /// Whatever goes wrong between us and Stripe, people are told what happened: only a database that fails is a failure of the page.
    fn answered(&self, button: &Button, to_come: usize, reply: &Reply) {
        let failed = self.stage.h.db.faults_to_come() < to_come;
        assert!(failed || matches!(reply.status, 303 | 409 | 422 | 429), "{button:?}: {} {:?}", reply.status, reply.text());
    }
    fn change(&self, form: impl Fn(&Subscription) -> String) {
        let Some(id) = self.shown() else { return };
        let found = self.stage.stripe.world.borrow().subscriptions.iter().find(|s| s.id == id).cloned();
        if let Some(subscription) = found {
            self.stage.stripe.attempt("POST", &format!("/v1/subscriptions/{id}"), &form(&subscription));
        }
    }
    fn mail(&mut self, seed: u64) {
        let mut under_way: Vec<_> = self.stage.all().into_iter().filter(|e| !self.gone.contains(&e.id)).collect();
        let mut dice = seed | 1;
        let mut roll = move |sides: u64| {
            // Steele and Vigna's step of a linear congruential generator; the high bits are the good ones.
            dice = dice.wrapping_mul(0xd134_2543_de82_ef95).wrapping_add(1);
            (dice >> 33) % sides
        };
        for at in (1..under_way.len()).rev() {
            let other = usize::try_from(roll(at as u64 + 1)).unwrap();
            under_way.swap(at, other);
        }
        for event in under_way {
            let times = [0, 1, 1, 2][usize::try_from(roll(4)).unwrap()];
            if roll(3) == 0 {
                continue;
            }
            for _ in 0..times {
                self.stage.hand_in(&event);
            }
            self.gone.insert(event.id.clone());
        }
    }
    fn catch_up(&mut self) {
        for _ in 0..60 {
            let done = self.stage.h.work(&JOBS, async |task| reconcile::catch_up(task).await);
            if done.is_ok_and(|report| report["whole"] == Value::Bool(true)) {
                self.caught_up = self.stage.h.clock.now();
                return;
            }
        }
    }
    fn close_checkouts(&self) {
        let _ = self.stage.h.work(&JOBS, async |task| reconcile::close_checkouts(task, 10).await);
    }
    fn days(&mut self, days: i64, io: usize) {
        self.stage.h.clock.advance(Span::days(days));
        let cut = self.stage.h.cut(io, self.stage.h.working(&JOBS, async |task| reconcile::catch_up(task).await));
        if cut.is_none() {
            self.stage.h.restart();
        }
        self.close_checkouts();
        // Stripe lists what happened for thirty days; no outage is so long.
        if self.stage.h.clock.now().since(self.caught_up) > Span::days(12) {
            self.calm();
            self.catch_up();
        }
    }
    /// Nothing goes wrong from here on.
    fn calm(&self) {
        self.stage.h.db.heal();
        self.stage.h.queues.lose(0);
        self.stage.h.background.set(Fate::AfterReply);
        self.stage.stripe.mood.set(Mood::Well);
    }
    fn perform(&mut self, act: &Act) {
        let stage = &self.stage;
        match *act {
            Act::Press(ref button, io) => self.press(button, io),
            Act::Purchase(business) => {
                self.press(&Button::Checkout(business, 6), usize::MAX);
                self.perform(&Act::Buy(CardBehavior::Pays));
                self.press(&Button::Return, usize::MAX);
            }
            Act::Hammer(ref button, seed) => self.together(&[button], 3, seed),
            Act::Rivals(ref one, ref other, seed) => self.together(&[one, other], 1, seed),
            Act::Buy(card) => {
                let is_open = |c: &&CheckoutSession| c.status == CheckoutStatus::Open;
                let open: Vec<String> = stage.stripe.world.borrow().checkouts.iter().filter(is_open).map(|c| c.id.clone()).collect();
                for session in open {
                    stage.stripe.buy(&session, card);
                }
            }
            Act::Change(business, seats) => self.change(|s| {
                format!(
                    "items[0][id]={}&items[0][price]=price_portico_{}_monthly&items[0][quantity]={seats}",
                    s.items[0].id,
                    plan(business)
                )
            }),
            Act::End(ends) => self.change(|_| format!("cancel_at_period_end={ends}")),
            Act::Cancel => {
                if let Some(id) = self.shown() {
                    stage.stripe.attempt("DELETE", &format!("/v1/subscriptions/{id}"), "");
                }
            }
            Act::Refund(cents) => {
                if let Some(charge) = self.charge() {
                    stage.stripe.attempt("POST", "/v1/refunds", &format!("charge={charge}&amount={cents}"));
                }
            }
            Act::Dispute(inquiry) => {
                if let Some(charge) = self.charge() {
                    let kind = if inquiry { Kind::Inquiry } else { Kind::Chargeback };
                    let _ = open_now(&mut stage.stripe.world.borrow_mut(), &DESK, &charge, kind, stage.h.clock.now().seconds());
                }
            }
            Act::Decide(won) => {
                if let Some(charge) = self.charge() {
                    let verdict = if won { Verdict::Won } else { Verdict::Lost };
                    let _ = decide_now(&mut stage.stripe.world.borrow_mut(), &DESK, &charge, verdict, stage.h.clock.now().seconds());
                }
            }
            Act::Card => stage.stripe.give_card("pm_card_chargeCustomerFail"),
            Act::Pay => {
                stage.stripe.give_card("pm_card_visa");
                let open: Vec<String> = {
                    let world = stage.stripe.world.borrow();
                    world.invoices.iter().filter(|i| i.status == InvoiceStatus::Open).map(|i| i.id.clone()).collect()
                };
                for id in open {
                    stage.stripe.attempt("POST", &format!("/v1/invoices/{id}/pay"), "");
                }
            }
            Act::Days(days, io) => self.days(days, io),
            Act::Mail(seed) => self.mail(seed),
            Act::Calm => {
                self.calm();
                self.stage.h.clock.advance(Span::hours(1));
                for event in self.stage.all() {
                    if self.gone.insert(event.id.clone()) {
                        self.stage.taken(&event);
                    }
                }
                self.stage.work();
                let swept = self.stage.h.work(&JOBS, async |task| queue_stripe_sync::sweep_entitlements(task, 10).await);
                swept.unwrap();
                self.stage.work();
            }
            Act::Work => stage.work(),
            Act::WorkAndDie(io) => {
                let _ = stage.h.cut(io, stage.consuming());
                stage.h.restart();
            }
            Act::Wait(seconds) => stage.wait(Span::seconds(seconds)),
            Act::LoseHints(messages) => stage.h.queues.lose(messages),
            Act::Database(unknown, after) => {
                stage.h.db.fail_at(When::Any, after, if unknown { DbFault::Unknown(LOST) } else { DbFault::Refused(LOST) });
            }
            Act::Stripe(mood) => stage.stripe.mood.set(mood),
        }
    }
    /// The newest payment.
    fn charge(&self) -> Option<String> {
        self.stage.stripe.world.borrow().charges.last().map(|c| c.id.clone())
    }
    /// Subscriptions at Stripe that are not over.
    fn living(&self) -> usize {
        let world = self.stage.stripe.world.borrow();
        world.subscriptions.iter().filter(|s| !["canceled", "incomplete_expired"].contains(&s.status.as_str())).count()
    }
}

/// What is to be granted, written down by hand: plan and seats.
fn granted(stage: &Stage) -> (String, i64) {
    let free = ("free".to_owned(), 3);
    let now = stage.h.clock.now();
    let world = stage.stripe.world.borrow();
    let Some(alive) = world.subscriptions.iter().find(|s| ["active", "trialing", "past_due"].contains(&s.status.as_str())) else {
        return free;
    };
    if alive.status == "past_due" {
        let since = stage.h.db.count("SELECT coalesce(overdue_since, 0) FROM subscriptions WHERE org_id = ?1", &[(&stage.org).into()]);
        if now.since(kernel::Millis::new(since)) >= Span::days(7) {
            return free;
        }
    }
    let (plan, most) = if alive.items[0].price.contains("business") { ("business", 50) } else { ("team", 10) };
    (plan.to_owned(), alive.items[0].quantity.min(most))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    #[test]
    fn whatever_customers_do_we_hold_grant_and_count_what_stripe_does(later in any::<bool>(), acts in proptest::collection::vec(act(), 1..64)) {
        let mut play = Play::new();
        play.perform(&Act::Press(Button::Checkout(false, 3), usize::MAX));
        play.perform(&Act::Buy(CardBehavior::Pays));
        if later {
            play.perform(&Act::Card);
        }
        for act in &acts {
            play.perform(act);
            prop_assert!(play.living() <= 1, "never two at once: {act:?}");
        }
        play.calm();
        let stage = &play.stage;
        stage.stripe.act("GET", &format!("/v1/customers/{}", stage.customer), "");
        play.catch_up();
        let stage = &play.stage;
        stage.h.work(&JOBS, async |task| reconcile::start_comparing(task).await).unwrap();
        // A job that waits an hour after many failures, the grace of what fell overdue meanwhile, and purchases that nobody finished.
        stage.h.run_for(&JOBS, &HANDLERS, Span::hours(2));
        play.close_checkouts();
        play.catch_up();
        let stage = &play.stage;
        stage.h.run_for(&JOBS, &HANDLERS, Span::minutes(5));
        play.close_checkouts();
        let stage = &play.stage;

        let world = stage.stripe.world.borrow().clone();
        let books = stage.books();
        let held = books.subscription.as_ref();
        let alive = world.subscriptions.iter().find(|s| !["canceled", "incomplete_expired"].contains(&s.status.as_str()));
        match alive {
            Some(alive) => {
                let held = held.unwrap();
                prop_assert_eq!((&held.id, &held.status), (&alive.id, &alive.status));
                prop_assert_eq!((held.quantity, held.current_period_end), (Some(alive.items[0].quantity), Some(alive.items[0].period.1)));
                prop_assert_eq!(held.cancel_at_period_end, alive.cancel_at_period_end);
            }
            None => prop_assert!(held.is_none_or(|h| world.subscriptions.iter().any(|s| s.id == h.id && s.status == h.status))),
        }
        let row = &stage.h.db.rows("SELECT plan, seats FROM orgs WHERE id = ?1", &[(&stage.org).into()])[0];
        prop_assert_eq!((row.text(0).unwrap().to_owned(), row.int(1).unwrap()), granted(stage));
        let paid: i64 = world.invoices.iter().filter(|i| i.status == InvoiceStatus::Paid).map(|i| i.amount_paid).sum();
        prop_assert_eq!(stage.ledger("payment"), paid, "the ledger adds up");
        let back: i64 = world.charges.iter().map(stripe_emulator::core::world::Charge::refunded).sum();
        let taken = |d: &Dispute| if d.withdrawn.is_some() && d.reinstated.is_none() { d.amount } else { 0 };
        let taken: i64 = world.charges.iter().filter_map(|c| c.dispute.as_ref()).map(taken).sum();
        prop_assert_eq!((stage.ledger("refund"), stage.ledger("dispute")), (-back, -taken), "what is gone again, too");
        prop_assert_eq!((stage.events_in("received"), play.under_way()), (0, 0));
        prop_assert_eq!(stage.h.db.faults(), Vec::<String>::new());
        // Of each turn people were told once: what was said of payments comes in pairs.
        let news = stage.news();
        let count = |kind: &str| news.iter().filter(|k| *k == kind).count();
        prop_assert!(count("billing.grace_ending") <= count("billing.payment_failed"), "{news:?}");
        prop_assert!(!stage.h.log.contains("sk_test_") && !stage.h.log.contains("whsec_"));
    }
}
