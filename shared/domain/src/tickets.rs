//! Tickets, the reference resource: its words, its rules, and how it is shown to programs.

use kernel::{CommentId, CustomerId, Millis, Principal, TicketId, UserId};
use serde::Serialize;
use serde_json::{Map, Value, json};

/// Where a ticket stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Somebody has to do something.
    Open,
    /// Waiting for the customer.
    Pending,
    /// Done.
    Closed,
}
impl Status {
    /// Reads a stored word.
    pub fn parse(text: &str) -> Option<Self> {
        Self::WORDS.iter().find(|(word, _)| *word == text).map(|(_, value)| *value)
    }
    /// The words of the wire and of the database.
    pub const WORDS: &'static [(&'static str, Self)] = &[("open", Self::Open), ("pending", Self::Pending), ("closed", Self::Closed)];
    /// Its word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Pending => "pending",
            Self::Closed => "closed",
        }
    }
}

/// How urgent a ticket is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Priority {
    /// When there is time.
    Low,
    /// In its turn.
    Normal,
    /// Before others.
    High,
    /// Now.
    Urgent,
}
impl Priority {
    /// Reads a stored word.
    pub fn parse(text: &str) -> Option<Self> {
        Self::WORDS.iter().find(|(word, _)| *word == text).map(|(_, value)| *value)
    }
    /// The words of the wire and of the database.
    pub const WORDS: &'static [(&'static str, Self)] =
        &[("low", Self::Low), ("normal", Self::Normal), ("high", Self::High), ("urgent", Self::Urgent)];
    /// Its word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Normal => "normal",
            Self::High => "high",
            Self::Urgent => "urgent",
        }
    }
}

/// The subject: one line.
pub const SUBJECT: kernel::input::Text = kernel::input::Text::line(1, 200);
/// A body, of a ticket or a comment.
pub const BODY: kernel::input::Text = kernel::input::Text::lines(1, 20_000);

/// A ticket, as the API and events show it. SQLite writes the same in lists: `store::ticket_json`; a test holds them equal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Ticket {
    /// Its id.
    pub id: TicketId,
    /// One line.
    pub subject: String,
    /// What it is about.
    pub body: String,
    /// `open`, `pending` or `closed`.
    pub status: &'static str,
    /// `low`, `normal`, `high` or `urgent`.
    pub priority: &'static str,
    /// Whose it is.
    pub customer_id: Option<CustomerId>,
    /// The member who works on it.
    pub assignee_id: Option<UserId>,
    /// Goes up with every change; also the `ETag`.
    pub version: i64,
    /// When it was created.
    pub created_at: Millis,
    /// When it was last changed.
    pub updated_at: Millis,
}

/// What is to be changed of a ticket. What is `None` stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Change {
    /// Its subject.
    pub subject: Option<String>,
    /// Its body.
    pub body: Option<String>,
    /// Its status.
    pub status: Option<Status>,
    /// Its priority.
    pub priority: Option<Priority>,
    /// Whose it is, or nobody's.
    pub customer_id: Option<Option<CustomerId>>,
    /// Who works on it, or nobody.
    pub assignee_id: Option<Option<UserId>>,
}

impl Ticket {
    /// The ticket after a change: its next version. `None` when the change changes nothing.
    pub fn changed(&self, change: Change, now: Millis) -> Option<Self> {
        let mut after = self.clone();
        let Change { subject, body, status, priority, customer_id, assignee_id } = change;
        after.subject = subject.unwrap_or(after.subject);
        after.body = body.unwrap_or(after.body);
        after.status = status.map_or(after.status, Status::as_str);
        after.priority = priority.map_or(after.priority, Priority::as_str);
        after.customer_id = customer_id.unwrap_or(after.customer_id);
        after.assignee_id = assignee_id.unwrap_or(after.assignee_id);
        (after != *self).then(|| Self { version: self.version + 1, updated_at: now, ..after })
    }
    /// Whether the change from `before` closed it.
    pub fn was_closed(&self, before: &Self) -> bool {
        let closed = Status::Closed.as_str();
        self.status == closed && before.status != closed
    }
    /// Whether the change from `before` gave it to a member.
    pub fn was_assigned(&self, before: Option<&Self>) -> bool {
        self.assignee_id.is_some() && before.is_none_or(|b| b.assignee_id != self.assignee_id)
    }
    /// What changed since `before`, for the audit log: the old and the new value of all but the long text.
    pub fn differences(&self, before: &Self) -> Value {
        let mut out = Map::new();
        let mut note = |name: &str, old: Value, new: Value| {
            if old != new {
                out.insert(name.to_owned(), json!({"from": old, "to": new}));
            }
        };
        note("subject", json!(before.subject), json!(self.subject));
        note("status", json!(before.status), json!(self.status));
        note("priority", json!(before.priority), json!(self.priority));
        note("customer_id", json!(before.customer_id), json!(self.customer_id));
        note("assignee_id", json!(before.assignee_id), json!(self.assignee_id));
        if before.body != self.body {
            out.insert("body".to_owned(), json!("changed"));
        }
        Value::Object(out)
    }
}

/// A comment on a ticket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Comment {
    /// Its id.
    pub id: CommentId,
    /// Its ticket.
    pub ticket_id: TicketId,
    /// Who wrote it.
    pub author: Author,
    /// What it says.
    pub body: String,
    /// Whether customers don't see it.
    pub internal: bool,
    /// When it was written.
    pub created_at: Millis,
}

/// Who did something: wrote a comment, assigned a ticket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Author {
    /// `api_key`, `staff` or `customer`.
    pub kind: &'static str,
    /// Their id.
    pub id: String,
    /// Their name at the time.
    pub name: String,
}
impl Author {
    /// Whoever is calling.
    pub fn of(principal: &Principal) -> Self {
        Self { kind: principal.kind(), id: principal.id().to_owned(), name: principal.label().to_owned() }
    }
    /// Whoever is calling, where that is a person: what they do themselves they need not be told.
    pub fn person(principal: &Principal) -> Option<Self> {
        matches!(principal, Principal::Staff(_) | Principal::Customer(_)).then(|| Self::of(principal))
    }
}

/// The data of an event about a ticket: the ticket, and the person who did it.
#[derive(Debug, Clone, Serialize)]
pub struct Happened<'a> {
    /// As it is now.
    #[serde(flatten)]
    pub ticket: &'a Ticket,
    /// Absent where a program did it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actor: Option<Author>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::Id;

    fn ticket() -> Ticket {
        let (at, random) = (Millis::new(1_000), [7; 10]);
        Ticket {
            id: TicketId::make(at, random),
            subject: "Broken".into(),
            body: "It is.".into(),
            status: Status::Open.as_str(),
            priority: Priority::Normal.as_str(),
            customer_id: Some(CustomerId::make(at, random)),
            assignee_id: None,
            version: 3,
            created_at: at,
            updated_at: at,
        }
    }

    #[test]
    fn a_change_makes_the_next_version_and_one_that_changes_nothing_makes_none() {
        let (before, now) = (ticket(), Millis::new(2_000));
        assert_eq!(before.changed(Change::default(), now), None);
        let same = Change { subject: Some("Broken".into()), status: Some(Status::Open), assignee_id: Some(None), ..Change::default() };
        assert_eq!(before.changed(same, now), None);
        let member = UserId::make(now, [1; 10]);
        let change = Change {
            status: Some(Status::Closed),
            customer_id: Some(None),
            assignee_id: Some(Some(member.clone())),
            body: Some("x".into()),
            ..Change::default()
        };
        let after = before.changed(change, now).unwrap();
        assert_eq!((after.version, after.updated_at, after.created_at), (4, now, before.created_at));
        assert!(after.was_closed(&before) && !before.was_closed(&after) && !after.was_closed(&after));
        assert!(after.was_assigned(Some(&before)) && !after.was_assigned(Some(&after)) && !before.was_assigned(None));
        assert_eq!(
            after.differences(&before),
            json!({"status": {"from": "open", "to": "closed"}, "customer_id": {"from": before.customer_id, "to": null},
                "assignee_id": {"from": null, "to": member}, "body": "changed"})
        );
    }

    #[test]
    fn an_event_names_the_person_who_did_it_and_no_program() {
        let data = |actor| serde_json::to_value(Happened { ticket: &ticket(), actor }).unwrap();
        assert_eq!(data(None), serde_json::to_value(ticket()).unwrap());
        let named = data(Some(Author { kind: "staff", id: "usr_1".into(), name: "Ada".into() }));
        assert_eq!((&named["actor"]["id"], &named["subject"]), (&json!("usr_1"), &json!("Broken")));
        assert_eq!(Author::person(&Principal::Anonymous), None);
    }
}
