//! What happened, and what people said: a list of activity, and a thread of comments.

use crate::{
    icon::Icon,
    part::{Tone, initials, name, prose},
};
use maud::{Markup, html};

/// Something that happened.
#[derive(Debug, Clone)]
pub struct Happening {
    /// What stands before it.
    pub icon: Icon,
    /// Whether it is good.
    pub tone: Tone,
    /// Who did what.
    pub text: Markup,
    /// When: see [`crate::when::ago`].
    pub when: Markup,
    /// What else is known; may be empty.
    pub detail: Markup,
}

/// What happened, newest first.
pub fn timeline(happenings: &[Happening]) -> Markup {
    html! {
        ol class="timeline" role="list" {
            @for h in happenings {
                li class=(h.tone.class()) {
                    span class="state" { (h.icon.render()) }
                    div { p { (h.text) } @if !h.detail.0.is_empty() { div class="detail" { (h.detail) } } }
                    span class="quiet" { (h.when) }
                }
            }
        }
    }
}

/// What somebody wrote.
#[derive(Debug, Clone)]
pub struct Comment<'a> {
    /// Who.
    pub author: &'a str,
    /// What they are here, such as `Customer`; may be empty.
    pub role: &'a str,
    /// When.
    pub when: Markup,
    /// What.
    pub body: &'a str,
    /// Whether only the team sees it.
    pub internal: bool,
}

/// What people wrote, in order.
pub fn thread(comments: &[Comment<'_>]) -> Markup {
    html! {
        ol class="thread" role="list" {
            @for c in comments {
                li class=[c.internal.then_some("internal")] {
                    p class="meta" {
                        span class="avatar" aria-hidden="true" { (initials(c.author)) }
                        strong { (name(c.author)) }
                        @if !c.role.is_empty() { span class="quiet" { (c.role) } }
                        @if c.internal { (crate::part::badge(Tone::Warn, "internal")) }
                        span class="quiet when" { (c.when) }
                    }
                    (prose(c.body))
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_only_the_team_sees_is_marked_in_words() {
        let comment = |internal| Comment { author: "Ada <b>", role: "Customer", when: html! { "now" }, body: "<i>", internal };
        let text = thread(&[comment(true), comment(false)]).into_string();
        assert_eq!((text.matches(">Internal<").count(), text.matches("class=\"internal\"").count()), (1, 1));
        assert!(text.contains("&lt;i&gt;") && text.contains("Ada &lt;b&gt;") && !text.contains("<i>"));
    }
}
