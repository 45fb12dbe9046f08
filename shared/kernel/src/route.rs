//! What every route must state, and the three kinds of handler a route can have.

use crate::{
    Fut, Millis, OrgId, Principal, Result,
    app::App,
    audit::{Action, AuditLog, Origin},
    db::{self, Reader, Row, Rows},
    error::{Code, Error},
    host::{Site, Surface},
    limit::Limit,
    mutation::{Committed, Mutation},
    ports::{BlobReader, Ports},
    principal::{Ability, Duty, Scope},
    reply::Reply,
    request::Request,
    sql::Stmt,
    time::Span,
};

/// The methods there are. HEAD is answered as GET without a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Method {
    /// Read.
    Get,
    /// Create or act.
    Post,
    /// Change in part.
    Patch,
    /// Remove.
    Delete,
}
impl Method {
    /// Its name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
    /// Reads a method; HEAD is GET.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "GET" | "HEAD" => Some(Self::Get),
            "POST" => Some(Self::Post),
            "PATCH" => Some(Self::Patch),
            "DELETE" => Some(Self::Delete),
            _ => None,
        }
    }
}

/// Whom a route lets in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Auth {
    /// Anybody.
    Public,
    /// A provider, by a signature over the raw body that the handler verifies first. Acts as that system.
    Provider(&'static str),
    /// An API key that holds the route's scope.
    Key,
    /// As [`Auth::Key`], read from the database whatever the caches hold: for what must be true now. Costs a round trip.
    KeyNow,
    /// A signed-in staff member of the organization that the path names as `{org}`, whose role has that ability.
    Staff(Ability),
    /// Anybody, on a surface for people; who is signed in is known all the same.
    Visitor,
    /// Somebody whose first factor was right, for the second. Nobody else.
    Challenge,
    /// Any signed-in account of the surface: staff at the app, a customer at a portal, an operator at the console.
    Person,
    /// Any signed-in staff account.
    Account,
    /// A signed-in customer of the organization that the host names.
    Customer,
    /// A signed-in operator whose role has that duty. To others the route does not exist; who is not signed in is asked to.
    Operator(Duty),
}
impl Auth {
    /// Whether a session's cookie is what lets in.
    pub const fn by_cookie(self) -> bool {
        matches!(self, Self::Visitor | Self::Challenge | Self::Person | Self::Account | Self::Staff(_) | Self::Customer | Self::Operator(_))
    }
}

/// Whether a route asks its caller to have proved who they are a short while ago (security-and-ui.md §1.1 S8).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepUp {
    /// It does not.
    Never,
    /// Within ten minutes: [`SUDO`].
    Recent,
}
/// How long a proof is recent.
pub const SUDO: Span = Span::minutes(10);

/// What a route leaves in the audit log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audit {
    /// Nothing: it only reads.
    ReadOnly,
    /// A read that is itself recorded, such as a download or the showing of a secret.
    Disclosure(Action),
    /// One of these, in the same batch as the change.
    Records(&'static [Action]),
    /// An append-only intake table, which is its own record: a provider's events.
    Intake(&'static str),
}

/// What body a route takes, with its largest size in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Payload {
    /// None; one that comes is not read.
    None,
    /// A JSON object.
    Json(usize),
    /// A form.
    Form(usize),
    /// A form with a file (`multipart/form-data`); the size is that of the whole body.
    Upload(usize),
    /// Bytes as they are, to be verified before they are read.
    Raw(usize),
}

/// How a form proves that it came from our own page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Csrf {
    /// Not needed: no cookie is read.
    Cookieless,
    /// `Origin` equal to the request's own, and a token bound to the session.
    OriginAndToken,
    /// Not needed: nothing is changed.
    SafeMethod,
}

/// Whether a command may be repeated under an Idempotency-Key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Idempotency {
    /// Of no use here: a read, or a command that is idempotent by its nature.
    Natural,
    /// The header is honored, and the recorded answer is committed with the change.
    Key,
}

/// A route. No `Default`, no builder: it states everything or it does not compile.
#[derive(Debug, Clone, Copy)]
pub struct Route {
    /// The method.
    pub method: Method,
    /// The path, parameters as `{name}`.
    pub path: &'static str,
    /// The surfaces it is served on.
    pub surfaces: &'static [Surface],
    /// Whom it lets in.
    pub auth: Auth,
    /// What it asks of a key.
    pub scope: Scope,
    /// Its rate limit.
    pub limit: Limit,
    /// What it leaves in the audit log.
    pub audit: Audit,
    /// What body it takes.
    pub payload: Payload,
    /// How a form proves itself.
    pub csrf: Csrf,
    /// Whether it honors an Idempotency-Key.
    pub idempotency: Idempotency,
    /// Whether the caller must have proved who they are a short while ago.
    pub step_up: StepUp,
    /// One line for the printed table and the API's documentation.
    pub summary: &'static str,
}

/// What a handler is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum HandlerKind {
    Query,
    Disclosure,
    Command,
}

impl Route {
    /// Refused at compile time by [`query`], [`disclosure`] and [`command`].
    const fn check(&self, kind: HandlerKind) {
        let get = matches!(self.method, Method::Get);
        match kind {
            HandlerKind::Query => {
                assert!(get, "a query is a GET");
                assert!(matches!(self.audit, Audit::ReadOnly), "a query leaves nothing in the audit log; a read that must is a Disclosure");
            }
            HandlerKind::Disclosure => {
                assert!(get, "a disclosure is a GET");
                assert!(matches!(self.audit, Audit::Disclosure(_)), "a disclosure names its action");
            }
            HandlerKind::Command => {
                assert!(!get, "a command is not a GET");
                assert!(matches!(self.audit, Audit::Records(_) | Audit::Intake(_)), "a command records what it does");
                if let Audit::Records(actions) = self.audit {
                    assert!(!actions.is_empty(), "a command names its actions");
                }
                if let Audit::Intake(_) = self.audit {
                    assert!(matches!(self.auth, Auth::Provider(_)), "an intake is a provider's");
                }
            }
        }
        assert!(matches!(self.path.as_bytes(), [b'/', ..]), "a path begins with /");
        assert!(!self.surfaces.is_empty(), "a route is served somewhere");
        assert!(!self.summary.is_empty(), "a route says what it is for");
        assert!(matches!(self.auth, Auth::Key | Auth::KeyNow) || matches!(self.scope, Scope::None), "a scope is asked of keys only");
        let cookie = self.auth.by_cookie();
        let known = cookie && !matches!(self.auth, Auth::Visitor | Auth::Challenge);
        assert!(known || matches!(self.step_up, StepUp::Never), "only who is signed in can prove it again");
        let form = matches!(self.payload, Payload::Form(_) | Payload::Upload(_));
        match self.csrf {
            Csrf::SafeMethod => assert!(get, "only a GET is safe"),
            Csrf::Cookieless => assert!(!get && !cookie && !form, "a cookie or a form needs a proof of origin"),
            Csrf::OriginAndToken => assert!(!get, "a GET changes nothing"),
        }
        if get {
            assert!(matches!(self.payload, Payload::None), "a GET takes no body");
            assert!(matches!(self.idempotency, Idempotency::Natural), "a GET is idempotent by nature");
        }
        if matches!(self.idempotency, Idempotency::Key) {
            assert!(matches!(self.auth, Auth::Key | Auth::KeyNow), "Idempotency-Key belongs to the API");
        }
        assert!(matches!(self.auth, Auth::Provider(_)) == matches!(self.limit, Limit::Provider), "the provider's limit is the provider's");
    }
}

/// What a query may touch: reads.
pub struct Read<'a> {
    pub(crate) app: &'a App,
    pub(crate) site: &'a Site,
    pub(crate) principal: &'a Principal,
    pub(crate) ports: &'a Ports,
}
/// What a command may touch: reads, and the one kind of write there is.
pub struct Write<'a> {
    pub(crate) app: &'a App,
    pub(crate) site: &'a Site,
    pub(crate) principal: &'a Principal,
    pub(crate) ports: &'a Ports,
    pub(crate) audit: Audit,
    pub(crate) origin: Origin,
    /// First in every batch: the credential is still good, the exact limit has room.
    pub(crate) guards: Vec<Stmt>,
    pub(crate) idempotency: Option<&'a crate::idempotency::Claim>,
}

macro_rules! reading {
    ($name:ident) => {
        impl<'a> $name<'a> {
            /// The Worker's state and configuration.
            pub fn app(&self) -> &'a App {
                self.app
            }
            /// The site that the host resolved to.
            pub fn site(&self) -> &'a Site {
                self.site
            }
            /// Who is calling.
            pub fn principal(&self) -> &'a Principal {
                self.principal
            }
            /// The organization that the caller acts in.
            ///
            /// # Errors
            /// An incident on a route whose callers have none.
            #[track_caller]
            pub fn org(&self) -> Result<&'a OrgId> {
                self.principal.org().ok_or_else(|| Error::incident("the caller's organization", self.principal.kind()))
            }
            /// Now.
            pub fn now(&self) -> Millis {
                self.ports.clock.now()
            }
            /// Runs one read statement: one round trip.
            ///
            /// # Errors
            /// What the database refused.
            #[track_caller]
            pub fn rows(&self, stmt: Stmt) -> impl Future<Output = Result<Rows>> + 'a {
                db::rows(&*self.ports.db, stmt)
            }
            /// Runs one read statement and takes its first row: one round trip.
            ///
            /// # Errors
            /// What the database refused.
            #[track_caller]
            pub fn first(&self, stmt: Stmt) -> impl Future<Output = Result<Option<Row>>> + 'a {
                db::first(&*self.ports.db, stmt)
            }
            /// Runs several read statements together: one round trip.
            ///
            /// # Errors
            /// What the database refused.
            pub async fn read(&self, stmts: Vec<Stmt>) -> Result<Vec<Rows>> {
                let reader: &dyn Reader = &*self.ports.db;
                reader.read(stmts).await.map_err(Error::from_db)
            }
            /// Random bytes, such as for the cookie that a form is tied to.
            pub fn random<const N: usize>(&self) -> [u8; N] {
                self.ports.random()
            }
            /// The object store, for reading.
            pub fn blobs(&self) -> &'a dyn BlobReader {
                &*self.ports.blobs
            }
            /// The store of what pages show, such as logos, for reading.
            pub fn assets(&self) -> &'a dyn BlobReader {
                &*self.ports.assets
            }
        }
    };
}
reading!(Read);
reading!(Write);

impl Write<'_> {
    /// Other servers, for looking something up, such as a TXT record. What has an effect there goes through a row and its consumer.
    pub fn http(&self) -> &dyn crate::ports::Http {
        &*self.ports.http
    }
    /// Stores what a page is to show, under a key that was never used. Its row comes first, by [`Write::reserve`], so that nothing is
    /// ever stored that no row speaks of.
    ///
    /// # Errors
    /// What the store refused.
    pub async fn store_asset(&self, key: &str, bytes: Vec<u8>, content_type: &str) -> Result<()> {
        Ok(self.ports.assets.put(key, bytes, content_type).await?)
    }
    /// A new id.
    pub fn id<I: crate::Id>(&self) -> I {
        self.ports.id()
    }
    /// Counts before it tries: takes the route's guards and further bookkeeping in a batch of their own. What must stand whatever
    /// becomes of the attempt is counted so, such as a sign-in before its password is hashed. A later mutation does not take the
    /// guards again.
    ///
    /// # Errors
    /// The refused guard; an incident when a statement is not bookkeeping, or for a key, whose credential a guard must hold
    /// inside the change's own batch.
    pub async fn reserve(&mut self, stmts: Vec<Stmt>) -> Result<()> {
        if matches!(self.principal, Principal::Key(_)) {
            return Err(Error::incident("counting an attempt of a known caller", self.principal.kind()));
        }
        let mut batch = self.guards.clone();
        batch.extend(stmts);
        crate::mutation::only_bookkeeping(&batch)?;
        self.ports.db.apply(db::Batch(batch)).await.map_err(Error::from_db)?;
        // Taken only now: what was refused was not counted.
        self.guards.clear();
        Ok(())
    }

    /// Starts the change, under the route's only action.
    ///
    /// # Errors
    /// An incident when the route declares several: then say which, by [`Write::mutation_as`].
    #[track_caller]
    pub fn mutation(&self, target: &str) -> Result<Mutation> {
        match self.audit {
            Audit::Records([only]) => self.mutation_as(*only, target),
            _ => Err(Error::incident("a mutation without its action", target)),
        }
    }
    /// Starts the change under one of the route's actions, in the caller's log.
    ///
    /// # Errors
    /// An incident when the route does not declare the action.
    #[track_caller]
    pub fn mutation_as(&self, action: Action, target: &str) -> Result<Mutation> {
        self.mutation_in(self.principal.log(), action, target)
    }
    /// As [`Write::mutation_as`], in a given log: for callers who have none yet, such as at sign-in.
    ///
    /// # Errors
    /// An incident when the route does not declare the action, or the caller belongs to another organization.
    #[track_caller]
    pub fn mutation_in(&self, log: AuditLog, action: Action, target: &str) -> Result<Mutation> {
        match self.audit {
            Audit::Records(declared) if declared.contains(&action) => {}
            _ => return Err(Error::incident("an action that the route does not declare", action.as_str())),
        }
        if self.principal.org().is_some() && self.principal.log() != log {
            return Err(Error::incident("an audit event in another organization's log", log.as_str()));
        }
        let event = crate::audit::Event {
            id: self.ports.id(),
            log,
            at: self.now(),
            action,
            actor_kind: self.principal.kind(),
            actor: self.principal.id().to_owned(),
            actor_label: self.principal.label().to_owned(),
            target: target.to_owned(),
            outcome: crate::audit::Outcome::Success,
            origin: self.origin.clone(),
            detail: None,
        };
        Ok(Mutation::new(self.ports.clone(), event, self.guards.clone(), self.idempotency.cloned()))
    }
    /// Takes a provider's event in: bookkeeping statements only, and hints.
    ///
    /// # Errors
    /// An incident on a route that is no intake.
    #[track_caller]
    pub fn intake(&self) -> Result<crate::mutation::Intake> {
        match self.audit {
            Audit::Intake(_) => Ok(crate::mutation::Intake::new(self.ports.clone())),
            _ => Err(Error::incident("an intake on a route that declares none", "")),
        }
    }
    /// Answers without having changed anything. Safe: a change has no other way in than a mutation.
    pub fn unchanged(&self, reply: Reply) -> Committed {
        Committed::unchanged(reply)
    }
}

/// A read with its recorded target.
pub struct Disclosed {
    pub(crate) reply: Reply,
    pub(crate) target: String,
    pub(crate) log: Option<AuditLog>,
}
impl Read<'_> {
    /// As [`Read::disclose`], in the organization's log that a signed link names: for callers who have none themselves.
    pub fn disclose_in(&self, org: &OrgId, target: &str, reply: Reply) -> Disclosed {
        Disclosed { reply, target: target.to_owned(), log: Some(AuditLog::Org(org.clone())) }
    }
    /// Answers a [`Disclosure`]: the audit event is committed before the reply leaves.
    pub fn disclose(&self, target: &str, reply: Reply) -> Disclosed {
        Disclosed { reply, target: target.to_owned(), log: None }
    }
}

/// A read.
pub trait Query {
    /// Its route.
    const ROUTE: Route;
    /// Answers.
    fn call<'a>(cx: Read<'a>, req: &'a Request) -> impl Future<Output = Result<Reply>> + 'a;
}
/// A read that is recorded.
pub trait Disclosure {
    /// Its route.
    const ROUTE: Route;
    /// Answers.
    fn call<'a>(cx: Read<'a>, req: &'a Request) -> impl Future<Output = Result<Disclosed>> + 'a;
}
/// A change.
pub trait Command {
    /// Its route.
    const ROUTE: Route;
    /// Changes and answers.
    fn call<'a>(cx: Write<'a>, req: &'a Request) -> impl Future<Output = Result<Committed>> + 'a;
}

/// What a handler's run comes to.
pub(crate) enum Ran {
    Read(Reply),
    Disclosed(Disclosed),
    Changed(Committed),
}
type Run = for<'a> fn(Write<'a>, &'a Request) -> Fut<'a, Result<Ran>>;

/// A row of a Worker's route table.
pub struct Entry {
    /// The route.
    pub route: Route,
    pub(crate) run: Run,
}

/// Enters a query.
pub const fn query<Q: Query>() -> Entry {
    const { Q::ROUTE.check(HandlerKind::Query) };
    Entry {
        route: Q::ROUTE,
        run: |cx, req| {
            Box::pin(async move {
                let read = Read { app: cx.app, site: cx.site, principal: cx.principal, ports: cx.ports };
                Q::call(read, req).await.map(Ran::Read)
            })
        },
    }
}
/// Enters a disclosure.
pub const fn disclosure<D: Disclosure>() -> Entry {
    const { D::ROUTE.check(HandlerKind::Disclosure) };
    Entry {
        route: D::ROUTE,
        run: |cx, req| {
            Box::pin(async move {
                let read = Read { app: cx.app, site: cx.site, principal: cx.principal, ports: cx.ports };
                D::call(read, req).await.map(Ran::Disclosed)
            })
        },
    }
}
/// Enters a command.
pub const fn command<C: Command>() -> Entry {
    const { C::ROUTE.check(HandlerKind::Command) };
    Entry { route: C::ROUTE, run: |cx, req| Box::pin(async move { C::call(cx, req).await.map(Ran::Changed) }) }
}

/// Whether the caller may use the route. Being let in is not yet seeing: statements carry the tenant.
///
/// # Errors
/// What the caller lacks.
pub(crate) fn authorize(route: &Route, principal: &Principal, now: Millis) -> Result<()> {
    match (route.auth, principal) {
        (Auth::Public | Auth::Visitor, _) | (Auth::Provider(_), Principal::System(..)) | (Auth::Challenge, Principal::Half(_)) => Ok(()),
        (Auth::Key | Auth::KeyNow, Principal::Key(key)) if key.scopes.allow(route.scope) => Ok(()),
        (Auth::Key | Auth::KeyNow, Principal::Key(_)) => Err(Error::from(Code::ScopeMissing).member("required_scope", route.scope.name())),
        (Auth::Key | Auth::KeyNow, _) => Err(Error::from(Code::KeyMissing).header("www-authenticate", "Bearer")),
        // Half a session opens the challenge and nothing else, not even what is there.
        (_, Principal::Half(_)) => Err(Code::SecondFactorNeeded.into()),
        (Auth::Staff(ability), Principal::Staff(staff)) => match &staff.membership {
            Some(_) if staff.suspended => Err(Code::OrgSuspended.into()),
            Some(_) if staff.factor_missing => Err(Code::SecondFactorRequired.into()),
            Some((_, role)) if role.may(ability) => recent(route, principal, now),
            Some(_) => Err(Code::RoleMissing.into()),
            // Not a member: the organization does not exist for them.
            None => Err(Code::NotFound.into()),
        },
        (Auth::Operator(duty), Principal::Operator(operator)) if !operator.role.may(duty) => Err(Code::DutyMissing.into()),
        (Auth::Account | Auth::Person, Principal::Staff(_))
        | (Auth::Customer | Auth::Person, Principal::Customer(_))
        | (Auth::Operator(_) | Auth::Person, Principal::Operator(_)) => recent(route, principal, now),
        (Auth::Operator(_), Principal::Anonymous) => Err(Code::SignInNeeded.into()),
        (Auth::Operator(_), _) => Err(Code::NotFound.into()),
        (Auth::Staff(_) | Auth::Account | Auth::Person | Auth::Customer | Auth::Challenge | Auth::Provider(_), _) => {
            Err(Code::SignInNeeded.into())
        }
    }
}

fn recent(route: &Route, principal: &Principal, now: Millis) -> Result<()> {
    match (route.step_up, principal.proof()) {
        (StepUp::Never, _) => Ok(()),
        (StepUp::Recent, Some(proof)) if now < proof.at.plus(SUDO) => Ok(()),
        (StepUp::Recent, _) => Err(Code::StepUpNeeded.into()),
    }
}
