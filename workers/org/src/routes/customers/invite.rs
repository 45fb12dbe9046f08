//! `POST /o/{org}/customers`: adds a customer and sends the invitation. The plan's number is a guard of the batch.

use super::{
    INVITATIONS,
    invite_page::{self, Typed},
};
use crate::refused::{field, fields};
use domain::{
    actions,
    customers::{Customer, EMAIL, NAME, Status, normalized},
};
use kernel::{
    Command, Committed, Reply, Request, Result, Route, Write,
    error::{Code, Error},
    flash::Tone,
    host::Surface,
    id::Id,
    limit::Limit,
    principal::{Ability, Scope},
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use mail::Address;
use shell::Frame;
use store::{customers, forms};

/// Invites a customer.
pub struct Invite;
impl Command for Invite {
    const ROUTE: Route = Route {
        method: Method::Post,
        path: "/o/{org}/customers",
        surfaces: &[Surface::App],
        auth: Auth::Staff(Ability::Work),
        scope: Scope::None,
        limit: Limit::AccountExact(INVITATIONS),
        audit: Audit::Records(&[actions::CUSTOMER_INVITED]),
        payload: Payload::Form(16 * 1_024),
        csrf: Csrf::OriginAndToken,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "Invites a customer to the portal",
    };
    async fn call(cx: Write<'_>, req: &Request) -> Result<Committed> {
        let (org, slug) = (cx.org()?, req.param("org")?);
        let input = req.input()?;
        let name = input.text("name", NAME).trim().to_owned();
        let email = normalized(&input.text("email", EMAIL));
        if !email.is_empty() && Address::parse(&email).is_err() {
            input.wrong("email", "invalid_format", "This is not an e-mail address.", "Enter one, such as ada@example.com.");
        }
        let once = forms::taken_id(&input, req, cx.principal());
        let wrong = fields(input.finish())?;
        let row = cx.first(customers::portal(org)).await?;
        let portal = customers::portal_of(cx.app(), row.as_ref())?;
        let sent = req.input()?;
        let again = |errors: &[_], refusal: Option<&str>| -> Reply {
            let frame = Frame::of(&cx, req);
            let submit = forms::fresh_id(&cx.random());
            let typed = Typed { name: sent.sent("name"), email: sent.sent("email"), submit: &submit, errors, refusal };
            invite_page::page(&frame, slug).again(&typed.render(slug, frame.csrf(), &portal))
        };
        if !wrong.is_empty() {
            return Ok(cx.unchanged(again(&wrong, None)));
        }
        let customer = Customer { id: cx.id(), email, name, status: Status::Invited.as_str(), created_at: cx.now() };
        let to = Reply::see_other(&format!("/o/{slug}/customers")).flash(Tone::Done, &format!("Invitation sent to {}.", customer.email));
        let change = customers::invite(cx.mutation(customer.id.as_str())?, cx.app(), org, &customer, &portal)?;
        match once.commit(&cx, change, to).await {
            Err(e) if e.code() == Code::AlreadyExists => {
                let taken =
                    field("email", "already_exists", "There is already a customer with this address.", "Find them under Customers.");
                Ok(cx.unchanged(again(&[taken], None)))
            }
            Err(e) if e.code() == Code::PlanLimit => {
                let why = match portal.explained(e) {
                    Error::Problem(p) => p.detail,
                    other => return Err(other),
                };
                Ok(cx.unchanged(again(&[], Some(&why))))
            }
            done => done,
        }
    }
}
