//! What was wrong with a form, said for people.

use super::Field;
use kernel::input::FieldError;
use maud::{Markup, html};

/// What is wrong with a field, for people: the remedy of a missing one speaks of names that only programs send.
pub(super) fn say(error: &FieldError, label: &str) -> String {
    match error.code {
        "required" => format!("{label} is missing."),
        // Too short for a text that must only not be empty: it is.
        "too_short" if error.fix == "Write something." => format!("{label} is missing."),
        // The words that programs send are no help on a page that offers the choices.
        "not_allowed" => format!("{label}: {} Choose one of the options.", error.message),
        _ => format!("{label}: {} {}", error.message, error.fix).trim_end().to_owned(),
    }
}

/// The same beside its field, whose label need not be said again.
pub(super) fn beside(error: &FieldError, label: &str) -> String {
    let said = say(error, label);
    said.strip_prefix(&format!("{label}: ")).map_or(said.clone(), str::to_owned)
}

pub(super) fn field_of(error: &FieldError) -> &str {
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
                            Some(f) => li { a href={ "#" (f.anchor()) } { (say(e, f.label)) } },
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
    use super::{super::Pick, *};

    const EMAIL: Field<'_> = Field::email("email", "E-mail");

    #[test]
    fn a_choice_that_is_none_speaks_of_options_and_not_of_what_programs_send() {
        let error = FieldError {
            pointer: "/email".into(),
            code: "not_allowed",
            message: "This value is not allowed.".into(),
            fix: "Send one of `a`, `b`.".into(),
        };
        assert_eq!(say(&error, "Status"), "Status: This value is not allowed. Choose one of the options.");
        assert!(!summary(&[error], &[EMAIL]).into_string().contains('`'));
    }

    fn wrong(name: &str) -> FieldError {
        FieldError { pointer: format!("/{name}"), code: "invalid_format", message: "Needed.".into(), fix: "Send it.".into() }
    }

    #[test]
    fn the_summary_links_to_fields_and_names_the_rest() {
        assert_eq!(summary(&[], &[EMAIL]).into_string(), "");
        let text = summary(&[wrong("email"), wrong("extra")], &[EMAIL]).into_string();
        assert!(
            text.contains("href=\"#field-email\"") && text.contains("<li>extra: Needed. Send it.</li>") && text.contains("role=\"alert\"")
        );
    }

    #[test]
    fn a_group_is_entered_at_its_first_choice() {
        let picks = [Pick::new("a", "A")];
        let field = Field::radio("role", "Role", &picks);
        let link = summary(&[wrong("role")], &[field]).into_string();
        assert!(link.contains("href=\"#field-role-0\"") && field.render(&[]).into_string().contains("id=\"field-role-0\""));
    }
}
