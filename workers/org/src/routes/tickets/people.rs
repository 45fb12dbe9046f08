//! Whom a ticket can be given to: the members whose role works tickets.

use html::form::Pick;
use kernel::{OrgId, Result, Rows, sql::Stmt};

kernel::sql! {
    /// More than a plan has seats.
    Read Org WORKERS(1) -> ["id", "name"] =
        "SELECT u.id, u.name FROM memberships m JOIN users u ON u.id = m.user_id WHERE m.org_id = ?1 AND m.role IN ('owner', 'admin', 'member') \
         ORDER BY u.name, u.id LIMIT 200";
    Read Org CUSTOMER_AT(2) -> ["id"] = "SELECT id FROM customers WHERE org_id = ?1 AND email = ?2";
}

/// Reads them; [`of`] takes them from the rows.
pub(super) fn stmt(org: &OrgId) -> Stmt {
    WORKERS.bind([org.into()])
}

/// Finds a customer by their address, however it was typed.
pub(super) fn customer_at(org: &OrgId, email: &str) -> Stmt {
    CUSTOMER_AT.bind([org.into(), email.trim().to_lowercase().into()])
}

/// Their ids and names, by name.
pub(super) struct People(Vec<(String, String)>);

/// The people of the rows of [`stmt`].
pub(super) fn of(rows: &Rows) -> Result<People> {
    rows.iter().map(|row| Ok((row.text(0)?.to_owned(), row.text(1)?.to_owned()))).collect::<Result<_>>().map(People)
}

impl People {
    /// Somebody's name.
    pub(super) fn name(&self, id: &str) -> Option<&str> {
        self.0.iter().find(|(who, _)| who == id).map(|(_, name)| name.as_str())
    }
    /// Choices: nobody first, under `nobody`, and whoever has the ticket now though they could not be chosen anew.
    pub(super) fn picks<'a>(&'a self, nobody: &'a str, now: Option<(&'a str, &'a str)>) -> Vec<Pick<'a>> {
        let mut picks = vec![Pick::new(nobody, "Nobody")];
        picks.extend(now.filter(|(id, _)| self.name(id).is_none()).map(|(id, name)| Pick::new(id, name)));
        picks.extend(self.0.iter().map(|(id, name)| Pick::new(id, name)));
        picks
    }
}
