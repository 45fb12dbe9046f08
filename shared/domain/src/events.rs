//! The catalogue of domain events: what webhooks announce. A downstream product adds a row.

/// A type of event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventType {
    /// Its name, such as `ticket.created`.
    pub name: &'static str,
    /// What it says, for people.
    pub description: &'static str,
}

/// A ticket was created.
pub const TICKET_CREATED: EventType = EventType { name: "ticket.created", description: "A ticket was created." };
/// A ticket was changed.
pub const TICKET_UPDATED: EventType =
    EventType { name: "ticket.updated", description: "A ticket's status, priority, subject, assignee or customer changed." };
/// A ticket was closed.
pub const TICKET_CLOSED: EventType = EventType { name: "ticket.closed", description: "A ticket was closed." };
/// A comment was added.
pub const TICKET_COMMENTED: EventType = EventType { name: "ticket.commented", description: "A comment was added to a ticket." };
/// The plan or the subscription changed.
pub const SUBSCRIPTION_UPDATED: EventType =
    EventType { name: "subscription.updated", description: "The organization's subscription or plan changed." };
/// An export is ready.
pub const EXPORT_READY: EventType = EventType { name: "export.ready", description: "An export can be downloaded." };
/// An export failed.
pub const EXPORT_FAILED: EventType = EventType { name: "export.failed", description: "An export could not be made." };
/// An endpoint was switched off.
pub const ENDPOINT_DISABLED: EventType =
    EventType { name: "webhook_endpoint.disabled", description: "Another endpoint of the organization was switched off." };

/// Every type.
pub const ALL: &[EventType] = &[
    TICKET_CREATED,
    TICKET_UPDATED,
    TICKET_CLOSED,
    TICKET_COMMENTED,
    SUBSCRIPTION_UPDATED,
    EXPORT_READY,
    EXPORT_FAILED,
    ENDPOINT_DISABLED,
];

/// Whether an endpoint may ask for it: a known type, or `*` for all.
pub fn is_known(name: &str) -> bool {
    name == "*" || ALL.iter().any(|t| t.name == name)
}
