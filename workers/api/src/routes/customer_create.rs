//! `POST /v1/customers`: adds a customer and sends the invitation to the portal. The plan's number is a guard of the batch.

use domain::{
    actions,
    customers::{Customer, EMAIL, NAME, Status, normalized},
};
use kernel::{
    Command, Committed, Reply, Request, Result, Route, Write,
    error::Code,
    host::Surface,
    id::Id,
    limit::{Exact, Limit},
    principal::{Resource, Scope, Verb},
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use mail::Address;
use store::customers;

/// Each one sends a mail to somebody who did not ask for it.
const LIMIT: Exact = Exact { name: "customer_invitations_api", limit: 300, window_seconds: 3_600 };

/// Adds and invites a customer.
pub struct CustomerCreate;
impl Command for CustomerCreate {
    const ROUTE: Route = Route {
        method: Method::Post,
        path: "/v1/customers",
        surfaces: &[Surface::Api],
        auth: Auth::Key,
        scope: Scope::Of(Resource::Customers, Verb::Write),
        limit: Limit::ApiExact(LIMIT),
        audit: Audit::Records(&[actions::CUSTOMER_INVITED]),
        payload: Payload::Json(16 * 1_024),
        csrf: Csrf::Cookieless,
        idempotency: Idempotency::Key,
        step_up: StepUp::Never,
        summary: "Adds a customer and invites them to the portal",
    };
    async fn call(cx: Write<'_>, req: &Request) -> Result<Committed> {
        let org = cx.org()?;
        let input = req.input()?;
        let name = input.text("name", NAME).trim().to_owned();
        let email = normalized(&input.text("email", EMAIL));
        if !email.is_empty() && Address::parse(&email).is_err() {
            input.wrong("email", "invalid_format", "This is not an e-mail address.", "Send one, such as `ada@example.com`.");
        }
        input.finish()?;
        let row = cx.first(customers::portal(org)).await?;
        let portal = customers::portal_of(cx.app(), row.as_ref())?;
        let customer = Customer { id: cx.id(), email, name, status: Status::Invited.as_str(), created_at: cx.now() };
        let reply = Reply::json(201, &customer)?.with("location", format!("/v1/customers/{}", customer.id));
        let change = customers::invite(cx.mutation(customer.id.as_str())?, cx.app(), org, &customer, &portal)?;
        change.commit(reply).await.map_err(|e| match e.code() {
            Code::AlreadyExists => e.detail("A customer with this e-mail address is there already."),
            _ => portal.explained(e),
        })
    }
}
