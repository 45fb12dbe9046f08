//! `GET /brand.css?v=…`: the tenant's colors. Its address changes with them, so that it may be kept for ever.

use domain::branding::Branding;
use kernel::{
    OrgId, Query, Read, Reply, Request, Result, Route,
    error::{Code, Error},
    host::{Site, Surface},
    limit::Limit,
    principal::Scope,
    reply::Body,
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};

kernel::sql! {
    Read Org COLORS(1) -> ["branding", "branding_version"] = "SELECT branding, branding_version FROM orgs WHERE id = ?1";
}

/// Gives the colors.
pub struct Brand;
impl Query for Brand {
    const ROUTE: Route = Route {
        method: Method::Get,
        path: "/brand.css",
        surfaces: &[Surface::Portal],
        // For everybody, on the page of a closed portal too: it says nothing but colors.
        auth: Auth::Public,
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::ReadOnly,
        payload: Payload::None,
        csrf: Csrf::SafeMethod,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "A tenant's colors as a stylesheet",
    };
    async fn call(cx: Read<'_>, req: &Request) -> Result<Reply> {
        let Site::Portal(tenant) = cx.site() else { return Err(Error::incident("a portal's tenant", cx.site().surface().as_str())) };
        let org: &OrgId = &tenant.org;
        let row = cx.first(COLORS.bind([org.into()])).await?.ok_or(Code::NotFound)?;
        let colors = row.opt_text(0)?.map(|json| Branding::stored(Some(json)));
        let sheet = colors.as_ref().and_then(Branding::stylesheet).ok_or(Code::NotFound)?;
        // What was asked for by another number is not what is here: nobody keeps it under that name.
        let same = req.query("v").and_then(|v| v.parse::<i64>().ok()) == Some(row.int(1)?);
        let keep = if same { "public, max-age=31536000, immutable" } else { "no-cache" };
        let headers = vec![("content-type".into(), "text/css; charset=utf-8".to_owned()), ("cache-control".into(), keep.to_owned())];
        Ok(Reply { status: 200, headers, body: Body::Bytes(sheet.into_bytes()) })
    }
}
