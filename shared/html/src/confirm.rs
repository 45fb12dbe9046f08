//! The page that asks before something is taken away. It works without a script; with one it opens as a dialog over the page
//! that led to it, where the link to it is one of [`link`]'s.

use crate::form::{self, Field, Form};
use kernel::input::FieldError;
use maud::{Markup, html};

/// The field for the name that has to be typed.
pub const TYPED: &str = "confirm";

/// A link to the page that asks, such as "Revoke". It opens over the page one is on where the script runs.
pub fn link(href: &str, label: &str) -> Markup {
    html! { a class="button danger" href=(href) data-dialog="" { (label) } }
}

/// The question.
#[derive(Debug, Clone)]
pub struct Confirm<'a> {
    /// As a question: "Revoke the key Build server?".
    pub title: &'a str,
    /// What will happen, each in a sentence with its number: "3 programs that use it stop working now."
    pub consequences: &'a [String],
    /// Where it is sent to.
    pub action: &'a str,
    /// The token.
    pub csrf: &'a str,
    /// What the button says, as a verb with its object: "Revoke key".
    pub submit: &'a str,
    /// Back to where one came from.
    pub cancel: &'a str,
    /// What the link there says.
    pub stay: &'a str,
    /// What has to be typed where it can't be undone, such as the organization's name.
    pub type_name: Option<&'a str>,
    /// What else the form takes, such as a reason.
    pub fields: Markup,
}
impl<'a> Confirm<'a> {
    /// A question without anything to type.
    pub fn new(title: &'a str, action: &'a str, csrf: &'a str, submit: &'a str, cancel: &'a str) -> Self {
        Self { title, consequences: &[], action, csrf, submit, cancel, stay: "Cancel", type_name: None, fields: html! {} }
    }
    /// What will happen.
    #[must_use]
    pub fn consequences(mut self, consequences: &'a [String]) -> Self {
        self.consequences = consequences;
        self
    }
    /// What the way out says, where the button itself cancels something.
    #[must_use]
    pub const fn stay(mut self, label: &'a str) -> Self {
        self.stay = label;
        self
    }
    /// What has to be typed.
    #[must_use]
    pub fn type_name(mut self, name: &'a str) -> Self {
        self.type_name = Some(name);
        self
    }
    /// What else the form takes.
    #[must_use]
    pub fn fields(mut self, fields: Markup) -> Self {
        self.fields = fields;
        self
    }
    /// The question, with what was wrong with the answer before.
    pub fn render(&self, errors: &[FieldError]) -> Markup {
        let label = self.type_name.map(|name| format!("Type \"{name}\" to confirm"));
        let typed = label.as_deref().map(|label| Field::text(TYPED, label));
        html! {
            section class="narrow confirm" data-confirm="" {
                (form::summary(errors, typed.as_slice()))
                div class="card" {
                    h1 { (self.title) }
                    @if !self.consequences.is_empty() { ul class="consequences" { @for text in self.consequences { li { (text) } } } }
                    (Form::new(self.action, self.csrf, self.submit).danger().cancel_as(self.cancel, self.stay).render(&html! {
                        (self.fields)
                        @if let Some(field) = &typed { (field.render(errors)) }
                    }))
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_script_and_the_page_agree_on_what_opens() {
        let script = include_str!("../../../workers/switch/public/assets/app.js");
        let (page, way) = (Confirm::new("t", "/a", "tok", "s", "/b").render(&[]).into_string(), link("/x", "Revoke").into_string());
        assert!(page.contains(" data-confirm=") && script.contains("[data-confirm]"));
        assert!(way.contains(" data-dialog=") && script.contains("a[data-dialog]") && way.contains("href=\"/x\""));
        assert!(page.contains("class=\"button quiet\"") && script.contains("a.quiet"), "the way out closes the dialog");
    }

    #[test]
    fn it_says_what_will_happen_and_how_to_leave() {
        let gone = ["3 keys stop working now.".to_owned()];
        let text = Confirm::new("Delete <x>?", "/delete", "tok", "Delete organization", "/settings").consequences(&gone).type_name("Acme");
        let text = text.render(&[]).into_string();
        for says in [
            "Delete &lt;x&gt;?",
            "3 keys stop working now.",
            "Type &quot;Acme&quot; to confirm",
            "href=\"/settings\">Cancel",
            "value=\"tok\"",
        ] {
            assert!(text.contains(says), "{says}");
        }
        assert!(text.contains("class=\"danger\""));
        assert!(!Confirm::new("t", "/a", "tok", "s", "/b").render(&[]).into_string().contains("name=\"confirm\""));
    }
}
