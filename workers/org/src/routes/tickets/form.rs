//! The form that changes a ticket: what it was shown with goes with it, so that two changes at once can be told apart.

use super::{filters::NOBODY, people::People};
use crate::words;
use domain::tickets::{Change, Priority, SUBJECT, Status, Ticket};
use html::form::{self, Field, Form, Pick};
use kernel::{
    Id, UserId,
    input::{FieldError, Input, Text},
};
use maud::{Markup, html};

/// The four things that the form changes, as it sends them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Values {
    /// The subject.
    pub subject: String,
    /// The status's word.
    pub status: String,
    /// The priority's word.
    pub priority: String,
    /// A member's id, or [`NOBODY`].
    pub assignee: String,
}
impl Values {
    /// Those of a ticket.
    pub(super) fn of(ticket: &Ticket) -> Self {
        Self {
            subject: ticket.subject.clone(),
            status: ticket.status.to_owned(),
            priority: ticket.priority.to_owned(),
            assignee: ticket.assignee_id.as_ref().map_or(NOBODY, Id::as_str).to_owned(),
        }
    }
    /// Each with its label: subject, status, priority, assignee.
    pub(super) fn each(&self) -> [(&'static str, &str); 4] {
        [("Subject", &self.subject), ("Status", &self.status), ("Priority", &self.priority), ("Assigned to", &self.assignee)]
    }
}

/// The form as it was sent, or as it is shown first.
#[derive(Debug, Clone)]
pub(super) struct ChangeForm {
    /// What is to be.
    pub values: Values,
    /// What it was shown with.
    pub was: Values,
    /// The version that it was shown with.
    pub version: i64,
}

impl ChangeForm {
    /// As it is shown first.
    pub(super) fn of(ticket: &Ticket) -> Self {
        Self { values: Values::of(ticket), was: Values::of(ticket), version: ticket.version }
    }
    /// Takes it out of what was sent, with the change that it asks for. What is wrong is reported on `input`; what was typed is kept.
    pub(super) fn take(input: &Input, people: &People, now: &Ticket) -> (Self, Change) {
        let any = Text::lines(0, 4_000);
        let subject = input.text("subject", SUBJECT);
        let status = input.choice("status", Status::WORDS);
        let priority = input.choice("priority", Priority::WORDS);
        let assignee = input.opt_text("assignee", Text::line(0, 64)).unwrap_or_else(|| NOBODY.to_owned());
        let has = now.assignee_id.as_ref().is_some_and(|id| id.as_str() == assignee);
        let chosen = UserId::parse(&assignee).filter(|id| has || people.name(id.as_str()).is_some());
        if chosen.is_none() && assignee != NOBODY {
            input.wrong("assignee", "unknown_reference", "No member who can work on tickets has this id.", "Choose one from the list.");
        }
        let version = input.opt_int("version", 1..=i64::MAX >> 11).unwrap_or(now.version);
        let was = |name: &'static str, now: &str| input.opt_text(name, any).unwrap_or_else(|| now.to_owned());
        let current = Values::of(now);
        let was = Values {
            subject: was("was_subject", &current.subject),
            status: was("was_status", &current.status),
            priority: was("was_priority", &current.priority),
            assignee: was("was_assignee", &current.assignee),
        };
        let change = Change { subject: Some(subject.clone()), status, priority, assignee_id: Some(chosen), ..Change::default() };
        let word = |word: Option<&'static str>, now: &str| word.unwrap_or(now).to_owned();
        let values = Values {
            subject,
            status: word(status.map(Status::as_str), &current.status),
            priority: word(priority.map(Priority::as_str), &current.priority),
            assignee,
        };
        (Self { values, was, version }, change)
    }
    /// On top of what the ticket is by now: what was changed in the form stays, everything else follows the ticket.
    pub(super) fn on_top_of(&self, ticket: &Ticket) -> Self {
        let now = Values::of(ticket);
        let pick = |was: &str, typed: &str, now: &str| if typed == was { now.to_owned() } else { typed.to_owned() };
        let values = Values {
            subject: pick(&self.was.subject, &self.values.subject, &now.subject),
            status: pick(&self.was.status, &self.values.status, &now.status),
            priority: pick(&self.was.priority, &self.values.priority, &now.priority),
            assignee: pick(&self.was.assignee, &self.values.assignee, &now.assignee),
        };
        Self { values, was: now, version: ticket.version }
    }
    /// The form. `held` is who has the ticket now, with their name.
    pub(super) fn render(
        &self,
        action: &str,
        csrf: &str,
        submit: &str,
        people: &People,
        held: Option<(&str, &str)>,
        errors: &[FieldError],
    ) -> Markup {
        let (statuses, priorities, assignees) = (statuses(), priorities(), people.picks(NOBODY, held));
        let fields = self.fields(&statuses, &priorities, &assignees);
        Form::new(action, csrf, submit).guard_changes().render(&html! {
            (form::hidden("version", &self.version.to_string()))
            (form::hidden("was_subject", &self.was.subject))
            (form::hidden("was_status", &self.was.status))
            (form::hidden("was_priority", &self.was.priority))
            (form::hidden("was_assignee", &self.was.assignee))
            @for field in &fields { (field.render(errors)) }
        })
    }
    fn fields<'a>(&'a self, statuses: &'a [Pick<'a>], priorities: &'a [Pick<'a>], assignees: &'a [Pick<'a>]) -> [Field<'a>; 4] {
        [
            Field::text("subject", "Subject").value(&self.values.subject).max(200),
            Field::select("status", "Status", statuses).value(&self.values.status),
            Field::select("priority", "Priority", priorities).value(&self.values.priority),
            Field::select("assignee", "Assigned to", assignees).value(&self.values.assignee),
        ]
    }
}

/// The labels of the form's fields, for the summary of what was wrong.
pub(super) const LABELS: [Field<'_>; 4] = [
    Field::text("subject", "Subject"),
    Field::text("status", "Status"),
    Field::text("priority", "Priority"),
    Field::text("assignee", "Assigned to"),
];

/// Every status to choose from.
pub(super) fn statuses() -> Vec<Pick<'static>> {
    Status::WORDS.iter().map(|(word, _)| Pick::new(word, words::label(word))).collect()
}
/// Every priority to choose from.
pub(super) fn priorities() -> Vec<Pick<'static>> {
    Priority::WORDS.iter().map(|(word, _)| Pick::new(word, words::label(word))).collect()
}
