//! `GET /dead-letters/{id}`: a queue message that nobody could use, whole.

use html::{
    form::danger_button,
    page::{card, head},
    part::{copyable, facts},
    secret::block,
    when,
};
use kernel::{
    Id, JobId, Millis, Principal, Query, Read, Reply, Request, Result, Route,
    error::Code,
    host::Surface,
    limit::Limit,
    principal::{Duty, Scope},
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use maud::html;
use shell::{ConsolePlace, Frame};

kernel::sql! {
    Read Global("dead letters belong to the machine") LETTER(1) -> ["queue", "body", "received_at"] =
        "SELECT queue, body, received_at FROM dead_letters WHERE id = ?1";
}

/// Shows a dead letter.
pub struct DeadLetter;
impl Query for DeadLetter {
    const ROUTE: Route = Route {
        method: Method::Get,
        path: "/dead-letters/{id}",
        surfaces: &[Surface::Platform],
        auth: Auth::Operator(Duty::Look),
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::ReadOnly,
        payload: Payload::None,
        csrf: Csrf::SafeMethod,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "A queue message that nobody could use",
    };
    async fn call(cx: Read<'_>, req: &Request) -> Result<Reply> {
        let id = req.id_param::<JobId>("id")?;
        let row = cx.first(LETTER.bind([(&id).into()])).await?.ok_or(Code::NotFound)?;
        let frame = Frame::of(&cx, req);
        let helps = matches!(cx.principal(), Principal::Operator(operator) if operator.role.may(Duty::Support));
        let actions = html! { @if helps { (danger_button(&format!("/dead-letters/{id}/dismiss"), frame.csrf(), "Dismiss")) } };
        let main = html! {
            (head("Dead letter", "A message is a hint: the row it spoke of is swept all the same. Once it is understood, it can go.", &actions))
            (card("", "", &html! {}, &facts(&[
                ("Id", copyable(id.as_str())),
                ("Queue", html! { (row.text(0)?) }),
                ("Received", when::at(Millis::new(row.int(2)?))),
            ])))
            (block("Message", row.text(1)?))
        };
        Ok(frame.platform(ConsolePlace::Jobs, "Dead letter").crumb("Background work", "/jobs").reply(&main))
    }
}
