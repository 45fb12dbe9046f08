//! `GET /account/security/authenticator/remove`: asks before the second factor is removed.

use crate::{door::Door, look};
use html::confirm::Confirm;
use kernel::{
    Query, Read, Reply, Request, Result, Route,
    host::Surface,
    limit::Limit,
    principal::Scope,
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use shell::{AccountPlace, Frame};

/// Asks.
pub struct AuthenticatorRemovePage;
impl Query for AuthenticatorRemovePage {
    const ROUTE: Route = Route {
        method: Method::Get,
        path: "/account/security/authenticator/remove",
        surfaces: &[Surface::App, Surface::Portal, Surface::Platform],
        auth: Auth::Person,
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::ReadOnly,
        payload: Payload::None,
        csrf: Csrf::SafeMethod,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Recent,
        summary: "Asks before a second factor is removed",
    };
    async fn call(cx: Read<'_>, req: &Request) -> Result<Reply> {
        let door = Door::of(cx.site())?;
        let frame = Frame::of(&cx, req);
        let mut gone = vec!["Signing in asks for your password only.".to_owned(), "Your recovery codes stop working.".to_owned()];
        gone.push(
            match door {
                Door::Operator => "Every session ends. At the next sign-in to the console you set a new one up.",
                Door::Staff => "Organizations that require a second factor are closed to you until you set one up again.",
                Door::Customer(_) => "You can set one up again at any time.",
            }
            .to_owned(),
        );
        let ask = Confirm::new(
            "Remove the authenticator app?",
            "/account/security/authenticator/remove",
            frame.csrf(),
            "Remove",
            "/account/security",
        )
        .consequences(&gone);
        Ok(look::account(&cx, &frame, AccountPlace::Security, "Remove the authenticator app").reply(&ask.render(&[])))
    }
}
