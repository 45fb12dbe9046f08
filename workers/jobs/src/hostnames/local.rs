//! On a developer's machine there is no edge: every host is ready at once, except those that begin with `pending.`, so that what a
//! tenant sees while it waits can be seen.

use super::Said;
use store::hostnames::Standing;

/// How a host stands here.
pub(super) fn seen(host: &str) -> Said {
    let waits = host.starts_with("pending.");
    let standing = if waits {
        Standing {
            status: "pending".to_owned(),
            certificate: "pending_validation".to_owned(),
            problem: Some(format!("{host} does not lead here yet.")),
        }
    } else {
        Standing { status: "active".to_owned(), certificate: "active".to_owned(), problem: None }
    };
    Said::Has(format!("local-{host}"), standing)
}
