//! `GET /privacy/export`: a copy of everything that is held about the customer, as a download. It is recorded.

use crate::routes::privacy::{EXPORT, data};
use domain::actions;
use html::list;
use kernel::{
    Disclosure, Id, Read, Reply, Request, Result, Route,
    error::Error,
    host::{Site, Surface},
    limit::{Exact, Limit},
    page::Page,
    principal::Scope,
    route::{Audit, Auth, Csrf, Disclosed, Idempotency, Method, Payload, StepUp},
};
use serde_json::json;
use shell::portal;

/// By account; a large one comes in parts.
const DOWNLOADS: Exact = Exact { name: "portal_downloads", limit: 30, window_seconds: 3_600 };

/// Downloads the customer's data.
pub struct PrivacyExport;
impl Disclosure for PrivacyExport {
    const ROUTE: Route = Route {
        method: Method::Get,
        path: EXPORT,
        surfaces: &[Surface::Portal],
        auth: Auth::Customer,
        scope: Scope::None,
        limit: Limit::AccountExact(DOWNLOADS),
        audit: Audit::Disclosure(actions::CUSTOMER_DATA_DOWNLOADED),
        payload: Payload::None,
        csrf: Csrf::SafeMethod,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Recent,
        summary: "Downloads everything held about the signed-in customer",
    };
    async fn call(cx: Read<'_>, req: &Request) -> Result<Disclosed> {
        let Site::Portal(tenant) = cx.site() else { return Err(Error::incident("a portal's page", req.path())) };
        let (me, keys) = (portal::customer(&cx)?, &cx.app().config.keys);
        let input = req.query_input();
        let page = Page::of(&input, req, keys, &me.id, "")?;
        input.finish()?;
        let part = data::part(&cx, me, &page.after).await?;
        let mut document = part.document;
        document.insert("held_by".into(), json!(tenant.name));
        document.insert("made_at".into(), json!(cx.now()));
        let next = part.more_after.map(|last| {
            let path = list::address(EXPORT, &[("cursor", &Page::next(req, keys, &me.id, "", &last))]);
            format!("{}{path}", req.origin())
        });
        document.insert("continues_at".into(), json!(next));
        let day = cx.now().rfc3339();
        let name = format!("{}-my-data-{}.json", tenant.slug, day.get(..10).unwrap_or_default());
        let reply = Reply::json(200, &document)?.with("content-disposition", format!("attachment; filename=\"{name}\""));
        Ok(cx.disclose(me.id.as_str(), reply))
    }
}
