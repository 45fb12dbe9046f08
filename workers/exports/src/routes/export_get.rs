//! `GET /v1/exports/{id}`: how far it is, and once it is ready a link that holds ten minutes.

use crate::routes::export::link_of;
use domain::exports::LINK_SECONDS;
use kernel::{
    ExportId, Query, Read, Reply, Request, Result, Route,
    error::{Code, Error},
    host::Surface,
    limit::Limit,
    principal::{Resource, Scope, Verb},
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
    time::Span,
};
use serde_json::{Map, Value, json};

kernel::sql! {
    Read Org ONE(2) -> ["data", "state"] = concat!("SELECT ", crate::export_json!(), " AS data, state FROM exports WHERE org_id = ?1 AND id = ?2");
}

/// Shows an export.
pub struct ExportGet;
impl Query for ExportGet {
    const ROUTE: Route = Route {
        method: Method::Get,
        path: "/v1/exports/{id}",
        surfaces: &[Surface::Api],
        auth: Auth::Key,
        scope: Scope::Of(Resource::Exports, Verb::Read),
        limit: Limit::Api(1),
        audit: Audit::ReadOnly,
        payload: Payload::None,
        csrf: Csrf::SafeMethod,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "Shows an export, with a download link once it is ready",
    };
    async fn call(cx: Read<'_>, req: &Request) -> Result<Reply> {
        let (org, id) = (cx.org()?, req.id_param::<ExportId>("id")?);
        req.query_input().finish()?;
        let row = cx.first(ONE.bind([org.into(), (&id).into()])).await?.ok_or(Code::NotFound)?;
        let mut export: Map<String, Value> =
            serde_json::from_str(row.text(0)?).map_err(|e| Error::incident("a stored export", e.to_string()))?;
        if row.text(1)? == "ready" {
            let until = cx.now().plus(Span::seconds(LINK_SECONDS));
            let link = link_of(org, &id);
            let token = crypto::link::sign(&cx.app().config.keys, &link, until.seconds());
            export.insert("download_url".into(), json!(format!("{}/v1/exports/{id}/download?org={org}&link={token}", req.origin())));
            export.insert("download_expires_at".into(), json!(until));
        }
        Reply::json(200, &export)
    }
}
