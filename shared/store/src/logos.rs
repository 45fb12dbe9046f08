//! Logos: what the bucket holds of an organization, and how the one in use is shown.

use domain::logos::Logo;
use kernel::{
    OrgId, Read, Reply, Request, Result,
    error::{Code, Error},
    ports::BlobReader,
    reply::Body,
    sql::Stmt,
    time::Millis,
};

kernel::sql! {
    /// Comes before the object, so that nothing is stored that no row speaks of. Unused until the batch that takes it into use.
    Bookkeep Org ADD(3) -> [] = "INSERT INTO logos(org_id, key, created_at, unused_since) VALUES(?1, ?2, ?3, ?3)";
    Bookkeep Org USE(3) -> [] =
        "UPDATE logos SET unused_since = iif(key = ?2, NULL, COALESCE(unused_since, ?3)) WHERE org_id = ?1 AND (key = ?2 OR unused_since IS NULL)";
    Read Org SHOWN(1) -> ["key", "type", "branding_version"] =
        "SELECT branding ->> '$.logo.key' AS key, branding ->> '$.logo.type' AS type, branding_version FROM orgs WHERE id = ?1";
}

/// A key that was never used: where the object of these bytes goes.
pub fn key(org: &OrgId, sha256: &str, random: [u8; 8]) -> String {
    format!("logos/{org}/{sha256}-{}", crypto::hash::hex(&random))
}
/// Writes down that an object is about to be stored.
pub fn add(org: &OrgId, key: &str, now: Millis) -> Stmt {
    ADD.bind([org.into(), key.into(), now.into()])
}
/// Takes one into use, and whatever was in use before out of it; `None` takes it out only. In the batch that changes `orgs.branding`.
pub fn take_into_use(org: &OrgId, key: Option<&str>, now: Millis) -> Stmt {
    USE.bind([org.into(), key.unwrap_or_default().into(), now.into()])
}

/// Shows an organization's logo under `?v=`, the number of its look. A sandboxed picture, whatever its bytes are; mail programs on the
/// web show it too, so that other sites may.
///
/// # Errors
/// 404 where there is none.
pub async fn shown(cx: &Read<'_>, req: &Request, org: &OrgId) -> Result<Reply> {
    let row = cx.first(SHOWN.bind([org.into()])).await?.ok_or(Code::NotFound)?;
    let (Some(key), Some(media_type)) = (row.opt_text(0)?, row.opt_text(1)?) else { return Err(Code::NotFound.into()) };
    let logo = Logo { key: key.to_owned(), media_type: media_type.to_owned() };
    let media_type = logo.served_as().ok_or_else(|| Error::incident("a stored logo's media type", media_type))?;
    let assets: &dyn BlobReader = cx.assets();
    let bytes = assets.bytes(&logo.key).await?.ok_or_else(|| Error::incident("a logo's object is missing", key))?;
    // What was asked for by another number is not what is here: nobody keeps it under that name.
    let same = req.query("v").and_then(|v| v.parse::<i64>().ok()) == Some(row.int(2)?);
    let keep = if same { "public, max-age=31536000, immutable" } else { "no-cache" };
    Ok(Reply { status: 200, headers: Vec::new(), body: Body::Bytes(bytes) }
        .with("content-type", media_type)
        .with("cache-control", keep)
        .with("cross-origin-resource-policy", "cross-origin"))
}
