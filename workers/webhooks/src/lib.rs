//! Webhook endpoints and deliveries, as the API offers them.

pub mod routes;

use kernel::{
    Sql,
    ports::Queue,
    route::{Entry, command, query},
    worker::{Binding, Worker},
};
use routes::{
    delivery_get, delivery_list, delivery_retry, endpoint_create, endpoint_delete, endpoint_get, endpoint_list, endpoint_test,
    endpoint_update, event_types,
};

/// Its routes.
pub const ROUTES: &[Entry] = &[
    query::<endpoint_list::EndpointList>(),
    command::<endpoint_create::EndpointCreate>(),
    query::<endpoint_get::EndpointGet>(),
    command::<endpoint_update::EndpointUpdate>(),
    command::<endpoint_delete::EndpointDelete>(),
    command::<endpoint_test::EndpointTest>(),
    query::<delivery_list::DeliveryList>(),
    query::<delivery_get::DeliveryGet>(),
    command::<delivery_retry::DeliveryRetry>(),
    query::<event_types::EventTypes>(),
];

/// The Worker. Loopback receivers are a local setting: elsewhere it has no effect, whatever it says.
pub const WORKER: Worker = Worker {
    name: "webhooks",
    routes: ROUTES,
    fallback: &[],
    bindings: &[Binding::Db, Binding::Kv, Binding::Limiters, Binding::Send(Queue::Deliveries)],
    vars: &["WEBHOOK_LOOPBACK"],
    secrets: &[],
    consumes: &[],
    crons: &[],
};

/// Its statements, for the catalogue test.
pub const CATALOGUES: &[&[Sql]] = &[
    endpoint_list::CATALOGUE,
    endpoint_create::CATALOGUE,
    endpoint_get::CATALOGUE,
    endpoint_update::CATALOGUE,
    endpoint_delete::CATALOGUE,
    endpoint_test::CATALOGUE,
    delivery_list::CATALOGUE,
    delivery_get::CATALOGUE,
    delivery_retry::CATALOGUE,
];

#[cfg(target_family = "wasm")]
edge::worker!(WORKER);
