//! The audit event that every change carries.

use crate::{OrgId, RequestId, sql::Stmt, time::Millis};

/// What was done, such as `ticket.created`. Declared once, in `domain::actions`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Action(&'static str);
impl Action {
    /// Declares an action: a resource, a dot and a verb in the past tense.
    pub const fn new(name: &'static str) -> Self {
        Self(name)
    }
    /// Its name.
    pub const fn as_str(self) -> &'static str {
        self.0
    }
}

/// The log that an event belongs to: an organization's, or the platform's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AuditLog {
    /// That organization's.
    Org(OrgId),
    /// The platform's, for what belongs to no organization.
    Platform,
}
impl AuditLog {
    /// As stored in `audit_events.org_id`.
    pub fn as_str(&self) -> &str {
        use crate::Id;
        match self {
            Self::Org(org) => org.as_str(),
            Self::Platform => "platform",
        }
    }
}

/// Whether it was done or refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Done.
    Success,
    /// Refused.
    Denied,
}
impl Outcome {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Denied => "denied",
        }
    }
}

/// Where a request came from.
#[derive(Debug, Clone, Default)]
pub struct Origin {
    /// The request.
    pub request: Option<RequestId>,
    /// The client's address as the edge saw it.
    pub ip: String,
    /// The client's user agent, cut at 256 characters.
    pub user_agent: String,
}

/// One audit event.
#[derive(Debug, Clone)]
pub(crate) struct Event {
    pub id: crate::AuditId,
    pub log: AuditLog,
    pub at: Millis,
    pub action: Action,
    pub actor_kind: &'static str,
    pub actor: String,
    pub actor_label: String,
    pub target: String,
    pub outcome: Outcome,
    pub origin: Origin,
    /// Before and after, secrets left out; JSON text.
    pub detail: Option<String>,
}

crate::sql! {
    /// Appends one event. The table refuses UPDATE, and DELETE outside a declared purge.
    Write Org AUDIT(13) -> [] = "INSERT INTO audit_events(org_id, id, occurred_at, action, actor_kind, actor_id, actor_label, target, outcome, request_id, ip, user_agent, detail) \
        VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)";
}

impl Event {
    pub(crate) fn into_stmt(self) -> Stmt {
        AUDIT.bind([
            self.log.as_str().into(),
            (&self.id).into(),
            self.at.into(),
            self.action.as_str().into(),
            self.actor_kind.into(),
            self.actor.into(),
            self.actor_label.into(),
            self.target.into(),
            self.outcome.as_str().into(),
            self.origin.request.as_ref().into(),
            self.origin.ip.into(),
            self.origin.user_agent.into(),
            self.detail.into(),
        ])
    }
}
