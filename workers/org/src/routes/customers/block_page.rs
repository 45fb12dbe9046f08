//! `GET /o/{org}/customers/{id}/block`: asks for the reason before a customer is blocked.

use super::{address, of_page_with};
use domain::customers::{Customer, Status};
use html::{
    confirm::Confirm,
    form::{self, Field},
    part::count,
};
use kernel::{
    CustomerId, Millis, OrgId, Query, Read, Reply, Request, Result, Route,
    error::{Code, Error},
    host::Surface,
    input::FieldError,
    limit::Limit,
    principal::{Ability, Scope},
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
    sql::Stmt,
};
use maud::{Markup, html};
use shell::{Frame, OrgPlace, Page, Place};

kernel::sql! {
    Read Org SIGNED_IN(3) -> ["sessions"] =
        "SELECT count(*) AS sessions FROM sessions WHERE org_id = ?1 AND subject = ?2 AND kind = 'customer' AND expires_at > ?3 AND idle_until > ?3";
}

/// In how many places the customer is signed in.
pub(super) fn signed_in(org: &OrgId, customer: &CustomerId, now: Millis) -> Stmt {
    SIGNED_IN.bind([org.into(), customer.into(), now.into()])
}

/// Refuses what is for active customers only.
pub(super) fn only_active(customer: &Customer) -> Result<()> {
    match customer.status {
        s if s == Status::Active.as_str() => Ok(()),
        s if s == Status::Blocked.as_str() => Err(Error::new(Code::WrongState, format!("{} is blocked already.", customer.name))),
        _ => Err(Error::new(Code::WrongState, format!("{} has not accepted yet: cancel the invitation instead.", customer.name))),
    }
}

/// Asks.
pub struct BlockPage;
impl Query for BlockPage {
    const ROUTE: Route = Route {
        method: Method::Get,
        path: "/o/{org}/customers/{id}/block",
        surfaces: &[Surface::App],
        auth: Auth::Staff(Ability::Work),
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::ReadOnly,
        payload: Payload::None,
        csrf: Csrf::SafeMethod,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "Asks for the reason before a customer is blocked",
    };
    async fn call(cx: Read<'_>, req: &Request) -> Result<Reply> {
        let slug = req.param("org")?;
        let (customer, sessions) = of_page_with(&cx, req, |org, id| signed_in(org, id, cx.now())).await?;
        only_active(&customer)?;
        let frame = Frame::of(&cx, req);
        let main = render(slug, &customer, frame.csrf(), sessions, "", &[]);
        Ok(page(&frame, slug, &customer).reply(&main))
    }
}

/// The page around the question.
pub(super) fn page<'f>(frame: &'f Frame<'f>, slug: &'f str, customer: &'f Customer) -> Page<'f> {
    let page = frame.app(Place::Org(slug, OrgPlace::Customers), "Block a customer");
    page.crumb("Customers", format!("/o/{slug}/customers")).crumb(&customer.name, address(slug, customer))
}

/// The question, with the reason as it was typed.
pub(super) fn render(slug: &str, customer: &Customer, csrf: &str, sessions: i64, reason: &str, errors: &[FieldError]) -> Markup {
    let here = address(slug, customer);
    let (title, action) = (format!("Block {}?", customer.name), format!("{here}/block"));
    let consequences = [
        match sessions {
            0 => "They are not signed in now, and can no longer sign in.".to_owned(),
            n => format!("They are signed out of {} now, and can no longer sign in.", count(n, "place", "places")),
        },
        "Links to sign in or to set a new password that they were sent stop working.".to_owned(),
        "Their tickets stay. You can unblock them at any time.".to_owned(),
    ];
    let field = Field::lines("reason", "Reason")
        .value(reason)
        .rows(3)
        .max(500)
        .hint("Your team sees it, and it is in the audit log. The customer does not see it.");
    html! {
        (form::summary(errors, &[field]))
        (Confirm::new(&title, &action, csrf, "Block customer", &here).consequences(&consequences).fields(field.render(errors)).render(&[]))
    }
}
