//! Words and badges that several pages share.

use html::{
    part::{Tone, badge, name, none, sentence},
    when,
};
use kernel::{Millis, Result, Row};
use maud::{Markup, html};

/// A count that was not counted beyond its bound.
pub fn bounded(count: i64, bound: i64) -> String {
    let shown = html::part::thousands(count.min(bound));
    if count > bound { format!("{shown}+") } else { shown }
}

/// An organization's state.
pub fn org_state(status: &str, portal_open: bool, deleted: bool) -> Markup {
    html! {
        @if deleted { (badge(Tone::Bad, "being deleted")) }
        @else if status == "suspended" { (badge(Tone::Bad, "suspended")) }
        @else { (badge(Tone::Good, "active")) }
        @if !portal_open { " " (badge(Tone::Warn, "portal closed")) }
    }
}

/// A staff account's state.
pub fn user_state(banned_until: Option<i64>, verified: bool, deleted: bool, now: Millis) -> Markup {
    html! {
        @if deleted { (badge(Tone::Bad, "deleted")) }
        @else if banned_until.is_some_and(|until| until > now.get()) { (badge(Tone::Bad, "banned")) }
        @else if verified { (badge(Tone::Good, "active")) }
        @else { (badge(Tone::Warn, "not verified")) }
    }
}

/// The state of a job.
pub fn job_state(state: &str) -> Markup {
    badge(
        match state {
            "dead" => Tone::Bad,
            "running" => Tone::Warn,
            "done" => Tone::Good,
            _ => Tone::Plain,
        },
        state,
    )
}

/// A moment, or a word for none.
pub fn moment(at: Option<i64>, otherwise: &str) -> Markup {
    at.map_or_else(|| none(otherwise), |at| when::at(Millis::new(at)))
}

/// The columns of an audit event that every list of them reads, in this order.
macro_rules! audit_columns {
    () => {
        crate::words::audit_columns!("(SELECT l.slug FROM orgs l WHERE l.id = a.org_id)")
    };
    // Where all are of one log, what that is called.
    ($log:literal) => {
        concat!(
            "a.id, a.org_id, a.occurred_at, a.action, a.actor_kind, a.actor_id, a.actor_label, a.target, a.outcome, a.ip, a.request_id, a.detail, ",
            $log,
            " AS log"
        )
    };
}
pub(crate) use audit_columns;

/// A row of a list of audit events: when and from where, what, who, on what, in which log. `whole` adds what is kept of the change.
pub fn audit_row(row: &Row, now: Millis, whole: bool) -> Result<Vec<Markup>> {
    let (log, label, actor) = (row.text(1)?, row.text(6)?, row.text(5)?);
    let denied = row.text(8)? == "denied";
    let of_actor = html::list::address("/audit", &[("actor", actor)]);
    Ok(vec![
        html! { (when::ago(Millis::new(row.int(2)?), now)) p class="hint" { (row.text(9)?) } },
        html! { code { (row.text(3)?) } @if denied { " " (badge(Tone::Warn, "denied")) } },
        html! { @if actor.is_empty() { (name(label)) } @else { a href=(of_actor) { (name(label)) } } p class="hint" { (sentence(row.text(4)?)) } },
        html! {
            code { (row.text(7)?) }
            @if let Some(detail) = row.opt_text(11)?.filter(|_| whole) { p class="hint" { code { (detail) } } }
            @if let Some(request) = row.opt_text(10)?.filter(|_| whole) { p class="hint" { code { (request) } } }
        },
        html! { @if log == "platform" { "Platform" } @else { a href={ "/orgs/" (log) } { (row.opt_text(12)?.unwrap_or("removed")) } } },
    ])
}
/// The headings of such a list.
pub const AUDIT_HEADINGS: &[&str] = &["When", "Action", "Who", "On", "Log"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_counted_to_its_end_says_so() {
        assert_eq!((bounded(10, 10), bounded(11, 10), bounded(10_001, 10_000)), ("10".into(), "10+".into(), "10,000+".into()));
    }
}
