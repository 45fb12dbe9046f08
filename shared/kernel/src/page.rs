//! Lists in pages: keyset pagination by id, with signed cursors.

use crate::{
    Reply, Request, Result, Row,
    error::{Code, Error},
    input::Input,
};
use crypto::keyring::KeyRing;

/// Which page of a list is asked for. Newest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// How many rows, 1 to 100.
    pub limit: i64,
    /// The last id of the page before; rows come after it. Empty on the first page.
    pub after: String,
}

/// Binds a cursor to its list: the tenant, the route and the filters.
fn context(owner: &dyn std::fmt::Display, req: &Request, filters: &str) -> String {
    format!("{owner}\n{}\n{filters}", req.path())
}

impl Page {
    /// Takes `limit` and `cursor` out of the query. `filters` is what else the list is narrowed by, in one canonical text.
    ///
    /// # Errors
    /// 400 for a cursor that was not made for this list; a wrong limit is reported on `input`.
    pub fn of(input: &Input, req: &Request, keys: &KeyRing, owner: &dyn std::fmt::Display, filters: &str) -> Result<Self> {
        let limit = input.opt_int("limit", 1..=100).unwrap_or(25);
        let _known = input.has("cursor");
        let after = match req.query("cursor").unwrap_or_default() {
            "" => String::new(),
            cursor => {
                let bytes =
                    crypto::cursor::open(keys, &context(owner, req, filters), cursor).map_err(|_| Error::from(Code::CursorInvalid))?;
                String::from_utf8(bytes).map_err(|_| Error::from(Code::CursorInvalid))?
            }
        };
        Ok(Self { limit, after })
    }
    /// The keyset bound for `id < ?`: above every id on the first page.
    pub fn before(&self) -> &str {
        if self.after.is_empty() { "~" } else { &self.after }
    }
    /// The cursor of the page after the one that ends with `last`.
    pub fn next(req: &Request, keys: &KeyRing, owner: &dyn std::fmt::Display, filters: &str, last: &str) -> String {
        crypto::cursor::seal(keys, &context(owner, req, filters), last.as_bytes())
    }
    /// The list document around rows that the database serialized. `row` is the one of a list statement: the rows as a JSON array,
    /// how many were found (one more than the limit when there is a next page), and the last id of this page.
    ///
    /// # Errors
    /// An incident when there is no such row: an aggregate always gives one.
    #[track_caller]
    pub fn reply(&self, req: &Request, keys: &KeyRing, owner: &dyn std::fmt::Display, filters: &str, row: Option<&Row>) -> Result<Reply> {
        let row = row.ok_or_else(|| Error::incident("an aggregate without a row", req.path()))?;
        let next = match row.opt_text(2)? {
            Some(last) if row.int(1)? > self.limit => Some(Self::next(req, keys, owner, filters, last)),
            _ => None,
        };
        Ok(Reply::json_text(200, list_json(row.text(0)?, next.as_deref())))
    }
}

/// A list document around rows that the database serialized: `{data, has_more, next_cursor}`.
fn list_json(data: &str, next: Option<&str>) -> String {
    match next {
        Some(cursor) => format!("{{\"data\":{data},\"has_more\":true,\"next_cursor\":\"{cursor}\"}}"),
        None => format!("{{\"data\":{data},\"has_more\":false,\"next_cursor\":null}}"),
    }
}
