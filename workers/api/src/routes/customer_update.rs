//! `PATCH /v1/customers/{id}`: the name, and whether the customer is blocked.

use domain::{
    actions,
    customers::{Customer, NAME, REASON, Status},
};
use kernel::{
    Command, Committed, CustomerId, Reply, Request, Result, Route, Write,
    error::{Code, Error},
    host::Surface,
    id::Id,
    limit::Limit,
    principal::{Resource, Scope, Verb},
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use serde_json::json;
use store::customers;

/// What a program may set. `invited` is left by accepting, not by being told to.
const SETTABLE: &[(&str, Status)] = &[("active", Status::Active), ("blocked", Status::Blocked)];

/// Changes a customer.
pub struct CustomerUpdate;
impl Command for CustomerUpdate {
    const ROUTE: Route = Route {
        method: Method::Patch,
        path: "/v1/customers/{id}",
        surfaces: &[Surface::Api],
        auth: Auth::Key,
        scope: Scope::Of(Resource::Customers, Verb::Write),
        limit: Limit::Api(1),
        audit: Audit::Records(&[actions::CUSTOMER_UPDATED, actions::CUSTOMER_BLOCKED, actions::CUSTOMER_UNBLOCKED]),
        payload: Payload::Json(16 * 1_024),
        csrf: Csrf::Cookieless,
        idempotency: Idempotency::Key,
        step_up: StepUp::Never,
        summary: "Changes a customer's name, blocks or unblocks them",
    };
    async fn call(cx: Write<'_>, req: &Request) -> Result<Committed> {
        let (org, id) = (cx.org()?, req.id_param::<CustomerId>("id")?);
        let input = req.input()?;
        let name = input.opt_text("name", NAME).map(|name| name.trim().to_owned());
        let status = input.opt_choice("status", SETTABLE);
        let reason = input.opt_text("blocked_reason", REASON);
        if reason.is_some() && status != Some(Status::Blocked) {
            input.wrong(
                "blocked_reason",
                "not_allowed",
                "A reason goes with blocking only.",
                "Leave it out, or send `status` as `blocked`.",
            );
        }
        input.finish()?;
        let row = cx.first(customers::one(org, &id)).await?.ok_or(Code::NotFound)?;
        let before = customers::of(&row)?;
        let renamed = Customer { name: name.unwrap_or_else(|| before.name.clone()), ..before.clone() };
        let status = status.filter(|s| s.as_str() != before.status);
        if renamed == before && status.is_none() {
            return Ok(cx.unchanged(Reply::json(200, &before)?));
        }
        let action = match status {
            Some(Status::Blocked) => actions::CUSTOMER_BLOCKED,
            Some(_) => actions::CUSTOMER_UNBLOCKED,
            None => actions::CUSTOMER_UPDATED,
        };
        let mut change = cx.mutation_as(action, id.as_str())?;
        if renamed != before {
            change = customers::rename(change, org, &before, &renamed)?;
        }
        change = match status {
            Some(Status::Blocked) => {
                let names = (renamed != before).then(|| json!({"from": before.name, "to": renamed.name}));
                customers::block(change, org, &renamed, reason.as_deref())?.detail(json!({"reason": reason, "name": names}).to_string())
            }
            Some(_) => customers::unblock(change, org, &renamed)?,
            None => change,
        };
        let after = Customer { status: status.map_or(before.status, Status::as_str), ..renamed };
        change.commit(Reply::json(200, &after)?).await.map_err(|e| if e.code() == Code::WrongState { wrong_state(&before) } else { e })
    }
}

fn wrong_state(before: &Customer) -> Error {
    Error::new(
        Code::WrongState,
        format!("The customer is {}: only an active one can be blocked, and only a blocked one unblocked.", before.status),
    )
}
