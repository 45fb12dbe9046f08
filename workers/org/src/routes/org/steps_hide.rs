//! `POST /o/{org}/steps/hide`: puts the checklist of first steps away.

use domain::actions;
use kernel::{
    Command, Committed, Id, Reply, Request, Result, Route, Write,
    host::Surface,
    limit::Limit,
    principal::{Ability, Scope},
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};

kernel::sql! {
    Write Org HIDE(2) -> [] = "UPDATE orgs SET steps_hidden_at = COALESCE(steps_hidden_at, ?2) WHERE id = ?1";
}

/// Puts the checklist away.
pub struct StepsHide;
impl Command for StepsHide {
    const ROUTE: Route = Route {
        method: Method::Post,
        path: "/o/{org}/steps/hide",
        surfaces: &[Surface::App],
        auth: Auth::Staff(Ability::Manage),
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::Records(&[actions::ORG_STEPS_HIDDEN]),
        payload: Payload::Form(1_024),
        csrf: Csrf::OriginAndToken,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "Puts the checklist of first steps away",
    };
    async fn call(cx: Write<'_>, req: &Request) -> Result<Committed> {
        let (org, slug) = (cx.org()?, req.param("org")?);
        req.input()?.finish()?;
        let hide = HIDE.bind([org.into(), cx.now().into()]);
        cx.mutation(org.as_str())?.then_one(hide).commit(Reply::see_other(&format!("/o/{slug}"))).await
    }
}
