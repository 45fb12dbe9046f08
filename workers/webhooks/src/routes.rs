//! One file for each endpoint.

pub mod delivery;
pub mod delivery_get;
pub mod delivery_list;
pub mod delivery_retry;
pub mod endpoint;
pub mod endpoint_create;
pub mod endpoint_delete;
pub mod endpoint_get;
pub mod endpoint_list;
pub mod endpoint_test;
pub mod endpoint_update;
pub mod event_types;
