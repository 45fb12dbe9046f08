//! Which tables a statement walks from end to end.

use rusqlite::Connection;

/// The scans of a statement's plan that are of real tables: `(line of the plan, table)`.
pub fn scans(conn: &Connection, text: &str, params: usize) -> Vec<(String, String)> {
    let mut explain = conn.prepare(&format!("EXPLAIN QUERY PLAN {text}")).unwrap();
    let nothing = rusqlite::params_from_iter(vec![rusqlite::types::Value::Null; params]);
    let lines: Vec<String> = explain.query_map(nothing, |row| row.get(3)).unwrap().map(Result::unwrap).collect();
    lines.into_iter().filter_map(|line| scanned(conn, text, &line).map(|table| (line, table))).collect()
}

fn is_table(conn: &Connection, name: &str) -> bool {
    conn.query_row("SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = ?1", [name], |row| row.get::<_, i64>(0)).unwrap() > 0
}

/// The real table that a line of the plan scans. A line names an alias, a table, a CTE, a subquery or a table function.
fn scanned(conn: &Connection, text: &str, line: &str) -> Option<String> {
    let name = line.strip_prefix("SCAN ")?.split(' ').next()?;
    if is_table(conn, name) {
        return Some(name.to_owned());
    }
    let tokens = crate::tokens::tokens(text);
    let mentions = crate::tokens::mentions(&tokens, &|word| is_table(conn, word));
    mentions.iter().find(|m| m.alias == name).map(|m| m.table.to_owned())
}
