//! API keys: from a bearer token to a checked principal (api-and-webhooks.md §1–2).
//!
//! Shape and checksum come first and cost nothing; then the leased record; expiry, revocation and suspension are judged at
//! every use, so a record that says when it ends needs no refresh for that. Writes re-check in their own batch.

use crate::lease::Leases;
use kernel::{
    KeyId, Millis, OrgId, Result,
    db::first,
    error::{Code, Error},
    ports::Ports,
    principal::{Key, Scopes},
    sql::Stmt,
    time::Span,
};

kernel::sql! {
    Read Global("looks the caller up by the hash of its key")
    BY_HASH(1) -> ["id", "org_id", "name", "live", "scopes", "generation", "expires_at", "revoked_at", "plan", "status", "seats", "over_plan_at"] =
        "SELECT k.id, k.org_id, k.name, k.live, k.scopes, k.generation, k.expires_at, k.revoked_at, o.plan, o.status, o.seats, k.over_plan_at \
         FROM api_keys k JOIN orgs o ON o.id = k.org_id AND o.deleted_at IS NULL WHERE k.hash = ?1";
    /// First in every write of a key: it is still as good as it was when it was read.
    Bookkeep Org STILL_GOOD(4) -> [] =
        "INSERT INTO guard(name, ok) SELECT 'credential', EXISTS (SELECT 1 FROM api_keys k JOIN orgs o ON o.id = k.org_id \
         WHERE k.org_id = ?1 AND k.id = ?2 AND k.generation = ?3 AND (k.revoked_at IS NULL OR k.revoked_at > ?4) \
           AND (k.expires_at IS NULL OR k.expires_at > ?4) AND k.over_plan_at IS NULL AND o.status = 'active' AND o.deleted_at IS NULL)";
}

/// What is cached of a key.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct Record {
    id: String,
    org: String,
    name: String,
    live: bool,
    scopes: String,
    generation: i64,
    expires_at: Option<i64>,
    revoked_at: Option<i64>,
    plan: String,
    suspended: bool,
    /// What an older version cached does not say.
    #[serde(default)]
    seats: u32,
    #[serde(default)]
    paused: bool,
}

/// A key with what the guard needs to know of it.
pub struct Checked {
    /// The principal.
    pub key: Key,
    /// The generation of the record that was judged.
    pub generation: i64,
}

/// Takes the token out of `Authorization`: Bearer, or Basic with the key as user name.
fn token(header: Option<String>) -> Result<String> {
    let missing = || Error::from(Code::KeyMissing).header("www-authenticate", "Bearer");
    let header = header.ok_or_else(missing)?;
    let (scheme, rest) = header.trim().split_once(' ').ok_or_else(missing)?;
    match scheme.to_ascii_lowercase().as_str() {
        "bearer" => Ok(rest.trim().to_owned()),
        "basic" => {
            use base64::Engine;
            let decoded = base64::engine::general_purpose::STANDARD.decode(rest.trim()).ok().and_then(|b| String::from_utf8(b).ok());
            decoded.as_deref().and_then(|d| d.split(':').next()).map(str::to_owned).ok_or_else(|| Code::KeyInvalid.into())
        }
        _ => Err(missing()),
    }
}

/// Checks the key of a request. `fresh` asks D1 whatever the caches hold.
///
/// # Errors
/// 401 in its kinds, 403 for a suspended organization, 503 when no tier can tell.
pub async fn authenticate(leases: &Leases<Record>, ports: &Ports, authorization: Option<String>, fresh: bool) -> Result<Checked> {
    let token = token(authorization)?;
    crypto::api_key::parse(&token).map_err(|_| Error::from(Code::KeyInvalid))?;
    let hash = crypto::hash::sha256_hex(token.as_bytes());
    let read = || -> kernel::Fut<'_, Result<Option<Record>>> { Box::pin(read(ports, hash.clone())) };
    let found = if fresh { leases.fresh(ports, &hash, read).await } else { leases.get(ports, &hash, read).await };
    let record = match found {
        Ok(Some(record)) => record,
        Ok(None) => return Err(Code::KeyInvalid.into()),
        Err(e) => {
            kernel::log::best_effort(&*ports.log, ports.clock.now(), "reading a key", &e.to_string());
            return Err(Error::from(Code::AuthUnavailable).retry_after(Span::seconds(2)));
        }
    };
    judge(record, ports.clock.now())
}

async fn read(ports: &Ports, hash: String) -> Result<Option<Record>> {
    let Some(row) = first(&*ports.db, BY_HASH.bind([hash.into()])).await? else { return Ok(None) };
    Ok(Some(Record {
        id: row.text(0)?.to_owned(),
        org: row.text(1)?.to_owned(),
        name: row.text(2)?.to_owned(),
        live: row.int(3)? == 1,
        scopes: row.text(4)?.to_owned(),
        generation: row.int(5)?,
        expires_at: row.opt_int(6)?,
        revoked_at: row.opt_int(7)?,
        plan: row.text(8)?.to_owned(),
        suspended: row.text(9)? != "active",
        seats: u32::try_from(row.int(10)?).unwrap_or(0),
        paused: row.opt_int(11)?.is_some(),
    }))
}

fn judge(record: Record, now: Millis) -> Result<Checked> {
    let over = |at: Option<i64>| at.is_some_and(|at| at <= now.get());
    if over(record.revoked_at) {
        return Err(Code::KeyRevoked.into());
    }
    if over(record.expires_at) {
        return Err(Code::KeyExpired.into());
    }
    if record.suspended {
        return Err(Code::OrgSuspended.into());
    }
    if record.paused {
        return Err(Code::KeyPaused.into());
    }
    let key = Key {
        id: KeyId::stored(&record.id)?,
        org: OrgId::stored(&record.org)?,
        name: record.name,
        scopes: Scopes::parse(&record.scopes),
        plan: record.plan,
        seats: record.seats,
        expires_at: record.expires_at.map(Millis::new),
        live: record.live,
    };
    Ok(Checked { key, generation: record.generation })
}

/// The guard for the writes of a key.
pub fn guard(key: &Key, generation: i64, now: Millis) -> Stmt {
    STILL_GOOD.bind([(&key.org).into(), (&key.id).into(), generation.into(), now.into()])
}
