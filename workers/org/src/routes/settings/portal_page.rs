//! `GET /o/{org}/settings/portal`: whether customers can sign in, and how they come to an account.

use super::{Again, Current, current, manages, on_off, page, version_field};
use html::{
    form::{Field, Form, summary},
    page::card,
    part::facts,
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
pub struct PortalPage;
impl Query for PortalPage {
    const ROUTE: Route = Route {
        method: Method::Get,
        path: "/o/{org}/settings/portal",
        surfaces: &[Surface::App],
        auth: Auth::Staff(Ability::Read),
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::ReadOnly,
        payload: Payload::None,
        csrf: Csrf::SafeMethod,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "Whether an organization's portal is open, and for whom",
    };
    async fn call(cx: Read<'_>, req: &Request) -> Result<Reply> {
        let now = Current::of(cx.first(current(cx.org()?)).await?.as_ref())?;
        show(&cx, req, &now, (now.portal_open, now.self_sign_up), Again::No)
    }
}

/// The page.
pub(super) fn show<'a>(
    cx: &impl Context<'a>,
    req: &'a Request,
    now: &Current,
    (open, sign_up): (bool, bool),
    again: Again<'_>,
) -> Result<Reply> {
    page(cx, req, SettingsPlace::Portal, "Portal", again, |frame| {
        let on = |is: bool| if is { "on" } else { "" };
        let fields = [
            Field::checkbox("portal_open", "The portal is open")
                .value(on(open))
                .hint("While it is closed, customers can't sign in and see a notice instead. Nothing is removed."),
            Field::checkbox("self_sign_up", "People can create an account themselves")
                .value(on(sign_up))
                .hint("Anyone with a confirmed e-mail address. Otherwise, only people you invite."),
        ];
        let action = format!("/o/{}/settings/portal", now.slug);
        html! {
            (summary(again.errors(), &fields))
            @if !manages(cx.principal()) {
                (card("Portal", "", &html! {}, &facts(&[
                    ("Portal", html! { (if open { "Open" } else { "Closed" }) }),
                    ("Self sign-up", on_off(sign_up)),
                ])))
            } @else { (card("Portal", "Changes take effect within a minute.", &html! {}, &Form::new(&action, frame.csrf(), "Save").guard_changes().render(&html! {
                (version_field(now.version))
                @for f in &fields { (f.render(again.errors())) }
            }))) }
        }
    })
}
