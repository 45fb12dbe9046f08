//! Tenants' hosts at the edge: for each that was proven, a host name with a certificate of its own. The rows are what we know of them;
//! `jobs` asks the edge and brings both in line. A host is wanted while a proven domain that was not given up names it.

use kernel::{Millis, OrgId, Result, db::Row, sql::Stmt};

kernel::sql! {
    Bookkeep Global("a host at the edge is one among all")
    WANT(2) -> [] =
        "INSERT INTO hostnames(host, next_at, created_at) VALUES(?1, ?2, ?2) ON CONFLICT(host) DO UPDATE SET next_at = min(next_at, excluded.next_at)";
    Bookkeep Global("a host at the edge is one among all")
    LOOK_AGAIN(2) -> [] = "UPDATE hostnames SET next_at = min(next_at, ?2) WHERE host = ?1";
    /// What is to be asked about by now, and whether somebody still wants it.
    Read Global("cron looks after the hosts of every organization")
    DUE(2) -> ["host", "edge_id", "status", "certificate", "problem", "created_at", "wanted"] =
        "SELECT h.host, h.edge_id, h.status, h.certificate, h.problem, h.created_at, \
           EXISTS (SELECT 1 FROM domains d WHERE d.host = h.host AND d.state IN ('pending', 'active') AND d.proven_at IS NOT NULL) AS wanted \
         FROM hostnames h WHERE h.next_at <= ?1 ORDER BY h.next_at LIMIT ?2";
    /// What the edge said.
    Bookkeep Global("a host at the edge is one among all")
    HEARD(7) -> [] =
        "UPDATE hostnames SET edge_id = ?2, status = ?3, certificate = ?4, problem = ?5, checked_at = ?6, next_at = ?7 WHERE host = ?1";
    Bookkeep Global("a host at the edge is one among all")
    LATER(2) -> [] = "UPDATE hostnames SET next_at = ?2 WHERE host = ?1";
    Bookkeep Global("a host at the edge is one among all")
    FORGET(1) -> [] = "DELETE FROM hostnames WHERE host = ?1";
    /// Whose host it is, or would be.
    Read Global("finds out which organization waits for a host")
    CLAIMS(1) -> ["id", "host", "state", "proof", "failing_since", "created_at", "proven_at", "status", "certificate", "problem", "org_id"] =
        "SELECT d.id, d.host, d.state, d.proof, d.failing_since, d.created_at, d.proven_at, h.status, h.certificate, h.problem, d.org_id \
         FROM domains d JOIN hostnames h ON h.host = d.host \
         WHERE d.host = ?1 AND d.state IN ('pending', 'active') AND d.proven_at IS NOT NULL ORDER BY d.proven_at, d.id";
}

/// Where a host stands at the edge, in the edge's words; empty while it was not heard.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Standing {
    /// Of the host name.
    pub status: String,
    /// Of its certificate.
    pub certificate: String,
    /// What stands against it.
    pub problem: Option<String>,
}
impl Standing {
    /// Reads `status, certificate, problem` from column `at` on.
    ///
    /// # Errors
    /// An incident when a cell is of another type.
    pub fn of(row: &Row, at: usize) -> Result<Self> {
        let text = |at| row.opt_text(at).map(|t| t.unwrap_or_default().to_owned());
        Ok(Self { status: text(at)?, certificate: text(at + 1)?, problem: row.opt_text(at + 2)?.map(str::to_owned) })
    }
    /// Whether a domain may begin to serve: both statuses are `active`.
    pub fn ready(&self) -> bool {
        self.status == "active" && self.certificate == "active"
    }
    /// Whether a domain that serves can't go on: the edge no longer takes its visitors, or has no certificate to show them. A certificate
    /// that is being renewed, and what was not heard, stop nothing.
    pub fn over(&self) -> bool {
        let gone =
            matches!(self.status.as_str(), "moved" | "deleted" | "blocked" | "pending_deletion" | "pending_blocked" | "test_blocked");
        let bare = matches!(self.certificate.as_str(), "deleted" | "expired" | "deletion_timed_out" | "inactive");
        gone || bare
    }
    /// Whether the edge gave up on the certificate and must be asked to try once more.
    pub fn gave_up(&self) -> bool {
        self.certificate.ends_with("_timed_out") || self.certificate == "expired"
    }
}

/// Wants a host served, from now on.
pub fn want(host: &str, now: Millis) -> Stmt {
    WANT.bind([host.into(), now.into()])
}
/// Something changed about a host: the edge is asked soon, or told to let it go.
pub fn look_again(host: &str, now: Millis) -> Stmt {
    LOOK_AGAIN.bind([host.into(), now.into()])
}
/// Hosts to ask about by now, the longest waiting first.
pub fn due(now: Millis, most: i64) -> Stmt {
    DUE.bind([now.into(), most.into()])
}
/// Writes down what the edge said, and when to ask again.
pub fn heard(host: &str, edge_id: Option<&str>, said: &Standing, now: Millis, next: Millis) -> Stmt {
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    HEARD.bind([
        host.into(),
        edge_id.into(),
        some(&said.status).into(),
        some(&said.certificate).into(),
        said.problem.as_deref().into(),
        now.into(),
        next.into(),
    ])
}
/// Asks later: what could not be told changes nothing.
pub fn later(host: &str, next: Millis) -> Stmt {
    LATER.bind([host.into(), next.into()])
}
/// Forgets a host that the edge let go.
pub fn forget(host: &str) -> Stmt {
    FORGET.bind([host.into()])
}
/// Who has proven a host, the first first: a [`crate::domains::Domain`] and its organization.
pub fn claims(host: &str) -> Stmt {
    CLAIMS.bind([host.into()])
}
/// Whose a row of [`claims`] is.
///
/// # Errors
/// An incident when it is no organization's id.
pub fn claimant(row: &Row) -> Result<OrgId> {
    OrgId::stored(row.text(10)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_statuses_must_be_active_and_renewals_stop_nothing() {
        let of = |status: &str, certificate: &str| Standing { status: status.into(), certificate: certificate.into(), problem: None };
        for (status, certificate, ready, over) in [
            ("active", "active", true, false),
            ("active", "pending_validation", false, false),
            ("pending", "active", false, false),
            ("", "", false, false),
            ("active", "validation_timed_out", false, false),
            ("active", "expired", false, true),
            ("moved", "active", false, true),
            ("blocked", "pending_validation", false, true),
        ] {
            let standing = of(status, certificate);
            assert_eq!((standing.ready(), standing.over()), (ready, over), "{status} {certificate}");
        }
        assert!(of("pending", "validation_timed_out").gave_up() && !of("pending", "pending_validation").gave_up());
    }
}
