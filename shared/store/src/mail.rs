//! Mail: a row in the batch of the change that it speaks of; the queue's message is a hint. What a mail says is sealed to its row.

use ::mail::{Address, Asked, Content, Mail, Unfit, Written};
use crypto::{
    keyring::KeyRing,
    seal::{self, Place},
};
use kernel::{Guard, Id, MailId, Millis, Mutation, OrgId, Result, app::App, error::Error, ports::Queue, sql::Stmt};

kernel::sql! {
    /// Posts a mail, once for each key that keeps it from being posted twice.
    Bookkeep Global("mail is the machine's; it may be about no organization, and is read by nobody but its sender")
    POST(7) -> [] =
        "INSERT INTO mails(id, org_id, recipient, template, content, dedupe, next_at, created_at) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7) ON CONFLICT(dedupe) DO NOTHING";
    /// The same for several: JSON of `[[id, org_id, recipient, template, content, dedupe], …]`.
    Bookkeep Global("mail is the machine's; it may be about no organization, and is read by nobody but its sender")
    POST_ALL(2) -> ["id"] =
        "INSERT INTO mails(id, org_id, recipient, template, content, dedupe, next_at, created_at) \
         SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, ?2, ?2 FROM json_each(?1) WHERE true ON CONFLICT(dedupe) DO NOTHING RETURNING id";
    /// A letter in place of what was asked for.
    Bookkeep Global("mail is the machine's; it may be about no organization, and is read by nobody but its sender")
    ANSWERED(4) -> [] = "UPDATE mails SET template = ?3, content = ?4 WHERE id = ?1 AND claim = ?2 AND state = 'sending'";
    /// What could not be sent, for operators. What was written is not theirs to read.
    Read Global("operators see mails that could not be sent, whatever they are about")
    TROUBLE(1) -> ["id", "org_id", "recipient", "template", "state", "attempts", "last_error", "created_at", "finished_at"] =
        "SELECT id, org_id, recipient, template, state, attempts, last_error, created_at, finished_at FROM mails WHERE state IN ('failed', 'dead') ORDER BY state, created_at DESC LIMIT ?1";
    /// Puts one that was given up back.
    Bookkeep Global("an operator puts a mail back that was given up")
    REVIVE(2) -> [] =
        "UPDATE mails SET state = 'queued', attempts = 0, claim = 0, next_at = ?2, lease_until = 0, finished_at = NULL WHERE id = ?1 AND state = 'dead' AND content IS NOT NULL";
}

fn place(id: &MailId) -> Place<'_> {
    Place { tenant: "", table: "mails", column: "content", row: id.as_str() }
}

/// The row of a mail. `nonce` is 12 fresh bytes from the rng port.
///
/// # Errors
/// An incident when the recipient is no address, or the letter can't be written.
pub fn row(keys: &KeyRing, id: &MailId, nonce: [u8; 12], now: Millis, mail: &Mail<'_>) -> Result<Stmt> {
    let (to, sealed) = fit(keys, id, nonce, mail)?;
    Ok(POST.bind([
        id.into(),
        mail.org.into(),
        to.as_str().into(),
        mail.content.letter.template().into(),
        sealed.into(),
        mail.dedupe.clone().into(),
        now.into(),
    ]))
}

/// The rows of several mails as one statement, which returns the ids of those that were not posted before.
///
/// # Errors
/// As [`row`].
pub fn rows<'a>(keys: &KeyRing, now: Millis, mails: impl Iterator<Item = (MailId, [u8; 12], Mail<'a>)>) -> Result<Stmt> {
    let mut all = Vec::new();
    for (id, nonce, mail) in mails {
        let (to, sealed) = fit(keys, &id, nonce, &mail)?;
        let org = mail.org.map(Id::as_str);
        all.push(serde_json::json!([id.as_str(), org, to.as_str(), mail.content.letter.template(), sealed, mail.dedupe]));
    }
    Ok(POST_ALL.bind([serde_json::Value::Array(all).to_string().into(), now.into()]))
}

/// The recipient, and what is written, sealed.
fn fit(keys: &KeyRing, id: &MailId, nonce: [u8; 12], mail: &Mail<'_>) -> Result<(Address, String)> {
    let to = Address::parse(mail.to)?;
    let sealed = sealed(keys, id, nonce, &Written::Letter(Box::new(mail.content.clone())))?;
    Ok((to, sealed))
}

/// Posts a mail with a change: its row goes into the change's batch, and its sender is woken once that is committed.
///
/// The Worker needs `Binding::Send(Queue::Mail)`; without it the mail leaves up to a minute later.
///
/// # Errors
/// As [`row`].
pub fn post(change: Mutation, app: &App, mail: &Mail<'_>) -> Result<Mutation> {
    let (id, nonce, now): (MailId, _, _) = (change.fresh_id(), change.fresh_bytes(), change.at());
    let stmt = row(&app.config.keys, &id, nonce, now, mail)?;
    Ok(change.then(stmt).wake(Queue::Mail, id.as_str()))
}

/// Posts what was asked for with an address, in the same way: what comes of it is found out by the queue's consumer. `org` is the one
/// whose customers are meant.
///
/// # Errors
/// An incident when the address is none, or what goes with it can't be sealed.
pub fn ask(change: Mutation, app: &App, id: &MailId, org: Option<&OrgId>, address: &str, asked: Asked) -> Result<Mutation> {
    let (to, template, now) = (Address::parse(address)?, asked.wish.template(), change.at());
    let sealed = sealed(&app.config.keys, id, change.fresh_bytes(), &Written::Asked(Box::new(asked)))?;
    let stmt = POST.bind([id.into(), org.into(), to.as_str().into(), template.into(), sealed.into(), None::<String>.into(), now.into()]);
    Ok(change.then(stmt).wake(Queue::Mail, id.as_str()))
}

/// What was asked for became a letter: it takes the place of what was asked, while the claim holds. With the guard that says so.
///
/// # Errors
/// As [`row`].
pub fn answered(keys: &KeyRing, id: &MailId, claim: i64, nonce: [u8; 12], content: &Content) -> Result<[Stmt; 2]> {
    let text = sealed(keys, id, nonce, &Written::Letter(Box::new(content.clone())))?;
    Ok([ANSWERED.bind([id.into(), claim.into(), content.letter.template().into(), text.into()]), Guard::Lease.changed_one()])
}

fn sealed(keys: &KeyRing, id: &MailId, nonce: [u8; 12], written: &Written) -> Result<String> {
    let plain = serde_json::to_vec(written).map_err(|e| Error::incident("writing a letter", e.to_string()))?;
    if plain.len() > ::mail::render::MOST_BYTES {
        return Err(Unfit::TooLarge.into());
    }
    seal::seal(keys, &place(id), &plain, nonce).map_err(|_| Error::incident("sealing a mail", id.as_str()))
}

/// Opens what a row says.
///
/// # Errors
/// An incident when it was changed or moved, its key is gone from the ring, or it is a letter of another version.
pub fn open(keys: &KeyRing, id: &MailId, sealed: &str) -> Result<Written> {
    let plain = seal::open(keys, &place(id), sealed).map_err(|_| Error::incident("opening a mail", id.as_str()))?;
    serde_json::from_slice(&plain).map_err(|_| Unfit::Unknown.into())
}
