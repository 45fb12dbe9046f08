//! The database port: rows by position, reads apart from writes, and batches that only this crate can make.

use crate::{
    Fut,
    error::{Error, Result},
    sql::{Stmt, Value},
};

/// One row; cells are taken by position, as the statement's `columns` lists them.
#[derive(Debug, Clone, PartialEq)]
pub struct Row(pub Vec<Value>);
/// The rows of one statement.
pub type Rows = Vec<Row>;

impl Row {
    #[track_caller]
    fn wrong(&self, at: usize, wanted: &'static str) -> Error {
        Error::incident("decoding a row", format!("cell {at} is {:?}, wanted {wanted}", self.0.get(at)))
    }
    /// A text cell.
    ///
    /// # Errors
    /// An incident when the cell is missing or of another type; likewise below.
    #[track_caller]
    pub fn text(&self, at: usize) -> Result<&str> {
        match self.0.get(at) {
            Some(Value::Text(s)) => Ok(s),
            _ => Err(self.wrong(at, "text")),
        }
    }
    /// A text cell that may be NULL.
    ///
    /// # Errors
    /// As [`Row::text`].
    #[track_caller]
    pub fn opt_text(&self, at: usize) -> Result<Option<&str>> {
        match self.0.get(at) {
            Some(Value::Null) => Ok(None),
            Some(Value::Text(s)) => Ok(Some(s)),
            _ => Err(self.wrong(at, "text or NULL")),
        }
    }
    /// An integer cell.
    ///
    /// # Errors
    /// As [`Row::text`].
    #[track_caller]
    pub fn int(&self, at: usize) -> Result<i64> {
        match self.0.get(at) {
            Some(Value::Int(n)) => Ok(*n),
            _ => Err(self.wrong(at, "integer")),
        }
    }
    /// An integer cell that may be NULL.
    ///
    /// # Errors
    /// As [`Row::text`].
    #[track_caller]
    pub fn opt_int(&self, at: usize) -> Result<Option<i64>> {
        match self.0.get(at) {
            Some(Value::Null) => Ok(None),
            Some(Value::Int(n)) => Ok(Some(*n)),
            _ => Err(self.wrong(at, "integer or NULL")),
        }
    }
}

/// What one statement of a batch did.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Outcome {
    /// Rows changed.
    pub changes: u64,
    /// Rows of `RETURNING`.
    pub rows: Rows,
}

/// Why the database refused, in its own words; [`Error::from_db`] makes sense of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DbError(pub String);

/// Reads: what a [`Query`](crate::Query) is given. One call is one round trip, however many statements.
pub trait Reader {
    /// Runs statements of kind `Read` together and returns their rows in order.
    fn read(&self, stmts: Vec<Stmt>) -> Fut<'_, Result<Vec<Rows>, DbError>>;
}

/// Writes: one call is one transaction and one round trip.
pub trait Writer: Reader {
    /// Applies all statements or none.
    fn apply(&self, batch: Batch) -> Fut<'_, Result<Vec<Outcome>, DbError>>;
}

/// What a [`Writer`] is handed. Made only in this crate: by a mutation (with its audit event) or by a task's bookkeeping.
#[derive(Debug)]
pub struct Batch(pub(crate) Vec<Stmt>);
impl Batch {
    /// The statements, in order.
    pub fn into_stmts(self) -> Vec<Stmt> {
        self.0
    }
}

/// Runs one read statement.
///
/// # Errors
/// What the database refused, classified.
#[track_caller]
pub fn rows<'a>(db: &'a dyn Reader, stmt: Stmt) -> impl Future<Output = Result<Rows>> + 'a {
    let at = std::panic::Location::caller();
    async move {
        let mut sets = db.read(vec![stmt]).await.map_err(|e| Error::from_db_at(at, e))?;
        Ok(sets.pop().unwrap_or_default())
    }
}

/// Runs one read statement and takes its first row.
///
/// # Errors
/// What the database refused, classified.
#[track_caller]
pub fn first<'a>(db: &'a dyn Reader, stmt: Stmt) -> impl Future<Output = Result<Option<Row>>> + 'a {
    let found = rows(db, stmt);
    async move { Ok(found.await?.into_iter().next()) }
}
