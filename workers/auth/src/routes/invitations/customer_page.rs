//! `GET /invitations/accept` at a portal: what the link of a customer's invitation leads to.

use crate::{door::Door, fields, links, routes::invitations::NAME_OF};
use html::{
    form::{self, Field, Form},
    part,
};
use kernel::{
    Query, Read, Reply, Request, Result, Route,
    error::Code,
    host::Surface,
    input::FieldError,
    limit::Limit,
    principal::Scope,
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use maud::html;
use shell::Frame;
use store::tokens::Purpose;

/// Shows the form for a name and a password.
pub struct CustomerInvitationPage;
impl Query for CustomerInvitationPage {
    const ROUTE: Route = Route {
        method: Method::Get,
        path: "/invitations/accept",
        surfaces: &[Surface::Portal],
        auth: Auth::Public,
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::ReadOnly,
        payload: Payload::None,
        csrf: Csrf::SafeMethod,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "What the link of a customer's invitation leads to",
    };
    async fn call(cx: Read<'_>, req: &Request) -> Result<Reply> {
        let door = Door::of(cx.site())?;
        let (frame, token) = (Frame::of(&cx, req), req.query("token").unwrap_or_default());
        let found = match links::find(&cx, req, Purpose::CustomerInvitation, token).await? {
            Ok(found) => found,
            Err(why) => return Ok(links::trouble(&frame, Purpose::CustomerInvitation, why)),
        };
        let org = door.org().ok_or(Code::NotFound)?;
        let row = cx.first(NAME_OF.bind([org.into(), found.subject.as_str().into()])).await?;
        let name = row.map(|row| row.text(0).map(str::to_owned)).transpose()?.unwrap_or_default();
        Ok(page(&frame, door, token, &found.email, &name, &[]))
    }
}

/// The page with the form, shown first and after a refusal.
pub(super) fn page(frame: &Frame<'_>, door: Door<'_>, token: &str, email: &str, name: &str, errors: &[FieldError]) -> Reply {
    let fields = [Field::text("name", "Your name").autocomplete("name").value(name).max(100), fields::password_field()];
    let title = format!("Your account at {}", door.name());
    let main = html! {
        section class="narrow" {
            (form::summary(errors, &fields))
            h1 { "Your account at " (part::name(door.name())) }
            div class="card" {
                p class="quiet" { "For " (part::name(email)) ". Choose a password, and your account is ready." }
                (Form::new("/invitations/accept", frame.csrf(), "Open account").render(&html! {
                    (form::hidden("token", token))
                    @for field in &fields { (field.render(errors)) }
                }))
            }
        }
    };
    let page = frame.bare(&title);
    links::discreet(if errors.is_empty() { page.reply(&main) } else { page.again(&main) })
}
