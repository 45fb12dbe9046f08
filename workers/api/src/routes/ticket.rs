//! How the API shows a ticket beyond its JSON, which is `store::tickets::Ticket`; and what it says of a change that was refused.

use kernel::{
    OrgId, Write,
    error::{Code, Error},
};
use store::tickets::Ticket;

/// The entity tag of a version (RFC 9110 §8.8.3).
pub fn etag(version: i64) -> String {
    format!("\"{version}\"")
}

/// A refused change: what it names and is not there, or is another organization's, is a wrong field as any other.
pub async fn explained(cx: &Write<'_>, org: &OrgId, ticket: &Ticket, error: Error) -> Error {
    if error.code() != Code::NotFound {
        return error;
    }
    match store::tickets::not_there(cx, org, ticket).await {
        Ok(wrong) if !wrong.is_empty() => Error::invalid(wrong),
        Ok(_) => error,
        Err(e) => e,
    }
}
