//! `GET /o/{org}/customers/new`: the form that invites a customer.

use domain::quotas::Level;
use html::{
    form::{self, Field, Form},
    page::head,
    part::{Tone, callout},
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
use store::{
    customers::{self, Portal},
    forms,
};

/// Shows the form.
pub struct InvitePage;
impl Query for InvitePage {
    const ROUTE: Route = Route {
        method: Method::Get,
        path: "/o/{org}/customers/new",
        surfaces: &[Surface::App],
        auth: Auth::Staff(Ability::Work),
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::ReadOnly,
        payload: Payload::None,
        csrf: Csrf::SafeMethod,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "The form that invites a customer",
    };
    async fn call(cx: Read<'_>, req: &Request) -> Result<Reply> {
        let row = cx.first(customers::portal(cx.org()?)).await?;
        let portal = customers::portal_of(cx.app(), row.as_ref())?;
        let frame = Frame::of(&cx, req);
        let (submit, refusal) = (forms::fresh_id(&cx.random()), full(&portal));
        let typed = Typed { name: "", email: "", submit: &submit, errors: &[], refusal: refusal.as_deref() };
        let main = typed.render(req.param("org")?, frame.csrf(), &portal);
        Ok(page(&frame, req.param("org")?).reply(&main))
    }
}

/// What is said where there is no room, before anybody types anything.
fn full(portal: &Portal) -> Option<String> {
    let standing = portal.standing();
    (standing.level() == Level::Full).then(|| standing.refusal())
}

/// The page around the form.
pub(super) fn page<'f>(frame: &'f Frame<'f>, slug: &'f str) -> Page<'f> {
    frame.app(Place::Org(slug, OrgPlace::Customers), "Invite a customer").crumb("Customers", format!("/o/{slug}/customers"))
}

/// What was typed, and what was wrong with it.
pub(super) struct Typed<'a> {
    /// The name.
    pub name: &'a str,
    /// The address.
    pub email: &'a str,
    /// The form's own number.
    pub submit: &'a str,
    /// Wrong fields.
    pub errors: &'a [FieldError],
    /// Why nobody can be invited now.
    pub refusal: Option<&'a str>,
}
impl Typed<'_> {
    /// The form.
    pub(super) fn render(&self, slug: &str, csrf: &str, portal: &Portal) -> Markup {
        let here = format!("/o/{slug}/customers");
        let hint = format!("The link in the e-mail leads to {}.", portal.host);
        let fields = [
            Field::text("name", "Name").value(self.name).max(120),
            Field::email("email", "E-mail").value(self.email).hint(&hint).autocomplete("off").max(254),
        ];
        html! {
            (form::summary(self.errors, &fields))
            @if let Some(why) = self.refusal { (callout(Tone::Warn, "Nobody can be invited now", &html! { p { (why) } })) }
            (head("Invite a customer", "They get an e-mail with a link, choose a password, and can then send and follow tickets in your portal.", &html! {}))
            section class="narrow" {
                (Form::new(&here, csrf, "Send invitation").cancel(&here).render(&html! {
                    (form::hidden(forms::SUBMIT, self.submit))
                    @for field in &fields { (field.render(self.errors)) }
                }))
            }
        }
    }
}
