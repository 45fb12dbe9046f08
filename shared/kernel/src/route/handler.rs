//! The three kinds of handler a route can have, and what each may touch.

use super::{Audit, HandlerKind, Route};
use crate::{
    Fut, Millis, OrgId, Principal, Result,
    app::App,
    audit::{Action, AuditLog, Origin},
    db::{self, Reader, Row, Rows},
    error::Error,
    host::Site,
    mutation::{Committed, Mutation},
    ports::{BlobReader, Ports},
    reply::Reply,
    request::Request,
    sql::Stmt,
};

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

impl<'a> Write<'a> {
    /// Other servers: for looking something up, such as a TXT record. What has an effect there goes through a row and its consumer; or,
    /// where somebody waits for it, through a row by [`Write::reserve`] first, so that a crash in between is seen and settled.
    pub fn http(&self) -> &'a dyn crate::ports::Http {
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
    /// Says in the log what went wrong, where the call goes on all the same. `cause` never holds a secret.
    pub fn log_best_effort(&self, what: &'static str, cause: &str) {
        crate::log::best_effort(&*self.ports.log, self.now(), what, cause);
    }
    /// Background work that somebody waits for, such as a catch-up that a cron does too: under its own name in the log. What the caller
    /// changes by it is recorded by a mutation of the caller's.
    pub fn task(&self, name: &'static str) -> crate::task::Task<'a> {
        crate::task::Task { app: self.app, ports: self.ports, name }
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
