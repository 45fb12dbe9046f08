//! The authorisation matrix, generated from the route tables of the fleet (security-and-ui.md §1.6, "Cross-tenant matrix").
//!
//! Every route × every kind of caller that can reach its surface × ids that are the caller's own, another tenant's, a sibling's in
//! the same organization, and nobody's. What must come back is computed by [`expect`] from what the route declares and from facts about the
//! caller, never listed by hand. A new route is covered the moment it stands in its Worker's table; one whose path or body
//! nothing here can fill fails the test with a line that says what to add to [`fill`].

#![expect(clippy::panic, reason = "it serves tests: what goes wrong here must stop them")]

pub mod callers;
pub mod expect;
pub mod fill;
pub mod headers;

use kernel::{Route, host::Surface, route::Method, worker::Worker};
use xtask::fleet::WORKERS;

/// A route on one of its surfaces.
#[derive(Clone, Copy)]
pub struct Place {
    /// Whose it is.
    pub worker: &'static Worker,
    /// The route.
    pub route: &'static Route,
    /// The surface.
    pub surface: Surface,
}
impl Place {
    /// For messages.
    pub fn name(&self) -> String {
        format!("{} {} {}", self.surface.as_str(), self.route.method.as_str(), self.route.path)
    }
    /// Whether it changes something.
    pub fn is_command(&self) -> bool {
        self.route.method != Method::Get
    }
}

/// Every route on each of its surfaces.
pub fn places() -> Vec<Place> {
    let mut all = Vec::new();
    for worker in WORKERS {
        for entry in worker.routes {
            all.extend(entry.route.surfaces.iter().map(|surface| Place { worker, route: &entry.route, surface: *surface }));
        }
    }
    all
}

/// A Worker by its name.
pub fn worker(name: &str) -> &'static Worker {
    WORKERS.iter().find(|w| w.name == name).unwrap_or_else(|| panic!("no Worker {name}"))
}
