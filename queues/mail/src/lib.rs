//! The mail queue: one row, one mail.
//!
//! A claim is a compare-and-swap with a lease longer than any attempt, so that of two hints one sends. A crash after the provider took
//! the mail leads to a second attempt under the same Idempotency-Key. What the mail says is wiped with the row's last change.
//!
//! Before it leaves, a mail is looked at once more: what was asked for with an address becomes a letter if somebody has the address
//! ([`wish`]), and a letter whose reason is gone is dropped ([`mail::Standing`]).

mod wish;

use domain::jobs::backoff;
use kernel::{
    Guard, Id, MailId, Millis, OrgId, Result,
    config::Config,
    error::{Code, Error, OrLog},
    ports::Queue,
    task::Task,
    time::Span,
};
use mail::{
    Address, Written,
    provider::{Parcel, Verdict, cloudflare, resend},
    render::render,
};
use serde_json::json;
use store::addressees;

/// Longer than an attempt takes.
const LEASE: Span = Span::seconds(120);
/// A hint may come this much before its time.
const EARLY: Span = Span::seconds(2);
/// Pauses up to here are kept by the queue; longer ones by the sweep.
const QUEUE_KEEPS: Span = Span::minutes(15);
/// After that many attempts a mail is given up: about 13 hours, within the day for which Resend knows an Idempotency-Key.
pub const MOST_ATTEMPTS: i64 = 20;

kernel::sql! {
    Bookkeep Global("mail is the machine's")
    CLAIM(4) -> ["recipient", "template", "content", "claim", "attempts", "org_id"] =
        "UPDATE mails SET state = 'sending', claim = claim + 1, lease_until = ?3 \
         WHERE id = ?1 AND state IN ('queued', 'sending') AND lease_until <= ?2 AND next_at <= ?4 RETURNING recipient, template, content, claim, attempts, org_id";
    /// Sent. `?5` keeps what it says, for the page that shows it on a developer's machine.
    Bookkeep Global("mail is the machine's")
    SENT(5) -> [] =
        "UPDATE mails SET state = 'sent', content = iif(?5, content, NULL), attempts = attempts + 1, lease_until = 0, provider_id = ?3, last_error = NULL, finished_at = ?4 \
         WHERE id = ?1 AND claim = ?2 AND state = 'sending'";
    /// Dropped. `?5` forgets the address: nobody has it here, whoever typed it.
    Bookkeep Global("mail is the machine's")
    DROPPED(5) -> [] =
        "UPDATE mails SET state = 'dropped', content = NULL, recipient = iif(?5, '', recipient), lease_until = 0, last_error = ?3, finished_at = ?4 \
         WHERE id = ?1 AND claim = ?2 AND state = 'sending'";
    /// Refused for good.
    Bookkeep Global("mail is the machine's")
    REFUSED(4) -> [] =
        "UPDATE mails SET state = 'failed', content = NULL, attempts = attempts + 1, lease_until = 0, last_error = ?3, finished_at = ?4 \
         WHERE id = ?1 AND claim = ?2 AND state = 'sending'";
    /// To be tried again.
    Bookkeep Global("mail is the machine's")
    AGAIN(4) -> [] =
        "UPDATE mails SET state = 'queued', attempts = attempts + 1, lease_until = 0, last_error = ?3, next_at = ?4 WHERE id = ?1 AND claim = ?2 AND state = 'sending'";
    /// Given up.
    Bookkeep Global("mail is the machine's")
    GIVEN_UP(4) -> [] =
        "UPDATE mails SET state = 'dead', attempts = attempts + 1, lease_until = 0, last_error = ?3, finished_at = ?4 WHERE id = ?1 AND claim = ?2 AND state = 'sending'";
    Read Global("the sweep looks for mails of anybody")
    DUE(3) -> ["id"] =
        "SELECT id FROM mails WHERE state IN ('queued', 'sending') AND next_at <= ?1 AND lease_until <= ?2 ORDER BY next_at LIMIT ?3";
}
/// Its statements, for the catalogue test.
pub const CATALOGUES: &[&[kernel::Sql]] = &[CATALOGUE];

/// Who sends mail here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Provider {
    /// Nobody: mail stays on this machine, where a page shows it.
    Inbox,
    /// Cloudflare's `send_email` binding.
    Cloudflare,
    /// Resend's API.
    Resend,
}
impl Provider {
    /// As configured. The configuration is checked when the Worker begins; what is not known here sends nothing and loses nothing.
    fn of(config: &Config) -> Result<Self> {
        match config.get("MAIL_PROVIDER") {
            "inbox" if config.is_local() => Ok(Self::Inbox),
            "cloudflare" => Ok(Self::Cloudflare),
            "resend" => Ok(Self::Resend),
            other => Err(Error::incident("MAIL_PROVIDER", other)),
        }
    }
}

/// A mail that is ours to send until its lease ends.
struct Claimed {
    id: MailId,
    org: Option<OrgId>,
    to: String,
    template: String,
    sealed: Option<String>,
    claim: i64,
    attempts: i64,
}

/// What becomes of a mail.
enum Fate {
    /// A provider was asked.
    Tried(Verdict),
    /// Its reason is gone, so that nobody was.
    Dropped(&'static str),
    /// It was asked for with an address that lets nobody in.
    ForNobody,
}

/// Sends one mail, if it is due and nobody else is at it.
///
/// # Errors
/// What the database refused, or a provider that is not configured: then the sweep brings the mail back.
pub async fn consume(task: &Task<'_>, id: &str) -> Result<()> {
    let Some(id) = MailId::parse(id) else { return Ok(()) };
    let (provider, now) = (Provider::of(&task.app.config)?, task.now());
    let stmt = CLAIM.bind([(&id).into(), now.into(), now.plus(LEASE).into(), now.plus(EARLY).into()]);
    let outcomes = task.bookkeep(vec![stmt]).await?;
    let Some(row) = outcomes.first().and_then(|o| o.rows.first()) else { return Ok(()) };
    let claimed = Claimed {
        to: row.text(0)?.to_owned(),
        template: row.text(1)?.to_owned(),
        sealed: row.opt_text(2)?.map(str::to_owned),
        claim: row.int(3)?,
        attempts: row.int(4)?,
        org: row.opt_text(5)?.map(OrgId::stored).transpose()?,
        id,
    };
    match work(task, provider, &claimed).await {
        // Its lease was over and another has it: whoever has it records what becomes of it.
        Err(e) if e.code() == Code::WrongState => {
            kernel::log::best_effort(&*task.ports.log, task.now(), "recording a mail", "its claim no longer holds");
            Ok(())
        }
        other => other,
    }
}

async fn work(task: &Task<'_>, provider: Provider, claimed: &Claimed) -> Result<()> {
    let fate = if claimed.claim - claimed.attempts > MOST_ATTEMPTS {
        Fate::Tried(Verdict::Never("Attempts broke off again and again; this mail is no longer tried.".to_owned()))
    } else {
        attempt(task, provider, claimed).await?
    };
    let dropped = |why: &str, forget: bool| {
        let stmt = DROPPED.bind([(&claimed.id).into(), claimed.claim.into(), why.into(), task.now().into(), forget.into()]);
        vec![stmt, Guard::Lease.changed_one()]
    };
    match fate {
        Fate::Tried(verdict) => record(task, provider, claimed, verdict).await,
        Fate::Dropped(why) => task.bookkeep(dropped(why, false)).await.map(|_| ()),
        Fate::ForNobody => task.bookkeep(dropped("Nobody with this address can use it.", true)).await.map(|_| ()),
    }
}

/// Opens, looks once more, renders and hands over. What can't be written will never be, so that it is refused, with the reason in the
/// log.
async fn attempt(task: &Task<'_>, provider: Provider, claimed: &Claimed) -> Result<Fate> {
    let config = &task.app.config;
    let Some(sealed) = claimed.sealed.as_deref() else { return Ok(Fate::Tried(Verdict::Never("What it says is gone.".to_owned()))) };
    let content = match store::mail::open(&config.keys, &claimed.id, sealed) {
        Ok(Written::Letter(content)) => *content,
        Ok(Written::Asked(asked)) => match wish::answer(task, claimed, *asked).await? {
            Some(content) => content,
            None => return Ok(Fate::ForNobody),
        },
        Err(e) => {
            kernel::log::work(&*task.ports.log, task.now(), task.name, json!({"mail": claimed.id, "template": claimed.template}), Some(&e));
            // A key that was taken out of the ring too early can be put back.
            return Ok(Fate::Tried(Verdict::Later("What it says could not be opened; the log says why.".to_owned())));
        }
    };
    if let Some(why) = addressees::objection(task, content.letter.standing(), claimed.org.as_ref(), &claimed.to).await? {
        return Ok(Fate::Dropped(why));
    }
    let written = render(&content).and_then(|message| Address::parse(&claimed.to).map(|to| (message, to)));
    let (message, to) = match written {
        Ok(written) => written,
        Err(why) => return Ok(Fate::Tried(Verdict::Never(why.to_string()))),
    };
    let parcel = Parcel { id: claimed.id.as_str(), to: &to, from: config.get("MAIL_FROM"), message: &message };
    // A sender that is no address is a wrong setting: mended, everything goes out.
    let unset = |why: mail::Unfit| Verdict::Later(format!("MAIL_FROM: {why}"));
    Ok(Fate::Tried(match provider {
        Provider::Inbox => Verdict::Sent("inbox".to_owned()),
        Provider::Cloudflare => match cloudflare::mail(&parcel) {
            Ok(mail) => cloudflare::read(task.ports.mailer.send(mail).await),
            Err(why) => unset(why),
        },
        Provider::Resend => match resend::request(config.get("RESEND_API_KEY"), &parcel) {
            Ok(request) => resend::read(&task.ports.http.send(request).await),
            Err(why) => unset(why),
        },
    }))
}

async fn record(task: &Task<'_>, provider: Provider, claimed: &Claimed, verdict: Verdict) -> Result<()> {
    let (now, id, claim) = (task.now(), &claimed.id, claimed.claim);
    let made = claimed.attempts + 1;
    let mut retry_at: Option<Millis> = None;
    let (stmt, trouble) = match verdict {
        Verdict::Sent(provider_id) => {
            let keep = provider == Provider::Inbox;
            (SENT.bind([id.into(), claim.into(), provider_id.into(), now.into(), keep.into()]), None)
        }
        Verdict::Never(why) => (REFUSED.bind([id.into(), claim.into(), why.as_str().into(), now.into()]), Some(("refused", why))),
        Verdict::Later(why) if made >= MOST_ATTEMPTS => {
            (GIVEN_UP.bind([id.into(), claim.into(), why.as_str().into(), now.into()]), Some(("given up", why)))
        }
        Verdict::Later(why) => {
            let at = now.plus(backoff(u32::try_from(made).unwrap_or(u32::MAX)));
            retry_at = Some(at);
            (AGAIN.bind([id.into(), claim.into(), why.into(), at.into()]), None)
        }
    };
    task.bookkeep(vec![stmt, Guard::Lease.changed_one()]).await?;
    if let Some((what, why)) = trouble {
        let e = Error::incident("sending a mail", format!("{what}: {why}"));
        kernel::log::work(&*task.ports.log, now, task.name, json!({"mail": id, "template": claimed.template}), Some(&e));
    }
    // From here on a hint may be lost: the sweep finds what is due.
    if let Some(wait) = retry_at.map(|at| at.since(now)).filter(|wait| *wait <= QUEUE_KEEPS) {
        let seconds = u32::try_from(wait.as_seconds_up()).unwrap_or(900);
        task.hint(Queue::Mail, &[id.to_string()], seconds).await.or_log(&*task.ports.log, now, "hinting a mail's retry");
    }
    Ok(())
}

/// Wakes what is due and what a lost hint left behind; for cron. Younger mails have a hint under way.
///
/// # Errors
/// What the database or the queue refused.
pub async fn sweep(task: &Task<'_>, older_than: Span, most: i64) -> Result<usize> {
    let now = task.now();
    let due = task.rows(DUE.bind([now.minus(older_than).into(), now.into(), most.into()])).await?;
    let ids = due.iter().map(|row| row.text(0).map(str::to_owned)).collect::<Result<Vec<_>>>()?;
    task.hint(Queue::Mail, &ids, 0).await?;
    Ok(ids.len())
}
