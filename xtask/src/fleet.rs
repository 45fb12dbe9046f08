//! Every Worker that is deployed, and every statement there is.

use kernel::{Sql, worker::Worker};

/// Every Worker with routes, queues or crons; `workers/switch` and `workers/stripe-emulator` are no such Workers.
pub const WORKERS: &[&Worker] = &[
    &api::WORKER,
    &auth::WORKER,
    &billing::WORKER,
    &exports::WORKER,
    &jobs::WORKER,
    &org::WORKER,
    &platform::WORKER,
    &portal::WORKER,
    &webhooks::WORKER,
];

/// Workers of the same making that are for local development only. They are never deployed: no production part, no route of
/// Cloudflare's.
pub const LOCAL_WORKERS: &[&Worker] = &[&dev::WORKER];

/// Every statement of every crate.
pub fn statements() -> Vec<&'static Sql> {
    let catalogues: &[&[&'static [Sql]]] = &[
        &[kernel::audit::CATALOGUE, kernel::idempotency::CATALOGUE, kernel::mutation::CATALOGUE, kernel::sql::CATALOGUE],
        store::CATALOGUES,
        queue_deliveries::CATALOGUES,
        queue_events::CATALOGUES,
        queue_exports::CATALOGUES,
        queue_mail::CATALOGUES,
        queue_stripe_sync::CATALOGUES,
        api::CATALOGUES,
        auth::CATALOGUES,
        billing::CATALOGUES,
        dev::CATALOGUES,
        exports::CATALOGUES,
        jobs::CATALOGUES,
        org::CATALOGUES,
        platform::CATALOGUES,
        portal::CATALOGUES,
        webhooks::CATALOGUES,
    ];
    catalogues.iter().flat_map(|crates| crates.iter()).flat_map(|statements| statements.iter()).collect()
}
