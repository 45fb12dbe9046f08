//! `POST /billing/orgs/{id}/repair`: makes a repair that was shown before.

use super::dry_run;
use crate::console::{
    apply::{apply, changed_meanwhile},
    prepare::Subject,
    reason,
    repair::{Kind, Repair, Values},
};
use domain::actions;
use kernel::{
    Command, Committed, OrgId, Request, Result, Route, Write,
    error::Error,
    host::Surface,
    limit::Limit,
    principal::{Duty, Scope},
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use store::forms::taken_id;

/// Makes a repair.
pub struct Apply;
impl Command for Apply {
    const ROUTE: Route = Route {
        method: Method::Post,
        path: "/billing/orgs/{id}/repair",
        surfaces: &[Surface::Platform],
        auth: Auth::Operator(Duty::Billing),
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::Records(&[actions::BILLING_REPAIRED]),
        payload: Payload::Form(16 * 1_024),
        csrf: Csrf::OriginAndToken,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Recent,
        summary: "Makes a repair of billing",
    };
    async fn call(mut cx: Write<'_>, req: &Request) -> Result<Committed> {
        let id = req.id_param::<OrgId>("id")?;
        let input = req.input()?;
        let kind = Repair::kind(&input);
        let (repair, why) = (kind.and_then(|kind| Repair::read(kind, &input)), reason::take(&input));
        if input.sent("version").is_empty() {
            input.wrong("version", "required", "This field is required.", "Begin with the dry run.");
        }
        let version = input.opt_int("version", 0..=i64::MAX);
        let once = taken_id(&input, req, cx.principal());
        let (given, sent) = (input.sent(reason::NAME).chars().take(10_000).collect::<String>(), Values::sent(&input));
        let finished = input.finish();
        let subject = Subject::read(&cx, &id).await?;
        let repair = match (repair, finished) {
            (Some(repair), Ok(())) => repair,
            (Some(repair), Err(Error::Problem(refused))) => {
                return Ok(cx.unchanged(dry_run::page(&cx, req, &subject, &repair, &given, &refused.fields).await?));
            }
            (None, Err(Error::Problem(refused))) if kind.is_some() => {
                let kind = kind.unwrap_or(Kind::Resync);
                return Ok(cx.unchanged(dry_run::again(&cx, req, &subject, kind, &sent, &refused.fields)));
            }
            (_, Err(e)) => return Err(e),
            (None, Ok(())) => return Err(changed_meanwhile()),
        };
        let made = if version == Some(subject.held.version) {
            apply(&mut cx, req, &once, &subject, &repair, &why).await
        } else {
            Err(changed_meanwhile())
        };
        match made {
            Ok(done) => Ok(done),
            // The same form pressed twice: what came first changed what this one was judged by, and is its answer too.
            Err(e) => match once.earlier(&cx).await? {
                Some(reply) => Ok(cx.unchanged(reply)),
                None => Err(e),
            },
        }
    }
}
