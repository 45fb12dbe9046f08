//! `GET /new`: the form that makes an organization.

use html::form::{Field, Form, summary};
use kernel::{
    Query, Read, Reply, Request, Result, Route,
    host::Surface,
    input::FieldError,
    limit::Limit,
    principal::Scope,
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use maud::html;
use shell::{Context, Frame, Place};

/// The address of the page and of its form.
pub const PATH: &str = "/new";

/// Shows the form.
pub struct CreatePage;
impl Query for CreatePage {
    const ROUTE: Route = Route {
        method: Method::Get,
        path: PATH,
        surfaces: &[Surface::App],
        auth: Auth::Account,
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::ReadOnly,
        payload: Payload::None,
        csrf: Csrf::SafeMethod,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "The form that makes an organization",
    };
    async fn call(cx: Read<'_>, req: &Request) -> Result<Reply> {
        Ok(show(&cx, req, "", "", &[]))
    }
}

/// The page, with what was sent before and what was wrong with it.
pub(super) fn show<'a>(cx: &impl Context<'a>, req: &'a Request, name: &str, slug: &str, errors: &[FieldError]) -> Reply {
    let frame = Frame::of(cx, req);
    let suffix = format!(".{}", cx.app().config.portal_domain);
    let fields =
        [
            Field::text("name", "Name")
                .value(name)
                .max(80)
                .autocomplete("organization")
                .focus()
                .hint("Your company or team. Members and customers see it."),
            Field::text("slug", "Address").value(slug).max(40).optional().suffix(&suffix).slug_check(super::slug_check::PATH).hint(
                "Where your customers find your portal. Lowercase letters, digits and hyphens. Left empty, it is made from the name.",
            ),
        ];
    let main = html! {
        section class="narrow" {
            (summary(errors, &fields))
            (html::page::head("New organization", "You are its owner, and it starts on the Free plan. You can change the name and the address later.", &html! {}))
            (Form::new(PATH, frame.csrf(), "Create organization").cancel("/").render(&html! { @for f in &fields { (f.render(errors)) } }))
        }
    };
    let page = frame.app(Place::Home, "New organization");
    if errors.is_empty() { page.reply(&main) } else { page.again(&main) }
}
