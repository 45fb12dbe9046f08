//! Every queue consumer and every cron; no public route.

mod consumers;
mod cron;
mod domains;
mod hostnames;
mod reconcile;
pub mod retention;
mod sweeps;

use kernel::{
    Sql,
    ports::Queue,
    route::Entry,
    task::Handlers,
    worker::{Binding, Cron, Worker},
};

/// Its routes.
pub const ROUTES: &[Entry] = &[];

/// The Worker.
pub const WORKER: Worker = Worker {
    name: "jobs",
    routes: ROUTES,
    fallback: &[],
    bindings: &[
        Binding::Db,
        Binding::Kv,
        Binding::Exports,
        Binding::Assets,
        Binding::Send(Queue::Events),
        Binding::Send(Queue::Deliveries),
        Binding::Send(Queue::Stripe),
        Binding::Send(Queue::Exports),
        Binding::Send(Queue::Mail),
        Binding::Mailer,
    ],
    vars: &[
        "STRIPE_API_BASE",
        "STRIPE_API_VERSION",
        "STRIPE_MODE",
        domain::billing::GRACE_DAYS,
        domain::billing::EVENTS_LATE_MINUTES,
        "WEBHOOK_SCHEDULE_SCALE",
        "WEBHOOK_LOOPBACK",
        "MAIL_PROVIDER",
        "MAIL_FROM",
        store::domains::RESOLVER,
        hostnames::PROVIDER,
        hostnames::ZONE,
    ],
    secrets: &["STRIPE_SECRET_KEY", "RESEND_API_KEY", hostnames::TOKEN],
    consumes: &Queue::ALL,
    crons: &Cron::ALL,
};

/// What it does that nobody calls.
pub const HANDLERS: Handlers = Handlers { consume: consumers::consume, bury: consumers::bury, tick: cron::tick };

/// Its statements, for the catalogue test.
pub const CATALOGUES: &[&[Sql]] = &[
    consumers::CATALOGUE,
    cron::CATALOGUE,
    retention::CATALOGUE,
    retention::domains::CATALOGUE,
    retention::exports::CATALOGUE,
    retention::idempotency::CATALOGUE,
    retention::inbox::CATALOGUE,
    retention::invitations::CATALOGUE,
    retention::links::CATALOGUE,
    retention::devices::CATALOGUE,
    retention::jobs::CATALOGUE,
    retention::logos::CATALOGUE,
    retention::mails::CATALOGUE,
    retention::orgs::CATALOGUE,
    retention::outbox::CATALOGUE,
    retention::rate_windows::CATALOGUE,
    retention::refusals::CATALOGUE,
    retention::reports::CATALOGUE,
    retention::sessions::CATALOGUE,
    retention::webhook_messages::CATALOGUE,
];

#[cfg(target_family = "wasm")]
edge::worker!(WORKER, jobs = HANDLERS);
