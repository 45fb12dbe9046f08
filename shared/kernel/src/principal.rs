//! Who is calling. Only `store`'s gatekeeper makes one, from a credential it has checked.

use crate::{CustomerId, KeyId, OrgId, SessionId, UserId, audit::AuditLog, time::Millis};

pub use crate::{
    role::{Ability, Duty, OperatorRole, Role},
    scope::{Resource, Scope, Scopes, Verb},
};

/// An API key that was checked.
#[derive(Debug, Clone)]
pub struct Key {
    /// The key.
    pub id: KeyId,
    /// Its organization.
    pub org: OrgId,
    /// The name it was given.
    pub name: String,
    /// What it may do.
    pub scopes: Scopes,
    /// The plan of its organization, as `domain::plans` names it.
    pub plan: String,
    /// Seats that its organization may use.
    pub seats: u32,
    /// When it ends.
    pub expires_at: Option<Millis>,
    /// Whether it reads test or live data.
    pub live: bool,
}
/// What a session's holder has proved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Proof {
    /// When they last proved who they are.
    pub at: Millis,
    /// Whether a second factor was part of it.
    pub second_factor: bool,
}

/// An organization to switch to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrgLink {
    /// Its slug.
    pub slug: String,
    /// Its name.
    pub name: String,
}

/// A signed-in staff member, within one organization or none.
#[derive(Debug, Clone)]
pub struct Staff {
    /// The account.
    pub user: UserId,
    /// The name to show.
    pub name: String,
    /// The account's address.
    pub email: String,
    /// The session.
    pub session: SessionId,
    /// What the session proves.
    pub proof: Proof,
    /// The organization the path names, with the role there.
    pub membership: Option<(OrgId, Role)>,
    /// Whether that organization asks for a second factor that this session lacks.
    pub factor_missing: bool,
    /// Whether that organization is suspended.
    pub suspended: bool,
    /// The organizations to switch to, by name.
    pub orgs: Vec<OrgLink>,
    /// Unread notifications.
    pub unread: i64,
}
/// A signed-in customer of one organization.
#[derive(Debug, Clone)]
pub struct Customer {
    /// The account.
    pub id: CustomerId,
    /// The name to show.
    pub name: String,
    /// The account's address.
    pub email: String,
    /// Its organization.
    pub org: OrgId,
    /// The session.
    pub session: SessionId,
    /// What the session proves.
    pub proof: Proof,
    /// Unread notifications.
    pub unread: i64,
}
/// A signed-in operator.
#[derive(Debug, Clone)]
pub struct Operator {
    /// The account.
    pub user: UserId,
    /// The name to show.
    pub name: String,
    /// The account's address.
    pub email: String,
    /// What they may do.
    pub role: OperatorRole,
    /// The session.
    pub session: SessionId,
    /// What the session proves.
    pub proof: Proof,
    /// When the session ends if nothing more is asked with it.
    pub idle_until: Millis,
    /// When it ends whatever happens.
    pub expires_at: Millis,
}
/// Whose first factor was right while the second is outstanding. The challenge is open to them, and nothing else.
#[derive(Debug, Clone)]
pub struct Half {
    /// As in `sessions.kind`.
    pub kind: &'static str,
    /// The account.
    pub subject: String,
    /// The name to show.
    pub name: String,
    /// The account's address.
    pub email: String,
    /// A customer's organization.
    pub org: Option<OrgId>,
    /// The session.
    pub session: SessionId,
}

/// Who is calling.
#[derive(Debug, Clone)]
pub enum Principal {
    /// Nobody we know.
    Anonymous,
    /// A tenant's program.
    Key(Key),
    /// A tenant's staff.
    Staff(Staff),
    /// A tenant's customer.
    Customer(Customer),
    /// An operator of the service.
    Operator(Operator),
    /// Somebody between their first factor and their second.
    Half(Half),
    /// A part of the system, by name: a provider's verified call, a queue consumer, a cron.
    System(&'static str, AuditLog),
}

impl Principal {
    /// The organization the caller acts in, if there is one.
    pub fn org(&self) -> Option<&OrgId> {
        match self {
            Self::Key(k) => Some(&k.org),
            Self::Staff(s) => s.membership.as_ref().map(|(org, _)| org),
            Self::Customer(c) => Some(&c.org),
            Self::Half(h) => h.org.as_ref(),
            Self::System(_, AuditLog::Org(org)) => Some(org),
            Self::System(..) | Self::Operator(_) | Self::Anonymous => None,
        }
    }
    /// As in `audit_events.actor_kind`.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Anonymous => "anonymous",
            Self::Key(_) => "api_key",
            Self::Staff(_) => "staff",
            Self::Customer(_) => "customer",
            Self::Operator(_) => "operator",
            Self::Half(h) => h.kind,
            Self::System(..) => "system",
        }
    }
    /// The caller's id.
    pub fn id(&self) -> &str {
        use crate::Id;
        match self {
            Self::Anonymous => "",
            Self::Key(k) => k.id.as_str(),
            Self::Staff(s) => s.user.as_str(),
            Self::Customer(c) => c.id.as_str(),
            Self::Operator(o) => o.user.as_str(),
            Self::Half(h) => &h.subject,
            Self::System(name, _) => name,
        }
    }
    /// The caller's name, as people know it.
    pub fn label(&self) -> &str {
        match self {
            Self::Anonymous => "Anonymous",
            Self::Key(k) => &k.name,
            Self::Staff(s) => &s.name,
            Self::Customer(c) => &c.name,
            Self::Operator(o) => &o.name,
            Self::Half(h) => &h.name,
            Self::System(name, _) => name,
        }
    }
    /// The account's address, where the caller is a person.
    pub fn email(&self) -> &str {
        match self {
            Self::Staff(s) => &s.email,
            Self::Customer(c) => &c.email,
            Self::Operator(o) => &o.email,
            Self::Half(h) => &h.email,
            Self::Anonymous | Self::Key(_) | Self::System(..) => "",
        }
    }
    /// The caller's session, if they have one.
    pub fn session(&self) -> Option<&SessionId> {
        match self {
            Self::Staff(s) => Some(&s.session),
            Self::Customer(c) => Some(&c.session),
            Self::Operator(o) => Some(&o.session),
            Self::Half(h) => Some(&h.session),
            Self::Anonymous | Self::Key(_) | Self::System(..) => None,
        }
    }
    /// What the caller's session proves. Nothing before the second factor.
    pub fn proof(&self) -> Option<Proof> {
        match self {
            Self::Staff(s) => Some(s.proof),
            Self::Customer(c) => Some(c.proof),
            Self::Operator(o) => Some(o.proof),
            Self::Half(_) | Self::Anonymous | Self::Key(_) | Self::System(..) => None,
        }
    }
    /// The log the caller's actions go to.
    pub fn log(&self) -> AuditLog {
        match self {
            Self::System(_, log) => log.clone(),
            other => other.org().map_or(AuditLog::Platform, |org| AuditLog::Org(org.clone())),
        }
    }
}
