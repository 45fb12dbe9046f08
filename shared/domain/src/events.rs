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
/// A ticket was assigned.
pub const TICKET_ASSIGNED: EventType = EventType { name: "ticket.assigned", description: "A ticket was assigned to a member." };
/// A customer was added.
pub const CUSTOMER_CREATED: EventType = EventType { name: "customer.created", description: "A customer was added." };
/// A customer was changed.
pub const CUSTOMER_UPDATED: EventType = EventType { name: "customer.updated", description: "A customer's name or status changed." };
/// A customer was blocked.
pub const CUSTOMER_BLOCKED: EventType = EventType { name: "customer.blocked", description: "A customer was blocked from the portal." };
/// A customer was removed.
pub const CUSTOMER_DELETED: EventType = EventType { name: "customer.deleted", description: "A customer was removed." };
/// The plan or the subscription changed.
pub const SUBSCRIPTION_UPDATED: EventType =
    EventType { name: "subscription.updated", description: "The organization's subscription or plan changed." };
/// The subscription will end.
pub const SUBSCRIPTION_ENDING: EventType =
    EventType { name: "subscription.ending", description: "The subscription was set to end; until then it can be kept." };
/// The subscription is over.
pub const SUBSCRIPTION_CANCELED: EventType = EventType { name: "subscription.canceled", description: "The subscription is over." };
/// A payment is overdue, and the grace period runs.
pub const PAYMENT_FAILED: EventType =
    EventType { name: "billing.payment_failed", description: "A payment is overdue; the plan stays until the grace period ends." };
/// The grace period is nearly over.
pub const GRACE_ENDING: EventType =
    EventType { name: "billing.grace_ending", description: "A payment is still overdue and the grace period ends soon." };
/// The limits are those of Free now.
pub const LIMITS_REDUCED: EventType = EventType {
    name: "billing.limits_reduced",
    description: "The organization's limits were reduced to those of Free; nothing was deleted.",
};
/// What was overdue is paid.
pub const BILLING_RECOVERED: EventType =
    EventType { name: "billing.recovered", description: "What was overdue is paid, and the plan is in place." };
/// An export is ready.
pub const EXPORT_READY: EventType = EventType { name: "export.ready", description: "An export can be downloaded." };
/// An export failed.
pub const EXPORT_FAILED: EventType = EventType { name: "export.failed", description: "An export could not be made." };
/// Something that the plan limits is nearly used up.
pub const LIMIT_WARNING: EventType = EventType { name: "limit.warning", description: "80 % of one of the plan's limits is used." };
/// Something that the plan limits is used up.
pub const LIMIT_EXCEEDED: EventType = EventType { name: "limit.exceeded", description: "One of the plan's limits is used up." };
/// Keys or endpoints were paused because the plan allows fewer.
pub const LIMIT_PAUSED: EventType =
    EventType { name: "limit.paused", description: "API keys or webhook endpoints were paused because the plan allows fewer." };
/// An endpoint was added.
pub const ENDPOINT_CREATED: EventType = EventType { name: "webhook_endpoint.created", description: "A webhook endpoint was added." };
/// An endpoint was switched off.
pub const ENDPOINT_DISABLED: EventType =
    EventType { name: "webhook_endpoint.disabled", description: "Another endpoint of the organization was switched off." };
/// A test, sent to one endpoint when its owner asks for it, whatever the endpoint listens to.
pub const PING: EventType = EventType { name: "ping", description: "A test message, sent to one endpoint on request." };

/// An organization was made.
pub const ORG_CREATED: EventType = EventType { name: "organization.created", description: "The organization was made." };
/// What the organization shows of itself changed.
pub const ORG_UPDATED: EventType =
    EventType { name: "organization.updated", description: "The organization's name, slug, branding or portal settings changed." };
/// The organization is being deleted.
pub const ORG_DELETED: EventType =
    EventType { name: "organization.deleted", description: "The organization was deleted; it can be restored for 30 days." };
/// Its deletion was canceled.
pub const ORG_RESTORED: EventType = EventType { name: "organization.restored", description: "The organization's deletion was canceled." };
/// Somebody was invited.
pub const INVITATION_CREATED: EventType =
    EventType { name: "invitation.created", description: "Somebody was invited to the organization." };
/// An invitation was taken back.
pub const INVITATION_CANCELED: EventType = EventType { name: "invitation.canceled", description: "An invitation was canceled." };
/// Somebody joined.
pub const MEMBER_JOINED: EventType =
    EventType { name: "member.joined", description: "Somebody accepted an invitation and is a member now." };
/// A member was removed, or left.
pub const MEMBER_REMOVED: EventType = EventType { name: "member.removed", description: "A member was removed, or left." };
/// A member's role changed.
pub const MEMBER_ROLE_CHANGED: EventType = EventType { name: "member.role_changed", description: "A member's role changed." };
/// A domain of the organization began to serve, or stopped.
pub const DOMAIN_UPDATED: EventType =
    EventType { name: "domain.updated", description: "A custom domain became active, or failed its check." };

/// Every type.
pub const ALL: &[EventType] = &[
    TICKET_CREATED,
    TICKET_UPDATED,
    TICKET_CLOSED,
    TICKET_COMMENTED,
    TICKET_ASSIGNED,
    CUSTOMER_CREATED,
    CUSTOMER_UPDATED,
    CUSTOMER_BLOCKED,
    CUSTOMER_DELETED,
    SUBSCRIPTION_UPDATED,
    SUBSCRIPTION_ENDING,
    SUBSCRIPTION_CANCELED,
    PAYMENT_FAILED,
    GRACE_ENDING,
    LIMITS_REDUCED,
    BILLING_RECOVERED,
    EXPORT_READY,
    EXPORT_FAILED,
    LIMIT_WARNING,
    LIMIT_EXCEEDED,
    LIMIT_PAUSED,
    ENDPOINT_CREATED,
    ENDPOINT_DISABLED,
    ORG_CREATED,
    ORG_UPDATED,
    ORG_DELETED,
    ORG_RESTORED,
    INVITATION_CREATED,
    INVITATION_CANCELED,
    MEMBER_JOINED,
    MEMBER_REMOVED,
    MEMBER_ROLE_CHANGED,
    DOMAIN_UPDATED,
    PING,
];

/// Most entries of an endpoint's list of types.
pub const MOST_TYPES: usize = 50;

/// Whether an endpoint may ask for it: a known type, or `*` for all.
pub fn is_known(name: &str) -> bool {
    name == "*" || ALL.iter().any(|t| t.name == name)
}

/// The body of a webhook: `{id, type, timestamp, org_id, data}` (Standard Webhooks, "payload structure"). `data` stays as it was
/// written. `None` when it is not JSON.
pub fn body(id: &str, kind: &str, at: kernel::Millis, org: &str, data: &str) -> Option<String> {
    #[derive(serde::Serialize)]
    struct Message<'a> {
        id: &'a str,
        #[serde(rename = "type")]
        kind: &'a str,
        timestamp: kernel::Millis,
        org_id: &'a str,
        data: &'a serde_json::value::RawValue,
    }
    let data = serde_json::from_str(data).ok()?;
    serde_json::to_string(&Message { id, kind, timestamp: at, org_id: org, data }).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::Millis;

    #[test]
    fn a_body_keeps_its_data_as_it_was_written() {
        let text = body("evt_1", "ticket.created", Millis::new(0), "org_1", "{\"b\":1.0,\"a\":[\"ü\"]}").unwrap();
        assert_eq!(
            text,
            r#"{"id":"evt_1","type":"ticket.created","timestamp":"1970-01-01T00:00:00.000Z","org_id":"org_1","data":{"b":1.0,"a":["ü"]}}"#
        );
        assert!(body("e", "t", Millis::new(0), "o", "{").is_none());
    }

    #[test]
    fn names_are_unique_and_known() {
        for (i, t) in ALL.iter().enumerate() {
            assert!(is_known(t.name) && ALL[i + 1..].iter().all(|other| other.name != t.name), "{}", t.name);
        }
        assert!(is_known("*") && !is_known("ticket.*") && !is_known(""));
    }
}
