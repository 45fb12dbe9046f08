//! `GET /privacy/delete`: asks before the account is deleted.

use crate::routes::privacy::{DELETE, PRIVACY};
use html::confirm::Confirm;
use kernel::{
    Query, Read, Reply, Request, Result, Route,
    host::Surface,
    input::FieldError,
    limit::Limit,
    principal::{Customer, Scope},
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use shell::{
    Frame,
    portal::{self, PortalPlace},
};

/// Asks before the account is deleted.
pub struct PrivacyDeletePage;
impl Query for PrivacyDeletePage {
    const ROUTE: Route = Route {
        method: Method::Get,
        path: DELETE,
        surfaces: &[Surface::Portal],
        auth: Auth::Customer,
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::ReadOnly,
        payload: Payload::None,
        csrf: Csrf::SafeMethod,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Recent,
        summary: "Asks before the signed-in customer's account is deleted",
    };
    async fn call(cx: Read<'_>, req: &Request) -> Result<Reply> {
        let me = portal::customer(&cx)?;
        Ok(ask(&Frame::of(&cx, req), me, &[]))
    }
}

/// The question, with what was wrong with the answer before.
pub(super) fn ask(frame: &Frame<'_>, me: &Customer, errors: &[FieldError]) -> Reply {
    let consequences = [
        format!("Your account at {} ends now, and can't be brought back. Nobody can sign in to it.", frame.brand()),
        "Your name, your address, your password, your second factor, your sessions and your notifications are deleted.".to_owned(),
        "Your tickets and replies stay with the team, under the name \"Deleted customer\".".to_owned(),
        "The record of what was done here stays as long as the company keeps such records.".to_owned(),
        "To keep a copy of your data, download it on the page before.".to_owned(),
    ];
    let main = Confirm::new("Delete your account?", DELETE, frame.csrf(), "Delete my account", PRIVACY)
        .consequences(&consequences)
        .type_name(&me.email)
        .render(errors);
    let page = frame.portal(PortalPlace::Privacy, "Delete my account").crumb("Privacy", PRIVACY);
    if errors.is_empty() { page.reply(&main) } else { page.again(&main) }
}
