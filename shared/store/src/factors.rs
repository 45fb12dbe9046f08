//! An account's second factor: its authenticator app and its recovery codes (security-and-ui.md §1.5).
//!
//! The secret is sealed to its account. A step of the authenticator and a recovery code are accepted once, also when two use
//! them at the same time: the statement that uses one is guarded in the batch of what it opens.

use crypto::{
    keyring::KeyRing,
    seal::{self, Place},
};
use kernel::{Guard, Millis, Mutation, Result, Row, error::Error, sql::Stmt, time::Span};

kernel::sql! {
    Read Global("an account's second factor is its own; it belongs to no organization")
    FIND(1) -> ["secret", "last_step", "confirmed_at", "codes_left", "codes_made_at"] =
        "SELECT a.secret, a.last_step, a.confirmed_at, \
         (SELECT count(*) FROM recovery_codes r WHERE r.subject = a.subject AND r.used_at IS NULL) AS codes_left, \
         (SELECT max(r.created_at) FROM recovery_codes r WHERE r.subject = a.subject) AS codes_made_at \
         FROM authenticators a WHERE a.subject = ?1 AND a.confirmed_at IS NOT NULL";
    /// Not over one that is there: it has to be removed first.
    Write Global("an account's second factor is its own; it belongs to no organization") ENROLL(4) -> [] =
        "INSERT INTO authenticators(subject, secret, last_step, created_at, confirmed_at) VALUES(?1, ?2, ?3, ?4, ?4) \
         ON CONFLICT(subject) DO UPDATE SET secret = excluded.secret, last_step = excluded.last_step, created_at = excluded.created_at, \
           confirmed_at = excluded.confirmed_at WHERE confirmed_at IS NULL";
    Write Global("an account's second factor is its own; it belongs to no organization") STEP(2) -> [] =
        "UPDATE authenticators SET last_step = ?2 WHERE subject = ?1 AND confirmed_at IS NOT NULL AND last_step < ?2";
    Write Global("an account's second factor is its own; it belongs to no organization") REMOVE(1) -> [] =
        "DELETE FROM authenticators WHERE subject = ?1";
    Write Global("an account's recovery codes are its own; they belong to no organization") FORGET_CODES(1) -> [] =
        "DELETE FROM recovery_codes WHERE subject = ?1";
    /// `?2` is JSON of the hashes.
    Write Global("an account's recovery codes are its own; they belong to no organization") ADD_CODES(3) -> [] =
        "INSERT INTO recovery_codes(hash, subject, created_at) SELECT value, ?1, ?3 FROM json_each(?2)";
    Write Global("an account's recovery codes are its own; they belong to no organization") USE_CODE(3) -> [] =
        "UPDATE recovery_codes SET used_at = ?3 WHERE hash = ?2 AND subject = ?1 AND used_at IS NULL";
}

/// How many recovery codes a set has.
pub const CODES: usize = 10;
/// Bytes of a recovery code: 120 bits, 24 characters (at 112 a plain hash is enough, ASVS 6.5.2).
pub const CODE_BYTES: usize = 15;
/// How long a secret that was shown waits for its first code.
const SETUP: Span = Span::minutes(20);

/// An account's second factor.
pub struct Factor {
    sealed: String,
    /// Since when it counts.
    pub since: Millis,
    /// How many recovery codes are left.
    pub codes_left: i64,
    /// When they were made.
    pub codes_made_at: Option<Millis>,
}

/// Looks an account's factor up. No row: it has none.
pub fn find(subject: &str) -> Stmt {
    FIND.bind([subject.into()])
}

fn place<'a>(column: &'a str, subject: &'a str) -> Place<'a> {
    Place { tenant: "", table: "authenticators", column, row: subject }
}

impl Factor {
    /// Reads what [`find`] found.
    ///
    /// # Errors
    /// An incident when the row is not what the statement says.
    pub fn read(row: &Row) -> Result<Self> {
        Ok(Self {
            sealed: row.text(0)?.to_owned(),
            since: Millis::new(row.int(2)?),
            codes_left: row.int(3)?,
            codes_made_at: row.opt_int(4)?.map(Millis::new),
        })
    }
    /// The step that a code is of, at that time. `None` when it is none of this authenticator.
    ///
    /// # Errors
    /// An incident when the secret does not open.
    pub fn step(&self, keys: &KeyRing, subject: &str, code: &str, now: Millis) -> Result<Option<i64>> {
        let secret = seal::open(keys, &place("secret", subject), &self.sealed)
            .map_err(|_| Error::incident("opening an authenticator's secret", subject))?;
        Ok(crypto::totp::step_of(&secret, code, now.seconds()))
    }
}

/// Uses a step up: once, and none before it afterwards. Refused with "not found".
pub fn use_step(change: Mutation, subject: &str, step: i64) -> Mutation {
    change.then_guarded(Guard::One, STEP.bind([subject.into(), step.into()]))
}
/// Uses a recovery code up. Refused with "not found" when it is none, or was used.
pub fn use_code(change: Mutation, subject: &str, code: &str) -> Mutation {
    let now = change.at();
    change.then_guarded(Guard::One, USE_CODE.bind([subject.into(), code_hash(code).into(), now.into()]))
}

/// A secret that was shown, sealed into the form that confirms it, so that showing a page stores nothing.
pub struct Offer {
    /// The secret.
    pub secret: Vec<u8>,
    /// For the form.
    pub sealed: String,
}

/// Offers a new secret to an account.
///
/// # Errors
/// An incident when it can't be sealed.
pub fn offer(keys: &KeyRing, subject: &str, secret: [u8; crypto::totp::SECRET_BYTES], nonce: [u8; 12], now: Millis) -> Result<Offer> {
    let mut plain = now.plus(SETUP).get().to_be_bytes().to_vec();
    plain.extend_from_slice(&secret);
    let sealed = seal::seal(keys, &place("offer", subject), &plain, nonce).map_err(|_| Error::incident("offering a secret", subject))?;
    Ok(Offer { secret: secret.to_vec(), sealed })
}
/// The offer that a form brings back. `None` when it was made for another account, changed, or is too old.
pub fn offered(keys: &KeyRing, subject: &str, sealed: &str, now: Millis) -> Option<Offer> {
    let plain = seal::open(keys, &place("offer", subject), sealed).ok()?;
    let (until, secret) = plain.split_first_chunk::<8>()?;
    (now.get() < i64::from_be_bytes(*until) && secret.len() == crypto::totp::SECRET_BYTES)
        .then(|| Offer { secret: secret.to_vec(), sealed: sealed.to_owned() })
}

/// Makes an offer the account's authenticator, with a set of recovery codes. `step` is the one whose code proved it.
/// Refused with "not found" when the account has one already.
///
/// # Errors
/// An incident when it can't be sealed.
pub fn enroll(change: Mutation, keys: &KeyRing, subject: &str, offer: &Offer, step: i64) -> Result<(Mutation, Vec<String>)> {
    let sealed = seal::seal(keys, &place("secret", subject), &offer.secret, change.fresh_bytes())
        .map_err(|_| Error::incident("sealing an authenticator's secret", subject))?;
    let now = change.at();
    let change = change.then_guarded(Guard::One, ENROLL.bind([subject.into(), sealed.into(), step.into(), now.into()]));
    Ok(new_codes(change, subject))
}

/// Puts a new set of recovery codes in place of the old one, and gives them to be shown once.
pub fn new_codes(change: Mutation, subject: &str) -> (Mutation, Vec<String>) {
    let now = change.at();
    let codes: Vec<String> = (0..CODES).map(|_| crypto::totp::grouped(&change.fresh_bytes::<CODE_BYTES>())).collect();
    let hashes: Vec<String> = codes.iter().map(|code| code_hash(code)).collect();
    let json = serde_json::Value::from(hashes).to_string();
    let change = change.then(FORGET_CODES.bind([subject.into()])).then(ADD_CODES.bind([subject.into(), json.into(), now.into()]));
    (change, codes)
}

/// Takes an account's authenticator and its recovery codes away. The first statement must change one row.
pub fn remove(subject: &str) -> [Stmt; 2] {
    [REMOVE.bind([subject.into()]), FORGET_CODES.bind([subject.into()])]
}

/// What is stored of a recovery code, however it was typed.
fn code_hash(code: &str) -> String {
    let plain: String = code.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect();
    crypto::hash::sha256_hex(plain.as_bytes())
}
