//! Which tables a statement reads and changes, as SQLite's own authorizer says while it compiles the statement.

use rusqlite::{
    Connection,
    hooks::{AuthAction, AuthContext, Authorization},
};
use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
};

/// The tables.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Touch {
    /// Those it reads.
    pub reads: BTreeSet<String>,
    /// Those it inserts into, updates or deletes from.
    pub changes: BTreeSet<String>,
    /// Whatever else it would do: create, attach, set a pragma.
    pub other: BTreeSet<String>,
}
impl Touch {
    /// Read or changed.
    pub fn all(&self) -> BTreeSet<String> {
        self.reads.union(&self.changes).cloned().collect()
    }
}

/// Compiles a statement and says what it touches.
///
/// # Errors
/// Why SQLite can't compile it.
pub fn touch(conn: &mut Connection, text: &str) -> Result<Touch, rusqlite::Error> {
    let seen: Arc<Mutex<Touch>> = Arc::default();
    let writer = seen.clone();
    conn.authorizer(Some(move |context: AuthContext<'_>| {
        let mut touch = writer.lock().unwrap();
        match context.action {
            AuthAction::Read { table_name, .. } => drop(touch.reads.insert(table_name.to_owned())),
            AuthAction::Insert { table_name } | AuthAction::Update { table_name, .. } | AuthAction::Delete { table_name } => {
                touch.changes.insert(table_name.to_owned());
            }
            AuthAction::Select | AuthAction::Function { .. } | AuthAction::Recursive => {}
            other => drop(touch.other.insert(format!("{other:?}"))),
        }
        Authorization::Allow
    }))?;
    let prepared = conn.prepare(text).map(drop);
    conn.authorizer(None::<fn(AuthContext<'_>) -> Authorization>)?;
    prepared?;
    let touch = seen.lock().unwrap().clone();
    Ok(touch)
}
