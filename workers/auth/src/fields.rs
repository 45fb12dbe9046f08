//! Fields that several forms have, read and judged in one way.

use crate::{door::Door, next};
use domain::passwords;
use html::form::Field;
use kernel::input::{Input, Text};

/// The name of the field for an address.
pub const EMAIL: &str = "email";
/// The name of the field for a new password.
pub const PASSWORD: &str = "password";

/// The largest form of this Worker, in bytes.
pub const FORM: usize = 16 * 1_024;

/// An address that mail can be sent to, in the form that addresses are compared in.
pub fn email(input: &Input) -> String {
    let typed = input.text(EMAIL, Text::line(1, 254)).trim().to_lowercase();
    if !typed.is_empty() && mail::Address::parse(&typed).is_err() {
        input.wrong(EMAIL, "invalid_format", "This is not an e-mail address.", "Enter it like name@example.com.");
    }
    if typed.is_empty() { again(input, EMAIL) } else { typed }
}

/// A person's name.
pub fn name(input: &Input) -> String {
    let typed = input.text("name", Text::line(1, 100)).trim().to_owned();
    if typed.is_empty() { again(input, "name") } else { typed }
}

/// What was sent and is refused, such as one character too many, to be corrected rather than written anew.
pub fn again(input: &Input, name: &str) -> String {
    input.sent(name).chars().filter(|c| !c.is_control()).collect()
}

/// A new password, held to the rules. `about` are names that have to do with its owner.
pub fn new_password(input: &Input, door: Door<'_>, host: &str, about: &[&str]) -> String {
    // Longer than allowed, so that a long one is refused by the rule that says how long it may be.
    let typed = passwords::normalized(&input.text(PASSWORD, Text::line(1, 4_096)));
    let mut context = vec!["Portico", door.name(), host];
    context.extend_from_slice(about);
    context.extend(about.iter().filter_map(|text| text.split_once('@')).map(|(local, _)| local));
    if !typed.is_empty()
        && let Err(why) = passwords::check(&typed, &context)
    {
        input.wrong(PASSWORD, why.code(), why.says(), why.fix());
    }
    typed
}

/// Where to go afterwards, when it is a page of this host; empty otherwise.
pub fn next(input: &Input) -> String {
    let wish = input.opt_text("next", Text::lines(0, 4_096)).unwrap_or_default();
    next::checked(&wish).unwrap_or_default().to_owned()
}

/// The token of a link. One of another shape is none.
pub fn token(input: &Input) -> String {
    input.opt_text("token", Text::line(0, 100)).unwrap_or_default()
}

/// The field for a new password.
pub const fn password_field<'a>() -> Field<'a> {
    Field::password(PASSWORD, "Password", "new-password").hint(passwords::HINT)
}
/// The field for a new password, where there is an old one.
pub const fn new_password_field<'a>() -> Field<'a> {
    Field::password(PASSWORD, "New password", "new-password").hint(passwords::HINT)
}
