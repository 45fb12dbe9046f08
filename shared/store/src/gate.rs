//! What dispatch asks of hosts, callers and limits.

use crate::{
    keys,
    lease::Leases,
    limits::{burst, exact, refusals::Refusals, window},
    portals, sessions,
};
use domain::plans::Plan;
use kernel::{
    Fut, Principal, Request, Result,
    app::App,
    dispatch::Gate,
    host::Site,
    limit::{Limit, Standing},
    ports::Ports,
    route::{Auth, Entry},
    sql::Stmt,
};
use std::{cell::Cell, rc::Rc};

/// What an isolate keeps between requests: leased records and counters. One for each isolate.
pub struct State {
    /// API keys by hash.
    pub keys: Leases<keys::Record>,
    /// Portals by slug.
    pub portals: Leases<portals::Portal>,
    /// Long windows.
    pub windows: window::Windows,
    /// What limits refused.
    pub refusals: Refusals,
}
impl Default for State {
    fn default() -> Self {
        Self { keys: Leases::new("ak"), portals: Leases::new("ph"), windows: window::Windows::default(), refusals: Refusals::default() }
    }
}

/// The gate of one request.
pub struct Gatekeeper {
    app: Rc<App>,
    state: Rc<State>,
    ports: Ports,
    generation: Cell<i64>,
}

impl Gatekeeper {
    /// A gate over the isolate's state and the request's ports.
    pub fn new(app: Rc<App>, state: Rc<State>, ports: Ports) -> Self {
        Self { app, state, ports, generation: Cell::new(0) }
    }

    async fn key(&self, req: &Request, fresh: bool) -> Result<Principal> {
        let checked = keys::authenticate(&self.state.keys, &self.ports, req.header("authorization"), fresh).await?;
        self.generation.set(checked.generation);
        Ok(Principal::Key(checked.key))
    }
}

impl Gate for Gatekeeper {
    fn portal<'a>(&'a self, host: &'a str) -> Fut<'a, Result<Option<Site>>> {
        Box::pin(async move {
            match self.app.config.portal_slug(host) {
                Some(slug) => portals::by_slug(&self.state.portals, &self.ports, slug).await,
                None => portals::by_domain(&self.state.portals, &self.ports, host).await,
            }
        })
    }

    fn admit_address<'a>(&'a self, entry: &'a Entry, ip: &'a str) -> Fut<'a, Result<()>> {
        Box::pin(async move {
            // What was refused before is written down by whoever comes next.
            self.state.refusals.write(&self.ports);
            match entry.route.limit {
                Limit::Provider => Ok(()),
                Limit::Api(_) | Limit::ApiExact(_) | Limit::Address | Limit::AddressExact(_) | Limit::AccountExact(_) => {
                    burst::admit(&self.ports, "RL_IP_10", &burst::address(ip)).await
                }
            }
        })
    }

    fn authenticate<'a>(&'a self, entry: &'a Entry, site: &'a Site, req: &'a Request, fresh: bool) -> Fut<'a, Result<Principal>> {
        Box::pin(async move {
            match entry.route.auth {
                Auth::Key => self.key(req, fresh).await,
                Auth::KeyNow => self.key(req, true).await,
                Auth::Public | Auth::Provider(_) => Ok(Principal::Anonymous),
                _ => sessions::authenticate(&self.ports, site, req).await,
            }
        })
    }

    fn admit_actor<'a>(&'a self, entry: &'a Entry, principal: &'a Principal) -> Fut<'a, Result<Vec<Standing>>> {
        Box::pin(async move {
            let cost = match entry.route.limit {
                Limit::Api(cost) => cost,
                Limit::ApiExact(_) => 1,
                Limit::Address | Limit::AddressExact(_) | Limit::AccountExact(_) | Limit::Provider => return Ok(Vec::new()),
            };
            let Principal::Key(key) = principal else { return Ok(Vec::new()) };
            let limits = Plan::parse(&key.plan).limits();
            burst::admit(&self.ports, limits.burst_limiter, &key.id.to_string()).await?;
            let hour = window::Policy { name: "hour", limit: limits.requests_an_hour, seconds: 3_600 };
            let hour = self.state.windows.admit(&self.ports, hour, &key.org.to_string(), cost)?;
            Ok(vec![burst::standing(limits.burst_limiter), hour])
        })
    }

    fn guards(&self, entry: &Entry, principal: &Principal, ip: &str) -> Vec<Stmt> {
        let now = self.ports.clock.now();
        let mut guards = Vec::new();
        if let Principal::Key(key) = principal {
            guards.push(keys::guard(key, self.generation.get(), now));
        }
        match (entry.route.limit, principal.org()) {
            (Limit::ApiExact(policy), Some(org)) => guards.extend(exact::take(policy, &org.to_string(), now)),
            (Limit::AccountExact(policy), _) => guards.extend(exact::take(policy, principal.id(), now)),
            (Limit::AddressExact(policy), _) => guards.extend(exact::take(policy, &burst::address(ip), now)),
            _ => {}
        }
        guards
    }

    fn refused(&self, entry: &Entry, principal: &Principal, ip: &str, policy: &str) {
        let whom = match (entry.route.limit, principal) {
            (_, Principal::Key(key)) => key.org.to_string(),
            (Limit::AccountExact(exact), _) if exact.name == policy && !principal.id().is_empty() => principal.id().to_owned(),
            _ => burst::address(ip),
        };
        self.state.refusals.count(&self.ports, policy, &whom);
    }

    fn form_token(&self, req: &Request, principal: &Principal) -> bool {
        let (Some(browser), Ok(input)) = (req.cookie(sessions::FORM_COOKIE), req.input()) else { return false };
        let sent = input.opt_text(sessions::FORM_FIELD, kernel::input::Text::line(0, 200)).unwrap_or_default();
        crate::forms::verify(&self.app.config.keys, &browser, principal, &sent)
    }
}
