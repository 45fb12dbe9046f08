//! What people may do: a member's role and its abilities, an operator's role and its duties.

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
