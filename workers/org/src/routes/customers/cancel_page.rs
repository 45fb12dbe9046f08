//! `GET /o/{org}/customers/{id}/invitation/cancel`: asks before an invitation is canceled.

use super::{address, of_page_with};
use domain::customers::{Customer, Status};
use html::confirm::Confirm;
use kernel::{
    CustomerId, OrgId, Query, Read, Reply, Request, Result, Route,
    error::{Code, Error},
    host::Surface,
    limit::Limit,
    principal::{Ability, Scope},
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
    sql::Stmt,
};
use shell::{Frame, OrgPlace, Place};

kernel::sql! {
    Read Org WRITTEN(2) -> ["tickets"] = "SELECT count(*) AS tickets FROM tickets WHERE org_id = ?1 AND customer_id = ?2";
}

/// How many tickets name the customer.
pub(super) fn written(org: &OrgId, customer: &CustomerId) -> Stmt {
    WRITTEN.bind([org.into(), customer.into()])
}

/// Refuses what is for open invitations only.
pub(super) fn only_invited(customer: &Customer) -> Result<()> {
    if customer.status == Status::Invited.as_str() {
        return Ok(());
    }
    Err(Error::new(Code::WrongState, format!("{} has no open invitation.", customer.name)))
}

/// Asks.
pub struct CancelPage;
impl Query for CancelPage {
    const ROUTE: Route = Route {
        method: Method::Get,
        path: "/o/{org}/customers/{id}/invitation/cancel",
        surfaces: &[Surface::App],
        auth: Auth::Staff(Ability::Work),
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::ReadOnly,
        payload: Payload::None,
        csrf: Csrf::SafeMethod,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "Asks before a customer's invitation is canceled",
    };
    async fn call(cx: Read<'_>, req: &Request) -> Result<Reply> {
        let slug = req.param("org")?;
        let (customer, tickets) = of_page_with(&cx, req, written).await?;
        only_invited(&customer)?;
        let frame = Frame::of(&cx, req);
        let here = address(slug, &customer);
        let (title, action) = (format!("Cancel the invitation of {}?", customer.name), format!("{here}/invitation/cancel"));
        let consequences = [
            format!("The link that was sent to {} stops working now.", customer.email),
            match tickets {
                0 => "The customer is removed. You can invite them again at any time.".to_owned(),
                1 => {
                    "The customer stays in the list because 1 ticket belongs to them. You can invite them again from their page.".to_owned()
                }
                n => {
                    format!("The customer stays in the list because {n} tickets belong to them. You can invite them again from their page.")
                }
            },
        ];
        let main = Confirm::new(&title, &action, frame.csrf(), "Cancel invitation", &here)
            .stay("Keep the invitation")
            .consequences(&consequences)
            .render(&[]);
        let page = frame.app(Place::Org(slug, OrgPlace::Customers), &title).crumb("Customers", format!("/o/{slug}/customers"));
        Ok(page.crumb(&customer.name, here.as_str()).reply(&main))
    }
}
