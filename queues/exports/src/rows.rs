//! The rows of an export, a page at a time, as CSV.

use domain::exports::row;
use kernel::{Millis, OrgId, Result, task::Task};

kernel::sql! {
    /// In key order, between the last row written and the newest row at the time of the request. An edit made meanwhile may show.
    Read Org TICKETS(4) -> ["id", "subject", "body", "status", "priority", "customer_id", "email", "assignee_id", "created_at", "updated_at"] =
        "SELECT t.id, t.subject, t.body, t.status, t.priority, t.customer_id, c.email, t.assignee_id, t.created_at, t.updated_at \
         FROM tickets t LEFT JOIN customers c ON c.org_id = t.org_id AND c.id = t.customer_id \
         WHERE t.org_id = ?1 AND t.id > ?2 AND t.id <= ?3 ORDER BY t.id LIMIT ?4";
}

/// A page.
pub(crate) struct Page {
    pub csv: String,
    pub rows: i64,
    pub last: Option<String>,
}

/// Reads the page after `after`.
pub(crate) async fn page(task: &Task<'_>, org: &OrgId, after: &str, until: &str, most: i64) -> Result<Page> {
    let found = task.rows(TICKETS.bind([org.into(), after.into(), until.into(), most.into()])).await?;
    let mut csv = String::new();
    for r in &found {
        let (created, updated) = (Millis::new(r.int(8)?).rfc3339(), Millis::new(r.int(9)?).rfc3339());
        row(
            &mut csv,
            [
                r.text(0)?,
                r.text(1)?,
                r.text(2)?,
                r.text(3)?,
                r.text(4)?,
                r.opt_text(5)?.unwrap_or_default(),
                r.opt_text(6)?.unwrap_or_default(),
                r.opt_text(7)?.unwrap_or_default(),
                &created,
                &updated,
            ],
        );
    }
    let last = found.last().map(|r| r.text(0).map(str::to_owned)).transpose()?;
    Ok(Page { csv, rows: i64::try_from(found.len()).unwrap_or(0), last })
}
