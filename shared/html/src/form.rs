//! Forms: the token is part of the form and can't be left out; what was wrong stands at the top, with links to the fields.

mod field;
mod trouble;

pub use field::{Field, Kind, Pick};
pub use trouble::{refusal, summary};

use crate::icon::Icon;
use maud::{Markup, html};

/// The hidden field that carries the token, as `store::forms` reads it.
pub const TOKEN: &str = "csrf";

/// A form that posts.
#[derive(Debug, Clone)]
pub struct Form<'a> {
    action: &'a str,
    csrf: &'a str,
    submit: &'a str,
    name: Option<(&'a str, &'a str)>,
    also: Vec<(&'a str, &'a str, &'a str)>,
    cancel: Option<(&'a str, &'a str)>,
    danger: bool,
    unsaved: bool,
    upload: bool,
}
impl<'a> Form<'a> {
    /// A form with one button. `csrf` is the token of `store::forms`.
    pub const fn new(action: &'a str, csrf: &'a str, submit: &'a str) -> Self {
        Self { action, csrf, submit, name: None, also: Vec::new(), cancel: None, danger: false, unsaved: false, upload: false }
    }
    /// The main button sends a value of its own.
    #[must_use]
    pub const fn sends(mut self, name: &'a str, value: &'a str) -> Self {
        self.name = Some((name, value));
        self
    }
    /// Another button, with what it sends.
    #[must_use]
    pub fn also(mut self, label: &'a str, name: &'a str, value: &'a str) -> Self {
        self.also.push((label, name, value));
        self
    }
    /// A link that leaves without sending.
    #[must_use]
    pub const fn cancel(mut self, href: &'a str) -> Self {
        self.cancel = Some((href, "Cancel"));
        self
    }
    /// A link that leaves the form, under words of its own where "Cancel" could be taken for what the form does.
    #[must_use]
    pub const fn cancel_as(mut self, href: &'a str, label: &'a str) -> Self {
        self.cancel = Some((href, label));
        self
    }
    /// What it does takes something away.
    #[must_use]
    pub const fn danger(mut self) -> Self {
        self.danger = true;
        self
    }
    /// The browser asks before changes are lost.
    #[must_use]
    pub const fn guard_changes(mut self) -> Self {
        self.unsaved = true;
        self
    }
    /// It has a file among its fields.
    #[must_use]
    pub const fn upload(mut self) -> Self {
        self.upload = true;
        self
    }
    /// The form around its fields.
    pub fn render(&self, fields: &Markup) -> Markup {
        let (name, value) = self.name.unzip();
        html! {
            // The server's own messages say more than the browser's, in one place and in one way.
            form class="fields" method="post" action=(self.action) enctype=[self.upload.then_some("multipart/form-data")] novalidate data-unsaved=[self.unsaved.then_some("")] {
                input type="hidden" name=(TOKEN) value=(self.csrf);
                (fields)
                div class="actions" {
                    button type="submit" class=(if self.danger { "danger" } else { "primary" }) name=[name] value=[value] { (self.submit) }
                    @for (label, name, value) in &self.also { button type="submit" name=(name) value=(value) { (label) } }
                    @if let Some((href, label)) = self.cancel { a class="button quiet" href=(href) { (label) } }
                }
            }
        }
    }
}

/// A form that is only a button.
pub fn button(action: &str, csrf: &str, label: &str) -> Markup {
    button_with(action, csrf, label, &[])
}

/// A form that is only a button, with values that go with it.
pub fn button_with(action: &str, csrf: &str, label: &str, values: &[(&str, &str)]) -> Markup {
    html! {
        form class="inline" method="post" action=(action) {
            input type="hidden" name=(TOKEN) value=(csrf);
            @for (name, value) in values { (hidden(name, value)) }
            button type="submit" { (label) }
        }
    }
}

/// A form that is only a button that takes something away. What can't be undone asks first: [`crate::confirm`].
pub fn danger_button(action: &str, csrf: &str, label: &str) -> Markup {
    html! {
        form class="inline" method="post" action=(action) {
            input type="hidden" name=(TOKEN) value=(csrf);
            button type="submit" class="danger" { (label) }
        }
    }
}

/// A link that looks like the main button of a page: "New key", "Invite".
pub fn primary_link(href: &str, label: &str) -> Markup {
    html! { a class="button primary" href=(href) { (label) } }
}

/// A link that looks like a button, with an icon.
pub fn icon_link(href: &str, icon: Icon, label: &str) -> Markup {
    html! { a class="button" href=(href) { (icon.render()) (label) } }
}

/// Fields that belong together, under a name of their own.
pub fn group(legend: &str, hint: &str, fields: &Markup) -> Markup {
    html! {
        fieldset class="group" {
            legend { (legend) }
            @if !hint.is_empty() { p class="hint" { (hint) } }
            (fields)
        }
    }
}

/// A value that goes with a form and is not shown.
pub fn hidden(name: &str, value: &str) -> Markup {
    html! { input type="hidden" name=(name) value=(value); }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_has_its_token_whatever_is_in_it() {
        let form = Form::new("/x", "t<k", "Go").render(&html! {}).into_string();
        assert!(form.contains("name=\"csrf\" value=\"t&lt;k\"") && form.contains("method=\"post\""));
        for text in [button("/x", "tok", "Go"), danger_button("/x", "tok", "Go")] {
            assert!(text.into_string().contains("name=\"csrf\" value=\"tok\""));
        }
    }

    #[test]
    fn a_form_may_have_several_buttons_and_a_way_out() {
        let form = Form::new("/x", "tok", "Publish").sends("do", "publish").also("Save draft", "do", "draft").cancel("/back").danger();
        let text = form.guard_changes().render(&html! {}).into_string();
        assert!(text.contains("class=\"danger\" name=\"do\" value=\"publish\">Publish") && text.contains("value=\"draft\">Save draft"));
        assert!(text.contains("href=\"/back\">Cancel") && text.contains("data-unsaved"));
    }
}
