//! Statements, declared once beside the code that uses them, and checked by the catalogue test against the real migrations.

/// A bound parameter or a cell of a row. Integers stay within ±2^53, D1's wire is JSON.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// SQL NULL.
    Null,
    /// An integer; times are Unix milliseconds, money is minor units.
    Int(i64),
    /// A real number.
    Real(f64),
    /// Text.
    Text(String),
}
impl From<&str> for Value {
    fn from(s: &str) -> Self {
        Self::Text(s.to_owned())
    }
}
impl From<String> for Value {
    fn from(s: String) -> Self {
        Self::Text(s)
    }
}
impl From<i64> for Value {
    fn from(n: i64) -> Self {
        Self::Int(n)
    }
}
impl From<u32> for Value {
    fn from(n: u32) -> Self {
        Self::Int(i64::from(n))
    }
}
impl From<bool> for Value {
    fn from(b: bool) -> Self {
        Self::Int(i64::from(b))
    }
}
impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(o: Option<T>) -> Self {
        o.map_or(Self::Null, Into::into)
    }
}

/// What a statement may do. The catalogue test holds each to it with SQLite's authorizer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Reads only.
    Read,
    /// Changes business data: only inside a [`Mutation`](crate::Mutation), so never without its audit event.
    Write,
    /// Changes only the machine's own bookkeeping tables (leases, attempts, counters; see [`BOOKKEEPING_TABLES`]):
    /// may also run from a [`Task`](crate::task::Task) without an audit event.
    Bookkeep,
}

/// The tables that a [`Kind::Bookkeep`] statement may change: each is itself a record of machine work.
pub const BOOKKEEPING_TABLES: &[&str] = &[
    "outbox",
    "jobs",
    "webhook_messages",
    "webhook_deliveries",
    "webhook_attempts",
    "endpoint_health",
    "stripe_events",
    "billing_reads",
    "billing_findings",
    "billing_requests",
    "billing_cursors",
    "billing_ledger",
    "checkouts",
    "limit_notices",
    "rate_windows",
    "refusals",
    "hostnames",
    "idempotency",
    "retention_runs",
    "cron_runs",
    "dead_letters",
    "key_usage",
    "mails",
    "inbox",
    "logos",
];

/// Who may see the rows of a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tenancy {
    /// Touches tenant tables only under `org_id = ?1`.
    Org,
    /// Touches no tenant table, or has a reviewed reason to look across tenants; the text is the reason.
    Global(&'static str),
}

/// One SQL text, declared once.
#[derive(Debug, Clone, Copy)]
pub struct Sql {
    /// Its name in the source.
    pub name: &'static str,
    /// The text, parameters as `?1`, `?2`, ….
    pub text: &'static str,
    /// What it may do.
    pub kind: Kind,
    /// Whose rows it touches.
    pub tenancy: Tenancy,
    /// How many parameters.
    pub params: usize,
    /// The names of its result columns.
    pub columns: &'static [&'static str],
}

/// Declares statements and lists them in the module's `CATALOGUE`.
///
/// `Org` statements take the organization as `?1`; `Global("reason")` ones say why they need not.
#[macro_export]
macro_rules! sql {
    ($($(#[$doc:meta])* $kind:ident $tenancy:ident $(($reason:literal))? $name:ident($params:literal) -> [$($col:literal),* $(,)?] = $text:expr;)+) => {
        $($(#[$doc])* #[doc = concat!("Statement `", stringify!($name), "`.")] pub const $name: $crate::sql::Sql = $crate::sql::Sql {
            name: concat!(module_path!(), "::", stringify!($name)), text: $text, kind: $crate::sql::Kind::$kind,
            tenancy: $crate::sql::Tenancy::$tenancy $(($reason))?, params: $params, columns: &[$($col),*],
        };)+
        /// Every statement of this module, for the catalogue test.
        pub const CATALOGUE: &[$crate::sql::Sql] = &[$($name),+];
    };
}

/// A statement with its parameters.
#[derive(Debug, Clone)]
pub struct Stmt {
    pub(crate) sql: Sql,
    pub(crate) args: Vec<Value>,
}
impl Stmt {
    /// Its declaration.
    pub fn sql(&self) -> &Sql {
        &self.sql
    }
    /// Its parameters, in order.
    pub fn args(&self) -> &[Value] {
        &self.args
    }
}
impl Sql {
    /// Binds all parameters. The number is checked by the catalogue test's run of every handler and, in debug builds, here.
    pub fn bind<const N: usize>(self, args: [Value; N]) -> Stmt {
        debug_assert_eq!(N, self.params, "{}: parameter count", self.name);
        Stmt { sql: self, args: args.into() }
    }
}

/// A condition that must hold inside a batch; if not, the whole batch is rolled back and the caller gets the guard's error.
/// Names are the ones the `guard` view's trigger raises.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Guard {
    /// The statement before changed exactly one row: the thing is there and is ours.
    One,
    /// The row still has the version that the caller read.
    Version,
    /// The key or session that signed the request is still good.
    Credential,
    /// The exact rate limit has room.
    Limit,
    /// The plan's limit has room.
    Plan,
    /// The Idempotency-Key was not used before.
    Idempotency,
    /// The lease that the work runs under is still ours.
    Lease,
    /// The thing is in a state that allows this.
    State,
}
impl Guard {
    /// Every guard, for the test that compares them with the trigger.
    pub const ALL: [Self; 8] =
        [Self::One, Self::Version, Self::Credential, Self::Limit, Self::Plan, Self::Idempotency, Self::Lease, Self::State];
    /// The text that the trigger raises.
    pub const fn text(self) -> &'static str {
        match self {
            Self::One => "guard:one",
            Self::Version => "guard:version",
            Self::Credential => "guard:credential",
            Self::Limit => "guard:limit",
            Self::Plan => "guard:plan",
            Self::Idempotency => "guard:idempotency",
            Self::Lease => "guard:lease",
            Self::State => "guard:state",
        }
    }
    /// Fails the batch under this guard's name unless the statement before changed exactly one row.
    pub fn changed_one(self) -> Stmt {
        let sql = match self {
            Self::One => CHANGED_ONE,
            Self::Version => CHANGED_VERSION,
            Self::Credential => CHANGED_CREDENTIAL,
            Self::Limit => CHANGED_LIMIT,
            Self::Plan => CHANGED_PLAN,
            Self::Idempotency => CHANGED_IDEMPOTENCY,
            Self::Lease => CHANGED_LEASE,
            Self::State => CHANGED_STATE,
        };
        sql.bind([])
    }
}

sql! {
    /// Aborts unless the statement before changed one row. `changes()` in an INSERT … SELECT is that of the statement before
    /// (measured on D1 and in rusqlite). The view's trigger stores nothing.
    Bookkeep Global("names no table") CHANGED_ONE(0) -> [] = "INSERT INTO guard(name, ok) SELECT 'one', changes() = 1";
    Bookkeep Global("names no table") CHANGED_VERSION(0) -> [] = "INSERT INTO guard(name, ok) SELECT 'version', changes() = 1";
    Bookkeep Global("names no table") CHANGED_CREDENTIAL(0) -> [] = "INSERT INTO guard(name, ok) SELECT 'credential', changes() = 1";
    Bookkeep Global("names no table") CHANGED_LIMIT(0) -> [] = "INSERT INTO guard(name, ok) SELECT 'limit', changes() = 1";
    Bookkeep Global("names no table") CHANGED_PLAN(0) -> [] = "INSERT INTO guard(name, ok) SELECT 'plan', changes() = 1";
    Bookkeep Global("names no table") CHANGED_IDEMPOTENCY(0) -> [] = "INSERT INTO guard(name, ok) SELECT 'idempotency', changes() = 1";
    Bookkeep Global("names no table") CHANGED_LEASE(0) -> [] = "INSERT INTO guard(name, ok) SELECT 'lease', changes() = 1";
    Bookkeep Global("names no table") CHANGED_STATE(0) -> [] = "INSERT INTO guard(name, ok) SELECT 'state', changes() = 1";
}
