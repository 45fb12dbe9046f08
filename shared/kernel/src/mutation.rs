//! The one way to write: a batch that cannot exist without its audit event.

use crate::{
    EventId, JobId, OrgId, Result,
    audit::{AuditLog, Event},
    db::Batch,
    error::Error,
    idempotency::Claim,
    ports::{Ports, Queue},
    reply::Reply,
    sql::{Guard, Stmt},
    time::Millis,
};

macro_rules! job {
    ($row:literal) => {
        concat!(
            "INSERT INTO jobs(id, kind, subject, org_id, state, dirty, next_at, created_at, updated_at, max_attempts) ",
            $row,
            " ON CONFLICT(kind, subject) DO UPDATE SET dirty = dirty + 1, attempts = CASE WHEN state = 'running' THEN attempts ELSE 0 END, \
            state = CASE WHEN state = 'running' THEN state ELSE 'queued' END, next_at = CASE WHEN state = 'running' THEN next_at ELSE excluded.next_at END, updated_at = excluded.updated_at"
        )
    };
}

crate::sql! {
    /// Records a domain event; everything that follows from it (webhooks, inbox, mail) starts here.
    Bookkeep Org OUTBOX(6) -> [] = "INSERT INTO outbox(org_id, id, type, payload, occurred_at, request_id) VALUES(?1, ?2, ?3, ?4, ?5, ?6)";
    /// Asks for background work. One open job for each (kind, subject): asking again wakes it up and marks it dirty.
    Bookkeep Global("jobs of the platform belong to no organization") JOB(6) -> [] = job!("VALUES(?1, ?2, ?3, ?4, 'queued', 1, ?5, ?5, ?5, ?6)");
    /// The same, unless the statement before changed nothing: the repeat of an intake asks for no work.
    Bookkeep Global("jobs of the platform belong to no organization") JOB_AFTER(6) -> [] = job!("SELECT ?1, ?2, ?3, ?4, 'queued', 1, ?5, ?5, ?5, ?6 WHERE changes() = 1");
    /// The same for many subjects at once: `?1` is JSON, a list of `[id, subject]`.
    Bookkeep Global("jobs of the platform belong to no organization")
    JOBS(4) -> [] = job!("SELECT j.value ->> 0, ?2, j.value ->> 1, NULL, 'queued', 1, ?3, ?3, ?3, ?4 FROM json_each(?1) j WHERE true");
}

/// A kind of background job. The kind names its queue and its patience.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JobKind {
    /// As stored.
    pub name: &'static str,
    /// The queue whose consumer does it.
    pub queue: Queue,
    /// After that many failed attempts the job is dead, and an operator sees it.
    pub max_attempts: u32,
}

/// A wake-up for a queue consumer; the row it names is the truth.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Hint {
    pub queue: Queue,
    pub body: String,
}
impl Hint {
    fn new(queue: Queue, id: &str) -> Self {
        Self { queue, body: hint_body(id) }
    }
}
/// The text of a hint: versioned, so that consumers of two deployments understand each other.
pub fn hint_body(id: &str) -> String {
    format!("{{\"v\":1,\"id\":\"{id}\"}}")
}

/// A change being put together.
#[must_use = "a mutation does nothing until it is committed"]
pub struct Mutation {
    ports: Ports,
    event: Event,
    stmts: Vec<Stmt>,
    hints: Vec<Hint>,
    idempotency: Option<Claim>,
    /// Further logs that the event goes to.
    also: Vec<AuditLog>,
}

/// Proof that what a command answers was committed with its audit event, or that nothing was changed.
#[derive(Debug)]
pub struct Committed {
    pub(crate) reply: Reply,
}
impl Committed {
    pub(crate) fn unchanged(reply: Reply) -> Self {
        Self { reply }
    }
}

impl Mutation {
    pub(crate) fn new(ports: Ports, event: Event, guards: Vec<Stmt>, idempotency: Option<Claim>) -> Self {
        Self { ports, event, stmts: guards, hints: Vec::new(), idempotency, also: Vec::new() }
    }
    /// Adds a statement.
    pub fn then(mut self, stmt: Stmt) -> Self {
        self.stmts.push(stmt);
        self
    }
    /// Adds a statement that must change exactly one row; otherwise nothing happens and the caller gets "not found".
    pub fn then_one(self, stmt: Stmt) -> Self {
        self.then_guarded(Guard::One, stmt)
    }
    /// Adds a statement that must change exactly one row, under the guard's name.
    pub fn then_guarded(self, guard: Guard, stmt: Stmt) -> Self {
        self.then(stmt).then(guard.changed_one())
    }
    /// Records a domain event of the organization. `payload` is the event's `data`, JSON text.
    pub fn event(mut self, org: &OrgId, kind: &'static str, payload: String) -> Self {
        let id: EventId = self.ports.id();
        self.hints.push(Hint::new(Queue::Events, id.to_string().as_str()));
        let request = self.event.origin.request.clone();
        let at = self.event.at;
        self.then(OUTBOX.bind([org.into(), (&id).into(), kind.into(), payload.into(), at.into(), request.as_ref().into()]))
    }
    /// When it happens: the time of its audit event.
    pub fn at(&self) -> Millis {
        self.event.at
    }
    /// A new id, for a row that goes with the change.
    pub fn fresh_id<I: crate::Id>(&self) -> I {
        self.ports.id()
    }
    /// Random bytes, for a row that goes with the change.
    pub fn fresh_bytes<const N: usize>(&self) -> [u8; N] {
        self.ports.random()
    }
    /// Asks for background work on `subject`, to begin at once.
    pub fn job(mut self, kind: JobKind, subject: &str, org: Option<&OrgId>) -> Self {
        let (stmt, hint) = job_stmt(&self.ports, kind, subject, org, self.event.at);
        self.hints.push(hint);
        self.then(stmt)
    }
    /// Names who acts, where the route's caller was nobody yet: at sign-in, once the password was right. A known caller stays.
    pub fn identified_as(mut self, kind: &'static str, id: &str, label: &str) -> Self {
        if self.event.actor_kind == "anonymous" {
            self.event.actor_kind = kind;
            id.clone_into(&mut self.event.actor);
            label.clone_into(&mut self.event.actor_label);
        }
        self
    }
    /// Marks the event as the record of a refusal.
    pub fn denied(mut self) -> Self {
        self.event.outcome = crate::audit::Outcome::Denied;
        self
    }
    /// Wakes a consumer for a row of its own that this change makes due.
    pub fn wake(mut self, queue: Queue, id: &str) -> Self {
        self.hints.push(Hint::new(queue, id));
        self
    }
    /// What the audit event keeps of the change: JSON text without secrets.
    pub fn detail(mut self, json: String) -> Self {
        self.event.detail = Some(json);
        self
    }
    /// Records the event in an organization's log too: what an operator does to an organization belongs into both.
    ///
    /// # Errors
    /// An incident when the event's own log is not the platform's: an organization writes into no other's.
    #[track_caller]
    pub fn also_in(mut self, org: &OrgId) -> Result<Self> {
        if self.event.log != AuditLog::Platform {
            return Err(Error::incident("an audit event in another organization's log", self.event.log.as_str()));
        }
        self.also.push(AuditLog::Org(org.clone()));
        Ok(self)
    }
    /// Commits everything as one batch, and answers.
    ///
    /// # Errors
    /// The refused guard or constraint; then nothing was changed.
    #[track_caller]
    pub fn commit(self, reply: Reply) -> impl Future<Output = Result<Committed>> {
        self.finish(std::panic::Location::caller(), reply, None)
    }
    /// As [`Mutation::commit`], where the answer shows a secret once: what is recorded under the Idempotency-Key, and so what a
    /// repeat gets, is `recorded`, which has none.
    ///
    /// # Errors
    /// As [`Mutation::commit`].
    #[track_caller]
    pub fn commit_once_shown(self, reply: Reply, recorded: Reply) -> impl Future<Output = Result<Committed>> {
        self.finish(std::panic::Location::caller(), reply, Some(recorded))
    }
    async fn finish(self, at: &'static std::panic::Location<'static>, reply: Reply, recorded: Option<Reply>) -> Result<Committed> {
        let Self { ports, event, mut stmts, hints, idempotency, also } = self;
        if let Some(claim) = &idempotency {
            let [record, guard] = claim.record(event.at, recorded.as_ref().unwrap_or(&reply));
            stmts.push(record);
            stmts.push(guard);
        }
        for log in also {
            stmts.push(Event { id: ports.id(), log, ..event.clone() }.into_stmt());
        }
        stmts.push(event.into_stmt());
        ports.db.apply(Batch(stmts)).await.map_err(|e| Error::from_db_at(at, e))?;
        send_hints(&ports, hints);
        Ok(Committed { reply })
    }
}

/// A provider's event being taken in: bookkeeping only.
#[must_use = "an intake does nothing until it is committed"]
pub struct Intake {
    ports: Ports,
    stmts: Vec<Stmt>,
    hints: Vec<Hint>,
}
impl Intake {
    pub(crate) fn new(ports: Ports) -> Self {
        Self { ports, stmts: Vec::new(), hints: Vec::new() }
    }
    /// Adds a bookkeeping statement. The catalogue test holds its kind to its tables.
    pub fn then(mut self, stmt: Stmt) -> Self {
        self.stmts.push(stmt);
        self
    }
    /// Asks for background work on `subject`.
    pub fn job(mut self, kind: JobKind, subject: &str, org: Option<&OrgId>) -> Self {
        let (stmt, hint) = job_stmt(&self.ports, kind, subject, org, self.ports.clock.now());
        self.hints.push(hint);
        self.then(stmt)
    }
    /// As [`Intake::job`], but only if the statement before changed one row: what came before asks for nothing again. The hint
    /// goes out all the same: it finds no open job then, and wakes one whose first hint was lost.
    pub fn job_if_new(mut self, kind: JobKind, subject: &str, org: Option<&OrgId>) -> Self {
        let (stmt, hint) = job_stmt(&self.ports, kind, subject, org, self.ports.clock.now());
        self.hints.push(hint);
        self.then(Stmt { sql: JOB_AFTER, ..stmt })
    }
    /// Commits everything as one batch, and answers.
    ///
    /// # Errors
    /// An incident when a statement is not bookkeeping; what the database refused.
    #[track_caller]
    pub fn commit(self, reply: Reply) -> impl Future<Output = Result<Committed>> {
        let at = std::panic::Location::caller();
        async move {
            let Self { ports, stmts, hints } = self;
            only_bookkeeping(&stmts)?;
            ports.db.apply(Batch(stmts)).await.map_err(|e| Error::from_db_at(at, e))?;
            send_hints(&ports, hints);
            Ok(Committed { reply })
        }
    }
}

/// Refuses business statements where no audit event goes with them.
#[track_caller]
pub(crate) fn only_bookkeeping(stmts: &[Stmt]) -> Result<()> {
    match stmts.iter().find(|s| s.sql.kind != crate::sql::Kind::Bookkeep) {
        Some(s) => Err(Error::incident("a business statement without an audit event", s.sql.name)),
        None => Ok(()),
    }
}

/// Keeps books after the reply, as well as it goes: what is lost is lost, and said in the log as `what`. Business statements are
/// refused.
pub fn bookkeep_later(ports: &Ports, what: &'static str, stmts: Vec<Stmt>) {
    let inner = ports.clone();
    ports.background.defer(Box::pin(async move {
        let cause = match only_bookkeeping(&stmts) {
            Err(_) => "a business statement".to_owned(),
            Ok(()) => match inner.db.apply(Batch(stmts)).await {
                Ok(_) => return,
                Err(e) => e.0,
            },
        };
        crate::log::best_effort(&*inner.log, inner.clock.now(), what, &cause);
    }));
}

pub(crate) fn job_stmt(ports: &Ports, kind: JobKind, subject: &str, org: Option<&OrgId>, now: Millis) -> (Stmt, Hint) {
    let id: JobId = ports.id();
    let stmt = JOB.bind([(&id).into(), kind.name.into(), subject.into(), org.into(), now.into(), kind.max_attempts.into()]);
    // The hint names the subject, not the id: an open job keeps the id it has.
    (stmt, Hint::new(kind.queue, subject))
}

/// Work of one kind on many subjects: one statement, and a hint for each.
pub(crate) fn jobs_stmt(ports: &Ports, kind: JobKind, subjects: &[String], now: Millis) -> (Stmt, Vec<Hint>) {
    let rows: Vec<(JobId, &str)> = subjects.iter().map(|subject| (ports.id(), subject.as_str())).collect();
    let rows = serde_json::to_string(&rows).unwrap_or_default();
    let hints = subjects.iter().map(|subject| Hint::new(kind.queue, subject)).collect();
    (JOBS.bind([rows.into(), kind.name.into(), now.into(), kind.max_attempts.into()]), hints)
}

/// Wakes the consumers up, after the reply. A lost hint costs a minute: cron sweeps.
pub(crate) fn send_hints(ports: &Ports, hints: Vec<Hint>) {
    if hints.is_empty() {
        return;
    }
    let inner = ports.clone();
    ports.background.defer(Box::pin(async move {
        for queue in Queue::ALL {
            let bodies: Vec<String> = hints.iter().filter(|h| h.queue == queue).map(|h| h.body.clone()).collect();
            if !bodies.is_empty()
                && let Err(e) = inner.queues.send(queue, bodies, 0).await
            {
                crate::log::best_effort(&*inner.log, inner.clock.now(), "sending a queue hint", &e.0);
            }
        }
    }));
}
