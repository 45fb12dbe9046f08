//! A new account, by whoever wants one: asked for, confirmed by mail, then made.

pub mod page;
pub mod request;
pub mod resend;
pub mod sent;
pub mod verify;
pub mod verify_page;

use crate::{fields, links};
use crypto::secret::constant_time_eq;
use kernel::{Request, input::FieldError};
use store::waiting::SignUp;

/// Whether the browser is the one that the sign-up was begun in.
fn begun_here(waiting: &SignUp, req: &Request) -> bool {
    let here = links::browser(req);
    !here.is_empty() && constant_time_eq(here.as_bytes(), waiting.browser.as_bytes())
}

/// That the password is not the one that was chosen.
fn wrong_password() -> FieldError {
    FieldError {
        pointer: format!("/{}", fields::PASSWORD),
        code: "not_allowed",
        message: "This is not the password that was chosen.".into(),
        fix: "Check it, or sign up again to choose another.".into(),
    }
}
