//! `GET /users/{id}/end-sessions`: asks before somebody is signed out everywhere.

use super::user_ban_page::STOPS;
use html::{confirm::Confirm, part::count};
use kernel::{
    Id, Query, Read, Reply, Request, Result, Route, UserId,
    error::Code,
    host::Surface,
    limit::Limit,
    principal::{Duty, Scope},
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use shell::{ConsolePlace, Frame};

/// Asks before an account's sessions are ended.
pub struct UserEndSessionsPage;
impl Query for UserEndSessionsPage {
    const ROUTE: Route = Route {
        method: Method::Get,
        path: "/users/{id}/end-sessions",
        surfaces: &[Surface::Platform],
        auth: Auth::Operator(Duty::Support),
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::ReadOnly,
        payload: Payload::None,
        csrf: Csrf::SafeMethod,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "Asks before an account's sessions are ended",
    };
    async fn call(cx: Read<'_>, req: &Request) -> Result<Reply> {
        let id = req.id_param::<UserId>("id")?;
        let row = cx.first(STOPS.bind([(&id).into(), cx.now().into()])).await?.ok_or(Code::NotFound)?;
        let frame = Frame::of(&cx, req);
        let (name, sessions) = (row.text(0)?, row.int(4)?);
        let mut consequences = vec![
            format!("{} now, at the app and at this console.", count(sessions, "session ends", "sessions end")),
            "They can sign in again at once. If somebody has their password, send a reset link too.".to_owned(),
            "They get an e-mail that says so.".to_owned(),
        ];
        if cx.principal().id() == id.as_str() {
            consequences.insert(1, "This is your own account: you are signed out as well.".to_owned());
        }
        let (title, back) = (format!("End every session of {name}?"), format!("/users/{id}"));
        let action = format!("/users/{id}/end-sessions");
        let main = Confirm::new(&title, &action, frame.csrf(), "End sessions", &back).consequences(&consequences).render(&[]);
        Ok(frame.platform(ConsolePlace::Users, &title).crumb("Users", "/users").crumb(name, back.as_str()).reply(&main))
    }
}
