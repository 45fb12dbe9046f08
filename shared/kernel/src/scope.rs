//! What an API key may do: a verb on a resource, and the set of those that a key holds.

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
