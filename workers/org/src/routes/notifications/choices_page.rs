//! `GET /account/notifications`: what the account is told of, by type and channel.

use domain::notifications::offered;
use kernel::{
    Query, Read, Reply, Request, Result, Route,
    host::Surface,
    limit::Limit,
    principal::Scope,
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use shell::{
    AccountPlace, Frame, Place,
    notifications::{Choice, choices},
};
use store::inbox::{CHOICES, Choices};

/// Shows the choices.
pub struct ChoicesPage;
impl Query for ChoicesPage {
    const ROUTE: Route = Route {
        method: Method::Get,
        path: "/account/notifications",
        surfaces: &[Surface::App],
        auth: Auth::Account,
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::ReadOnly,
        payload: Payload::None,
        csrf: Csrf::SafeMethod,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "What whoever is signed in is told of",
    };
    async fn call(cx: Read<'_>, req: &Request) -> Result<Reply> {
        let chosen = Choices::of(&cx.rows(CHOICES.bind([cx.principal().id().into()])).await?)?;
        let all: Vec<Choice> = offered(false)
            .map(|of| {
                let ([inbox, mail], [in_inbox, by_mail]) = (of.fields, chosen.channels(of));
                Choice { title: of.title, says: of.says, boxes: [(inbox, in_inbox), (mail, by_mail)] }
            })
            .collect();
        let frame = Frame::of(&cx, req);
        let main = choices(frame.csrf(), &all);
        Ok(frame.app(Place::Account(AccountPlace::Notifications), "Notification settings").reply(&main))
    }
}
