//! What queue consumers and crons work with: no caller, no reply, but the same two ways to write.

use crate::{
    Fut, Id, Millis, Mutation, OrgId, Result,
    app::App,
    audit::{Action, AuditLog, Event, Origin, Outcome},
    db::{self, Batch, Row, Rows},
    error::Error,
    mutation::{Hint, JobKind, job_stmt, jobs_stmt, only_bookkeeping, send_hints},
    ports::{Ports, Queue},
    reply::Reply,
    sql::Stmt,
    worker::Cron,
};

/// A piece of background work under way.
pub struct Task<'a> {
    /// The Worker's state and configuration.
    pub app: &'a App,
    /// The platform.
    pub ports: &'a Ports,
    /// Who does it, as the audit log names it: `webhooks`, `stripe`, `retention`, ….
    pub name: &'static str,
}

impl Task<'_> {
    /// Now.
    pub fn now(&self) -> Millis {
        self.ports.clock.now()
    }
    /// A new id.
    pub fn id<I: Id>(&self) -> I {
        self.ports.id()
    }
    /// Runs one read statement.
    ///
    /// # Errors
    /// What the database refused.
    #[track_caller]
    pub fn rows(&self, stmt: Stmt) -> impl Future<Output = Result<Rows>> + '_ {
        db::rows(&*self.ports.db, stmt)
    }
    /// Runs one read statement and takes its first row.
    ///
    /// # Errors
    /// What the database refused.
    #[track_caller]
    pub fn first(&self, stmt: Stmt) -> impl Future<Output = Result<Option<Row>>> + '_ {
        db::first(&*self.ports.db, stmt)
    }
    /// Runs several read statements together.
    ///
    /// # Errors
    /// What the database refused.
    pub async fn read(&self, stmts: Vec<Stmt>) -> Result<Vec<Rows>> {
        self.ports.db.read(stmts).await.map_err(Error::from_db)
    }

    /// Writes bookkeeping: leases, attempts, counters. One transaction.
    ///
    /// # Errors
    /// An incident when a statement is not bookkeeping; what the database refused.
    #[track_caller]
    pub fn bookkeep(&self, stmts: Vec<Stmt>) -> impl Future<Output = Result<Vec<db::Outcome>>> + '_ {
        let at = std::panic::Location::caller();
        async move {
            only_bookkeeping(&stmts)?;
            self.ports.db.apply(Batch(stmts)).await.map_err(|e| Error::from_db_at(at, e))
        }
    }
    /// Starts a change of business data, with its audit event, in the organization's log.
    pub fn mutation(&self, org: &OrgId, action: Action, target: &str) -> Mutation {
        self.mutation_in(AuditLog::Org(org.clone()), action, target)
    }
    /// Starts a change of business data, with its audit event, in the given log.
    pub fn mutation_in(&self, log: AuditLog, action: Action, target: &str) -> Mutation {
        let event = Event {
            id: self.id(),
            log,
            at: self.now(),
            action,
            actor_kind: "system",
            actor: self.name.to_owned(),
            actor_label: self.name.to_owned(),
            target: target.to_owned(),
            outcome: Outcome::Success,
            origin: Origin::default(),
            detail: None,
        };
        Mutation::new(self.ports.clone(), event, Vec::new(), None)
    }
    /// Commits a mutation that answers nobody.
    ///
    /// # Errors
    /// The refused guard or constraint; then nothing was changed.
    #[track_caller]
    pub fn commit(&self, mutation: Mutation) -> impl Future<Output = Result<()>> {
        let done = mutation.commit(Reply::no_content());
        async move { done.await.map(|_| ()) }
    }
    /// Asks for background work on `subject`, as bookkeeping of its own.
    ///
    /// # Errors
    /// What the database refused.
    pub async fn ask(&self, kind: JobKind, subject: &str, org: Option<&OrgId>) -> Result<()> {
        let (stmt, hint) = job_stmt(self.ports, kind, subject, org, self.now());
        self.bookkeep(vec![stmt]).await?;
        send_hints(self.ports, vec![hint]);
        Ok(())
    }
    /// Asks for work of one kind on many subjects, in one batch after other bookkeeping. What that did comes back.
    ///
    /// # Errors
    /// An incident when a statement is not bookkeeping; what the database refused.
    pub async fn ask_all(&self, before: Vec<Stmt>, kind: JobKind, subjects: &[String]) -> Result<Vec<db::Outcome>> {
        let mut stmts = before;
        let (stmt, hints) = jobs_stmt(self.ports, kind, subjects, self.now());
        if !subjects.is_empty() {
            stmts.push(stmt);
        }
        let outcomes = self.bookkeep(stmts).await?;
        send_hints(self.ports, hints);
        Ok(outcomes)
    }
    /// Sends hints for rows that are due, at most 100 a call of the platform.
    ///
    /// # Errors
    /// What the queue refused.
    pub async fn hint(&self, queue: Queue, ids: &[String], delay_seconds: u32) -> Result<()> {
        for chunk in ids.chunks(100) {
            let bodies = chunk.iter().map(|id| crate::mutation::hint_body(id)).collect();
            self.ports.queues.send(queue, bodies, delay_seconds).await?;
        }
        Ok(())
    }
    /// Sends hints after the work, without waiting.
    pub fn hint_later(&self, queue: Queue, ids: Vec<String>) {
        send_hints(self.ports, ids.iter().map(|id| Hint { queue, body: crate::mutation::hint_body(id) }).collect());
    }
}

/// What a Worker does that nobody calls. `edge` runs it on workerd, `testkit` natively.
#[derive(Clone, Copy)]
pub struct Handlers {
    /// Takes one message of one of the Worker's queues. `Err` means that the queue brings it again.
    pub consume: for<'a> fn(&'a Task<'a>, Queue, &'a str) -> Fut<'a, Result<()>>,
    /// Takes a message that its queue has given up (its dead-letter queue is [`Queue::dead_letters`]).
    pub bury: for<'a> fn(&'a Task<'a>, Queue, &'a str) -> Fut<'a, Result<()>>,
    /// Runs one of the Worker's crons.
    pub tick: for<'a> fn(&'a Task<'a>, Cron) -> Fut<'a, Result<()>>,
}

/// The id in a hint's text. `None` when it is not a hint of ours.
pub fn hint_id(body: &str) -> Option<String> {
    #[derive(serde::Deserialize)]
    struct Body {
        v: u32,
        id: String,
    }
    serde_json::from_str::<Body>(body).ok().filter(|b| b.v == 1 && !b.id.is_empty()).map(|b| b.id)
}
