//! What is wrong with a form, found by rules that only its handler knows.

use kernel::{Error, error::Code, input::FieldError};

/// A field that is wrong.
pub fn field(name: &str, code: &'static str, message: impl Into<String>, fix: impl Into<String>) -> FieldError {
    FieldError { pointer: format!("/{name}"), code, message: message.into(), fix: fix.into() }
}

/// The fields that an input refused. Any other error is passed on.
///
/// # Errors
/// What is no matter of fields.
pub fn fields(result: Result<(), Error>) -> Result<Vec<FieldError>, Error> {
    match result {
        Ok(()) => Ok(Vec::new()),
        Err(Error::Problem(p)) if p.code == Code::ValidationFailed => Ok(p.fields),
        Err(other) => Err(other),
    }
}
