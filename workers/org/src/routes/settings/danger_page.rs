//! `GET /o/{org}/settings/danger`: handing the organization over, and deleting it.

use super::{Again, page};
use html::page::{danger_zone, setting};
use kernel::{
    Query, Read, Reply, Request, Result, Route,
    host::Surface,
    limit::Limit,
    principal::{Ability, Scope},
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use maud::html;
use shell::SettingsPlace;

/// Shows what can't easily be undone.
pub struct DangerPage;
impl Query for DangerPage {
    const ROUTE: Route = Route {
        method: Method::Get,
        path: "/o/{org}/settings/danger",
        surfaces: &[Surface::App],
        auth: Auth::Staff(Ability::Own),
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::ReadOnly,
        payload: Payload::None,
        csrf: Csrf::SafeMethod,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "Handing an organization over, and deleting it",
    };
    async fn call(cx: Read<'_>, req: &Request) -> Result<Reply> {
        let slug = req.param("org")?;
        page(&cx, req, SettingsPlace::Danger, "Danger zone", Again::No, |_| {
            danger_zone(&html! {
                (setting(
                    "Transfer ownership",
                    "Another member becomes an owner, and you become an admin.",
                    &html! { a class="button" href={ "/o/" (slug) "/members" } { "Choose a member" } },
                ))
                (setting(
                    "Delete this organization",
                    "Access ends at once for everyone. An owner can restore it for 30 days; then its data is removed.",
                    &html! { a class="button danger" href={ "/o/" (slug) "/settings/delete" } { "Delete organization" } },
                ))
            })
        })
    }
}
