//! `GET /o/{org}/customers/{id}/edit`: the form for a customer's name.

use super::{address, of_page};
use domain::customers::Customer;
use html::{
    form::{self, Field, Form},
    page::head,
    part::{Tone, callout, name},
};
use kernel::{
    Query, Read, Reply, Request, Result, Route,
    host::Surface,
    input::FieldError,
    limit::Limit,
    principal::{Ability, Scope},
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use maud::{Markup, html};
use shell::{Frame, OrgPlace, Page, Place};

/// Shows the form.
pub struct EditPage;
impl Query for EditPage {
    const ROUTE: Route = Route {
        method: Method::Get,
        path: "/o/{org}/customers/{id}/edit",
        surfaces: &[Surface::App],
        auth: Auth::Staff(Ability::Work),
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::ReadOnly,
        payload: Payload::None,
        csrf: Csrf::SafeMethod,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "The form for a customer's name",
    };
    async fn call(cx: Read<'_>, req: &Request) -> Result<Reply> {
        let (slug, customer) = (req.param("org")?, of_page(&cx, req).await?);
        let frame = Frame::of(&cx, req);
        let main = render(slug, &customer, frame.csrf(), &customer.name, &[], false);
        Ok(page(&frame, slug, &customer).reply(&main))
    }
}

/// The page around the form.
pub(super) fn page<'f>(frame: &'f Frame<'f>, slug: &'f str, customer: &'f Customer) -> Page<'f> {
    let page = frame.app(Place::Org(slug, OrgPlace::Customers), "Edit name");
    page.crumb("Customers", format!("/o/{slug}/customers")).crumb(&customer.name, address(slug, customer))
}

/// The form with a name in it. `changed` says that somebody else changed it meanwhile.
pub(super) fn render(slug: &str, customer: &Customer, csrf: &str, typed: &str, errors: &[FieldError], changed: bool) -> Markup {
    let here = address(slug, customer);
    let field = Field::text("name", "Name").value(typed).max(120).hint("The customer sees it in the portal, and can change it there.");
    html! {
        (form::summary(errors, &[field]))
        (head("Edit name", "", &html! {}))
        @if changed {
            (callout(Tone::Warn, "Somebody else changed the name", &html! {
                p { "It is " (name(&customer.name)) " now. Your text is in the form and is not saved yet." }
            }))
        }
        section class="narrow" {
            (Form::new(&here, csrf, if changed { "Replace it" } else { "Save" }).cancel(&here).render(&html! {
                (form::hidden("was", &customer.name))
                (field.render(errors))
            }))
        }
    }
}
