//! What people are told of: every type of notification, with what triggers it, whom it concerns, by which channels, and its words.
//! A downstream product adds an entry to [`TYPES`]; mail, inbox and the page of choices follow from it.
//!
//! Letters about an account's security are no notifications: they are posted with the change itself, and always sent.

use crate::quotas::Quota;
use kernel::principal::Role;
use serde_json::Value;

/// Whom a notification concerns. Nobody is told of what they did themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// The organization's members with one of these roles.
    Roles(&'static [Role]),
    /// The member that the ticket is assigned to; while it is nobody's, the members with one of these roles.
    AssigneeOr(&'static [Role]),
    /// The customer whose ticket it is.
    TicketCustomer,
    /// Who asked for the export: the member, or the one who made the key that did.
    ExportRequester,
    /// The member whose id stands in the event's data under that name.
    Member(&'static str),
}
impl Audience {
    /// Whether it is a tenant's customer, and not its staff.
    pub const fn is_customer(self) -> bool {
        matches!(self, Self::TicketCustomer)
    }
}

/// What is known about an event when its notifications are written.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// The organization's name.
    pub org: &'a str,
    /// The organization's slug.
    pub slug: &'a str,
    /// The event's data.
    pub data: &'a Value,
    /// The ticket that it is about: its id, and its subject. Empty where it is about none.
    pub ticket: (&'a str, &'a str),
}
impl Facts<'_> {
    /// A text of the event's data, by a path such as `/author/name`; empty where there is none.
    pub fn text(&self, pointer: &str) -> &str {
        self.data.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
    }
    /// The ticket in the staff's app.
    fn staff_ticket(&self) -> String {
        format!("/o/{}/tickets/{}", self.slug, self.ticket.0)
    }
    /// A page of the organization's billing, which has a Worker of its own and so a beginning of its own.
    fn billing(&self, below: &str) -> String {
        format!("/billing/{}{below}", self.slug)
    }
    /// A page of the organization in the staff's app.
    fn page(&self, below: &str) -> String {
        format!("/o/{}{below}", self.slug)
    }
}

/// A type of notification.
#[derive(Clone, Copy)]
pub struct Type {
    /// Its name, as stored.
    pub key: &'static str,
    /// Its name on the page of choices.
    pub title: &'static str,
    /// When it comes, for the page of choices.
    pub says: &'static str,
    /// The domain event that triggers it.
    pub event: &'static str,
    /// Which of these events do.
    pub when: fn(&Value) -> bool,
    /// Whom it concerns.
    pub audience: Audience,
    /// Whether it is put into the inbox, where nobody chose otherwise.
    pub inbox: bool,
    /// Whether it is mailed, where nobody chose otherwise.
    pub mail: bool,
    /// Whether it comes by both channels whatever was chosen.
    pub security: bool,
    /// At most that many mails of the type reach one person in an hour; the inbox has them all.
    pub most_mails_an_hour: i64,
    /// The line in the inbox.
    pub line: fn(&Facts<'_>) -> String,
    /// Where it leads, on the recipient's host.
    pub path: fn(&Facts<'_>) -> String,
    /// The fields of the form of choices.
    pub fields: [&'static str; 2],
}
impl std::fmt::Debug for Type {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Type({})", self.key)
    }
}
impl Type {
    /// By which channels one person is told: what they chose, or the defaults. `[inbox, mail]`.
    pub fn channels(&self, chosen: [Option<bool>; 2]) -> [bool; 2] {
        let [inbox, mail] = chosen;
        if self.security { [true, true] } else { [inbox.unwrap_or(self.inbox), mail.unwrap_or(self.mail)] }
    }
}

/// The channels, as stored and in the order of [`Type::fields`].
pub const CHANNELS: [&str; 2] = ["inbox", "mail"];
/// At most that many people are told of one event by one type.
pub const MOST_RECIPIENTS: u32 = 100;

/// Who did it, by the event's data: they are not told.
pub fn actor(data: &Value) -> &str {
    ["/author/id", "/actor/id", "/actor_id"].into_iter().find_map(|p| data.pointer(p).and_then(Value::as_str)).unwrap_or_default()
}

/// "Acme uses 8 of 10 seats": the line of a notice about a limit.
fn limit_line(f: &Facts<'_>) -> String {
    let number = |pointer| f.data.pointer(pointer).and_then(Value::as_i64).unwrap_or_default();
    let quota = Quota::parse(f.text("/limit"));
    let allowed = quota.map_or_else(|| number("/allowed").to_string(), |q| q.counted(number("/allowed")));
    format!("{} uses {} of {allowed}", f.org, number("/used"))
}

fn always(_: &Value) -> bool {
    true
}
fn by_customer(data: &Value) -> bool {
    data.pointer("/author/kind").and_then(Value::as_str) == Some("customer")
}
/// A change of the subscription that no other event speaks of.
fn by_itself(data: &Value) -> bool {
    data.get("with").and_then(Value::as_array).is_none_or(Vec::is_empty)
}
/// Limits that were reduced for another reason than the end of the subscription, which is told by itself.
fn not_canceled(data: &Value) -> bool {
    data.get("reason").and_then(Value::as_str) != Some("canceled")
}
fn reply_to_customer(data: &Value) -> bool {
    !by_customer(data) && data.get("internal").and_then(Value::as_bool) == Some(false)
}

const MANAGERS: &[Role] = &[Role::Owner, Role::Admin];
const WORKERS: &[Role] = &[Role::Owner, Role::Admin, Role::Member];
/// Those who may change billing.
const PAYERS: &[Role] = &[Role::Owner, Role::Admin, Role::Billing];

macro_rules! types {
    ($($key:literal: { $($field:ident: $value:expr),+ $(,)? })+) => {
        /// Every type, in the order of the page of choices.
        pub const TYPES: &[Type] = &[$(Type { key: $key, fields: [concat!($key, ".inbox"), concat!($key, ".mail")], $($field: $value),+ }),+];
    };
}

types! {
    "ticket_created": {
        title: "New tickets", says: "A ticket was created.",
        event: "ticket.created", when: always, audience: Audience::Roles(WORKERS), inbox: true, mail: false, security: false, most_mails_an_hour: 10,
        line: |f| format!("New ticket: {}", f.ticket.1), path: |f| f.staff_ticket(),
    }
    "ticket_assigned": {
        title: "Tickets assigned to you", says: "A ticket was assigned to you.",
        event: "ticket.assigned", when: always, audience: Audience::Member("assignee_id"), inbox: true, mail: true, security: false, most_mails_an_hour: 20,
        line: |f| format!("Assigned to you: {}", f.ticket.1), path: |f| f.staff_ticket(),
    }
    "ticket_comment": {
        title: "Comments by customers", says: "A customer commented on a ticket that is assigned to you, or to nobody.",
        event: "ticket.commented", when: by_customer, audience: Audience::AssigneeOr(WORKERS), inbox: true, mail: true, security: false, most_mails_an_hour: 20,
        line: |f| format!("{} wrote on: {}", f.text("/author/name"), f.ticket.1), path: |f| f.staff_ticket(),
    }
    "ticket_reply": {
        title: "Replies", says: "Somebody replied to one of your tickets.",
        event: "ticket.commented", when: reply_to_customer, audience: Audience::TicketCustomer, inbox: true, mail: true, security: false, most_mails_an_hour: 20,
        line: |f| format!("New reply: {}", f.ticket.1), path: |f| format!("/tickets/{}", f.ticket.0),
    }
    "ticket_closed": {
        title: "Closed tickets", says: "One of your tickets was closed.",
        event: "ticket.closed", when: always, audience: Audience::TicketCustomer, inbox: true, mail: false, security: false, most_mails_an_hour: 20,
        line: |f| format!("Closed: {}", f.ticket.1), path: |f| format!("/tickets/{}", f.ticket.0),
    }
    "export_ready": {
        title: "Finished exports", says: "An export that you asked for can be downloaded.",
        event: "export.ready", when: always, audience: Audience::ExportRequester, inbox: true, mail: true, security: false, most_mails_an_hour: 10,
        line: |_| "Your export is ready".to_owned(), path: |f| f.page(""),
    }
    "export_failed": {
        title: "Failed exports", says: "An export that you asked for could not be made.",
        event: "export.failed", when: always, audience: Audience::ExportRequester, inbox: true, mail: true, security: false, most_mails_an_hour: 10,
        line: |_| "Your export could not be made".to_owned(), path: |f| f.page(""),
    }
    "member_joined": {
        title: "New members", says: "Somebody joined the organization.",
        event: "member.joined", when: always, audience: Audience::Roles(MANAGERS), inbox: true, mail: false, security: false, most_mails_an_hour: 10,
        line: |f| format!("{} joined {}", f.text("/name"), f.org), path: |f| f.page("/members"),
    }
    "endpoint_disabled": {
        title: "Webhook endpoints switched off", says: "An endpoint was switched off. Its events are kept for 14 days.",
        event: "webhook_endpoint.disabled", when: always, audience: Audience::Roles(MANAGERS), inbox: true, mail: true, security: false, most_mails_an_hour: 5,
        line: |f| format!("A webhook endpoint of {} was switched off", f.org), path: |f| f.page(""),
    }
    "limit_near": {
        title: "Limits almost reached", says: "80% of one of the plan's limits is used.",
        event: "limit.warning", when: always, audience: Audience::Roles(PAYERS), inbox: true, mail: true, security: false, most_mails_an_hour: 5,
        line: |f| limit_line(f), path: |f| f.billing(""),
    }
    "limit_reached": {
        title: "Limits reached", says: "One of the plan's limits is reached, and nothing can be added.",
        event: "limit.exceeded", when: always, audience: Audience::Roles(PAYERS), inbox: true, mail: true, security: false, most_mails_an_hour: 5,
        line: |f| limit_line(f), path: |f| f.billing(""),
    }
    "limit_paused": {
        title: "Keys and endpoints paused by the plan", says: "API keys or webhook endpoints were paused because the plan allows fewer.",
        event: "limit.paused", when: always, audience: Audience::Roles(PAYERS), inbox: true, mail: true, security: false, most_mails_an_hour: 5,
        line: |f| format!("API keys or webhook endpoints of {} are paused: the plan allows fewer", f.org), path: |f| f.billing("/active"),
    }
    "subscription_changed": {
        title: "Subscription changed", says: "The plan or the subscription changed.",
        event: "subscription.updated", when: by_itself, audience: Audience::Roles(PAYERS), inbox: true, mail: true, security: false, most_mails_an_hour: 5,
        line: |f| format!("The subscription of {} changed", f.org), path: |f| f.billing(""),
    }
    "subscription_ending": {
        title: "Subscription ending", says: "The subscription was set to end.",
        event: "subscription.ending", when: always, audience: Audience::Roles(PAYERS), inbox: true, mail: true, security: false, most_mails_an_hour: 5,
        line: |f| format!("The subscription of {} is set to end", f.org), path: |f| f.billing(""),
    }
    "subscription_canceled": {
        title: "Subscription ended", says: "The subscription is over, and the limits of the Free plan apply.",
        event: "subscription.canceled", when: always, audience: Audience::Roles(PAYERS), inbox: true, mail: true, security: false, most_mails_an_hour: 5,
        line: |f| format!("The subscription of {} is over", f.org), path: |f| f.billing(""),
    }
    "payment_failed": {
        title: "Failed payments", says: "A payment didn't go through.",
        event: "billing.payment_failed", when: always, audience: Audience::Roles(PAYERS), inbox: true, mail: true, security: false, most_mails_an_hour: 5,
        line: |f| format!("A payment of {} didn't go through", f.org), path: |f| f.billing(""),
    }
    "grace_ending": {
        title: "Overdue payments", says: "A payment is still overdue, and the limits will be reduced in a few days.",
        event: "billing.grace_ending", when: always, audience: Audience::Roles(PAYERS), inbox: true, mail: true, security: false, most_mails_an_hour: 5,
        line: |f| format!("The plan of {} ends soon: a payment is still overdue", f.org), path: |f| f.billing(""),
    }
    "limits_reduced": {
        title: "Reduced limits", says: "The limits of the Free plan apply now.",
        event: "billing.limits_reduced", when: not_canceled, audience: Audience::Roles(PAYERS), inbox: true, mail: true, security: false, most_mails_an_hour: 5,
        line: |f| format!("{} has the limits of Free now", f.org), path: |f| f.billing(""),
    }
    "billing_recovered": {
        title: "Overdue payments settled", says: "An overdue payment was made.",
        event: "billing.recovered", when: always, audience: Audience::Roles(PAYERS), inbox: true, mail: true, security: false, most_mails_an_hour: 5,
        line: |f| format!("What {} owed is paid", f.org), path: |f| f.billing(""),
    }
}

/// The types that an event triggers.
pub fn triggered<'a>(event: &'a str, data: &'a Value) -> impl Iterator<Item = &'static Type> + 'a {
    TYPES.iter().filter(move |t| t.event == event && (t.when)(data))
}
/// The types that a customer, or else a member, can choose about.
pub fn offered(to_customers: bool) -> impl Iterator<Item = &'static Type> {
    TYPES.iter().filter(move |t| t.audience.is_customer() == to_customers)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn keys_are_unique_and_fields_follow_from_them() {
        for (i, t) in TYPES.iter().enumerate() {
            assert!(TYPES[i + 1..].iter().all(|other| other.key != t.key), "{}", t.key);
            assert_eq!(t.fields, [format!("{}.inbox", t.key), format!("{}.mail", t.key)]);
            assert!(t.most_mails_an_hour > 0 && !t.title.is_empty() && t.says.ends_with('.'));
        }
    }

    #[test]
    fn what_leads_somewhere_leads_to_our_own_hosts() {
        let data = json!({"name": "//evil.example", "author": {"name": "//evil.example"}});
        let facts = Facts { org: "Acme", slug: "acme", data: &data, ticket: ("tkt_1", "//evil.example") };
        for t in TYPES {
            let path = (t.path)(&facts);
            assert!(path.starts_with('/') && !path.starts_with("//") && !path.contains("evil"), "{}: {path}", t.key);
            assert_eq!(path.starts_with("/o/acme") || path.starts_with("/billing/acme"), !t.audience.is_customer(), "{}: {path}", t.key);
            assert!(!(t.line)(&facts).is_empty());
        }
    }

    #[test]
    fn a_comment_goes_to_the_other_side_and_an_internal_one_to_no_customer() {
        let keys = |data: Value| triggered("ticket.commented", &data).map(|t| t.key).collect::<Vec<_>>();
        assert_eq!(keys(json!({"author": {"kind": "customer"}, "internal": false})), ["ticket_comment"]);
        assert_eq!(keys(json!({"author": {"kind": "staff"}, "internal": false})), ["ticket_reply"]);
        assert!(keys(json!({"author": {"kind": "staff"}, "internal": true})).is_empty());
        assert!(keys(json!({"author": {"kind": "staff"}})).is_empty(), "what is not known to be public is not");
    }

    #[test]
    fn a_choice_overrides_the_default_and_security_overrides_a_choice() {
        let t = TYPES[0];
        assert_eq!((t.channels([None, None]), t.channels([Some(false), Some(true)])), ([true, false], [false, true]));
        assert_eq!(Type { security: true, ..t }.channels([Some(false), Some(false)]), [true, true]);
    }
}
