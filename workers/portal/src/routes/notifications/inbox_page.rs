//! `GET /notifications`: the inbox of the customer that is signed in, newest first.

use kernel::{
    Query, Read, Reply, Request, Result, Route,
    host::Surface,
    limit::Limit,
    page::Page,
    principal::Scope,
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use shell::{
    Frame, PortalPlace,
    notifications::{INBOX, Inbox},
    portal,
};

/// Lists what the customer was told.
pub struct InboxPage;
impl Query for InboxPage {
    const ROUTE: Route = Route {
        method: Method::Get,
        path: "/notifications",
        surfaces: &[Surface::Portal],
        auth: Auth::Customer,
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::ReadOnly,
        payload: Payload::None,
        csrf: Csrf::SafeMethod,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "The inbox of whoever is signed in",
    };
    async fn call(cx: Read<'_>, req: &Request) -> Result<Reply> {
        let keys = &cx.app().config.keys;
        let me = portal::customer(&cx)?;
        let input = req.query_input();
        let page = Page::of(&input, req, keys, &me.id, "")?;
        input.finish()?;
        let rows =
            cx.rows(store::inbox::CUSTOMER.bind([(&me.org).into(), (&me.id).into(), page.before().into(), page.limit.into()])).await?;
        let unread = me.unread;
        let shown = rows.len().min(usize::try_from(page.limit).unwrap_or(usize::MAX));
        let limit = req.query("limit").map(|n| format!("&limit={n}")).unwrap_or_default();
        let older = match rows.get(..shown).and_then(<[_]>::last) {
            Some(last) if rows.len() > shown => Some(format!("{INBOX}?cursor={}{limit}", Page::next(req, keys, &me.id, "", last.text(1)?))),
            _ => None,
        };
        let newest = (!page.after.is_empty()).then(|| INBOX.to_owned());
        let frame = Frame::of(&cx, req);
        let inbox = Inbox { csrf: frame.csrf(), rows: rows.get(..shown).unwrap_or_default(), with_org: false, unread, newest, older };
        let main = inbox.render()?;
        Ok(frame.portal(PortalPlace::Notifications, "Inbox").reply(&main))
    }
}
