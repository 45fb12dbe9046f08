//! An organization's billing: its pages, and the intake of Stripe's events.
//!
//! Events are verified over their raw bytes, stored and acknowledged; what they mean is read again at Stripe by the jobs Worker. The pages
//! show what is held; their forms write down what they are about to ask, ask Stripe, read it again, and put that into effect with the
//! record of the change.

pub mod ask;
pub mod confirm;
pub mod console;
pub mod customer;
pub mod here;
pub mod order;
pub mod page;
pub mod price;
pub mod routes;
pub mod setup;
pub mod slot;
pub mod sync;
pub mod words;

use kernel::{
    Sql,
    ports::Queue,
    route::{Entry, command, query},
    worker::{Binding, Worker},
};

/// Its routes.
pub const ROUTES: &[Entry] = &[
    command::<routes::stripe_event::StripeEvent>(),
    query::<routes::overview::Overview>(),
    query::<routes::choose_page::ChoosePage>(),
    command::<routes::checkout::Checkout>(),
    command::<routes::give_up::GiveUp>(),
    query::<routes::done_page::DonePage>(),
    command::<routes::done::Done>(),
    query::<routes::change_page::ChangePage>(),
    command::<routes::preview::PreviewChange>(),
    command::<routes::change::Change>(),
    query::<routes::cancel_page::CancelPage>(),
    command::<routes::cancel::Cancel>(),
    query::<routes::cancel_now_page::CancelNowPage>(),
    command::<routes::cancel_now::CancelNow>(),
    query::<routes::keep_page::KeepPage>(),
    command::<routes::keep::Keep>(),
    query::<routes::portal_page::PortalPage>(),
    command::<routes::portal::Portal>(),
    command::<routes::portal_check::PortalCheck>(),
    command::<routes::resync::Resync>(),
    query::<routes::customer_page::CustomerPage>(),
    command::<routes::customer::Customer>(),
    query::<routes::console::health::Health>(),
    query::<routes::console::org::OrgBilling>(),
    command::<routes::console::dry_run::DryRun>(),
    command::<routes::console::apply::Apply>(),
    query::<routes::active_page::ActivePage>(),
    command::<routes::active::Active>(),
];

/// The Worker.
pub const WORKER: Worker = Worker {
    name: "billing",
    routes: ROUTES,
    fallback: &[],
    bindings: &[Binding::Db, Binding::Kv, Binding::Limiters, Binding::Send(Queue::Events), Binding::Send(Queue::Stripe)],
    vars: &[
        provider::STRIPE_MODE,
        provider::STRIPE_API_BASE,
        provider::STRIPE_API_VERSION,
        domain::billing::GRACE_DAYS,
        domain::billing::EVENTS_LATE_MINUTES,
    ],
    secrets: &[stripe::signature::VARIABLE, provider::STRIPE_SECRET_KEY],
    consumes: &[],
    crons: &[],
};

/// Its statements, for the catalogue test.
pub const CATALOGUES: &[&[Sql]] = &[
    ask::CATALOGUE,
    customer::CATALOGUE,
    here::CATALOGUE,
    slot::CATALOGUE,
    routes::active::CATALOGUE,
    routes::active_page::CATALOGUE,
    routes::overview::CATALOGUE,
    routes::portal::CATALOGUE,
    console::other::CATALOGUE,
    console::prepare::CATALOGUE,
    console::silence::CATALOGUE,
    routes::console::health::CATALOGUE,
    routes::console::org::CATALOGUE,
];

#[cfg(target_family = "wasm")]
edge::worker!(WORKER, pages = html::error_page);
