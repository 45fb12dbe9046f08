//! One file for each endpoint.

pub mod download;
pub mod export;
pub mod export_create;
pub mod export_get;
pub mod export_list;
