//! `GET /o/{org}/settings`: the name, and the way to another address.

use super::{Again, Current, current, manages, page, version_field};
use html::{
    form::{Field, Form, icon_link, summary},
    page::{card, setting},
    part::{facts, name as called},
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
pub struct GeneralPage;
impl Query for GeneralPage {
    const ROUTE: Route = Route {
        method: Method::Get,
        path: "/o/{org}/settings",
        surfaces: &[Surface::App],
        auth: Auth::Staff(Ability::Read),
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::ReadOnly,
        payload: Payload::None,
        csrf: Csrf::SafeMethod,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "An organization's name and address",
    };
    async fn call(cx: Read<'_>, req: &Request) -> Result<Reply> {
        let now = Current::of(cx.first(current(cx.org()?)).await?.as_ref())?;
        show(&cx, req, &now, &now.name, Again::No)
    }
}

/// The page.
pub(super) fn show<'a>(cx: &impl Context<'a>, req: &'a Request, now: &Current, name: &str, again: Again<'_>) -> Result<Reply> {
    let config = &cx.app().config;
    page(cx, req, SettingsPlace::General, "Settings", again, |frame| {
        let field = Field::text("name", "Name").value(name).max(80).autocomplete("organization").hint("Members and customers see it.");
        let action = format!("/o/{}/settings", now.slug);
        let manages = manages(cx.principal());
        html! {
            (summary(again.errors(), &[field]))
            @if !manages { (card("General", "", &html! {}, &facts(&[("Name", called(name))]))) }
            @if manages { (card("General", "", &html! {}, &Form::new(&action, frame.csrf(), "Save").guard_changes().render(&html! {
                (version_field(now.version))
                (field.render(again.errors()))
            }))) }
            (card("Address", "", &html! {}, &setting(
                &config.portal_host(&now.slug),
                &format!("Your customers' portal is there; your own pages are under {}/o/{}.", config.app_host, now.slug),
                &html! { @if manages { (icon_link(&format!("{action}/slug"), html::Icon::Pencil, "Change address")) } },
            )))
        }
    })
}
