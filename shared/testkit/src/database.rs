//! D1 by SQLite: the real migrations, D1's own rules, and faults.
//!
//! Held to what D1 does: a call is one round trip and one transaction; at most 100 bound parameters; integers within ±(2^53 − 1);
//! numbers cross as JSON, so a REAL without a fraction comes back as an integer; no BLOBs; texts of at most 2 MB; `read` runs only
//! statements that read. What SQLite refuses comes back in SQLite's words, behind D1's prefix.

use crate::{pace::Pace, time::SeededRng};
use kernel::{
    Fut, OrgId,
    db::{Batch, DbError, Outcome, Reader, Row, Rows, Writer},
    id::Id,
    sql::{Kind, Stmt, Value},
};
use rusqlite::{
    Connection,
    types::{Value as Sqlite, ValueRef},
};
use std::{
    cell::{Cell, OnceCell, RefCell},
    collections::BTreeMap,
    path::Path,
    rc::Rc,
};

/// The largest integer that D1's wire holds.
pub const MAX_INTEGER: i64 = (1 << 53) - 1;
/// The most parameters that D1 binds.
pub const MAX_PARAMS: usize = 100;
/// The longest text that D1 takes, in bytes.
pub const MAX_TEXT: usize = 2_000_000;
/// What D1 says when a connection breaks; whether a write was applied stays open.
pub const LOST: &str = "D1_ERROR: Network connection lost.";
/// What D1 says when it has too much to do.
pub const OVERLOADED: &str = "D1_ERROR: D1 DB is overloaded. Requests queued for too long.";

/// How a round trip goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DbFault {
    /// Nothing was done; this is what D1 says.
    Refused(&'static str),
    /// It was done, and the answer was lost: this is what D1 says.
    Unknown(&'static str),
}
/// Which round trips a fault waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// Any.
    Any,
    /// Reads.
    Reads,
    /// Writes.
    Writes,
}
struct Planned {
    when: When,
    after: usize,
    fault: DbFault,
}

/// A round trip, by the names of its statements.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trip {
    /// Whether it changes something.
    pub write: bool,
    /// What it ran, in order.
    pub statements: Vec<&'static str>,
}

/// The database.
pub struct Database {
    conn: RefCell<Connection>,
    pace: Rc<Pace>,
    reads: Cell<u64>,
    writes: Cell<u64>,
    planned: RefCell<Vec<Planned>>,
    down: Cell<bool>,
    ran: RefCell<BTreeMap<&'static str, u64>>,
    script: RefCell<Vec<Trip>>,
    hashers: OnceCell<Vec<(String, String)>>,
    hashed: RefCell<Option<(u64, BTreeMap<String, String>)>>,
}

/// How many statements stay compiled: more than any one test runs.
const COMPILED: usize = 1_024;

/// Every migration, in order, with its file name.
pub fn migrations() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../d1-migrations");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .expect("the folder of the migrations")
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "sql"))
        .collect();
    files.sort();
    assert!(!files.is_empty(), "there are migrations");
    files.iter().map(|p| (p.file_name().unwrap().to_string_lossy().into_owned(), std::fs::read_to_string(p).unwrap())).collect()
}

/// A new connection with the real migrations applied and foreign keys on.
pub fn migrated() -> Connection {
    let conn = Connection::open_in_memory().unwrap();
    conn.execute_batch("PRAGMA foreign_keys = ON").unwrap();
    conn.set_prepared_statement_cache_capacity(COMPILED);
    for (name, sql) in migrations() {
        conn.execute_batch(&sql).unwrap_or_else(|e| panic!("{name}: {e}"));
    }
    conn
}

fn to_sqlite(value: &Value) -> Sqlite {
    match value {
        Value::Null => Sqlite::Null,
        Value::Int(n) => Sqlite::Integer(*n),
        Value::Real(n) => Sqlite::Real(*n),
        Value::Text(text) => Sqlite::Text(text.clone()),
    }
}

fn from_sqlite(value: ValueRef<'_>) -> Result<Value, String> {
    Ok(match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(n) if (-MAX_INTEGER..=MAX_INTEGER).contains(&n) => Value::Int(n),
        ValueRef::Integer(n) => return Err(format!("an integer beyond 2^53 came back: {n}")),
        #[expect(clippy::cast_possible_truncation, reason = "as JavaScript does: a number without a fraction is an integer")]
        ValueRef::Real(n) if n.fract() == 0.0 && n.abs() <= MAX_INTEGER as f64 => Value::Int(n as i64),
        ValueRef::Real(n) => Value::Real(n),
        ValueRef::Text(text) => Value::Text(std::str::from_utf8(text).map_err(|e| e.to_string())?.to_owned()),
        ValueRef::Blob(_) => return Err("a BLOB came back".into()),
    })
}

fn words(error: &rusqlite::Error) -> String {
    format!("D1_ERROR: {error}")
}

/// Checks D1's own rules for a statement.
fn check(stmt: &Stmt) -> Result<(), String> {
    let (sql, args) = (stmt.sql(), stmt.args());
    if args.len() > MAX_PARAMS {
        return Err(format!("D1_ERROR: too many SQL variables: {} in {}", args.len(), sql.name));
    }
    if args.len() != sql.params {
        return Err(format!("D1_ERROR: Wrong number of parameter bindings: {} for {} in {}", args.len(), sql.params, sql.name));
    }
    for arg in args {
        match arg {
            Value::Int(n) if !(-MAX_INTEGER..=MAX_INTEGER).contains(n) => {
                return Err(format!("an integer beyond 2^53 can't be bound: {n} in {}", sql.name));
            }
            Value::Real(n) if !n.is_finite() => return Err(format!("{n} can't be bound in {}", sql.name)),
            Value::Text(text) if text.len() > MAX_TEXT => return Err(format!("D1_ERROR: string or blob too big in {}", sql.name)),
            _ => {}
        }
    }
    Ok(())
}

fn run(conn: &Connection, stmt: &Stmt) -> Result<Outcome, String> {
    check(stmt)?;
    let mut prepared = conn.prepare_cached(stmt.sql().text).map_err(|e| words(&e))?;
    for (at, arg) in stmt.args().iter().enumerate() {
        prepared.raw_bind_parameter(at + 1, to_sqlite(arg)).map_err(|e| words(&e))?;
    }
    let (width, changing) = (prepared.column_count(), !prepared.readonly());
    if width != stmt.sql().columns.len() {
        return Err(format!("a row has {width} columns, not {}: {}", stmt.sql().columns.len(), stmt.sql().name));
    }
    let mut rows = Vec::new();
    let mut found = prepared.raw_query();
    while let Some(row) = found.next().map_err(|e| words(&e))? {
        let cells = (0..width).map(|i| from_sqlite(row.get_ref(i).unwrap())).collect::<Result<Vec<_>, _>>();
        rows.push(Row(cells.map_err(|e| format!("{}: {e}", stmt.sql().name))?));
    }
    drop(found);
    let changes = if changing { conn.changes() } else { 0 };
    Ok(Outcome { changes, rows })
}

/// All of them or none, nested in whatever transaction is open.
fn transaction(conn: &Connection, stmts: &[Stmt]) -> Result<Vec<Outcome>, String> {
    conn.execute_batch("SAVEPOINT round_trip").map_err(|e| words(&e))?;
    let done: Result<Vec<Outcome>, String> = stmts.iter().map(|stmt| run(conn, stmt)).collect();
    let end = if done.is_ok() { "RELEASE round_trip" } else { "ROLLBACK TO round_trip; RELEASE round_trip" };
    conn.execute_batch(end).map_err(|e| words(&e))?;
    done
}

/// The statement that reads each row of a table as one text.
fn hasher(table: &str, columns: &[(String, String)], which: &str) -> String {
    let quoted: Vec<String> = columns.iter().map(|(name, _)| format!("quote({name})")).collect();
    format!("SELECT {} AS line FROM {table} WHERE {which} ORDER BY line", quoted.join(" || ',' || "))
}

impl Database {
    /// A new one, empty but for the migrations.
    pub fn new(pace: Rc<Pace>) -> Self {
        Self {
            conn: RefCell::new(migrated()),
            pace,
            reads: Cell::new(0),
            writes: Cell::new(0),
            planned: RefCell::default(),
            down: Cell::new(false),
            ran: RefCell::default(),
            script: RefCell::default(),
            hashers: OnceCell::new(),
            hashed: RefCell::default(),
        }
    }

    /// Round trips since the last [`Database::reset_counts`].
    pub fn trips(&self) -> u64 {
        self.reads.get() + self.writes.get()
    }
    /// Reading round trips.
    pub fn reads(&self) -> u64 {
        self.reads.get()
    }
    /// Writing round trips.
    pub fn writes(&self) -> u64 {
        self.writes.get()
    }
    /// Begins to count anew.
    pub fn reset_counts(&self) {
        self.reads.set(0);
        self.writes.set(0);
        self.script.borrow_mut().clear();
    }
    /// The round trips since the last [`Database::reset_counts`], in order.
    pub fn script(&self) -> Vec<Trip> {
        self.script.borrow().clone()
    }
    /// How often each statement ran, by its name; never forgotten.
    pub fn ran(&self) -> BTreeMap<&'static str, u64> {
        self.ran.borrow().clone()
    }

    /// The next round trip goes wrong.
    pub fn fail_next(&self, fault: DbFault) {
        self.fail_at(When::Any, 0, fault);
    }
    /// The round trip after `after` others of that kind goes wrong.
    pub fn fail_at(&self, when: When, after: usize, fault: DbFault) {
        self.planned.borrow_mut().push(Planned { when, after, fault });
    }
    /// How many faults that were asked for have not come yet.
    pub fn faults_to_come(&self) -> usize {
        self.planned.borrow().len()
    }
    /// Forgets planned faults. Returns how many had not happened.
    pub fn heal(&self) -> usize {
        self.down.set(false);
        std::mem::take(&mut *self.planned.borrow_mut()).len()
    }
    /// Refuses everything until [`Database::heal`].
    pub fn go_down(&self) {
        self.down.set(true);
    }

    fn fault(&self, write: bool) -> Option<DbFault> {
        if self.down.get() {
            return Some(DbFault::Refused(OVERLOADED));
        }
        let mut planned = self.planned.borrow_mut();
        let mut due = None;
        for (at, plan) in planned.iter_mut().enumerate() {
            if plan.when == When::Any || (plan.when == When::Writes) == write {
                match plan.after.checked_sub(1) {
                    Some(left) => plan.after = left,
                    None => due = due.or(Some(at)),
                }
            }
        }
        due.map(|at| planned.remove(at).fault)
    }

    async fn trip(&self, stmts: Vec<Stmt>, write: bool) -> Result<Vec<Outcome>, DbError> {
        self.pace.io().await;
        let count = if write { &self.writes } else { &self.reads };
        count.set(count.get() + 1);
        let fault = self.fault(write);
        if let Some(DbFault::Refused(text)) = fault {
            return Err(DbError(text.into()));
        }
        self.script.borrow_mut().push(Trip { write, statements: stmts.iter().map(|stmt| stmt.sql().name).collect() });
        for stmt in &stmts {
            *self.ran.borrow_mut().entry(stmt.sql().name).or_default() += 1;
        }
        let done = transaction(&self.conn.borrow(), &stmts).map_err(DbError);
        match fault {
            Some(DbFault::Unknown(text)) => Err(DbError(text.into())),
            _ => done,
        }
    }

    // ── For tests themselves: no round trip, no fault ───────────────────────────────────────────────────────────────────

    /// Runs a statement outside of the ports.
    pub fn run(&self, stmt: &Stmt) -> Result<Outcome, String> {
        run(&self.conn.borrow(), stmt)
    }
    /// Runs SQL and says how many rows changed.
    pub fn execute(&self, sql: &str, params: &[Value]) -> usize {
        let params: Vec<Sqlite> = params.iter().map(to_sqlite).collect();
        self.conn.borrow().execute(sql, rusqlite::params_from_iter(params)).unwrap_or_else(|e| panic!("{sql}: {e}"))
    }
    /// Inserts a row.
    pub fn insert(&self, table: &str, row: &[(&str, Value)]) {
        let names: Vec<&str> = row.iter().map(|(name, _)| *name).collect();
        let marks: Vec<String> = (1..=row.len()).map(|n| format!("?{n}")).collect();
        let values: Vec<Value> = row.iter().map(|(_, value)| value.clone()).collect();
        self.execute(&format!("INSERT INTO {table}({}) VALUES({})", names.join(", "), marks.join(", ")), &values);
    }
    /// Reads rows.
    pub fn rows(&self, sql: &str, params: &[Value]) -> Rows {
        let conn = self.conn.borrow();
        let mut stmt = conn.prepare_cached(sql).unwrap_or_else(|e| panic!("{sql}: {e}"));
        let width = stmt.column_count();
        let params: Vec<Sqlite> = params.iter().map(to_sqlite).collect();
        let mut found = stmt.query(rusqlite::params_from_iter(params)).unwrap();
        let mut rows = Vec::new();
        while let Some(row) = found.next().unwrap() {
            rows.push(Row((0..width).map(|i| from_sqlite(row.get_ref(i).unwrap()).unwrap()).collect()));
        }
        rows
    }
    /// Reads one number, such as a count.
    pub fn count(&self, sql: &str, params: &[Value]) -> i64 {
        self.rows(sql, params)[0].int(0).unwrap()
    }
    /// Reads one text.
    pub fn text(&self, sql: &str, params: &[Value]) -> String {
        self.rows(sql, params)[0].text(0).unwrap().to_owned()
    }
    /// The connection, for what has no method here.
    pub fn with<T>(&self, f: impl FnOnce(&Connection) -> T) -> T {
        f(&self.conn.borrow())
    }
    /// Runs something, and then undoes whatever it did to the database.
    pub fn undone<T>(&self, f: impl FnOnce() -> T) -> T {
        let before = self.known();
        self.execute_batch("SAVEPOINT undone");
        let result = f();
        self.execute_batch("ROLLBACK TO undone; RELEASE undone");
        // What was undone counts as changed all the same.
        self.hashed.replace(before.map(|hashes| (self.changed(), hashes)));
        result
    }
    /// How many rows were ever changed, by triggers and foreign keys too, and whether or not it was undone. The same number twice:
    /// nothing changed in between.
    fn changed(&self) -> u64 {
        self.conn.borrow().total_changes()
    }
    /// The hashes of what is there now, if they were taken since the last change.
    fn known(&self) -> Option<BTreeMap<String, String>> {
        self.hashed.borrow().as_ref().filter(|(at, _)| *at == self.changed()).map(|(_, hashes)| hashes.clone())
    }
    /// Runs a script.
    pub fn execute_batch(&self, sql: &str) {
        self.conn.borrow().execute_batch(sql).unwrap_or_else(|e| panic!("{sql}: {e}"));
    }

    /// Every table with its columns' names and declared types.
    pub fn tables(&self) -> BTreeMap<String, Vec<(String, String)>> {
        let sql = "SELECT m.name, c.name, c.type FROM sqlite_schema m JOIN pragma_table_info(m.name) c \
            WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' ORDER BY m.name, c.cid";
        let mut tables: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
        for row in self.rows(sql, &[]) {
            let cell = |at| row.text(at).unwrap().to_owned();
            tables.entry(cell(0)).or_default().push((cell(1), cell(2)));
        }
        tables
    }
    /// A hash of what each table holds of an organization: of tables with `org_id`, and of its own row.
    pub fn of_org(&self, org: &OrgId) -> BTreeMap<String, String> {
        let mut hashes = BTreeMap::new();
        for (table, columns) in self.tables() {
            let key = if table == "orgs" { "id" } else { "org_id" };
            if columns.iter().any(|(name, _)| name == key) {
                hashes.insert(table.clone(), self.hash(&hasher(&table, &columns, &format!("{key} = ?1")), &[org.into()]));
            }
        }
        hashes
    }
    /// A hash of everything in each table.
    pub fn everything(&self) -> BTreeMap<String, String> {
        if let Some(hashes) = self.known() {
            return hashes;
        }
        // Migrations are all that makes tables.
        let hashers =
            self.hashers.get_or_init(|| self.tables().into_iter().map(|(table, c)| (table.clone(), hasher(&table, &c, "1"))).collect());
        let hashes: BTreeMap<String, String> = hashers.iter().map(|(table, sql)| (table.clone(), self.hash(sql, &[]))).collect();
        self.hashed.replace(Some((self.changed(), hashes.clone())));
        hashes
    }
    fn hash(&self, sql: &str, params: &[Value]) -> String {
        let lines: Vec<String> = self.rows(sql, params).iter().map(|row| row.text(0).unwrap().to_owned()).collect();
        format!("{} rows, {}", lines.len(), crypto::hash::sha256_hex(lines.join("\n").as_bytes()))
    }
    /// What SQLite itself says of the file: nothing when all is well.
    pub fn faults(&self) -> Vec<String> {
        let mut out: Vec<String> = Vec::new();
        for row in self.rows("PRAGMA integrity_check", &[]) {
            out.extend(row.text(0).ok().filter(|t| *t != "ok").map(str::to_owned));
        }
        self.with(|conn| {
            let mut stmt = conn.prepare("PRAGMA foreign_key_check").unwrap();
            let found = stmt.query_map([], |row| row.get::<_, String>(0)).unwrap();
            out.extend(found.map(|table| format!("a foreign key of {} points nowhere", table.unwrap())));
        });
        out
    }
    /// Whether an id is anywhere in the database.
    pub fn knows<I: Id>(&self, table: &str, id: &I) -> bool {
        self.count(&format!("SELECT count(*) FROM {table} WHERE id = ?1"), &[id.as_str().into()]) > 0
    }
}

impl Reader for Database {
    fn read(&self, stmts: Vec<Stmt>) -> Fut<'_, Result<Vec<Rows>, DbError>> {
        Box::pin(async move {
            for stmt in &stmts {
                let readonly = self.conn.borrow().prepare(stmt.sql().text).map(|p| p.readonly());
                if stmt.sql().kind != Kind::Read || readonly.is_ok_and(|r| !r) {
                    return Err(DbError(format!("a statement that changes something was read: {}", stmt.sql().name)));
                }
            }
            Ok(self.trip(stmts, false).await?.into_iter().map(|outcome| outcome.rows).collect())
        })
    }
}
impl Writer for Database {
    fn apply(&self, batch: Batch) -> Fut<'_, Result<Vec<Outcome>, DbError>> {
        Box::pin(self.trip(batch.into_stmts(), true))
    }
}

/// Random bytes for ids in fixtures, apart from those of the requests.
pub(crate) fn make<I: Id>(rng: &SeededRng, at: kernel::Millis) -> I {
    I::make(at, rng.bytes())
}
