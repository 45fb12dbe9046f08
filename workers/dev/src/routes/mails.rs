//! Reading mails that stayed on this machine: the provider `inbox` leaves what they say, sealed, in their row.

use kernel::{Id, MailId, Millis, Read, Result, Row};
use mail::{Message, render::render};

kernel::sql! {
    Read Global("a developer's own machine")
    NEWEST(2) -> ["id", "recipient", "template", "created_at", "content"] =
        "SELECT id, recipient, template, created_at, content FROM mails WHERE content IS NOT NULL AND (?1 IS NULL OR recipient = ?1) ORDER BY id DESC LIMIT ?2";
    Read Global("a developer's own machine")
    ONE(1) -> ["id", "recipient", "template", "created_at", "content"] =
        "SELECT id, recipient, template, created_at, content FROM mails WHERE id = ?1 AND content IS NOT NULL";
}

/// How many are shown.
pub const SHOWN: u32 = 100;

/// A mail as its recipient would see it.
pub struct Shown {
    /// Its id.
    pub id: MailId,
    /// The recipient.
    pub to: String,
    /// The template.
    pub template: String,
    /// When it was posted.
    pub at: Millis,
    /// What it says.
    pub message: Message,
}

/// `None` for what was asked for and is no letter yet.
fn shown(cx: &Read<'_>, row: &Row) -> Result<Option<Shown>> {
    let id = MailId::stored(row.text(0)?)?;
    let Some(content) = store::mail::open(&cx.app().config.keys, &id, row.text(4)?)?.letter() else { return Ok(None) };
    let message = render(&content)?;
    Ok(Some(Shown { to: row.text(1)?.to_owned(), template: row.text(2)?.to_owned(), at: Millis::new(row.int(3)?), id, message }))
}

/// The newest first, of one recipient or of all.
///
/// # Errors
/// What the database refused; an incident when one doesn't open.
pub async fn newest(cx: &Read<'_>, to: Option<&str>) -> Result<Vec<Shown>> {
    let rows = cx.rows(NEWEST.bind([to.into(), SHOWN.into()])).await?;
    rows.iter().filter_map(|row| shown(cx, row).transpose()).collect()
}

/// One mail; `None` when there is none of that id.
///
/// # Errors
/// As [`newest`].
pub async fn one(cx: &Read<'_>, id: &str) -> Result<Option<Shown>> {
    let Some(id) = MailId::parse(id) else { return Ok(None) };
    let row = cx.first(ONE.bind([(&id).into()])).await?;
    row.map_or(Ok(None), |row| shown(cx, &row))
}
