//! The exports queue: an export is made slice by slice, and is the same to the byte after any crash.
//!
//! The job's row holds the place: the last row written, the parts uploaded, the state of the hash. A slice reads pages in key
//! order up to the newest row at the time of the request, cuts exact parts, and saves its place in one batch under its lease.
//! A crash repeats at most one slice: the same part numbers and the same tail object are written again with the same bytes.
//! That everything is uploaded is a place of its own, saved before the parts are put together: after a crash in between the
//! finished object is recognized. What is left over is removed only after the last commit.

mod place;
mod rows;

use domain::{
    actions, events,
    exports::{Sizes, TICKETS_HEAD},
    jobs::EXPORT,
    retention::EXPORT_KEPT,
};
use kernel::{
    Result,
    error::{Code, Error, OrLog},
    ports::{Part, PortError, Queue},
    task::Task,
};
use place::Place;
use store::jobs::{Claim, claim};

const CSV: &str = "text/csv; charset=utf-8";

kernel::sql! {
    Read Global("the job names the export, the export its organization")
    OPEN(1) -> ["org_id", "kind", "state", "until_id", "object_key"] = "SELECT org_id, kind, state, until_id, object_key FROM exports WHERE id = ?1 AND org_id = (SELECT org_id FROM jobs WHERE kind = 'export' AND subject = ?1)";
    Write Org READY(7) -> [] =
        "UPDATE exports SET state = 'ready', rows = ?3, bytes = ?4, sha256 = ?5, finished_at = ?6, expires_at = ?7 WHERE org_id = ?1 AND id = ?2 AND state IN ('queued', 'running')";
    Write Org FAILED(4) -> [] = "UPDATE exports SET state = 'failed', error = ?3, finished_at = ?4 WHERE org_id = ?1 AND id = ?2 AND state IN ('queued', 'running')";
}
/// Its statements, for the catalogue test.
pub const CATALOGUES: &[&[kernel::Sql]] = &[CATALOGUE, rows::CATALOGUE];

/// An export being made.
struct Job {
    org: kernel::OrgId,
    id: kernel::ExportId,
    until: String,
    object: String,
}

/// Makes one slice of an export, if it is due and nobody else is at it.
///
/// # Errors
/// What the database refused while recording a failure; the sweep brings the job back.
pub async fn consume(task: &Task<'_>, subject: &str) -> Result<()> {
    consume_in(task, subject, Sizes::DEPLOYED).await
}

/// As [`consume`], cut otherwise.
///
/// # Errors
/// As [`consume`].
pub async fn consume_in(task: &Task<'_>, subject: &str, sizes: Sizes) -> Result<()> {
    let Some(claim) = claim(task, EXPORT, subject).await? else { return Ok(()) };
    let Err(e) = slice(task, &claim, sizes).await else { return Ok(()) };
    kernel::log::work(&*task.ports.log, task.now(), task.name, serde_json::json!({"export": subject}), Some(&e));
    if claim.is_last() { give_up(task, &claim, &e).await } else { claim.failed(task, &e).await.map(|_| ()) }
}

async fn open(task: &Task<'_>, subject: &str) -> Result<Option<Job>> {
    let Some(row) = task.first(OPEN.bind([subject.into()])).await? else { return Ok(None) };
    if !matches!(row.text(2)?, "queued" | "running") {
        return Ok(None);
    }
    Ok(Some(Job {
        org: kernel::OrgId::stored(row.text(0)?)?,
        id: kernel::ExportId::stored(subject)?,
        until: row.text(3)?.to_owned(),
        object: row.text(4)?.to_owned(),
    }))
}

async fn slice(task: &Task<'_>, claim: &Claim, sizes: Sizes) -> Result<()> {
    let Some(job) = open(task, &claim.subject).await? else { return claim.finish(task).await };
    let mut place = Place::read(claim.progress.as_deref())?;
    if place.ended {
        put_together(task, &job, &place).await?;
        return finish(task, claim, &job, &place).await;
    }
    let mut hash = place.hash()?;
    let mut buffer = place.tail(task, &job.object).await?;
    if place.is_start() {
        buffer.extend_from_slice(TICKETS_HEAD.as_bytes());
        hash.update(TICKETS_HEAD.as_bytes());
    }
    for _ in 0..sizes.pages_a_slice {
        let page = rows::page(task, &job.org, &place.after, &job.until, sizes.page_rows).await?;
        hash.update(page.csv.as_bytes());
        buffer.extend_from_slice(page.csv.as_bytes());
        place.rows += page.rows;
        if let Some(last) = page.last {
            place.after = last;
        }
        while buffer.len() >= sizes.part_bytes {
            upload(task, &job, &mut place, &mut buffer, sizes.part_bytes).await?;
        }
        if page.rows < sizes.page_rows {
            place.ended = true;
            break;
        }
    }
    place.keep_hash(&hash);
    if !place.ended {
        place.put_tail(task, &job.object, buffer).await?;
        save(task, claim, &place).await
    } else if place.parts.is_empty() {
        place.bytes = i64::try_from(buffer.len()).unwrap_or(i64::MAX);
        task.ports.blobs.put(&job.object, buffer, CSV).await?;
        finish(task, claim, &job, &place).await
    } else {
        if !buffer.is_empty() {
            let all = buffer.len();
            upload(task, &job, &mut place, &mut buffer, all).await?;
        }
        save(task, claim, &place).await
    }
}

/// Uploads the first `size` bytes of the buffer as the next part.
async fn upload(task: &Task<'_>, job: &Job, place: &mut Place, buffer: &mut Vec<u8>, size: usize) -> Result<()> {
    let blobs = &task.ports.blobs;
    let upload = match &place.upload {
        Some(upload) => upload.clone(),
        None => blobs.begin(&job.object, CSV).await?,
    };
    let rest = buffer.split_off(size.min(buffer.len()));
    let part = std::mem::replace(buffer, rest);
    place.bytes += i64::try_from(part.len()).unwrap_or(i64::MAX);
    let number = u16::try_from(place.parts.len() + 1).map_err(|_| Error::incident("too many parts", job.id.to_string()))?;
    let Part { etag, .. } = blobs.part(&job.object, &upload, number, part).await?;
    place.upload = Some(upload);
    place.parts.push(etag);
    Ok(())
}

/// Saves the place, and asks for the next slice.
async fn save(task: &Task<'_>, claim: &Claim, place: &Place) -> Result<()> {
    task.bookkeep(claim.saved(task.now(), &place.text()?).into()).await?;
    task.hint_later(Queue::Exports, vec![claim.subject.clone()]);
    Ok(())
}

/// Makes one object of the parts. When that was done before a crash, the upload is gone and the object is there.
async fn put_together(task: &Task<'_>, job: &Job, place: &Place) -> Result<()> {
    let parts: Vec<Part> = (1..).zip(&place.parts).map(|(number, etag)| Part { number, etag: etag.clone() }).collect();
    let blobs = &task.ports.blobs;
    let Err(e) = blobs.complete(&job.object, place.upload.as_deref().unwrap_or_default(), &parts).await else { return Ok(()) };
    match blobs.open(&job.object).await? {
        Some(object) if i64::try_from(object.bytes) == Ok(place.bytes) => Ok(()),
        _ => Err(e.into()),
    }
}

async fn finish(task: &Task<'_>, claim: &Claim, job: &Job, place: &Place) -> Result<()> {
    let (now, sha) = (task.now(), place.hash()?.finish_hex());
    let data = serde_json::json!({"id": job.id, "kind": "tickets", "rows": place.rows, "bytes": place.bytes, "sha256": sha}).to_string();
    let ready = READY.bind([
        (&job.org).into(),
        (&job.id).into(),
        place.rows.into(),
        place.bytes.into(),
        sha.into(),
        now.into(),
        now.plus(EXPORT_KEPT).into(),
    ]);
    let [done, still_ours] = claim.finished(now);
    let mutation = task
        .mutation(&job.org, actions::EXPORT_READY, &job.id.to_string())
        .then(done)
        .then(still_ours)
        .then_one(ready)
        .detail(data.clone())
        .event(&job.org, events::EXPORT_READY.name, data);
    task.commit(mutation).await?;
    // From here on nobody comes back for them; what a crash leaves is removed together with the file.
    remove_tails(task, &job.object).await.or_log(&*task.ports.log, now, "removing what an export left over");
    Ok(())
}

/// Removes what the making of an export may have left beside its file.
///
/// # Errors
/// What the object store refused.
pub async fn remove_tails(task: &Task<'_>, object: &str) -> Result<(), PortError> {
    for key in Place::tail_keys(object) {
        task.ports.blobs.delete(&key).await?;
    }
    Ok(())
}

/// The last attempt failed: in one batch the job is dead, where the operator sees it, and the export says so.
async fn give_up(task: &Task<'_>, claim: &Claim, error: &Error) -> Result<()> {
    let Some(job) = open(task, &claim.subject).await? else { return claim.failed(task, error).await.map(|_| ()) };
    let now = task.now();
    let failed = FAILED.bind([
        (&job.org).into(),
        (&job.id).into(),
        "The file could not be made. Ask for a new export; support can see why.".into(),
        now.into(),
    ]);
    let data = serde_json::json!({"id": job.id, "kind": "tickets"}).to_string();
    let [dead, still_ours] = claim.failure(now, error);
    let mutation = task.mutation(&job.org, actions::EXPORT_FAILED, &claim.subject).then(dead).then(still_ours).then_one(failed).event(
        &job.org,
        events::EXPORT_FAILED.name,
        data,
    );
    match task.commit(mutation).await {
        // Another consumer has it: what becomes of it is theirs to say.
        Err(e) if e.code() == Code::WrongState => return Ok(()),
        other => other?,
    }
    let place = Place::read(claim.progress.as_deref())?;
    if let Some(upload) = &place.upload {
        task.ports.blobs.abort(&job.object, upload).await.or_log(&*task.ports.log, now, "giving up an upload");
    }
    remove_tails(task, &job.object).await.or_log(&*task.ports.log, now, "removing what an export left over");
    Ok(())
}
