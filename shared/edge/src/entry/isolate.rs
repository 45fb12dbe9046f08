//! What an isolate keeps between requests: the Worker's configuration and matcher, and the gate's caches. No platform handle.

use crate::{Env, entry::report_missing};
use kernel::{
    App, Reply, RequestId,
    app::ErrorPage,
    error::{Code, Error},
    ports::Ports,
    problem,
    time::Span,
    worker::Worker,
};
use std::{cell::RefCell, rc::Rc};

/// The configured Worker and its state, made at the first event.
pub struct Isolate<S> {
    made: RefCell<Option<(Rc<App>, Rc<S>)>>,
}
impl<S: Default> Default for Isolate<S> {
    fn default() -> Self {
        Self { made: RefCell::new(None) }
    }
}

impl<S: Default> Isolate<S> {
    /// The Worker and its state. `None` when settings are missing, which is logged by name: the next event looks again, so that a
    /// setting that arrives is seen.
    pub fn get(&self, worker: &'static Worker, pages: Option<ErrorPage>, env: &Env) -> Option<(Rc<App>, Rc<S>)> {
        if let Some((app, state)) = &*self.made.borrow() {
            return Some((app.clone(), state.clone()));
        }
        match App::new(worker, &|name| env.text(name), pages) {
            Ok(app) => {
                let both = (Rc::new(app), Rc::new(S::default()));
                *self.made.borrow_mut() = Some((both.0.clone(), both.1.clone()));
                Some(both)
            }
            Err(missing) => {
                report_missing(worker.name, &missing);
                None
            }
        }
    }
}

/// What a deployment that lacks settings answers: the names are in the log, under no request's id.
pub fn not_configured(ports: &Ports) -> Reply {
    let id: RequestId = ports.id();
    problem::reply(&Error::from(Code::NotConfigured).retry_after(Span::minutes(1)), &id)
        .with("cache-control", "no-store")
        .with("x-request-id", id.to_string())
}
