//! Whether another organization's rows can make a difference to a statement, found out by running it.
//!
//! Two databases: in the first there is one organization, A, with rows in every state that the schema's checks allow; the second
//! holds the same, and four others beside A with the same ids wherever an id need only be unique within its organization, and
//! more rows of their own. A statement bound to A must do the same in both, whatever its other parameters are: the others' ids
//! and values among them. If it does not, it saw or changed something of theirs. To know that this notices, every comparison that keeps a table to its tenant is
//! taken out in turn, and the difference must show.

use crate::{
    tokens::{columns_of_params, fences, mentions, tokens},
    touch::Touch,
};
use kernel::Sql;
use rusqlite::{Connection, types::Value};
use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
};
use testkit::{Harness, time::SeededRng};

/// A column.
#[derive(Debug, Clone)]
struct Column {
    name: String,
    text: bool,
    nullable: bool,
    primary: bool,
    /// The words that a CHECK allows.
    words: Vec<String>,
}
impl Column {
    /// Whether it says when something happened, or will.
    fn is_moment(&self) -> bool {
        !self.text && ["_at", "_since", "_until"].iter().any(|end| self.name.ends_with(end))
    }
}
/// A table.
#[derive(Debug, Clone)]
struct Table {
    name: String,
    columns: Vec<Column>,
    /// The columns of each unique key.
    unique: Vec<Vec<String>>,
    /// Columns that refer to another table.
    foreign: BTreeSet<String>,
    /// Whether its rows stand in the order of their key.
    without_rowid: bool,
}
impl Table {
    /// The column that says whose a row is.
    fn owner(&self) -> Option<&'static str> {
        if self.name == "orgs" { Some("id") } else { self.columns.iter().any(|c| c.name == "org_id").then_some("org_id") }
    }
    fn names(&self) -> String {
        self.columns.iter().map(|c| c.name.as_str()).collect::<Vec<_>>().join(", ")
    }
}

/// The two databases.
pub struct Twins {
    tables: Vec<Table>,
    alone: Connection,
    shared: Connection,
    org: String,
    pools: BTreeMap<String, Vec<Value>>,
    rows: BTreeMap<String, Vec<BTreeMap<String, Value>>>,
    /// A's, for each table that has any.
    own: BTreeMap<String, Vec<BTreeMap<String, Value>>>,
}

fn strings(conn: &Connection, sql: &str, params: &[&str]) -> Vec<String> {
    let mut stmt = conn.prepare_cached(sql).unwrap();
    stmt.query_map(rusqlite::params_from_iter(params), |row| row.get(0)).unwrap().map(Result::unwrap).collect()
}

fn tables(conn: &Connection) -> Vec<Table> {
    let names = strings(conn, "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name", &[]);
    let one = |name: String| {
        let sql = strings(conn, "SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = ?1", &[&name]).remove(0);
        let mut stmt = conn.prepare("SELECT name, type, \"notnull\", pk FROM pragma_table_info(?1)").unwrap();
        let column = |row: &rusqlite::Row<'_>| {
            let column: String = row.get(0)?;
            let words = words(&sql, &column);
            Ok(Column {
                text: row.get::<_, String>(1)? == "TEXT",
                nullable: row.get::<_, i64>(2)? == 0,
                primary: row.get::<_, i64>(3)? > 0,
                name: column,
                words,
            })
        };
        let columns = stmt.query_map([&name], column).unwrap().map(Result::unwrap).collect();
        let keys = strings(conn, "SELECT name FROM pragma_index_list(?1) WHERE \"unique\" = 1", &[&name]);
        let unique = keys.iter().map(|key| strings(conn, "SELECT name FROM pragma_index_info(?1)", &[key])).collect();
        let foreign = strings(conn, "SELECT \"from\" FROM pragma_foreign_key_list(?1)", &[&name]).into_iter().collect();
        Table { name, columns, unique, foreign, without_rowid: sql.contains("WITHOUT ROWID") }
    };
    names.into_iter().map(one).collect()
}

/// When an organization was deleted: a month after it was made, which is a month ago.
const DELETED: &str = "created_at + 30 * 86400000";

/// The words of `CHECK (column IN ('a', 'b'))`.
fn words(sql: &str, column: &str) -> Vec<String> {
    let Some(list) = sql.split(&format!("({column} IN (")).nth(1).and_then(|rest| rest.split(')').next()) else { return Vec::new() };
    list.split(',').filter_map(|word| word.trim().strip_prefix('\'')?.strip_suffix('\'').map(str::to_owned)).collect()
}

/// A copy's own text in a key: the same shape, other digits at the end.
fn varied(text: &str, mark: &str) -> String {
    let keep = text.len().saturating_sub(mark.len());
    format!("{}{mark}", text.get(..keep).unwrap_or_default())
}

/// How many of something each plan allows, as `domain::quotas` writes it for statements.
fn numbers_by_plan(rng: &SeededRng) -> Value {
    let most = || rng.below(12) * if rng.below(3) == 0 { 10 } else { 1 };
    Value::Text(format!("{{\"free\":{},\"team\":{},\"business\":{}}}", most(), most(), most()))
}

/// A list of one word of a row.
fn words_of(rng: &SeededRng, row: &BTreeMap<String, Value>) -> Value {
    let words: Vec<&String> = row.values().filter_map(|v| if let Value::Text(text) = v { Some(text) } else { None }).collect();
    Value::Text(serde_json::json!([words.get(rng.below(words.len().max(1)))]).to_string())
}

impl Default for Twins {
    fn default() -> Self {
        Self::new()
    }
}

impl Twins {
    /// Makes them out of the world of the tests.
    pub fn new() -> Self {
        let (alone, org) = Self::one_org();
        let (shared, _) = Self::one_org();
        let tables = tables(&alone);
        let mut twins = Self { tables, alone, shared, org, pools: BTreeMap::new(), rows: BTreeMap::new(), own: BTreeMap::new() };
        twins.vary();
        twins.link();
        twins.add_others();
        twins.put_last();
        twins.collect();
        twins
    }

    /// The world with all but one organization taken out.
    fn one_org() -> (Connection, String) {
        let h = Harness::new();
        let org = h.world.team.id.to_string();
        let conn = testkit::database::migrated();
        conn.execute_batch("PRAGMA foreign_keys = OFF").unwrap();
        for (table, columns) in h.db.tables() {
            let names: Vec<&str> = columns.iter().map(|(name, _)| name.as_str()).collect();
            let own = if table == "orgs" {
                "WHERE id = ?1"
            } else if names.contains(&"org_id") {
                "WHERE org_id = ?1 OR org_id IS NULL"
            } else {
                "WHERE ?1 IS NOT NULL"
            };
            let marks: Vec<String> = (1..=names.len()).map(|n| format!("?{n}")).collect();
            // Over what the migrations put there.
            let insert = format!("INSERT OR REPLACE INTO {table}({}) VALUES({})", names.join(", "), marks.join(", "));
            let rows = h.db.rows(&format!("SELECT {} FROM {table} {own}", names.join(", ")), &[org.as_str().into()]);
            for row in rows {
                let cells = row.0.into_iter().map(|cell| match cell {
                    kernel::Value::Null => Value::Null,
                    kernel::Value::Int(n) => Value::Integer(n),
                    kernel::Value::Real(n) => Value::Real(n),
                    kernel::Value::Text(text) => Value::Text(text),
                });
                conn.execute(&insert, rusqlite::params_from_iter(cells)).unwrap();
            }
        }
        (conn, org)
    }

    /// Gives A rows in every state: for each word of a CHECK, with each nullable column empty, and with each nullable moment passed, a copy
    /// under a key of its own.
    fn vary(&mut self) {
        for table in self.tables.iter().filter(|t| t.owner().is_some() && t.name != "orgs") {
            let mut mark = 0;
            for column in &table.columns {
                let mut values: Vec<String> = column.words.iter().map(|word| format!("'{word}'")).collect();
                if column.nullable && column.name != "org_id" {
                    values.push("NULL".into());
                    if column.is_moment() {
                        values.push((testkit::time::START.get() - 86_400_000).to_string());
                    }
                }
                for value in values {
                    mark += 1;
                    for conn in [&self.alone, &self.shared] {
                        copy(conn, table, &format!("{mark:04x}"), &[(&column.name, &value)], "org_id IS NOT NULL");
                    }
                }
            }
        }
    }

    /// What no foreign key says: an invitation's link is a customer's.
    fn link(&self) {
        for conn in [&self.alone, &self.shared] {
            let links = "UPDATE tokens SET subject = (SELECT min(id) FROM customers) WHERE purpose = 'customer_invitation'";
            assert!(conn.execute(links, []).unwrap() > 0);
        }
    }

    /// Adds the others to the second database, each with every row of A once more under the same keys. Their ids stand before and
    /// after A's, so that theirs come first wherever a statement takes the first it finds; of what they have under other keys the same
    /// is true. Two have A's very values, two have others. One is deleted, and each has seen another number of changes.
    fn add_others(&self) {
        let others = [("0000", true, "--"), ("1111", false, "--"), ("2222", false, "~~"), ("ffff", true, "~~")];
        for (at, (mark, differ, renamed)) in others.into_iter().enumerate() {
            let id = varied(&self.org, mark);
            let (status, plan) =
                if differ { ("'suspended'", "CASE plan WHEN 'free' THEN 'team' ELSE 'free' END") } else { ("status", "plan") };
            let deleted = if mark == "1111" { DELETED } else { "NULL" };
            let org = format!(
                "INSERT INTO orgs(id, slug, name, plan, status, created_at, deleted_at, version, billing_version, seats) \
                 SELECT ?1, ?1, ?1, {plan}, {status}, created_at, {deleted}, version + 1 + {at}, billing_version + 1 + {at}, {at} / 2 * 1000 FROM orgs WHERE id = ?2"
            );
            self.shared.execute(&org, [&id, &self.org]).unwrap();
            for table in self.tables.iter().filter(|t| t.owner().is_some() && t.name != "orgs") {
                let copied = self.copies(table, &id, &mark[..2], differ, false);
                assert!(
                    copied > 0,
                    "{}: the world has no row of it: seed one in testkit::world, or the tenant rule is not tried",
                    table.name
                );
                self.copies(table, &id, renamed, differ, true);
            }
        }
    }

    /// Where rows stand in the order of their making, A's come after the others'.
    fn put_last(&self) {
        for table in self.tables.iter().filter(|t| !t.without_rowid) {
            if let Some(owner) = table.owner() {
                let later = format!("UPDATE {} SET rowid = rowid + 1000000 WHERE {owner} = ?1", table.name);
                self.shared.execute(&later, [&self.org]).unwrap();
            }
        }
    }

    /// Copies A's rows of a table for another organization; with `renamed` under keys that A has not.
    fn copies(&self, table: &Table, org: &str, mark: &str, differ: bool, renamed: bool) -> usize {
        // Keys that are unique across organizations must differ; all others stay as they are.
        let across = |c: &Column| {
            let last = |key: &Vec<String>| key.iter().rev().find(|name| table.columns.iter().any(|o| o.name == **name && o.text)).cloned();
            table.unique.iter().filter(|key| !key.iter().any(|k| k == "org_id")).filter_map(last).any(|name| name == c.name)
        };
        let value = |c: &Column| {
            let name = &c.name;
            match () {
                () if name == "org_id" => Some(format!("'{org}'")),
                () if across(c) || (renamed && own_key(table, c)) => {
                    let tail = tail_of(org, mark);
                    Some(format!("substr({name}, 1, length({name}) - 10) || '{tail}' || substr({name}, -4)"))
                }
                () if !differ || c.primary || table.unique.iter().any(|key| key.contains(name)) => None,
                () if !c.words.is_empty() => Some(rotated(name, &c.words)),
                () if table.foreign.contains(name) && c.nullable => {
                    Some(format!("(SELECT max(x.{name}) FROM {} x WHERE x.{name} <> {}.{name})", table.name, table.name))
                }
                () if table.foreign.contains(name) => None,
                () if c.text => Some(format!("CASE WHEN {name} GLOB '[[{{]*' THEN {name} ELSE 'other ' || {name} END")),
                () if c.is_moment() => {
                    let moved = format!("{name} {}", if org.ends_with("0000") { "- 3600000" } else { "+ 2592000000" });
                    Some(if c.nullable && org.ends_with("ffff") {
                        format!("COALESCE({moved}, {})", testkit::time::START.get())
                    } else {
                        moved
                    })
                }
                () => None,
            }
        };
        let set: Vec<(String, String)> = table.columns.iter().filter_map(|c| value(c).map(|v| (c.name.clone(), v))).collect();
        let set: Vec<(&str, &str)> = set.iter().map(|(c, v)| (c.as_str(), v.as_str())).collect();
        insert(&self.shared, table, &set, &format!("org_id = '{}'", self.org), renamed)
    }

    fn collect(&mut self) {
        for table in &self.tables {
            let mut stmt = self.shared.prepare(&format!("SELECT {} FROM {}", table.names(), table.name)).unwrap();
            let mut found = stmt.query([]).unwrap();
            while let Some(row) = found.next().unwrap() {
                let mut cells = BTreeMap::new();
                for (at, column) in table.columns.iter().enumerate() {
                    let value: Value = row.get(at).unwrap();
                    let pool = self.pools.entry(column.name.clone()).or_default();
                    if !pool.contains(&value) {
                        pool.push(value.clone());
                    }
                    cells.insert(column.name.clone(), value);
                }
                if table.owner().is_some_and(|owner| cells[owner] == Value::Text(self.org.clone())) {
                    self.own.entry(table.name.clone()).or_default().push(cells.clone());
                }
                self.rows.entry(table.name.clone()).or_default().push(cells);
            }
        }
    }

    /// Whether rows of the table belong to organizations.
    pub fn is_tenant(&self, table: &str) -> bool {
        self.tables.iter().any(|t| t.name == table && t.owner().is_some())
    }
    /// How many rows there are, in the first and in the second database.
    pub fn sizes(&self) -> (i64, i64) {
        let all = |conn: &Connection| {
            self.tables
                .iter()
                .map(|t| conn.query_row(&format!("SELECT count(*) FROM {}", t.name), [], |row| row.get::<_, i64>(0)).unwrap())
                .sum()
        };
        (all(&self.alone), all(&self.shared))
    }

    /// Tries a text of a statement up to `times` with ever other parameters. The first difference that B makes, in words.
    pub fn difference(&self, sql: &Sql, text: &str, touch: &Touch, times: usize) -> Option<String> {
        let rng = SeededRng::new(sql.text.len() as u64);
        let pieces = tokens(sql.text);
        let columns = columns_of_params(&pieces);
        let touched: Vec<&str> = touch.all().iter().filter_map(|t| self.rows.get_key_value(t)).map(|(name, _)| name.as_str()).collect();
        let fresh: BTreeSet<usize> = self.globally_unique(sql.text).into_iter().collect();
        let lists: BTreeSet<usize> = (1..=sql.params).filter(|n| sql.text.contains(&format!("json_each(?{n})"))).collect();
        let by_plan: BTreeSet<usize> = (1..=sql.params).filter(|n| sql.text.contains(&format!("?{n} ->> "))).collect();
        (0..times).find_map(|_| {
            let table = touched.get(rng.below(touched.len()));
            // Half of the time one of A's rows: most of what a statement asks for is met by those only.
            let own = if rng.below(2) == 0 { table.and_then(|t| self.own.get(*t)) } else { None };
            let base = own.or_else(|| table.and_then(|t| self.rows.get(*t)));
            let row = base.map(|rows| &rows[rng.below(rows.len())]);
            let param = |n| match n {
                _ if by_plan.contains(&n) => numbers_by_plan(&rng),
                // Half of the time: others take a list that stands in a column.
                _ if lists.contains(&n) && rng.below(2) == 0 => row.map_or(Value::Null, |row| words_of(&rng, row)),
                _ => self.choose(&rng, n, &columns, row, &fresh),
            };
            let params: Vec<Value> = (1..=sql.params).map(param).collect();
            let disturbed = self.disturbance(&rng, &touched);
            self.try_once(text, touch, &params, &disturbed).map(|what| format!("{what} with {params:?} after {disturbed:?}"))
        })
    }

    /// Parameters that are written as keys unique across organizations.
    fn globally_unique(&self, text: &str) -> Vec<usize> {
        if let Some((table, set)) = text.strip_prefix("UPDATE ").and_then(|rest| rest.split_once(" SET ")) {
            let Some(table) = self.tables.iter().find(|t| t.name == table) else { return Vec::new() };
            let set = set.split(" WHERE ").next().unwrap_or_default();
            let across = table.unique.iter().filter(|key| !key.iter().any(|c| c == "org_id")).flatten();
            return across.flat_map(|c| (2..10).filter(move |n| set.contains(&format!("{c} = ?{n}")))).collect();
        }
        let pieces = tokens(text);
        let table = mentions(&pieces, &|word| self.tables.iter().any(|t| t.name == word)).into_iter().find(|m| m.inserted).map(|m| m.table);
        let Some(table) = table.and_then(|name| self.tables.iter().find(|t| t.name == name)) else { return Vec::new() };
        let across = |column: &str| table.unique.iter().any(|key| key.iter().any(|c| c == column) && !key.iter().any(|c| c == "org_id"));
        crate::tokens::inserted(&pieces).into_iter().filter(|(column, _)| across(column)).map(|(_, n)| n).collect()
    }

    fn choose(
        &self,
        rng: &SeededRng,
        n: usize,
        columns: &[(usize, &str)],
        row: Option<&BTreeMap<String, Value>>,
        fresh: &BTreeSet<usize>,
    ) -> Value {
        if n == 1 {
            return Value::Text(self.org.clone());
        }
        // Mostly one that nobody has; a partial index lets another organization have it too.
        if fresh.contains(&n) && rng.below(4) > 0 {
            return Value::Text(format!("fresh_{:016x}", rng.next()));
        }
        let mine: Vec<&str> = columns.iter().filter(|(m, _)| *m == n).map(|(_, c)| *c).collect();
        let column = mine.get(rng.below(mine.len().max(1))).copied();
        if let Some(column) = column
            && rng.below(8) > 0
        {
            if let Some(literal) = column.strip_prefix('\'') {
                return Value::Text(literal.trim_end_matches('\'').to_owned());
            }
            if let Some(value) = row.and_then(|r| r.get(column))
                && rng.below(4) > 0
            {
                return value.clone();
            }
            if let Some(pool) = self.pools.get(column) {
                return pool[rng.below(pool.len())].clone();
            }
        }
        let start = testkit::time::START.get();
        let words = ["~", "", "*", "open", "pending", "ticket.created", "[\"*\"]"];
        match rng.below(8) {
            0 => Value::Null,
            1 => Value::Integer(start - 86_400_000 * i64::try_from(rng.below(60)).unwrap()),
            2 => Value::Integer(start + 86_400_000),
            3..=5 => Value::Integer(i64::try_from(rng.below(12)).unwrap() * if rng.below(3) == 0 { 10 } else { 1 }),
            6 => Value::Text(words[rng.below(words.len())].into()),
            _ => self.pools["id"][rng.below(self.pools["id"].len())].clone(),
        }
    }

    /// What happens to A first, in both databases: mostly nothing; or A is suspended or deleted, or has another number of seats, or something happened to all its rows of a
    /// table, or it has no row in one or in most of the tables.
    fn disturbance(&self, rng: &SeededRng, touched: &[&str]) -> String {
        let has_rows = |name: &&&str| {
            let table = self.tables.iter().find(|t| t.name == ***name);
            table.is_some_and(|t| t.owner() == Some("org_id")) && **name != "audit_events"
        };
        let empty = |name: &&str| format!("DELETE FROM {name} WHERE org_id = '{}';", self.org);
        match rng.below(10) {
            0 => format!("UPDATE orgs SET status = 'suspended', plan = 'free' WHERE id = '{}'", self.org),
            1 => format!("UPDATE orgs SET deleted_at = {DELETED} WHERE id = '{}'", self.org),
            2 => touched.get(rng.below(touched.len())).filter(has_rows).map(empty).unwrap_or_default(),
            3 => touched.iter().filter(has_rows).filter(|_| rng.below(8) > 0).map(empty).collect(),
            4 => format!("UPDATE orgs SET seats = {} WHERE id = '{}'", rng.below(40), self.org),
            6 => {
                let table =
                    touched.get(rng.below(touched.len())).filter(has_rows).and_then(|name| self.tables.iter().find(|t| t.name == *name));
                let stated: Vec<&Column> = table.iter().flat_map(|t| &t.columns).filter(|c| !c.words.is_empty()).collect();
                match (table, stated.get(rng.below(stated.len().max(1)))) {
                    (Some(t), Some(c)) => {
                        let word = &c.words[rng.below(c.words.len())];
                        format!("UPDATE OR IGNORE {} SET {} = '{word}' WHERE org_id = '{}'", t.name, c.name, self.org)
                    }
                    _ => String::new(),
                }
            }
            5 => {
                let table =
                    touched.get(rng.below(touched.len())).filter(has_rows).and_then(|name| self.tables.iter().find(|t| t.name == *name));
                let moments: Vec<&Column> = table.iter().flat_map(|t| &t.columns).filter(|c| c.nullable && c.is_moment()).collect();
                match (table, moments.get(rng.below(moments.len().max(1)))) {
                    (Some(t), Some(c)) => {
                        format!("UPDATE {} SET {} = {} WHERE org_id = '{}'", t.name, c.name, testkit::time::START.get(), self.org)
                    }
                    _ => String::new(),
                }
            }
            _ => String::new(),
        }
    }

    fn try_once(&self, text: &str, touch: &Touch, params: &[Value], disturbed: &str) -> Option<String> {
        for conn in [&self.alone, &self.shared] {
            conn.execute_batch(&format!("BEGIN; {disturbed}")).unwrap();
        }
        let others = || self.image(&self.shared, touch, "IS NOT");
        let before = if touch.changes.is_empty() { Vec::new() } else { others() };
        let alone = run(&self.alone, text, params);
        let shared = run(&self.shared, text, params);
        let own = [&self.alone, &self.shared].map(|conn| self.image(conn, touch, "="));
        let after = if touch.changes.is_empty() { Vec::new() } else { others() };
        for conn in [&self.alone, &self.shared] {
            conn.execute_batch("ROLLBACK").unwrap();
        }
        let keys = |outcome: &Result<Ran, String>| outcome.as_ref().err().is_some_and(|e| e.contains("UNIQUE constraint failed"));
        if keys(&shared) && !keys(&alone) && before == after {
            // A key that is unique across organizations was taken by B: it is refused, and nothing is told but that.
            return None;
        }
        match () {
            () if before != after => Some("another organization's rows were changed".into()),
            () if !alike(text, &alone, &shared) => Some(format!("alone it gives {alone:?}, beside another organization {shared:?}")),
            () if !text.contains("random") && own[0] != own[1] => Some("it left other rows beside another organization than alone".into()),
            () => None,
        }
    }

    /// The changed tables' rows that are A's (`=`) or not (`IS NOT`).
    fn image(&self, conn: &Connection, touch: &Touch, which: &str) -> Vec<String> {
        let mut lines = Vec::new();
        for table in self.tables.iter().filter(|t| touch.changes.contains(&t.name)) {
            let owner = table.owner().map_or_else(|| "'none'".to_owned(), |column| column.to_owned());
            let quoted: Vec<String> = table.columns.iter().map(|c| format!("quote({})", c.name)).collect();
            let sql = format!("SELECT {} AS line FROM {} WHERE {owner} {which} ?1 ORDER BY line", quoted.join(" || ',' || "), table.name);
            lines.extend(strings(conn, &sql, &[&self.org]));
        }
        lines
    }
}

/// Six digits that tell one organization's copies from another's.
fn tail_of(org: &str, mark: &str) -> String {
    format!("{mark}{}", &org[org.len() - 4..])
}

/// Each word of a CHECK becomes the next.
fn rotated(column: &str, words: &[String]) -> String {
    let next = |at: usize| &words[(at + 1) % words.len()];
    let cases: Vec<String> = words.iter().enumerate().map(|(at, word)| format!("WHEN '{word}' THEN '{}'", next(at))).collect();
    format!("CASE {column} {} END", cases.join(" "))
}

/// A key column that a copy has under another value: one of each key, and no reference where that can be had.
fn own_key(table: &Table, column: &Column) -> bool {
    let free = |name: &&String| {
        let found = table.columns.iter().find(|c| c.name == **name);
        *name != "org_id" && found.is_some_and(|c| c.text && c.words.is_empty()) && !table.foreign.contains(*name)
    };
    let chosen = |key: &Vec<String>| {
        let named = ["id", "subject"].into_iter().find(|name| key.iter().any(|k| k == name)).map(str::to_owned);
        named.or_else(|| key.iter().find(free).cloned())
    };
    table.unique.iter().filter_map(chosen).any(|name| name == column.name)
}

fn insert(conn: &Connection, table: &Table, values: &[(&str, &str)], of: &str, ignore: bool) -> usize {
    let value = |c: &Column| values.iter().find(|(name, _)| *name == c.name).map_or(c.name.clone(), |(_, v)| (*v).to_owned());
    let list: Vec<String> = table.columns.iter().map(value).collect();
    let ignore = if ignore { "OR IGNORE " } else { "" };
    let sql = format!("INSERT {ignore}INTO {}({}) SELECT {} FROM {} WHERE {of}", table.name, table.names(), list.join(", "), table.name);
    conn.execute(&sql, []).unwrap_or_else(|e| panic!("{sql}: {e}"))
}

/// A copy of a table's first row under a key of its own, with some columns set. Nothing where a rule of the table forbids it.
fn copy(conn: &Connection, table: &Table, mark: &str, set: &[(&str, &str)], of: &str) {
    let changed: Vec<(String, String)> = table
        .columns
        .iter()
        .filter(|c| own_key(table, c) && !set.iter().any(|(name, _)| *name == c.name))
        .map(|c| (c.name.clone(), format!("substr({0}, 1, length({0}) - 4) || '{mark}'", c.name)))
        .collect();
    let mut values: Vec<(&str, &str)> = changed.iter().map(|(c, v)| (c.as_str(), v.as_str())).collect();
    values.extend_from_slice(set);
    let first = format!("{of} LIMIT 1");
    insert(conn, table, &values, &first, true);
}

#[derive(Debug, PartialEq)]
struct Ran {
    rows: Vec<Vec<Value>>,
    changes: u64,
}

/// Runs inside a transaction that the caller rolls back.
fn run(conn: &Connection, text: &str, params: &[Value]) -> Result<Ran, String> {
    let mut stmt = conn.prepare_cached(text).map_err(|e| e.to_string())?;
    for (at, value) in params.iter().enumerate() {
        stmt.raw_bind_parameter(at + 1, value).map_err(|e| e.to_string())?;
    }
    let width = stmt.column_count();
    let readonly = stmt.readonly();
    let rows = RefCell::new(Vec::new());
    let mut found = stmt.raw_query();
    while let Some(row) = found.next().map_err(|e| e.to_string())? {
        rows.borrow_mut().push((0..width).map(|i| row.get(i).unwrap()).collect());
    }
    drop(found);
    drop(stmt);
    Ok(Ran { rows: rows.into_inner(), changes: if readonly { 0 } else { conn.changes() } })
}

/// The same outcome. Where the statement draws random ids, the same number of rows.
fn alike(text: &str, a: &Result<Ran, String>, b: &Result<Ran, String>) -> bool {
    match (a, b) {
        (Ok(a), Ok(b)) if text.contains("random") => a.rows.len() == b.rows.len() && a.changes == b.changes,
        (a, b) => a == b,
    }
}

/// A statement with one of its fences taken out.
#[derive(Debug, Clone)]
pub struct Mutant {
    /// What was taken out.
    pub without: String,
    /// The text without it.
    pub text: String,
}

/// Every mutant of a text. Parameters stay, so that the same ones can be bound.
pub fn mutants(twins: &Twins, text: &str) -> Vec<Mutant> {
    let pieces = tokens(text);
    let found = mentions(&pieces, &|word| twins.is_tenant(word));
    let orgs: Vec<&str> = found.iter().filter(|m| m.table == "orgs").map(|m| m.alias).collect();
    let one = |at: std::ops::Range<usize>| {
        let without = &text[at.clone()];
        Mutant { without: without.to_owned(), text: format!("{}({without} OR 1){}", &text[..at.start], &text[at.end..]) }
    };
    fences(&pieces, &orgs).into_iter().map(|fence| one(fence.at)).collect()
}
