//! A form that creates something creates it once: a double click, a reload after sending and a second sending by the Back button
//! are answered like the first.
//!
//! The page puts [`fresh_id`] into the form as a hidden field. The command takes it with [`taken_id`] and commits through
//! [`Once::commit`], which records the answer in the change's own batch, as an Idempotency-Key's is. The very same form sent
//! again by the same account finds that record and changes nothing. A form that was changed before it was sent again is another
//! one: nothing that somebody wrote is ever dropped.
//!
//! ```ignore
//! // The page, and the form shown again after a refusal:
//! form::hidden(forms::SUBMIT, &forms::fresh_id(&cx.random()))
//! // The command:
//! let once = forms::taken_id(&input, req, cx.principal());
//! if let Err(refused) = input.finish() { … }
//! once.commit(&cx, cx.mutation(id)?.then_one(insert), Reply::see_other(&to)).await
//! ```
//!
//! A command that refuses by what it read before it writes, such as "this address is invited already", asks [`Once::earlier`] first.

use kernel::{
    Committed, Guard, Mutation, Principal, Reply, Request, Result, Write,
    error::{Code, Error},
    idempotency::KEPT,
    input::{Input, Text},
    reply::Body,
    time::Span,
};

/// The hidden field.
pub const SUBMIT: &str = "submit";

kernel::sql! {
    /// Takes the form for this change, unless it was taken. The log's name stands for the tenant, so that accounts without one have it too.
    Bookkeep Org TAKE(7) -> [] =
        "INSERT INTO idempotency(org_id, key, fingerprint, status, headers, body, request_id, created_at, expires_at) \
         VALUES(?1, ?2, '', ?3, ?4, '', ?5, ?6, ?7) ON CONFLICT(org_id, key) DO NOTHING";
    Read Org TAKEN(2) -> ["status", "headers"] = "SELECT status, headers FROM idempotency WHERE org_id = ?1 AND key = ?2";
}

/// What makes a form one of its own, for its hidden field. It is no secret and opens nothing.
pub fn fresh_id(random: &[u8; 32]) -> String {
    crypto::token::encode(random)
}

/// Takes the id out of a form that was sent, and reports it on `input` when it is missing or none of ours.
pub fn taken_id(input: &Input, req: &Request, principal: &Principal) -> Once {
    let sent = input.opt_text(SUBMIT, Text::line(0, 64)).unwrap_or_default();
    if !crypto::token::well_formed(&sent) {
        input.wrong("form", "invalid_format", "It was sent without the mark that keeps it from being sent twice.", "Send it again.");
    }
    let mut bytes = format!("{}\n{}\n", req.path(), principal.id()).into_bytes();
    bytes.extend_from_slice(req.body());
    // An API's Idempotency-Key is ASCII: the two can't meet.
    let key = format!("form·{}", crypto::hash::sha256_hex(&bytes));
    Once { log: principal.log().as_str().to_owned(), key, request: req.id().to_string() }
}

/// A form that was sent, to be acted on once.
#[derive(Debug, Clone)]
pub struct Once {
    log: String,
    key: String,
    request: String,
}

impl Once {
    /// What was answered when this form was sent before.
    ///
    /// # Errors
    /// What the database refused.
    pub async fn earlier(&self, cx: &Write<'_>) -> Result<Option<Reply>> {
        let Some(row) = cx.first(TAKEN.bind([self.log.as_str().into(), self.key.as_str().into()])).await? else { return Ok(None) };
        let status = u16::try_from(row.int(0)?).map_err(|_| Error::incident("a recorded status", self.key.clone()))?;
        let headers: Vec<(String, String)> =
            serde_json::from_str(row.text(1)?).map_err(|e| Error::incident("recorded headers", e.to_string()))?;
        Ok(Some(Reply { status, headers: headers.into_iter().map(|(n, v)| (n.into(), v)).collect(), body: Body::Empty }))
    }

    /// Commits the change and answers; or, when this form was acted on before, answers as then. `reply` is one without a body: a 303.
    ///
    /// # Errors
    /// As [`Mutation::commit`].
    pub async fn commit(&self, cx: &Write<'_>, change: Mutation, reply: Reply) -> Result<Committed> {
        let headers: Vec<(&str, &str)> = reply.headers.iter().map(|(n, v)| (n.as_ref(), v.as_str())).collect();
        let headers = serde_json::to_string(&headers).map_err(|e| Error::incident("recording headers", e.to_string()))?;
        let now = change.at();
        let take = TAKE.bind([
            self.log.as_str().into(),
            self.key.as_str().into(),
            u32::from(reply.status).into(),
            headers.into(),
            self.request.as_str().into(),
            now.into(),
            now.plus(KEPT).into(),
        ]);
        match change.then_guarded(Guard::Idempotency, take).commit(reply).await {
            Err(e) if !matches!(e, Error::Internal(_)) => match (self.earlier(cx).await?, e) {
                // Whatever guard refused it first, such as a limit: it is the repeat of one that was done.
                (Some(reply), _) => Ok(cx.unchanged(reply)),
                // Its record was just removed, a day after it was made.
                (None, Error::AlreadyDone) => Err(Error::from(Code::IdempotencyInProgress).retry_after(Span::seconds(1))),
                (None, e) => Err(e),
            },
            other => other,
        }
    }
}
