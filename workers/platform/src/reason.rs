//! The reason that an operator gives for what they do to others. It stands in the audit log, and often in a mail.

use domain::bans::{REASON_AT_LEAST, REASON_AT_MOST};
use html::form::Field;
use kernel::input::{Input, Text};

/// The field's name.
pub const NAME: &str = "reason";

/// Takes the reason. Spaces around it don't make it longer.
pub fn take(input: &Input) -> String {
    let text = input.text(NAME, Text::lines(1, REASON_AT_MOST)).trim().to_owned();
    let length = text.chars().count();
    if (1..REASON_AT_LEAST).contains(&length) {
        input.wrong(
            NAME,
            "too_short",
            format!("At least {REASON_AT_LEAST} characters are needed."),
            "Say what happened, so that somebody else understands it a year from now.",
        );
    }
    text
}

/// The field, with what was sent before.
pub const fn field<'a>(hint: &'a str, value: &'a str) -> Field<'a> {
    Field::lines(NAME, "Reason").hint(hint).value(value).rows(3)
}
