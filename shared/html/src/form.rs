//! Forms: the token is part of the form and can't be left out; each field has its label, its hint and its error, tied together
//! for those who don't see them; what was wrong stands at the top too, with links.

use kernel::input::FieldError;
use maud::{Markup, html};

/// The hidden field that carries the token, as `store::forms` reads it.
pub const TOKEN: &str = "csrf";

/// A form that posts.
#[derive(Debug, Clone, Copy)]
pub struct Form<'a> {
    /// Where it is sent to.
    pub action: &'a str,
    /// The token of `store::forms`.
    pub csrf: &'a str,
    /// What its button says.
    pub submit: &'a str,
}
impl Form<'_> {
    /// The form around its fields.
    pub fn render(&self, fields: &Markup) -> Markup {
        html! {
            // The server's own messages say more than the browser's, in one place and in one way.
            form class="fields" method="post" action=(self.action) novalidate {
                input type="hidden" name=(TOKEN) value=(self.csrf);
                (fields)
                div class="actions" { button type="submit" class="primary" { (self.submit) } }
            }
        }
    }
}

/// A form that is only a button.
pub fn button(action: &str, csrf: &str, label: &str) -> Markup {
    html! {
        form method="post" action=(action) {
            input type="hidden" name=(TOKEN) value=(csrf);
            button type="submit" { (label) }
        }
    }
}

/// A value that goes with a form and is not shown.
pub fn hidden(name: &str, value: &str) -> Markup {
    html! { input type="hidden" name=(name) value=(value); }
}

/// What a field takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// One line of text.
    Text,
    /// An e-mail address.
    Email,
    /// A password. Its value is never shown again, whatever is passed.
    Password,
}
impl Kind {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Email => "email",
            Self::Password => "password",
        }
    }
}

/// A field with its label.
#[derive(Debug, Clone, Copy)]
pub struct Field<'a> {
    /// Its name in the form, and its id.
    pub name: &'a str,
    /// Its label.
    pub label: &'a str,
    /// What to know before filling it in; empty for nothing.
    pub hint: &'a str,
    /// What it takes.
    pub kind: Kind,
    /// The token for password managers and autofill (HTML §4.10.18.7.1).
    pub autocomplete: &'a str,
    /// What was sent before, to be corrected.
    pub value: &'a str,
}
impl Field<'_> {
    /// The field, with what was wrong with it.
    pub fn render(&self, errors: &[FieldError]) -> Markup {
        let id = format!("field-{}", self.name);
        let error = errors.iter().find(|e| field_of(e) == self.name);
        let (hint_id, error_id) = (format!("{id}-hint"), format!("{id}-error"));
        let described: Vec<&str> =
            [(!self.hint.is_empty()).then_some(hint_id.as_str()), error.map(|_| error_id.as_str())].into_iter().flatten().collect();
        let described = (!described.is_empty()).then(|| described.join(" "));
        html! {
            div class={ "field" @if error.is_some() { " wrong" } } {
                label for=(id) { (self.label) }
                @if !self.hint.is_empty() { p class="hint" id=(hint_id) { (self.hint) } }
                @if let Some(e) = error { p class="error" id=(error_id) { (say(e, self.label)) } }
                input id=(id) name=(self.name) type=(self.kind.as_str()) autocomplete=(self.autocomplete)
                    value=[(self.kind != Kind::Password && !self.value.is_empty()).then_some(self.value)]
                    autocapitalize=[(self.kind != Kind::Text).then_some("none")] spellcheck=[(self.kind != Kind::Text).then_some("false")]
                    aria-describedby=[described] aria-invalid=[error.map(|_| "true")] required;
            }
        }
    }
}

/// What is wrong with a field, for people: the remedy of a missing one speaks of names that only programs send.
fn say(error: &FieldError, label: &str) -> String {
    match error.code {
        "required" | "too_short" => format!("{label} is missing."),
        _ => format!("{label}: {} {}", error.message, error.fix),
    }
}

fn field_of(error: &FieldError) -> &str {
    error.pointer.trim_start_matches(['/', '?'])
}

/// What was wrong, at the top of the page, focused when it opens. Nothing when nothing was.
pub fn summary(errors: &[FieldError], fields: &[Field<'_>]) -> Markup {
    html! {
        @if !errors.is_empty() {
            div class="summary" role="alert" tabindex="-1" autofocus {
                h2 { "There is a problem" }
                ul {
                    @for e in errors {
                        @match fields.iter().find(|f| f.name == field_of(e)) {
                            Some(f) => li { a href={ "#field-" (f.name) } { (say(e, f.label)) } },
                            None => li { (field_of(e)) ": " (e.message) " " (e.fix) },
                        }
                    }
                }
            }
        }
    }
}

/// What was wrong with the form as a whole, where no field is named.
pub fn refusal(message: &str) -> Markup {
    html! {
        div class="summary" role="alert" tabindex="-1" autofocus { h2 { "There is a problem" } p { (message) } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EMAIL: Field<'_> =
        Field { name: "email", label: "E-mail", hint: "Yours.", kind: Kind::Email, autocomplete: "username", value: "" };

    fn wrong(name: &str) -> FieldError {
        FieldError { pointer: format!("/{name}"), code: "invalid_format", message: "Needed.".into(), fix: "Send it.".into() }
    }

    #[test]
    fn a_form_has_its_token_whatever_is_in_it() {
        let form = Form { action: "/x", csrf: "t<k", submit: "Go" }.render(&html! {}).into_string();
        assert!(form.contains("name=\"csrf\" value=\"t&lt;k\"") && form.contains("method=\"post\""));
        assert!(button("/x", "tok", "Go").into_string().contains("name=\"csrf\" value=\"tok\""));
    }

    #[test]
    fn label_hint_and_error_belong_to_their_field() {
        let good = EMAIL.render(&[]).into_string();
        assert!(good.contains("<label for=\"field-email\">") && good.contains("aria-describedby=\"field-email-hint\""));
        assert!(!good.contains("aria-invalid"));
        let bad = EMAIL.render(&[wrong("email")]).into_string();
        assert!(bad.contains("aria-describedby=\"field-email-hint field-email-error\"") && bad.contains("aria-invalid=\"true\""));
        assert!(bad.contains("id=\"field-email-error\""));
        assert!(bad.contains("E-mail: Needed. Send it."));
        let missing = FieldError { code: "required", ..wrong("email") };
        assert!(EMAIL.render(&[missing]).into_string().contains(">E-mail is missing.</p>"));
        let other = EMAIL.render(&[wrong("password")]).into_string();
        assert!(!other.contains("aria-invalid"));
    }

    #[test]
    fn a_password_is_never_shown_again() {
        let field = Field { kind: Kind::Password, value: "hunter2", ..EMAIL };
        assert!(!field.render(&[wrong("email")]).into_string().contains("hunter2"));
        assert!(Field { value: "a\"b", ..EMAIL }.render(&[]).into_string().contains("value=\"a&quot;b\""));
    }

    #[test]
    fn the_summary_links_to_fields_and_names_the_rest() {
        assert_eq!(summary(&[], &[EMAIL]).into_string(), "");
        let text = summary(&[wrong("email"), wrong("extra")], &[EMAIL]).into_string();
        assert!(
            text.contains("href=\"#field-email\"") && text.contains("<li>extra: Needed. Send it.</li>") && text.contains("role=\"alert\"")
        );
    }
}
