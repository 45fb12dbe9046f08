//! Another organization that an organization's billing has to do with, by its name.

use domain::billing::Finding;
use kernel::{Id, OrgId, Result, Write, db::Rows, sql::Stmt};
use std::fmt;
use store::billing::Held;

kernel::sql! {
    /// What an organization is called.
    Read Org NAME(1) -> ["name"] = "SELECT name FROM orgs WHERE id = ?1";
}

/// An organization that Stripe names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Other {
    /// What Stripe says.
    pub id: String,
    /// Its name, if it is one of ours.
    pub name: Option<String>,
}
impl Other {
    /// From what is known of it.
    pub fn of(id: &str, name: Option<&str>) -> Self {
        Self { id: id.to_owned(), name: name.map(str::to_owned) }
    }
    /// From what Stripe says, and the answer to [`lookup`].
    ///
    /// # Errors
    /// An incident when the row can't be read.
    pub fn answered(id: &str, rows: &Rows) -> Result<Self> {
        Ok(Self::of(id, rows.first().map(|row| row.text(0)).transpose()?))
    }
    /// Looks its name up.
    ///
    /// # Errors
    /// What the database refused.
    pub async fn named(cx: &Write<'_>, id: &str) -> Result<Self> {
        match lookup(id) {
            Some(stmt) => Self::answered(id, &cx.rows(stmt).await?),
            None => Ok(Self::of(id, None)),
        }
    }
}
impl fmt::Display for Other {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.name {
            Some(name) => write!(f, "{name} ({})", self.id),
            None => write!(f, "{}, which is no organization here", self.id),
        }
    }
}

/// The statement that looks the name of an organization up. `None` for what is no id of one: anybody can write anything at Stripe.
pub fn lookup(id: &str) -> Option<Stmt> {
    OrgId::parse(id).map(|org| NAME.bind([(&org).into()]))
}

/// Whose the customer is by what it says at Stripe, where it is another organization's.
pub fn claimant(held: &Held) -> Option<String> {
    let (_, detail, _) = held.findings.iter().find(|(kind, ..)| *kind == Finding::CustomerShared)?;
    let detail: serde_json::Value = serde_json::from_str(detail).ok()?;
    detail.get("claimed_by")?.as_str().map(str::to_owned)
}
