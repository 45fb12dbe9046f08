//! `GET /o/{org}/settings/slug`: the form that changes the address, with what that means.

use super::{Again, Current, current, page, version_field};
use html::{
    form::{Field, Form, summary},
    page::card,
    part::{Tone, callout},
};
use kernel::{
    Query, Read, Reply, Request, Result, Route,
    host::Surface,
    limit::Limit,
    principal::{Ability, Scope},
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use maud::html;
use shell::{Context, SettingsPlace};

/// Shows the form.
pub struct SlugPage;
impl Query for SlugPage {
    const ROUTE: Route = Route {
        method: Method::Get,
        path: "/o/{org}/settings/slug",
        surfaces: &[Surface::App],
        auth: Auth::Staff(Ability::Manage),
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::ReadOnly,
        payload: Payload::None,
        csrf: Csrf::SafeMethod,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Recent,
        summary: "The form that changes an organization's address",
    };
    async fn call(cx: Read<'_>, req: &Request) -> Result<Reply> {
        let now = Current::of(cx.first(current(cx.org()?)).await?.as_ref())?;
        show(&cx, req, &now, &now.slug, Again::No)
    }
}

/// The page.
pub(super) fn show<'a>(cx: &impl Context<'a>, req: &'a Request, now: &Current, slug: &str, again: Again<'_>) -> Result<Reply> {
    let config = &cx.app().config;
    page(cx, req, SettingsPlace::General, "Change address", again, |frame| {
        let suffix = format!(".{}", config.portal_domain);
        let field = Field::text("slug", "New address")
            .value(slug)
            .max(40)
            .suffix(&suffix)
            .slug_check(crate::routes::org::slug_check::PATH)
            .hint("Lowercase letters, digits and hyphens; 3 to 40 characters.");
        let (action, back) = (format!("/o/{}/settings/slug", now.slug), format!("/o/{}/settings", now.slug));
        html! {
            (summary(again.errors(), &[field]))
            (card("Change the address", "", &html! {}, &html! {
                (callout(Tone::Warn, "Your portal moves", &html! {
                    "Customers find it at the new address within a minute and sign in there once more. Links to "
                    (config.portal_host(&now.slug)) " and to your pages under /o/" (now.slug)
                    " no longer work. Nobody else can take the old address; you can take it back. A domain of your own is not affected."
                }))
                (Form::new(&action, frame.csrf(), "Change address").cancel(&back).render(&html! {
                    (version_field(now.version))
                    (field.render(again.errors()))
                }))
            }))
        }
    })
}
