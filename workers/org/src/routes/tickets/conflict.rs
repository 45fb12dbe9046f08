//! Two people changed a ticket at once: what it was, what it is now, and what was typed, side by side. Nothing typed is lost.

use super::{
    filters::NOBODY,
    form::{ChangeForm, Values},
    view::Seen,
};
use crate::words;
use html::{
    list::Table,
    page::head,
    part::{Tone, badge, callout, name},
};
use kernel::{Reply, Request, Result, Write};
use maud::{Markup, html};
use shell::{Frame, OrgPlace, Place};

/// The page: 409, with the form on top of what the ticket is by now.
pub(super) fn page(cx: &Write<'_>, req: &Request, seen: &Seen, form: &ChangeForm) -> Result<Reply> {
    let slug = req.param("org")?;
    let here = format!("/o/{slug}/tickets/{}", seen.ticket.id);
    let frame = Frame::of(cx, req);
    let now = Values::of(&seen.ticket);
    let said = |value: &str, label: &str| -> Markup {
        let shown = match (label, value) {
            ("Assigned to", NOBODY) => "nobody",
            ("Assigned to", id) => {
                seen.people.name(id).or_else(|| seen.held().filter(|(who, _)| *who == id).map(|(_, n)| n)).unwrap_or("a former member")
            }
            ("Subject", subject) => subject,
            (_, word) => words::label(word),
        };
        name(shown)
    };
    let rows: Vec<Vec<Markup>> = form
        .was
        .each()
        .into_iter()
        .zip(now.each())
        .zip(form.values.each())
        .map(|(((label, was), (_, now)), (_, typed))| {
            vec![
                html! { (label) },
                said(was, label),
                html! { (said(now, label)) @if now != was { " " (badge(Tone::Warn, "changed meanwhile")) } },
                html! { (said(typed, label)) @if typed != was { " " (badge(Tone::Plain, "your change")) } },
            ]
        })
        .collect();
    let merged = form.on_top_of(&seen.ticket);
    let main = html! {
        (head("Somebody else changed this ticket", "", &html! {}))
        (callout(Tone::Warn, "Your changes are not saved yet", &html! {
            p { "The ticket was changed after you opened it. Compare both below. The form holds your changes, applied to the ticket as it is now." }
        }))
        (Table { caption: "What changed", columns: &["Field", "When you opened it", "Now", "What you sent"] }.render(&rows))
        section class="card" {
            div class="card-head" { h2 { "Apply your changes" } }
            (merged.render(&here, frame.csrf(), "Save my changes", &seen.people, seen.held(), &[]))
        }
        p { a href=(here) { "Discard your changes and open the ticket" } }
    };
    let page = frame.app(Place::Org(slug, OrgPlace::Tickets), "Somebody else changed this ticket");
    Ok(page.crumb("Tickets", format!("/o/{slug}/tickets")).crumb(&seen.ticket.subject, here.as_str()).status(409).reply(&main))
}
