//! The pieces that a page is laid out from: its head, tabs, cards, rows of settings, steps.

use crate::icon::Icon;
use maud::{Markup, html};

/// The head of a page: its title, what it is for, what can be done here. The last two may be empty.
pub fn head(title: &str, about: &str, actions: &Markup) -> Markup {
    head_with(&html! { bdi { (title) } }, &html! {}, about, actions)
}

/// A head whose title is markup, with badges beside it.
pub fn head_with(title: &Markup, badges: &Markup, about: &str, actions: &Markup) -> Markup {
    html! {
        header class="head" {
            div class="title" { h1 { (title) } (badges) }
            @if !actions.0.is_empty() { div class="actions" { (actions) } }
            @if !about.is_empty() { p { (about) } }
        }
    }
}

/// A page of several: label, address, whether one is there.
pub type Tab<'a> = (&'a str, String, bool);

/// Pages beside each other. They are links, not a widget.
pub fn tabs(name: &str, tabs: &[Tab<'_>]) -> Markup {
    html! {
        nav class="tabs" aria-label=(name) {
            ul role="list" { @for (label, href, here) in tabs { li { a href=(href) aria-current=[here.then_some("page")] { (label) } } } }
        }
    }
}

/// A part of a page, with its heading and what can be done with it. `about` and `actions` may be empty.
pub fn card(title: &str, about: &str, actions: &Markup, content: &Markup) -> Markup {
    html! {
        section class="card" {
            @if !title.is_empty() || !actions.0.is_empty() {
                div class="card-head" {
                    div { h2 { (title) } @if !about.is_empty() { p class="quiet" { (about) } } }
                    @if !actions.0.is_empty() { div class="actions" { (actions) } }
                }
            }
            (content)
        }
    }
}

/// A part of a page without a frame, such as one with a table in it.
pub fn section(title: &str, about: &str, actions: &Markup, content: &Markup) -> Markup {
    html! {
        section class="part" {
            div class="card-head" {
                div { h2 { (title) } @if !about.is_empty() { p class="quiet" { (about) } } }
                @if !actions.0.is_empty() { div class="actions" { (actions) } }
            }
            (content)
        }
    }
}

/// A page in two parts where there is room: what it is about, and beside it what is done with it. Where there is none, one after the other.
pub fn with_side(content: &Markup, side: &Markup) -> Markup {
    html! { div class="with-side" { div { (content) } div { (side) } } }
}

/// The part of a page where things are taken away for good.
pub fn danger_zone(content: &Markup) -> Markup {
    html! { section class="card danger-zone" { div class="card-head" { h2 { "Danger zone" } } (content) } }
}

/// A row of settings: what it is, what it means, its value and the control beside it.
pub fn setting(title: &str, about: &str, control: &Markup) -> Markup {
    html! { div class="setting" { div { h3 { (title) } @if !about.is_empty() { p class="quiet" { (about) } } } div class="control" { (control) } } }
}

/// A step of a checklist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step<'a> {
    /// What to do.
    pub title: &'a str,
    /// Why.
    pub about: &'a str,
    /// Whether it is done.
    pub done: bool,
    /// Where it is done: what the link says, and its address.
    pub action: Option<(&'a str, String)>,
}

/// A checklist that ticks itself, with how far it is.
pub fn steps(title: &str, list: &[Step<'_>]) -> Markup {
    steps_with(title, list, &html! {})
}

/// A checklist that ticks itself, with what can be done with it as a whole, such as hiding it.
pub fn steps_with(title: &str, steps: &[Step<'_>], actions: &Markup) -> Markup {
    let done = steps.iter().filter(|s| s.done).count();
    let percent = i64::try_from(done * 100 / steps.len().max(1)).unwrap_or(100);
    let next = steps.iter().position(|s| !s.done);
    html! {
        section class="card steps" {
            div class="card-head" {
                h2 { (title) }
                div class="actions" { p class="quiet" { (done) " of " (steps.len()) " done" } (actions) }
            }
            (crate::part::gauge("gauge", percent))
            ol role="list" {
                @for (at, step) in steps.iter().enumerate() {
                    li class=(if step.done { "done" } else if Some(at) == next { "next" } else { "later" }) {
                        span class="state" { (if step.done { Icon::Check } else { Icon::Circle }.render()) }
                        div {
                            p class="title" { (step.title) span class="unseen" { (if step.done { ", done" } else { ", to do" }) } }
                            @if !step.done { p class="quiet" { (step.about) } }
                        }
                        @if !step.done { @if let Some((label, href)) = &step.action { a class=(if Some(at) == next { "button primary" } else { "button" }) href=(href) { (label) } } }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_leaves_out_what_is_empty() {
        let text = head("A <b>", "", &html! {}).into_string();
        assert!(text.contains("<h1><bdi>A &lt;b&gt;</bdi></h1>") && !text.contains("actions") && !text.contains("<p"));
    }

    #[test]
    fn a_checklist_counts_and_points_at_what_is_next() {
        let step = |title, done| Step { title, about: "Why.", done, action: Some(("Do it", "/x".into())) };
        let text = steps("Start", &[step("One", true), step("Two", false), step("Three", false)]).into_string();
        assert!(text.contains("1 of 3 done") && text.contains("width=\"33\"") && text.contains("One<span class=\"unseen\">, done</span>"));
        assert_eq!((text.matches("button primary").count(), text.matches("Do it").count()), (1, 2));
        assert!(steps("Start", &[]).into_string().contains("0 of 0 done"));
    }

    #[test]
    fn what_stands_beside_comes_after_for_who_reads_in_order() {
        let text = with_side(&html! { p { "first" } }, &html! { p { "second" } }).into_string();
        assert!(text.find("first") < text.find("second") && text.starts_with("<div class=\"with-side\">"));
    }

    #[test]
    fn the_tab_one_is_on_is_marked() {
        let text = tabs("Settings", &[("General", "/a".into(), true), ("Danger", "/b".into(), false)]).into_string();
        assert!(text.contains("href=\"/a\" aria-current=\"page\"") && text.matches("aria-current").count() == 1);
    }
}
