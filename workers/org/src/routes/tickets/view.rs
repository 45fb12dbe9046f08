//! A ticket's page: its facts, what was said, and the forms of those whose role works tickets.

use super::{
    form::{ChangeForm, LABELS},
    people::{self, People},
};
use crate::words;
use domain::tickets::Status;
use html::{
    form::{self, Field, Form, Pick},
    history::{Comment, thread},
    list::address,
    page::{card, head_with, with_side},
    part::{copyable, facts, name, none, prose},
    when,
};
use kernel::{
    CommentId, Millis, OrgId, Principal, Result, Rows, TicketId,
    error::Code,
    input::FieldError,
    principal::Ability,
    sql::{Stmt, Value},
};
use maud::{Markup, html};
use store::tickets::{self, Ticket};

/// How many comments the page shows.
const SHOWN: i64 = 100;

kernel::sql! {
    /// The names of those whom the ticket names.
    Read Org AROUND(2) -> ["customer", "email", "assignee"] =
        "SELECT c.name AS customer, c.email, u.name AS assignee FROM tickets t \
         LEFT JOIN customers c ON c.org_id = ?1 AND c.id = t.customer_id LEFT JOIN users u ON u.id = t.assignee_id WHERE t.org_id = ?1 AND t.id = ?2";
    /// The newest before that one, one more than is shown.
    Read Org COMMENTS(4) -> ["author_name", "author_kind", "body", "internal", "created_at", "id"] =
        "SELECT author_name, author_kind, body, internal, created_at, id FROM ticket_comments WHERE org_id = ?1 AND ticket_id = ?2 AND id < ?4 \
         ORDER BY id DESC LIMIT ?3 + 1";
}

/// Whether the role of whoever is signed in works tickets and customers.
pub(crate) fn may_work(principal: &Principal) -> bool {
    matches!(principal, Principal::Staff(staff) if staff.membership.as_ref().is_some_and(|(_, role)| role.may(Ability::Work)))
}

/// Everything that the page shows.
pub(super) struct Seen {
    /// The ticket.
    pub ticket: Ticket,
    /// Who could have it.
    pub people: People,
    customer: Option<(String, String)>,
    assignee: Option<String>,
    comments: Rows,
}

/// Reads it: one round trip. `before` is a comment that older ones are asked for from.
pub(super) fn stmts(org: &OrgId, id: &TicketId, before: Option<&CommentId>) -> Vec<Stmt> {
    let before: Value = before.map_or_else(|| "~".into(), Value::from);
    vec![
        tickets::one(org, id),
        AROUND.bind([org.into(), id.into()]),
        COMMENTS.bind([org.into(), id.into(), SHOWN.into(), before]),
        people::stmt(org),
    ]
}

/// What was read.
pub(super) fn of(sets: Vec<Rows>) -> Result<Seen> {
    let mut sets = sets.into_iter();
    let mut next = || sets.next().unwrap_or_default();
    let (ticket, around, comments, workers) = (next(), next(), next(), next());
    let (ticket, around) = (ticket.first().ok_or(Code::NotFound)?, around.into_iter().next().ok_or(Code::NotFound)?);
    let text = |at: usize| -> Result<Option<String>> { Ok(around.opt_text(at)?.map(str::to_owned)) };
    Ok(Seen { ticket: tickets::of(ticket)?, people: people::of(&workers)?, customer: text(0)?.zip(text(1)?), assignee: text(2)?, comments })
}

/// What was typed into the page's forms, and what was wrong with it.
#[derive(Default)]
pub(super) struct Typed<'a> {
    /// Into the form that changes the ticket.
    pub change: Option<ChangeForm>,
    /// Into the comment.
    pub body: &'a str,
    /// `true` or `false`, as the comment's form sends it; empty before anything was chosen.
    pub internal: &'a str,
    /// What was wrong.
    pub errors: &'a [FieldError],
}

impl Seen {
    /// Who has the ticket, with their name.
    pub(super) fn held(&self) -> Option<(&str, &str)> {
        use kernel::Id;
        self.ticket.assignee_id.as_ref().map(Id::as_str).zip(self.assignee.as_deref())
    }

    /// The page. `csrf` is the token of its forms and `submit` the number of the comment's; `older` tells that these are older comments.
    pub(super) fn render(
        &self,
        slug: &str,
        principal: &Principal,
        frame: (&str, &str),
        older: bool,
        now: Millis,
        typed: &Typed<'_>,
    ) -> Result<Markup> {
        let ticket = &self.ticket;
        let here = format!("/o/{slug}/tickets/{}", ticket.id);
        let works = may_work(principal);
        let badges = html! { (words::status(ticket.status)) (words::priority(ticket.priority)) };
        let actions = html! { @if works { (self.buttons(&here, principal, frame.0)) } };
        let customer = html! {
            @match (&ticket.customer_id, &self.customer) {
                (Some(id), Some((called, email))) => {
                    a href={ "/o/" (slug) "/customers/" (id) } { (name(called)) } " " span class="quiet" { (name(email)) }
                },
                _ => (none("none")),
            }
        };
        let assignee = html! { @match &self.assignee { Some(called) => (name(called)), None => (none("nobody")) } };
        let labels: Vec<Field<'_>> =
            LABELS.into_iter().chain([Field::lines("body", "Comment"), Field::radio("internal", "Visibility", &[])]).collect();
        // Nobody's name stands over it: a colleague or a program may have written it for the customer.
        let said = html! { div class="card" { h2 { "Description" } (prose(&ticket.body)) } (self.comments(&here, older, now)?) };
        Ok(html! {
            (form::summary(typed.errors, &labels))
            (head_with(&name(&ticket.subject), &badges, "", &actions))
            (facts(&[
                ("Customer", customer),
                ("Assigned to", assignee),
                ("Created", when::at(ticket.created_at)),
                ("Updated", when::ago(ticket.updated_at, now)),
                ("Id", copyable(&ticket.id.to_string())),
            ]))
            @if works {
                (with_side(&html! { (said) (self.composer(&here, frame, typed)) }, &self.changer(&here, frame.0, typed)))
            } @else { (said) }
        })
    }

    fn buttons(&self, here: &str, principal: &Principal, csrf: &str) -> Markup {
        use kernel::Id;
        let mine = self.ticket.assignee_id.as_ref().is_some_and(|id| id.as_str() == principal.id());
        html! {
            @if !mine { (form::button(&format!("{here}/assign-to-me"), csrf, "Assign to me")) }
            @if self.ticket.status == Status::Closed.as_str() { (form::button(&format!("{here}/reopen"), csrf, "Reopen")) }
            @else { (form::button(&format!("{here}/close"), csrf, "Close ticket")) }
        }
    }

    fn comments(&self, here: &str, older: bool, now: Millis) -> Result<Markup> {
        let shown = usize::try_from(SHOWN).unwrap_or(usize::MAX);
        let mut comments = Vec::with_capacity(self.comments.len());
        for row in self.comments.iter().take(shown).rev() {
            comments.push(Comment {
                author: row.text(0)?,
                role: kind(row.text(1)?),
                when: when::ago(Millis::new(row.int(4)?), now),
                body: row.text(2)?,
                internal: row.int(3)? != 0,
            });
        }
        let before = match self.comments.get(shown.saturating_sub(1)) {
            Some(oldest) if self.comments.len() > shown => Some(address(here, &[("before", oldest.text(5)?)])),
            _ => None,
        };
        Ok(html! {
            h2 { "Comments" }
            @if let Some(href) = before { p { a href=(href) { "Older comments" } } }
            @if comments.is_empty() {
                p class="quiet" { @if older { "There are no older comments." } @else { "Nobody has written a comment yet." } }
            } @else {
                (thread(&comments))
            }
            @if older { p { a href=(here) { "Newest comments" } } }
        })
    }

    fn composer(&self, here: &str, (csrf, submit): (&str, &str), typed: &Typed<'_>) -> Markup {
        let public = match &self.customer {
            Some((called, _)) => format!("{called} can read it in the portal."),
            None => "The ticket has no customer yet. Whoever it is given to can read this in the portal.".to_owned(),
        };
        let picks = [
            Pick::new("false", "The customer and your team").hint(&public),
            Pick::new("true", "Only your team").hint("An internal note, shown in the app and the API only."),
        ];
        let default = if self.customer.is_some() { "false" } else { "true" };
        let chosen = if typed.internal.is_empty() { default } else { typed.internal };
        let form = Form::new(&format!("{here}/comments"), csrf, "Add comment").guard_changes().render(&html! {
            (form::hidden(store::forms::SUBMIT, submit))
            (Field::lines("body", "Comment").value(typed.body).max(20_000).render(typed.errors))
            (Field::radio("internal", "Visibility", &picks).value(chosen).render(typed.errors))
        });
        card("Add a comment", "", &html! {}, &form)
    }

    fn changer(&self, here: &str, csrf: &str, typed: &Typed<'_>) -> Markup {
        let first = ChangeForm::of(&self.ticket);
        let form = typed.change.as_ref().unwrap_or(&first);
        card("Change the ticket", "", &html! {}, &form.render(here, csrf, "Save changes", &self.people, self.held(), typed.errors))
    }
}

/// What kind of author, for people.
fn kind(stored: &str) -> &'static str {
    match stored {
        "staff" => "Team",
        "customer" => "Customer",
        _ => "API",
    }
}
