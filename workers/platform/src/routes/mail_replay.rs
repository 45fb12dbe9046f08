//! `POST /mails/{id}/replay`: a mail that was given up is tried again. Nobody reads it on the way.

use domain::actions;
use kernel::{
    Command, Committed, Guard, Id, MailId, OrgId, Reply, Request, Result, Route, Write,
    error::Code,
    flash::Tone,
    host::Surface,
    limit::Limit,
    ports::Queue,
    principal::{Duty, Scope},
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};

kernel::sql! {
    Read Global("operators see mails that could not be sent, whatever they are about") MAIL(1) -> ["org_id", "template", "recipient"] =
        "SELECT org_id, template, recipient FROM mails WHERE id = ?1";
}

/// Puts a mail back that was given up.
pub struct MailReplay;
impl Command for MailReplay {
    const ROUTE: Route = Route {
        method: Method::Post,
        path: "/mails/{id}/replay",
        surfaces: &[Surface::Platform],
        auth: Auth::Operator(Duty::Support),
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::Records(&[actions::MAIL_REPLAYED]),
        payload: Payload::Form(16 * 1_024),
        csrf: Csrf::OriginAndToken,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "Puts a mail back that was given up",
    };
    async fn call(cx: Write<'_>, req: &Request) -> Result<Committed> {
        let id = req.id_param::<MailId>("id")?;
        req.input()?.finish()?;
        let row = cx.first(MAIL.bind([(&id).into()])).await?.ok_or(Code::NotFound)?;
        let detail = serde_json::json!({"letter": row.text(1)?}).to_string();
        let mut change = cx.mutation(id.as_str())?.detail(detail).wake(Queue::Mail, id.as_str());
        if let Some(org) = row.opt_text(0)? {
            change = change.also_in(&OrgId::stored(org)?)?;
        }
        let change = change.then_guarded(Guard::State, store::mail::REVIVE.bind([(&id).into(), cx.now().into()]));
        let back = || Reply::see_other("/jobs#mails");
        let done = format!("The e-mail to {} is tried again.", row.text(2)?);
        match change.commit(back().flash(Tone::Done, &done)).await {
            Err(e) if e.code() == Code::WrongState => {
                let why = "Only an e-mail that was given up can be put back. One that the provider refused for good has lost its content.";
                Ok(cx.unchanged(back().flash(Tone::Failed, why)))
            }
            other => other,
        }
    }
}
