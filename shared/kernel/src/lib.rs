//! The sealed core of Portico.
//!
//! What is here is what every Worker shares and what no Worker may get around: a [`route::Route`] that states everything,
//! [`dispatch`] as the only door to a handler, [`mutation::Mutation`] as the only way to write, [`sql::Sql`] as the only
//! way to name a statement, and the [`ports`] behind which the platform lives. Privacy is per crate, so these stand in one.
//!
//! Deliberately not here: any SQL of a product feature (beside its endpoint, or in `store`), any platform call (`edge`).

pub mod app;
pub mod audit;
pub mod config;
pub mod db;
pub mod dispatch;
pub mod error;
pub mod flash;
pub mod host;
pub mod id;
pub mod idempotency;
pub mod input;
pub mod limit;
pub mod log;
mod multipart;
pub mod mutation;
pub mod page;
pub mod ports;
pub mod principal;
pub mod problem;
pub mod reply;
pub mod request;
pub mod role;
pub mod route;
pub mod router;
pub mod scope;
pub mod sql;
pub mod task;
pub mod time;
pub mod worker;

pub use app::App;
pub use audit::Action;
pub use db::{Row, Rows};
pub use error::{Code, Error, Result};
pub use id::*;
pub use mutation::{Committed, Mutation};
pub use principal::Principal;
pub use reply::Reply;
pub use request::Request;
pub use route::{Command, Disclosure, Query, Read, Route, Write, command, disclosure, query};
pub use sql::{Guard, Kind, Sql, Stmt, Value};
pub use time::Millis;

use std::{future::Future, pin::Pin};

/// A future that stays on its thread: Workers have one.
pub type Fut<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;
