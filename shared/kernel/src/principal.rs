//! Who is calling. Only `store`'s gatekeeper makes one, from a credential it has checked.

use crate::{CustomerId, KeyId, OrgId, SessionId, UserId, audit::AuditLog, time::Millis};

/// What a key may do with a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verb {
    /// Read it.
    Read,
    /// Change it, and read it.
    Write,
}

/// What a key's scopes speak of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Resource {
    /// Tickets and their comments.
    Tickets,
    /// Customers.
    Customers,
    /// Members.
    Members,
    /// Webhook endpoints and deliveries.
    Webhooks,
    /// Exports.
    Exports,
    /// Audit events.
    Audit,
    /// Usage.
    Usage,
}
impl Resource {
    /// Every resource.
    pub const ALL: [Self; 7] = [Self::Tickets, Self::Customers, Self::Members, Self::Webhooks, Self::Exports, Self::Audit, Self::Usage];
    /// As in `tickets:read`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Tickets => "tickets",
            Self::Customers => "customers",
            Self::Members => "members",
            Self::Webhooks => "webhooks",
            Self::Exports => "exports",
            Self::Audit => "audit",
            Self::Usage => "usage",
        }
    }
}

/// What a route asks of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scope {
    /// Nothing: the route is not for keys, or every key may call it.
    None,
    /// That verb on that resource.
    Of(Resource, Verb),
}
impl Scope {
    /// As in `tickets:read`; empty for none.
    pub fn name(self) -> String {
        match self {
            Self::None => String::new(),
            Self::Of(r, v) => format!("{}:{}", r.as_str(), if v == Verb::Write { "write" } else { "read" }),
        }
    }
}

/// The scopes of a key, as a set. `write` implies `read`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Scopes(u32);
impl Scopes {
    /// Every scope there is.
    pub const fn all() -> Self {
        Self(u32::MAX)
    }
    const fn bit(r: Resource, v: Verb) -> u32 {
        1 << ((r as u32) * 2 + (v as u32))
    }
    /// Reads names such as `tickets:write`, separated by spaces; `*` is all. Unknown names grant nothing.
    pub fn parse(text: &str) -> Self {
        let mut set = 0;
        for name in text.split_ascii_whitespace() {
            if name == "*" {
                return Self::all();
            }
            for r in Resource::ALL {
                match name.strip_prefix(r.as_str()) {
                    Some(":read") => set |= Self::bit(r, Verb::Read),
                    Some(":write") => set |= Self::bit(r, Verb::Read) | Self::bit(r, Verb::Write),
                    _ => {}
                }
            }
        }
        Self(set)
    }
    /// Whether the set holds what is asked for.
    pub const fn allow(self, scope: Scope) -> bool {
        match scope {
            Scope::None => true,
            Scope::Of(r, v) => self.0 & Self::bit(r, v) != 0,
        }
    }
    /// The names it holds, in a fixed order; `write` stands for both.
    pub fn names(self) -> Vec<String> {
        Resource::ALL
            .into_iter()
            .filter_map(|r| [Verb::Write, Verb::Read].into_iter().map(|v| Scope::Of(r, v)).find(|s| self.allow(*s)).map(Scope::name))
            .collect()
    }
}

/// A member's role in an organization, weakest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Reads.
    Viewer,
    /// Works tickets and customers.
    Member,
    /// Billing, and reads.
    Billing,
    /// All but delete, transfer and owners.
    Admin,
    /// Everything.
    Owner,
}
impl Role {
    /// Every role.
    pub const ALL: [Self; 5] = [Self::Viewer, Self::Member, Self::Billing, Self::Admin, Self::Owner];
    /// As stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Member => "member",
            Self::Billing => "billing",
            Self::Admin => "admin",
            Self::Owner => "owner",
        }
    }
    /// Reads a stored role.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|r| r.as_str() == text)
    }
    /// Whether it has the ability.
    pub const fn may(self, ability: Ability) -> bool {
        match ability {
            Ability::Read => true,
            Ability::Work => matches!(self, Self::Member | Self::Admin | Self::Owner),
            Ability::Pay => matches!(self, Self::Billing | Self::Admin | Self::Owner),
            Ability::Manage => matches!(self, Self::Admin | Self::Owner),
            Ability::Own => matches!(self, Self::Owner),
        }
    }
    /// Whether who has it may give or take the other: nobody reaches above themselves, and owners are the owners' business.
    pub const fn may_grant(self, other: Self) -> bool {
        match self {
            Self::Owner => true,
            Self::Admin => !matches!(other, Self::Owner),
            Self::Viewer | Self::Member | Self::Billing => false,
        }
    }
}

/// What a route asks of a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Ability {
    /// Seeing what the organization has: every role.
    Read,
    /// Working tickets and customers: member, admin, owner.
    Work,
    /// The organization's billing: billing, admin, owner.
    Pay,
    /// Members, keys, webhooks, settings: admin, owner.
    Manage,
    /// Deleting the organization, handing it over: owner.
    Own,
}
impl Ability {
    /// Every ability.
    pub const ALL: [Self; 5] = [Self::Read, Self::Work, Self::Pay, Self::Manage, Self::Own];
    /// Its name, for the printed table.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Work => "work",
            Self::Pay => "pay",
            Self::Manage => "manage",
            Self::Own => "own",
        }
    }
}

/// An operator's role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OperatorRole {
    /// Everything.
    Admin,
    /// Searches, helps people, opens sessions in their place.
    Support,
    /// Repairs billing.
    Billing,
    /// Looks.
    Viewer,
}
impl OperatorRole {
    /// Every role.
    pub const ALL: [Self; 4] = [Self::Admin, Self::Support, Self::Billing, Self::Viewer];
    /// As stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Support => "support",
            Self::Billing => "billing",
            Self::Viewer => "viewer",
        }
    }
    /// Reads a stored role.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|r| r.as_str() == text)
    }
    /// Whether the duty is theirs.
    pub const fn may(self, duty: Duty) -> bool {
        match duty {
            Duty::Look => true,
            Duty::Support => matches!(self, Self::Admin | Self::Support),
            Duty::Billing => matches!(self, Self::Admin | Self::Billing),
            Duty::Administer => matches!(self, Self::Admin),
        }
    }
}

/// What a route asks of an operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Duty {
    /// Looking.
    Look,
    /// Helping people: ending sessions, notices, sessions in their place.
    Support,
    /// Repairing billing.
    Billing,
    /// Operators, suspensions, bans.
    Administer,
}
impl Duty {
    /// Its name, for the printed table.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Look => "look",
            Self::Support => "support",
            Self::Billing => "billing",
            Self::Administer => "administer",
        }
    }
}

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn write_implies_read_and_unknown_names_grant_nothing() {
        let s = Scopes::parse("tickets:write exports:read nonsense tickets:fly");
        assert!(s.allow(Scope::Of(Resource::Tickets, Verb::Read)) && s.allow(Scope::Of(Resource::Tickets, Verb::Write)));
        assert!(s.allow(Scope::Of(Resource::Exports, Verb::Read)) && !s.allow(Scope::Of(Resource::Exports, Verb::Write)));
        assert!(!s.allow(Scope::Of(Resource::Audit, Verb::Read)));
        assert_eq!(s.names(), ["tickets:write", "exports:read"]);
        assert_eq!(Scopes::parse("*"), Scopes::all());
        assert_eq!(Scopes::parse(""), Scopes::default());
    }
}
