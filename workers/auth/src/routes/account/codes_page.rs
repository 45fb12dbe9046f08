//! `GET /account/security/recovery-codes`: asks before the recovery codes are replaced.

use crate::{door::Door, look};
use html::{confirm::Confirm, part};
use kernel::{
    Query, Read, Reply, Request, Result, Route, flash,
    host::Surface,
    limit::Limit,
    principal::Scope,
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use shell::{AccountPlace, Frame};
use store::factors;

/// Asks.
pub struct CodesPage;
impl Query for CodesPage {
    const ROUTE: Route = Route {
        method: Method::Get,
        path: "/account/security/recovery-codes",
        surfaces: &[Surface::App, Surface::Portal, Surface::Platform],
        auth: Auth::Person,
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::ReadOnly,
        payload: Payload::None,
        csrf: Csrf::SafeMethod,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Recent,
        summary: "Asks before recovery codes are replaced",
    };
    async fn call(cx: Read<'_>, req: &Request) -> Result<Reply> {
        Door::of(cx.site())?;
        let Some(row) = cx.first(factors::find(cx.principal().id())).await? else {
            return Ok(none());
        };
        let factor = factors::Factor::read(&row)?;
        let frame = Frame::of(&cx, req);
        let gone = [
            format!("The {} that you have left stop working.", part::count(factor.codes_left, "code", "codes")),
            format!("{} new ones are made and shown once.", factors::CODES),
        ];
        let ask = Confirm::new(
            "Make new recovery codes?",
            "/account/security/recovery-codes",
            frame.csrf(),
            "Make new codes",
            "/account/security",
        )
        .consequences(&gone);
        Ok(look::account(&cx, &frame, AccountPlace::Security, "Recovery codes").reply(&ask.render(&[])))
    }
}

/// Recovery codes without what they recover are of no use.
pub(super) fn none() -> Reply {
    Reply::see_other("/account/security").flash(flash::Tone::Failed, "Recovery codes come with an authenticator app. Set one up first.")
}
