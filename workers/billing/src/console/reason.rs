//! The reason that an operator gives. It stands in both audit logs.

use domain::bans::{REASON_AT_LEAST, REASON_AT_MOST};
use html::form::Field;
use kernel::input::{Input, Text};

/// The field's name.
pub const NAME: &str = "reason";

/// Takes the reason. Spaces around it don't make it longer.
pub fn take(input: &Input) -> String {
    let text = input.text(NAME, Text::lines(1, REASON_AT_MOST)).trim().to_owned();
    if (1..REASON_AT_LEAST).contains(&text.chars().count()) {
        let fix = "Say what happened, so that somebody else understands it a year from now.";
        input.wrong(NAME, "too_short", format!("At least {REASON_AT_LEAST} characters are needed."), fix);
    }
    text
}

/// The field, with what was sent before.
pub const fn field(value: &str) -> Field<'_> {
    Field::lines(NAME, "Reason").hint("At least 10 characters. It stands in both audit logs.").value(value).rows(3)
}
