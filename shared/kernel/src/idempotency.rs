//! Idempotency-Key (draft-ietf-httpapi-idempotency-key-header-07), transactional and optimistic.
//!
//! The recorded answer is part of the change's own batch, so effect and record stand or fall together, and a keyed write
//! costs no extra round trip. A repeat runs into the record inside its own batch, is rolled back whole, and is answered from
//! the record. Within one isolate a repeat that meets the first one running gets 409; in another isolate it either waits for
//! its own batch to be refused, or is the one that commits. Failures are never recorded.

use crate::{
    Millis, OrgId, Reply, Result,
    db::{Reader, first},
    error::{Code, Error},
    reply::Body,
    request::Request,
    sql::{Guard, Stmt, Value},
    time::Span,
};
use std::{cell::RefCell, collections::HashSet, rc::Rc};

/// How long a record is kept.
pub const KEPT: Span = Span::hours(24);

crate::sql! {
    /// Takes the key for this request, unless a live record stands.
    Bookkeep Org RECORD(9) -> [] = "INSERT INTO idempotency(org_id, key, fingerprint, status, headers, body, request_id, created_at, expires_at) \
        VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) \
        ON CONFLICT(org_id, key) DO UPDATE SET fingerprint = excluded.fingerprint, status = excluded.status, headers = excluded.headers, \
        body = excluded.body, request_id = excluded.request_id, created_at = excluded.created_at, expires_at = excluded.expires_at \
        WHERE idempotency.expires_at <= excluded.created_at";
    Read Org RECORDED(3) -> ["fingerprint", "status", "headers", "body"] =
        "SELECT fingerprint, status, headers, body FROM idempotency WHERE org_id = ?1 AND key = ?2 AND expires_at > ?3";
}

/// A request under an Idempotency-Key.
#[derive(Debug, Clone)]
pub struct Claim {
    org: OrgId,
    key: String,
    fingerprint: String,
    request: String,
}

/// The keys whose first request is running in this isolate.
#[derive(Debug, Default, Clone)]
pub struct Running(Rc<RefCell<HashSet<(String, String)>>>);

/// Holds a key while its request runs.
#[derive(Debug)]
pub struct Held {
    running: Running,
    key: (String, String),
}
impl Drop for Held {
    fn drop(&mut self) {
        self.running.0.borrow_mut().remove(&self.key);
    }
}

impl Running {
    /// Takes the key for a running request.
    ///
    /// # Errors
    /// 409 when another request holds it.
    pub(crate) fn hold(&self, claim: &Claim) -> Result<Held> {
        let key = (claim.org.to_string(), claim.key.clone());
        if !self.0.borrow_mut().insert(key.clone()) {
            return Err(Error::from(Code::IdempotencyInProgress).retry_after(Span::seconds(1)));
        }
        Ok(Held { running: self.clone(), key })
    }
}

/// Reads the header, bare or as a structured string (`"abc"`).
fn read_key(header: &str) -> Result<String> {
    let key = header.strip_prefix('"').and_then(|k| k.strip_suffix('"')).unwrap_or(header);
    if key.is_empty() || key.len() > 255 || !key.bytes().all(|b| (0x21..=0x7e).contains(&b) && b != b'"') {
        return Err(Code::IdempotencyKeyInvalid.into());
    }
    Ok(key.to_owned())
}

impl Claim {
    /// The claim that a request makes, if it carries the header.
    ///
    /// # Errors
    /// 400 when the header is no valid key.
    pub(crate) fn of(req: &Request, org: &OrgId) -> Result<Option<Self>> {
        let Some(header) = req.header("idempotency-key") else { return Ok(None) };
        let mut bytes = format!("{} {}\n", req.method().as_str(), req.path()).into_bytes();
        bytes.extend_from_slice(req.body());
        let fingerprint = crypto::hash::sha256_hex(&bytes);
        Ok(Some(Self { org: org.clone(), key: read_key(&header)?, fingerprint, request: req.id().to_string() }))
    }

    /// The record of an answer, and the guard that it was free.
    pub(crate) fn record(&self, now: Millis, reply: &Reply) -> [Stmt; 2] {
        let headers: Vec<(&str, &str)> = reply.headers.iter().map(|(n, v)| (n.as_ref(), v.as_str())).collect();
        let headers = serde_json::to_string(&headers).unwrap_or_else(|_| "[]".to_owned());
        let record = RECORD.bind([
            (&self.org).into(),
            self.key.as_str().into(),
            self.fingerprint.as_str().into(),
            Value::Int(i64::from(reply.status)),
            headers.into(),
            reply.text().unwrap_or_default().into(),
            self.request.as_str().into(),
            now.into(),
            now.plus(KEPT).into(),
        ]);
        [record, Guard::Idempotency.changed_one()]
    }

    /// The recorded answer, if the key was used before.
    ///
    /// # Errors
    /// 422 when it was used for another request; what the database refused.
    pub(crate) async fn recorded(&self, db: &dyn Reader, now: Millis) -> Result<Option<Reply>> {
        let Some(row) = first(db, RECORDED.bind([(&self.org).into(), self.key.as_str().into(), now.into()])).await? else {
            return Ok(None);
        };
        if row.text(0)? != self.fingerprint {
            return Err(Code::IdempotencyKeyReused.into());
        }
        let status = u16::try_from(row.int(1)?).map_err(|_| Error::incident("a recorded status", self.key.clone()))?;
        let headers: Vec<(String, String)> =
            serde_json::from_str(row.text(2)?).map_err(|e| Error::incident("recorded headers", e.to_string()))?;
        let body = row.text(3)?.to_owned().into_bytes();
        let body = if body.is_empty() { Body::Empty } else { Body::Bytes(body) };
        let headers = headers.into_iter().map(|(n, v)| (n.into(), v)).collect();
        Ok(Some(Reply { status, headers, body }.with("idempotent-replayed", "true")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_taken_bare_and_quoted() {
        assert_eq!(read_key("abc").unwrap(), "abc");
        assert_eq!(read_key("\"abc\"").unwrap(), "abc");
        for wrong in ["", "\"\"", "a b", "a\"b", "ä", "\u{0}", &"x".repeat(256)] {
            assert_eq!(read_key(wrong).unwrap_err().code(), Code::IdempotencyKeyInvalid, "{wrong:?}");
        }
    }
}
