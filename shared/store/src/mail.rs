//! Mail: a row in the batch of the change that it speaks of; the queue's message is a hint. What a mail says is sealed to its row.

use ::mail::{Address, Content, Mail, Unfit};
use crypto::{
    keyring::KeyRing,
    seal::{self, Place},
};
use kernel::{Id, MailId, Millis, Mutation, OrgId, Result, app::App, error::Error, ports::Queue, sql::Stmt};

kernel::sql! {
    /// Posts a mail, once for each key that keeps it from being posted twice.
    Bookkeep Global("mail is the machine's; it may be about no organization, and is read by nobody but its sender")
    POST(7) -> [] =
        "INSERT INTO mails(id, org_id, recipient, template, content, dedupe, next_at, created_at) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7) ON CONFLICT(dedupe) DO NOTHING";
}

fn place(id: &MailId) -> Place<'_> {
    Place { tenant: "", table: "mails", column: "content", row: id.as_str() }
}

/// The row of a mail. `nonce` is 12 fresh bytes from the rng port.
///
/// # Errors
/// An incident when the recipient is no address, or the letter can't be written.
pub fn row(keys: &KeyRing, id: &MailId, nonce: [u8; 12], now: Millis, mail: &Mail<'_>) -> Result<Stmt> {
    let to = Address::parse(mail.to)?;
    let plain = serde_json::to_vec(&mail.content).map_err(|e| Error::incident("writing a letter", e.to_string()))?;
    if plain.len() > ::mail::render::MOST_BYTES {
        return Err(Unfit::TooLarge.into());
    }
    let sealed = seal::seal(keys, &place(id), &plain, nonce).map_err(|_| Error::incident("sealing a mail", id.as_str()))?;
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

/// Opens what a row says.
///
/// # Errors
/// An incident when it was changed or moved, its key is gone from the ring, or it is a letter of another version.
pub fn open(keys: &KeyRing, id: &MailId, sealed: &str) -> Result<Content> {
    let plain = seal::open(keys, &place(id), sealed).map_err(|_| Error::incident("opening a mail", id.as_str()))?;
    serde_json::from_slice(&plain).map_err(|_| Unfit::Unknown.into())
}

/// Whose organization a stored mail is about.
///
/// # Errors
/// An incident when it is no id.
pub fn about(org: Option<&str>) -> Result<Option<OrgId>> {
    org.map(OrgId::stored).transpose()
}
