//! `POST /billing/orgs/{id}/repair`: makes a repair that was shown before.

use super::dry_run;
use crate::console::{
    apply::{apply, changed_meanwhile},
    prepare::Subject,
    reason,
    repair::Repair,
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
        let (repair, why) = (Repair::read(&input), reason::take(&input));
        if input.sent("version").is_empty() {
            input.wrong("version", "required", "This field is required.", "Begin with the dry run.");
        }
        let version = input.opt_int("version", 0..=i64::MAX);
        let given: String = input.sent(reason::NAME).chars().take(10_000).collect();
        let finished = input.finish();
        let subject = Subject::read(&cx, &id).await?;
        let repair = match (repair, finished) {
            (Some(repair), Ok(())) => repair,
            (Some(repair), Err(Error::Problem(refused))) => {
                return Ok(cx.unchanged(dry_run::page(&cx, req, &subject, &repair, &given, &refused.fields).await?));
            }
            (_, Err(e)) => return Err(e),
            (None, Ok(())) => return Err(changed_meanwhile()),
        };
        if version != Some(subject.held.version) {
            return Err(changed_meanwhile());
        }
        apply(&mut cx, req, &subject, &repair, &why).await
    }
}
