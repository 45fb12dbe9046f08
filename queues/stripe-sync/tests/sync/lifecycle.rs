//! All orders, duplicates and losses of a lifecycle of six events come to the same end: what Stripe holds.

use crate::stage::{HANDLERS, JOBS, Mood, Stage};
use kernel::time::Span;
use proptest::prelude::*;
use testkit::{DbFault, When, background::Fate, database::LOST, time::START};

const STEPS: usize = 6;

/// Every order of `0..n`.
fn orders(n: usize) -> Vec<Vec<usize>> {
    let Some(last) = n.checked_sub(1) else { return vec![Vec::new()] };
    let longer = |order: &Vec<usize>| (0..n).map(|at| [&order[..at], &[last], &order[at..]].concat()).collect::<Vec<_>>();
    orders(last).iter().flat_map(longer).collect()
}

/// The 873 orders in which the first one to six events of the lifecycle can come. What happens at Stripe happens in its order, an
/// event comes no sooner than it happened, and the work is done after some of the deliveries, differently in each order.
#[test]
fn every_order_comes_to_what_stripe_holds() {
    let stage = Stage::new();
    let (fresh, mut ran) = (stage.stripe.world.borrow().clone(), 0_usize);
    for length in 1..=STEPS {
        for order in orders(length) {
            ran += 1;
            stage.h.db.undone(|| {
                *stage.stripe.world.borrow_mut() = fresh.clone();
                stage.h.queues.clear();
                stage.h.clock.set(START);
                for (turn, number) in order.iter().enumerate() {
                    stage.h.clock.advance(Span::seconds(7));
                    while stage.stripe.events() <= *number {
                        stage.step(stage.stripe.events());
                    }
                    stage.delivered(*number);
                    if (ran * 2_654_435_761) >> (8 + turn) & 1 == 1 {
                        stage.work();
                    }
                    if (ran * 40_503) >> turn & 1 == 1 {
                        stage.delivered(*number);
                    }
                }
                stage.work();
                stage.converged(&format!("{order:?}"));
                assert_eq!(stage.events_in("processed"), i64::try_from(length).unwrap());
            });
        }
    }
    assert_eq!(ran, 873);
}

#[derive(Debug, Clone)]
enum Act {
    /// The next thing happens at Stripe.
    Happen,
    /// One of the events so far is delivered.
    Deliver(usize),
    /// As that, and the isolate ends at that I/O.
    DeliverAndDie(usize, usize),
    /// The queue's messages are worked on.
    Work,
    /// As that, and the isolate ends at that I/O.
    WorkAndDie(usize),
    /// Several consumers at once.
    WorkTogether(u64),
    /// Seconds pass.
    Wait(i64),
    /// The next messages are lost.
    LoseHints(usize),
    /// One of the next round trips to the database goes wrong.
    Database(bool, bool, usize),
    /// Stripe's mood changes.
    Stripe(Mood),
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        6 => Just(Act::Happen),
        6 => (0..STEPS).prop_map(Act::Deliver),
        2 => (0..STEPS, 0_usize..3).prop_map(|(n, io)| Act::DeliverAndDie(n, io)),
        4 => Just(Act::Work),
        2 => (0_usize..8).prop_map(Act::WorkAndDie),
        2 => any::<u64>().prop_map(Act::WorkTogether),
        3 => (0_i64..200).prop_map(Act::Wait),
        1 => (1_usize..4).prop_map(Act::LoseHints),
        2 => (any::<bool>(), any::<bool>(), 0_usize..4).prop_map(|(write, unknown, after)| Act::Database(write, unknown, after)),
        2 => prop_oneof![
            Just(Mood::Well), Just(Mood::Well), Just(Mood::Silent), Just(Mood::Gone), Just(Mood::Says(503, "")), Just(Mood::Says(429, "{}"))
        ].prop_map(Act::Stripe),
    ]
}

/// Events that Stripe was told we have.
type Taken = [bool; STEPS];

fn perform(stage: &Stage, act: &Act, taken: &mut Taken) {
    let happened = stage.stripe.events();
    match *act {
        Act::Happen if happened < STEPS => stage.step(happened),
        Act::Deliver(number) if number < happened => taken[number] |= stage.deliver(number).status == 200,
        Act::DeliverAndDie(number, io) if number < happened => {
            let reply = stage.h.cut(io, stage.h.serve(&billing::WORKER, stage.call(number)));
            taken[number] |= reply.is_some_and(|r| r.status == 200);
            stage.h.restart();
        }
        Act::Happen | Act::Deliver(_) | Act::DeliverAndDie(..) => {}
        Act::Work => stage.work(),
        Act::WorkAndDie(io) => {
            let _ = stage.h.cut(io, stage.consuming());
            stage.h.restart();
        }
        Act::WorkTogether(seed) => {
            let consumers =
                (0..3).map(|_| Box::pin(stage.consuming()) as std::pin::Pin<Box<dyn Future<Output = kernel::Result<()>>>>).collect();
            let _ = stage.h.interleave(consumers, seed);
            stage.h.background.run();
        }
        Act::Wait(seconds) => stage.wait(Span::seconds(seconds)),
        Act::LoseHints(messages) => stage.h.queues.lose(messages),
        Act::Database(write, unknown, after) => {
            let when = if write { When::Writes } else { When::Any };
            stage.h.db.fail_at(when, after, if unknown { DbFault::Unknown(LOST) } else { DbFault::Refused(LOST) });
        }
        Act::Stripe(mood) => stage.stripe.mood.set(mood),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    /// Whatever goes wrong in between: once Stripe has delivered again what it was not told we have, and time has passed, we hold
    /// what Stripe holds, each change was recorded once, and what was held in between was never half a change.
    #[test]
    fn whatever_goes_wrong_it_comes_to_what_stripe_holds(acts in proptest::collection::vec(act(), 1..40)) {
        let stage = Stage::new();
        stage.step(0);
        let mut taken = [false; STEPS];
        for act in &acts {
            perform(&stage, act, &mut taken);
            let books = stage.books();
            let granted = crate::stage::granted(books.subscription.as_ref());
            prop_assert_eq!(granted.as_str(), books.plan.as_str(), "plan and subscription change together");
        }
        stage.h.db.heal();
        stage.h.queues.lose(0);
        stage.h.background.set(Fate::AfterReply);
        stage.stripe.mood.set(Mood::Well);
        for (number, _) in taken.iter().enumerate().take(stage.stripe.events()).filter(|(_, taken)| !**taken) {
            stage.delivered(number);
        }
        prop_assert_eq!(stage.h.db.count("SELECT count(*) FROM stripe_events", &[]), i64::try_from(stage.stripe.events()).unwrap());
        stage.h.run_for(&JOBS, &HANDLERS, Span::hours(2));
        stage.converged("in the end");
        prop_assert!(stage.changes().len() <= stage.stripe.events(), "a change is recorded once: {:?}", stage.changes());
        prop_assert!(!stage.h.log.contains("sk_test_") && !stage.h.log.contains("whsec_"));
    }
}
