//! `GET /notifications`: the inbox of the account that is signed in, newest first.

use kernel::{
    Principal, Query, Read, Reply, Request, Result, Route,
    host::Surface,
    limit::Limit,
    page::Page,
    principal::Scope,
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use shell::{
    AccountPlace, Frame, Place,
    notifications::{INBOX, Inbox},
};

/// Lists what the account was told.
pub struct InboxPage;
impl Query for InboxPage {
    const ROUTE: Route = Route {
        method: Method::Get,
        path: "/notifications",
        surfaces: &[Surface::App],
        auth: Auth::Account,
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
        let me = cx.principal().id();
        let input = req.query_input();
        let page = Page::of(&input, req, keys, &me, "")?;
        input.finish()?;
        let rows = cx.rows(store::inbox::STAFF.bind([me.into(), page.before().into(), page.limit.into()])).await?;
        let unread = match cx.principal() {
            Principal::Staff(staff) => staff.unread,
            _ => 0,
        };
        let shown = rows.len().min(usize::try_from(page.limit).unwrap_or(usize::MAX));
        let limit = req.query("limit").map(|n| format!("&limit={n}")).unwrap_or_default();
        let older = match rows.get(..shown).and_then(<[_]>::last) {
            Some(last) if rows.len() > shown => Some(format!("{INBOX}?cursor={}{limit}", Page::next(req, keys, &me, "", last.text(1)?))),
            _ => None,
        };
        let newest = (!page.after.is_empty()).then(|| INBOX.to_owned());
        let frame = Frame::of(&cx, req);
        let inbox = Inbox { csrf: frame.csrf(), rows: rows.get(..shown).unwrap_or_default(), with_org: true, unread, newest, older };
        let main = inbox.render()?;
        Ok(frame.app(Place::Account(AccountPlace::Inbox), "Inbox").reply(&main))
    }
}
