//! `POST /notifications/read`: marks everything as read.

use domain::actions;
use kernel::{
    Command, Committed, Reply, Request, Result, Route, Write,
    flash::Tone,
    host::Surface,
    limit::Limit,
    principal::Scope,
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use shell::notifications::INBOX;

/// Marks everything as read.
pub struct ReadAll;
impl Command for ReadAll {
    const ROUTE: Route = Route {
        method: Method::Post,
        path: "/notifications/read",
        surfaces: &[Surface::App],
        auth: Auth::Account,
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::Records(&[actions::NOTIFICATIONS_READ]),
        payload: Payload::Form(4 * 1_024),
        csrf: Csrf::OriginAndToken,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "Marks everything in the inbox as read",
    };
    async fn call(cx: Write<'_>, req: &Request) -> Result<Committed> {
        req.input()?.finish()?;
        let me = cx.principal().id();
        let read = store::inbox::READ_ALL_OF_STAFF.bind([me.into(), cx.now().into()]);
        cx.mutation(me)?.then(read).commit(Reply::see_other(INBOX).flash(Tone::Done, "Everything is marked as read.")).await
    }
}
