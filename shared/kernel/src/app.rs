//! What a Worker holds for as long as its isolate lives.

use crate::{
    RequestId,
    config::{Config, Missing},
    error::{Code, Error},
    host::Site,
    idempotency::Running,
    problem,
    reply::Reply,
    router::Router,
    worker::Worker,
};

/// Renders an error for people, in the look of the site that they are on; `None` where the host is nobody's.
pub type ErrorPage = fn(Option<&Site>, &Error, &RequestId) -> String;

/// A Worker's state: configuration, matcher, what runs. No platform handle is kept here: those don't outlive their request.
pub struct App {
    /// The Worker's declaration.
    pub worker: &'static Worker,
    /// Its configuration.
    pub config: Config,
    pub(crate) router: Router,
    pub(crate) running: Running,
    pub(crate) error_page: Option<ErrorPage>,
}

impl App {
    /// Puts a Worker together.
    ///
    /// # Errors
    /// Every missing setting by name.
    pub fn new(worker: &'static Worker, get: &dyn Fn(&str) -> Option<String>, error_page: Option<ErrorPage>) -> Result<Self, Vec<Missing>> {
        let names: Vec<&'static str> = worker.vars.iter().chain(worker.secrets).copied().collect();
        let config = Config::read(get, &names)?;
        let router = Router::new(worker.routes).map_err(|why| vec![Missing { name: "routes", remedy: why }])?;
        Ok(Self { worker, config, router, running: Running::default(), error_page })
    }
    /// An error as a reply: a page where people are, a problem document where programs are. A host that is nobody's is a place for
    /// neither: there the caller's wish decides.
    pub(crate) fn refuse(&self, error: &Error, request: &RequestId, people: Option<&Site>, wants_page: bool) -> Reply {
        let nobodys = error.code() == Code::UnknownHost;
        let reply = match self.error_page.filter(|_| people.is_some() || (nobodys && wants_page)) {
            Some(page) => problem::finish(Reply::html(error.code().status(), page(people, error, request)), error),
            None => problem::reply(error, request),
        };
        if nobodys { reply.with("vary", "accept") } else { reply }
    }
}
