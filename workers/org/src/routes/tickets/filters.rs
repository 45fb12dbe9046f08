//! What the list of tickets is narrowed by: read from the address, and written into it again.

use domain::{
    like,
    tickets::{Priority, Status},
};
use kernel::{
    CustomerId, Id, Request, UserId,
    input::{FieldError, Input, Text},
    sql::Value,
};

/// The order of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    /// Newest first.
    Created,
    /// What was changed last comes first.
    Updated,
}
impl Order {
    const WORDS: &'static [(&'static str, Self)] = &[("created", Self::Created), ("updated", Self::Updated)];
}

/// The assignee's word for whoever looks.
pub(super) const ME: &str = "me";
/// The assignee's word for tickets that nobody has.
pub(super) const NOBODY: &str = "nobody";

/// What the list is narrowed by, as it was typed.
#[derive(Debug)]
pub(super) struct Filters {
    /// What the subject holds.
    pub q: String,
    /// The status; empty for any. Likewise below.
    pub status: &'static str,
    /// The priority.
    pub priority: &'static str,
    /// [`ME`], [`NOBODY`] or a member's id.
    pub assignee: String,
    /// A customer's id, or what somebody typed as their address.
    pub customer: String,
    /// The order.
    pub order: Order,
    /// How many on a page, where that was said.
    pub limit: String,
    pattern: Option<String>,
}

impl Filters {
    /// Takes them out of the address. What is wrong with one is reported on `input`.
    pub(super) fn of(input: &Input, req: &Request) -> Self {
        let q = input.opt_text("q", Text::line(0, 200)).unwrap_or_default().trim().to_owned();
        let pattern = like::contains(&q);
        if pattern.is_none() {
            input.wrong("q", "too_long", "This is longer than a search can be.", "Use fewer words.");
        }
        let assignee = input.opt_text("assignee", Text::line(0, 64)).unwrap_or_default();
        if !matches!(assignee.as_str(), "" | ME | NOBODY) && UserId::parse(&assignee).is_none() {
            input.wrong("assignee", "not_allowed", "There is no such member.", "Choose one from the list.");
        }
        Self {
            pattern: pattern.filter(|_| !q.is_empty()),
            q,
            status: input.opt_choice("status", Status::WORDS).map_or("", Status::as_str),
            priority: input.opt_choice("priority", Priority::WORDS).map_or("", Priority::as_str),
            assignee,
            customer: input.opt_text("customer", Text::line(0, 254)).unwrap_or_default().trim().to_owned(),
            order: input.opt_choice("sort", Order::WORDS).unwrap_or(Order::Created),
            limit: req.query("limit").unwrap_or_default().to_owned(),
        }
    }
    /// Whether the list is narrowed at all.
    pub(super) fn any(&self) -> bool {
        [self.q.as_str(), self.status, self.priority, &self.assignee, &self.customer].iter().any(|v| !v.is_empty())
    }
    /// The customer, where an id says who.
    pub(super) fn customer_id(&self) -> Option<CustomerId> {
        CustomerId::parse(&self.customer)
    }
    /// As parameters of the address, but for the page's cursor.
    pub(super) fn parameters(&self) -> Vec<(&'static str, &str)> {
        vec![
            ("q", self.q.as_str()),
            ("status", self.status),
            ("priority", self.priority),
            ("assignee", &self.assignee),
            ("customer", &self.customer),
            ("sort", if self.order == Order::Updated { "updated" } else { "" }),
            ("limit", &self.limit),
        ]
    }
    /// In one text that a cursor is bound to. `me` is whoever looks: their cursor is of no use to somebody else.
    pub(super) fn canonical(&self, me: &str) -> String {
        let who = if self.assignee == ME { me } else { &self.assignee };
        format!("{:?}\n{}\n{}\n{who}\n{}\n{}", self.order, self.status, self.priority, self.customer, self.q)
    }
    /// As the statements take them: status, priority, customer, assignee, pattern. NULL narrows nothing; nobody is the empty assignee.
    pub(super) fn values(&self, me: &str) -> [Value; 5] {
        let word = |word: &str| if word.is_empty() { Value::Null } else { word.into() };
        let assignee = match self.assignee.as_str() {
            "" => Value::Null,
            ME => me.into(),
            NOBODY => "".into(),
            id => id.into(),
        };
        [word(self.status), word(self.priority), self.customer_id().as_ref().map(Id::as_str).into(), assignee, self.pattern.clone().into()]
    }
}

/// What is wrong with a customer that was looked for by their address.
pub(super) fn no_such_customer() -> FieldError {
    FieldError {
        pointer: "?customer".into(),
        code: "unknown_reference",
        message: "No customer has this address.".into(),
        fix: "Check it, or find the customer under Customers.".into(),
    }
}
