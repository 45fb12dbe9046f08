//! D1: one crossing in, one out, whatever the number of statements.
//!
//! Statements go over as one JSON text, rows come back as one buffer that [`rows`] reads. A single read uses D1's raw rows, which
//! skip the row objects and keep columns that share a name; a batch has no raw form, so there each row's width is checked.

pub mod rows;

use crate::{PlatformError, js};
use kernel::{Stmt, Value, db::Outcome};
use std::fmt::Write as _;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;

/// Largest integer that JavaScript's numbers hold exactly, and with them D1: 2^53 − 1.
pub const MAX_INTEGER: i64 = (1 << 53) - 1;

/// A database.
#[derive(Debug, Clone)]
pub struct D1(JsValue);

impl D1 {
    pub(crate) fn new(db: JsValue) -> Self {
        Self(db)
    }

    /// Runs read statements in one round trip.
    ///
    /// # Errors
    /// What the database refused, in its own words; an integer beyond 2^53 either way; a row of another width than was said.
    pub async fn read(&self, statements: &[Stmt]) -> Result<Vec<Outcome>, PlatformError> {
        match statements {
            [] => Ok(Vec::new()),
            [one] => self.run(js::d1_read(&self.0, &json(std::slice::from_ref(one))?), statements).await,
            several => self.batch(several).await,
        }
    }

    /// Runs statements as one transaction in one round trip: all of them or none.
    ///
    /// # Errors
    /// As [`D1::read`].
    pub async fn batch(&self, statements: &[Stmt]) -> Result<Vec<Outcome>, PlatformError> {
        if statements.is_empty() {
            return Ok(Vec::new());
        }
        self.run(js::d1_batch(&self.0, &json(statements)?), statements).await
    }

    async fn run(&self, promise: js_sys::Promise, statements: &[Stmt]) -> Result<Vec<Outcome>, PlatformError> {
        let value = JsFuture::from(promise).await?;
        if let Some(why) = value.as_string() {
            return Err(PlatformError(why));
        }
        let sets = rows::read(&js_sys::Uint8Array::from(value).to_vec())?;
        if sets.len() != statements.len() {
            return Err(PlatformError(format!("{} statements gave {} result sets", statements.len(), sets.len())));
        }
        for (set, statement) in sets.iter().zip(statements) {
            let sql = statement.sql();
            if let Some(row) = set.rows.iter().find(|row| row.0.len() != sql.columns.len()) {
                return Err(PlatformError(format!("a row of {} has {} columns, not {}", sql.name, row.0.len(), sql.columns.len())));
            }
        }
        Ok(sets)
    }
}

/// `[[sql,[param,…]],…]`.
fn json(statements: &[Stmt]) -> Result<String, PlatformError> {
    let mut out = String::with_capacity(statements.iter().map(|s| s.sql().text.len() + 32 * s.args().len() + 16).sum());
    for statement in statements {
        out.push_str(if out.is_empty() { "[[" } else { ",[" });
        push_text(&mut out, statement.sql().text);
        out.push_str(",[");
        for (i, param) in statement.args().iter().enumerate() {
            if i > 0 {
                out.push(',');
            }
            push_cell(&mut out, param)?;
        }
        out.push_str("]]");
    }
    out.push(']');
    Ok(out)
}

fn push_cell(out: &mut String, cell: &Value) -> Result<(), PlatformError> {
    match cell {
        Value::Null => out.push_str("null"),
        Value::Int(n) if (-MAX_INTEGER..=MAX_INTEGER).contains(n) => drop(write!(out, "{n}")),
        Value::Int(n) => return Err(PlatformError(format!("an integer beyond 2^53 can't be bound: {n}"))),
        // Rust writes the shortest text that reads back as the same number, never with an exponent that JSON lacks.
        Value::Real(n) if n.is_finite() => drop(write!(out, "{n}")),
        Value::Real(n) => return Err(PlatformError(format!("{n} can't be bound"))),
        Value::Text(text) => push_text(out, text),
    }
    Ok(())
}

/// A JSON string (RFC 8259 §7).
fn push_text(out: &mut String, text: &str) {
    out.push('"');
    let mut rest = text;
    while let Some(at) = rest.find(|c: char| c == '"' || c == '\\' || c < ' ') {
        let (plain, tail) = rest.split_at(at);
        out.push_str(plain);
        let mut chars = tail.chars();
        match chars.next() {
            Some('\n') => out.push_str("\\n"),
            Some(c @ ('"' | '\\')) => out.extend(['\\', c]),
            Some(c) => drop(write!(out, "\\u{:04x}", u32::from(c))),
            None => {}
        }
        rest = chars.as_str();
    }
    out.push_str(rest);
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    kernel::sql! {
        Read Global("a test") PLAIN(1) -> ["x"] = "SELECT ?1";
        Write Global("a test") QUOTED(2) -> [] = "INSERT INTO t VALUES (?1, \"x\", ?2)";
        Read Global("a test") NUMBERS(3) -> ["x"] = "SELECT ?1, ?2, ?3";
    }
    fn text(value: Value) -> Result<String, PlatformError> {
        json(&[PLAIN.bind([value])])
    }

    #[test]
    fn statements_are_json_that_reads_back() {
        let odd = "a\"b\\c\n\u{1}\u{7f}é🦀\t";
        let made =
            json(&[QUOTED.bind([odd.into(), Value::Null]), NUMBERS.bind([Value::Int(-MAX_INTEGER), Value::Real(1e300), Value::Real(0.1)])])
                .unwrap();
        let back: serde_json::Value = serde_json::from_str(&made).unwrap();
        assert_eq!(
            back,
            serde_json::json!([["INSERT INTO t VALUES (?1, \"x\", ?2)", [odd, null]], ["SELECT ?1, ?2, ?3", [-MAX_INTEGER, 1e300, 0.1]]])
        );
    }

    #[test]
    fn what_a_number_cannot_hold_is_refused() {
        assert!(text(Value::Int(MAX_INTEGER + 1)).unwrap_err().0.contains("9007199254740992"));
        assert!(text(Value::Int(i64::MIN)).is_err());
        assert!(text(Value::Real(f64::NAN)).is_err());
        assert!(text(Value::Real(f64::INFINITY)).is_err());
    }
}
