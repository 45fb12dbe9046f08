//! `GET /reset/choose`: the form for a new password, behind the link of a mail.

use crate::{door::Door, fields, links};
use html::{
    form::{self, Form},
    part,
};
use kernel::{
    Query, Read, Reply, Request, Result, Route,
    host::Surface,
    input::FieldError,
    limit::Limit,
    principal::Scope,
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use maud::html;
use shell::Frame;
use store::tokens::Purpose;

/// Shows the form.
pub struct ResetChoosePage;
impl Query for ResetChoosePage {
    const ROUTE: Route = Route {
        method: Method::Get,
        path: "/reset/choose",
        surfaces: &[Surface::App, Surface::Portal, Surface::Platform],
        auth: Auth::Public,
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::ReadOnly,
        payload: Payload::None,
        csrf: Csrf::SafeMethod,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "The form for a new password, behind a link",
    };
    async fn call(cx: Read<'_>, req: &Request) -> Result<Reply> {
        Door::of(cx.site())?;
        let (frame, token) = (Frame::of(&cx, req), req.query("token").unwrap_or_default());
        Ok(match links::find(&cx, req, Purpose::Reset, token).await? {
            Ok(found) => page(&frame, token, &found.email, &[]),
            Err(why) => links::trouble(&frame, Purpose::Reset, why),
        })
    }
}

/// The page with the form, shown first and after a refusal.
pub(super) fn page(frame: &Frame<'_>, token: &str, email: &str, errors: &[FieldError]) -> Reply {
    let fields = [fields::new_password_field()];
    let main = html! {
        section class="narrow" {
            (form::summary(errors, &fields))
            h1 { "Choose a new password" }
            div class="card" {
                p class="quiet" { "For " (part::name(email)) ". Every session of the account ends; then you sign in with the new password." }
                (Form::new("/reset/choose", frame.csrf(), "Set password").render(&html! {
                    (form::hidden("token", token))
                    // For password managers: whose password this is.
                    input type="hidden" name="username" value=(email) autocomplete="username";
                    @for field in &fields { (field.render(errors)) }
                }))
            }
        }
    };
    let page = frame.bare("Choose a new password");
    links::discreet(if errors.is_empty() { page.reply(&main) } else { page.again(&main) })
}
