//! The only door to a handler.
//!
//! Host → site, match, limit by address, authenticate, authorize, limit by actor, read the body, verify the form, call,
//! headers, one log line. The order is the design: what is cheap and refuses comes first, and nothing is read from a
//! stranger before it must be.

mod counted;
pub(crate) mod headers;

use crate::{
    Fut, Principal, RequestId, Result,
    app::App,
    audit::{AuditLog, Event, Origin, Outcome},
    db::Batch,
    error::{Code, Error},
    host::{self, Site, Surface},
    idempotency::Claim,
    limit::{self, Standing},
    log::Line,
    multipart,
    ports::Ports,
    reply::{self, Reply},
    request::{BodyError, Inbound, Request, Target, URL_CAP},
    route::{Audit, Auth, Csrf, Entry, Idempotency, Method, Payload, Ran, Write, authorize},
    sql::Stmt,
    time::Span,
};

/// What dispatch needs to know of callers, hosts and limits. `store` implements it over the same ports.
pub trait Gate {
    /// The site of a host that configuration alone does not tell: a tenant's portal.
    fn portal<'a>(&'a self, host: &'a str) -> Fut<'a, Result<Option<Site>>>;
    /// Counts a request against its address, before anything is known of the caller.
    fn admit_address<'a>(&'a self, entry: &'a Entry, ip: &'a str) -> Fut<'a, Result<()>>;
    /// Checks the credential that the route asks for. `fresh` asks the database whatever the caches hold.
    fn authenticate<'a>(&'a self, entry: &'a Entry, site: &'a Site, req: &'a Request, fresh: bool) -> Fut<'a, Result<Principal>>;
    /// Counts a request against its actor, and says where the actor stands.
    fn admit_actor<'a>(&'a self, entry: &'a Entry, principal: &'a Principal) -> Fut<'a, Result<Vec<Standing>>>;
    /// What must still hold inside the write's own batch.
    fn guards(&self, entry: &Entry, principal: &Principal, ip: &str) -> Vec<Stmt>;
    /// Counts, for operators, that a limit refused a request.
    fn refused(&self, entry: &Entry, principal: &Principal, ip: &str, policy: &str);
    /// Verifies the token of a form.
    fn form_token(&self, req: &Request, principal: &Principal) -> bool;
}

/// Audit action of a refusal.
pub const ACCESS_DENIED: crate::Action = crate::Action::new("access.denied");

/// The path of the form that begins a session, on every surface where people are.
pub const SIGN_IN: &str = "/sign-in";
/// The path of the form for the second factor.
pub const CHALLENGE: &str = "/challenge";
/// The path of the form on which one proves again who one is.
pub const CONFIRM: &str = "/confirm";
/// The path of the page on which a second factor is set up.
pub const ENROLL: &str = "/account/security/authenticator";
/// The longest way back that is kept through a sign-in, in bytes.
pub const NEXT_CAP: usize = 2_048;

/// Everything known of a request while it is being served.
struct Served<'a> {
    app: &'a App,
    gate: &'a dyn Gate,
    ports: Ports,
    id: RequestId,
    method: String,
    surface: &'static str,
    /// The site, where it is one for people.
    people: Option<Site>,
    /// Path and query as they were asked for, to come back to after signing in.
    wanted: String,
    entry: Option<&'static Entry>,
    principal: Principal,
    standings: Vec<Standing>,
    origin: Origin,
}

/// Serves one request. Never fails: what goes wrong is a reply, and a log line. `gate` is made over the ports it is given, whose
/// round trips are counted.
pub async fn serve<G: Gate>(app: &App, gate: impl FnOnce(Ports) -> G, ports: &Ports, inbound: Box<dyn Inbound>) -> Reply {
    let (ports, round_trips) = counted::wrap(ports);
    let gate = gate(ports.clone());
    let began = ports.clock.now();
    let method = inbound.method();
    let mut served = Served {
        app,
        gate: &gate,
        id: ports.id(),
        ports,
        people: None,
        wanted: String::new(),
        method,
        surface: "none",
        entry: None,
        principal: Principal::Anonymous,
        standings: Vec::new(),
        origin: Origin::default(),
    };
    let wants_page = inbound.header("accept").is_some_and(|accept| reply::wants_page(&accept));
    let outcome = served.run(inbound).await;
    let (mut reply, error) = match outcome {
        Ok(reply) => (reply, None),
        Err(e) => match served.to_sign_in(&e) {
            // Who is led to what they lack is not refused.
            Some(way) => (way, Some(e)),
            None => {
                served.audit_refusal(&e);
                (app.refuse(&e, &served.id, served.people.as_ref(), wants_page), Some(e))
            }
        },
    };
    if reply.status == 429 {
        served.count_refusal(error.as_ref());
    }
    headers::finish(&mut reply, &served.id, served.transport_security());
    // Refusals too (RFC 9110 §9.3.2).
    if served.method == "HEAD" {
        reply.body = crate::reply::Body::Empty;
    }
    for (name, value) in limit::headers(&served.standings) {
        reply = reply.with(name, value);
    }
    Line {
        worker: app.worker.name,
        request: &served.id,
        at: began,
        took_ms: served.ports.clock.now().since(began).as_millis(),
        method: &served.method,
        surface: served.surface,
        route: served.entry.map(|e| &e.route),
        status: reply.status,
        principal: &served.principal,
        round_trips: round_trips.get(),
        error: error.as_ref(),
    }
    .write(&*served.ports.log);
    reply
}

impl Served<'_> {
    async fn run(&mut self, inbound: Box<dyn Inbound>) -> Result<Reply> {
        let url = inbound.url();
        if url.len() > URL_CAP {
            return Err(Code::UrlTooLong.into());
        }
        let target = Target::parse(&url).ok_or(Code::BadRequest)?;
        let site = self.site(&target).await?;
        self.surface = site.surface().as_str();
        self.people = Some(site.clone()).filter(|s| *s != Site::Api);
        self.wanted = path_and_query(&url).to_owned();
        if site == Site::Api {
            refuse_key_in_url(&target)?;
        }
        let method = Method::parse(&self.method);
        let ip = inbound.header("cf-connecting-ip").unwrap_or_default();
        let found = self.app.router.find(site.surface(), method, &target.path);
        let entry = match found {
            Ok(ref m) => m.entry,
            Err(e) => return Err(e),
        };
        let params = found?.params;
        self.entry = Some(entry);
        let route = &entry.route;
        let mut req = Request {
            id: self.id.clone(),
            method: route.method,
            host: host::normalize(&target.authority).unwrap_or_default(),
            target,
            params,
            user_agent: inbound.header("user-agent").unwrap_or_default().chars().take(256).collect(),
            ip,
            inbound,
            body: Vec::new(),
            form: matches!(route.payload, Payload::Form(_) | Payload::Upload(_)),
            parts: None,
        };
        self.origin = Origin { request: Some(self.id.clone()), ip: req.ip.clone(), user_agent: req.user_agent.clone() };
        self.gate.admit_address(entry, &req.ip).await?;
        self.principal = match route.auth {
            Auth::Public => Principal::Anonymous,
            Auth::Provider(name) => Principal::System(name, AuditLog::Platform),
            _ => self.gate.authenticate(entry, &site, &req, false).await?,
        };
        authorize(route, &self.principal, self.ports.clock.now())?;
        self.standings = self.gate.admit_actor(entry, &self.principal).await?;
        read_body(route.payload, &mut req).await?;
        if route.csrf == Csrf::OriginAndToken {
            self.verify_form(&req)?;
        }
        match self.call(entry, &site, &req).await {
            // The batch found the credential changed since it was cached: judge anew, and if it may, do it once more.
            Err(e) if e.code() == Code::KeyRevoked && matches!(route.auth, Auth::Key) => {
                self.principal = self.gate.authenticate(entry, &site, &req, true).await?;
                authorize(route, &self.principal, self.ports.clock.now())?;
                self.call(entry, &site, &req).await
            }
            other => other,
        }
    }

    /// Where people are, a page that needs a session, its second factor or a fresh proof leads to the form for it, and from there
    /// back. A form that was sent without is answered as any refusal: what it would have done can't be done by coming back.
    fn to_sign_in(&self, error: &Error) -> Option<Reply> {
        if self.people.is_none() || !matches!(self.method.as_str(), "GET" | "HEAD") {
            return None;
        }
        let form = match error.code() {
            Code::SignInNeeded => SIGN_IN,
            Code::SecondFactorNeeded => CHALLENGE,
            Code::SecondFactorRequired => ENROLL,
            Code::StepUpNeeded => CONFIRM,
            _ => return None,
        };
        let back = percent_encoding::utf8_percent_encode(&self.wanted, percent_encoding::NON_ALPHANUMERIC);
        Some(Reply::see_other(&match self.wanted.as_str() {
            "/" => form.to_owned(),
            long if long.len() > NEXT_CAP => form.to_owned(),
            _ => format!("{form}?next={back}"),
        }))
    }

    /// Strict-Transport-Security: for our own hosts with everything under them; a portal may stand on a tenant's own domain,
    /// of which only that host is ours to speak for. None locally: on *.localhost it would only confuse.
    fn transport_security(&self) -> Option<&'static str> {
        match self.surface {
            _ if self.app.config.is_local() => None,
            "portal" => Some("max-age=63072000"),
            _ => Some("max-age=63072000; includeSubDomains"),
        }
    }

    async fn site(&self, target: &Target) -> Result<Site> {
        let host = host::normalize(&target.authority).ok_or(Code::UnknownHost)?;
        let site = match self.app.config.fixed_surface(&host) {
            Some(Surface::App) => Some(Site::App),
            Some(Surface::Platform) => Some(Site::Platform),
            Some(Surface::Api) => Some(Site::Api),
            Some(Surface::Portal) | None => self.gate.portal(&host).await?,
        };
        site.ok_or_else(|| Code::UnknownHost.into())
    }

    /// `Origin` must equal the request's own; where a browser sends none, `Sec-Fetch-Site` must say the same. Then the token.
    ///
    /// A page with `Referrer-Policy: no-referrer`, as those of one-time links are, sends its own forms with `Origin: null` (Fetch
    /// standard, "append a request Origin header"): there too the browser's word on the site decides, which no page can forge.
    fn verify_form(&self, req: &Request) -> Result<()> {
        let same = match req.header("origin").as_deref() {
            Some("null") | None => req.header("sec-fetch-site").as_deref() == Some("same-origin"),
            Some(origin) => origin == req.origin(),
        };
        if same && self.gate.form_token(req, &self.principal) { Ok(()) } else { Err(Code::CsrfRefused.into()) }
    }

    async fn call(&self, entry: &'static Entry, site: &Site, req: &Request) -> Result<Reply> {
        let claim = match (entry.route.idempotency, self.principal.org()) {
            (Idempotency::Key, Some(org)) => Claim::of(req, org)?,
            _ => None,
        };
        let _held = claim.as_ref().map(|c| self.app.running.hold(c)).transpose()?;
        let guards = self.gate.guards(entry, &self.principal, &req.ip);
        let cx = Write {
            app: self.app,
            site,
            principal: &self.principal,
            ports: &self.ports,
            audit: entry.route.audit,
            origin: self.origin.clone(),
            guards: guards.clone(),
            idempotency: claim.as_ref(),
        };
        match (entry.run)(cx, req).await {
            Ok(Ran::Read(reply)) => Ok(reply),
            Ok(Ran::Changed(done)) => Ok(done.reply),
            Ok(Ran::Disclosed(shown)) => {
                let reply = shown.reply;
                self.record_disclosure(&entry.route.audit, shown.target, shown.log, guards).await?;
                Ok(reply)
            }
            Err(e) => self.explain(entry, e, claim.as_ref()).await,
        }
    }

    /// A failed keyed command may be the repeat of one that succeeded: then what was answered then is the answer.
    async fn explain(&self, entry: &Entry, error: Error, claim: Option<&Claim>) -> Result<Reply> {
        if let Some(claim) = claim
            && !matches!(error, Error::Internal(_))
        {
            let now = self.ports.clock.now();
            match claim.recorded(&*self.ports.db, now).await? {
                Some(reply) => return Ok(reply),
                // The first request's record expired between the two looks: the next try is a first one.
                None if matches!(error, Error::AlreadyDone) => {
                    return Err(Error::from(Code::IdempotencyInProgress).retry_after(Span::seconds(1)));
                }
                None => {}
            }
        }
        match (&error, entry.route.limit.exact()) {
            (Error::Problem(p), Some(exact)) if p.code == Code::RateLimited && p.retry_after.is_none() => {
                let wait = Span::seconds(i64::from(exact.window_seconds));
                Err(error
                    .detail(format!("At most {} in {} seconds.", exact.limit, exact.window_seconds))
                    .retry_after(wait)
                    .member("policy", exact.name))
            }
            _ => Err(error),
        }
    }

    fn event(&self, action: crate::Action, target: String, outcome: Outcome) -> Event {
        Event {
            id: self.ports.id(),
            log: self.principal.log(),
            at: self.ports.clock.now(),
            action,
            actor_kind: self.principal.kind(),
            actor: self.principal.id().to_owned(),
            actor_label: self.principal.label().to_owned(),
            target,
            outcome,
            origin: self.origin.clone(),
            detail: None,
        }
    }

    /// The record comes first: what can't be recorded is not shown.
    async fn record_disclosure(&self, audit: &Audit, target: String, log: Option<AuditLog>, mut batch: Vec<Stmt>) -> Result<()> {
        let Audit::Disclosure(action) = audit else { return Err(Error::incident("a disclosure without its action", target)) };
        let mut event = self.event(*action, target, Outcome::Success);
        if let (Some(log), None) = (log, self.principal.org()) {
            event.log = log;
        }
        batch.push(event.into_stmt());
        self.ports.db.apply(Batch(batch)).await.map_err(Error::from_db)?;
        Ok(())
    }

    /// Whatever the limit, and whether a page or a problem document says so.
    fn count_refusal(&self, error: Option<&Error>) {
        let Some(entry) = self.entry else { return };
        let named = match error {
            Some(Error::Problem(p)) => p.members.iter().find(|(name, _)| *name == "policy").and_then(|(_, value)| value.as_str()),
            _ => None,
        };
        let policy = named.or_else(|| entry.route.limit.exact().map(|exact| exact.name)).unwrap_or("burst");
        self.gate.refused(entry, &self.principal, &self.origin.ip, policy);
    }

    /// A known caller who was refused leaves a trace, after the reply.
    fn audit_refusal(&self, error: &Error) {
        let Some(entry) = self.entry else { return };
        if error.code().status() != 403 || matches!(self.principal, Principal::Anonymous) {
            return;
        }
        let mut event = self.event(ACCESS_DENIED, format!("{} {}", entry.route.method.as_str(), entry.route.path), Outcome::Denied);
        event.detail = Some(format!("{{\"code\":\"{}\"}}", error.code().slug()));
        let ports = self.ports.clone();
        self.ports.background.defer(Box::pin(async move {
            let batch = Batch(vec![event.into_stmt()]);
            if let Err(e) = ports.db.apply(batch).await {
                crate::log::best_effort(&*ports.log, ports.clock.now(), "recording a refusal", &e.0);
            }
        }));
    }
}

/// What of an absolute URL stands behind its authority; `/` when nothing does.
fn path_and_query(url: &str) -> &str {
    let rest = url.split_once("://").map_or("", |(_, rest)| rest);
    let rest = rest.split('#').next().unwrap_or(rest);
    rest.find('/').and_then(|at| rest.get(at..)).unwrap_or("/")
}

/// Keys in URLs end up in logs, histories and referrers: such a request is refused whatever else it is.
fn refuse_key_in_url(target: &Target) -> Result<()> {
    let named = |name: &str| matches!(name, "key" | "api_key" | "apikey" | "token" | "access_token");
    if target.query.iter().any(|(name, value)| crypto::api_key::looks_like(value) || (named(name) && !value.is_empty())) {
        return Err(Code::KeyInUrl.into());
    }
    Ok(())
}

async fn read_body(payload: Payload, req: &mut Request) -> Result<()> {
    let (cap, media): (usize, Option<&str>) = match payload {
        Payload::None => return Ok(()),
        Payload::Json(cap) => (cap, Some("application/json")),
        Payload::Form(cap) => (cap, Some("application/x-www-form-urlencoded")),
        Payload::Upload(cap) => (cap, Some("multipart/form-data")),
        Payload::Raw(cap) => (cap, None),
    };
    let too_large = || Error::from(Code::BodyTooLarge).member("limit_bytes", cap);
    if req.inbound.header("content-length").and_then(|n| n.parse::<usize>().ok()).is_some_and(|n| n > cap) {
        return Err(too_large());
    }
    let sent = req.inbound.header("content-type").unwrap_or_default();
    if let Some(media) = media {
        let essence = sent.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        if essence != media {
            return Err(Error::from(Code::UnsupportedMedia).member("expected", media));
        }
    }
    req.body = req.inbound.body(cap).await.map_err(|e| match e {
        BodyError::TooLarge => too_large(),
        BodyError::Broken => Error::new(Code::BadRequest, "The body ended early."),
    })?;
    if let Payload::Upload(_) = payload {
        let odd = |why: &str| Error::new(Code::BadRequest, format!("The form can't be read: {why}."));
        let boundary = multipart::boundary(&sent).ok_or_else(|| odd("its boundary is missing or malformed"))?;
        req.parts = Some(multipart::parse(&req.body, &boundary).map_err(odd)?);
        // What it held is taken apart; once is enough.
        req.body = Vec::new();
    }
    Ok(())
}
