//! `GET /v1/exports/{id}/download`: the file, through a signed link; each download is recorded.
//!
//! The link is the credential: it names organization, export and end, and no key is asked for, so that a browser can follow it.
//! It dies with the export: the row is read again, and the file is gone when the row says so.

use crate::routes::export::link_of;
use crypto::link::LinkError;
use domain::actions;
use kernel::{
    Disclosure, ExportId, Id, OrgId, Read, Reply, Request, Result, Route,
    error::{Code, Error},
    host::Surface,
    limit::Limit,
    principal::Scope,
    reply::Body,
    route::{Audit, Auth, Csrf, Disclosed, Idempotency, Method, Payload, StepUp},
};

kernel::sql! {
    Read Org READY(3) -> ["object_key", "created_at"] =
        "SELECT object_key, created_at FROM exports WHERE org_id = ?1 AND id = ?2 AND state = 'ready' AND expires_at > ?3";
}

/// Sends the file.
pub struct Download;
impl Disclosure for Download {
    const ROUTE: Route = Route {
        method: Method::Get,
        path: "/v1/exports/{id}/download",
        surfaces: &[Surface::Api],
        auth: Auth::Public,
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::Disclosure(actions::EXPORT_DOWNLOADED),
        payload: Payload::None,
        csrf: Csrf::SafeMethod,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "Downloads an export by its signed link",
    };
    async fn call(cx: Read<'_>, req: &Request) -> Result<Disclosed> {
        let id: ExportId = req.id_param("id")?;
        let link = req.query("link").unwrap_or_default();
        let org = OrgId::parse(req.query("org").unwrap_or_default()).ok_or(Code::NotFound)?;
        crypto::link::verify(&cx.app().config.keys, &link_of(&org, &id), link, cx.now().get()).map_err(|e| match e {
            LinkError::Expired { .. } => Error::from(Code::LinkExpired),
            LinkError::Invalid => Code::NotFound.into(),
        })?;
        let row = cx.first(READY.bind([(&org).into(), (&id).into(), cx.now().into()])).await?.ok_or(Code::NotFound)?;
        let object = cx.blobs().open(row.text(0)?).await?.ok_or(Code::NotFound)?;
        let name = format!("tickets-{}.csv", kernel::Millis::new(row.int(1)?).rfc3339().get(..10).unwrap_or_default());
        let reply = Reply { status: 200, headers: Vec::new(), body: Body::Stream(object.stream, object.bytes) }
            .with("content-type", "text/csv; charset=utf-8")
            .with("content-length", object.bytes.to_string())
            .with("content-disposition", format!("attachment; filename=\"{name}\""))
            .with("etag", object.etag)
            .with("cache-control", "private, no-store");
        Ok(cx.disclose_in(&org, &id.to_string(), reply))
    }
}
