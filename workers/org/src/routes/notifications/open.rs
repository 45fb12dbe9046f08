//! `POST /notifications/{id}/open`: marks an entry as read and leads where it leads. A GET would mark what a browser only looked ahead at.

use domain::actions;
use kernel::{
    Command, Committed, Id as _, NoticeId, OrgId, Reply, Request, Result, Route, Write,
    error::Code,
    host::Surface,
    limit::Limit,
    principal::Scope,
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};

/// Opens an entry.
pub struct Open;
impl Command for Open {
    const ROUTE: Route = Route {
        method: Method::Post,
        path: "/notifications/{id}/open",
        surfaces: &[Surface::App],
        auth: Auth::Account,
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::Records(&[actions::NOTIFICATIONS_READ]),
        payload: Payload::Form(4 * 1_024),
        csrf: Csrf::OriginAndToken,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "Opens an entry of the inbox",
    };
    async fn call(cx: Write<'_>, req: &Request) -> Result<Committed> {
        req.input()?.finish()?;
        let (me, id) = (cx.principal().id(), req.id_param::<NoticeId>("id")?);
        let found = cx.first(store::inbox::STAFF_ONE.bind([me.into(), (&id).into()])).await?.ok_or(Code::NotFound)?;
        let (org, to) = (OrgId::stored(found.text(0)?)?, Reply::see_other(found.text(1)?));
        let read = store::inbox::READ.bind([(&org).into(), me.into(), (&id).into(), cx.now().into()]);
        cx.mutation(id.as_str())?.then(read).commit(to).await
    }
}
