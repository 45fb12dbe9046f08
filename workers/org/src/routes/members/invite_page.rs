//! `GET /o/{org}/members/invite`: the form that invites somebody.

use super::{grantable, me};
use html::form::{Field, Form, refusal, summary};
use kernel::{
    Query, Read, Reply, Request, Result, Route,
    host::Surface,
    input::FieldError,
    limit::Limit,
    principal::{Ability, Scope},
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use maud::html;
use shell::{Context, Frame, OrgPlace, Place};

/// Shows the form.
pub struct InvitePage;
impl Query for InvitePage {
    const ROUTE: Route = Route {
        method: Method::Get,
        path: "/o/{org}/members/invite",
        surfaces: &[Surface::App],
        auth: Auth::Staff(Ability::Manage),
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::ReadOnly,
        payload: Payload::None,
        csrf: Csrf::SafeMethod,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Recent,
        summary: "The form that invites somebody to an organization",
    };
    async fn call(cx: Read<'_>, req: &Request) -> Result<Reply> {
        show(&cx, req, &Shown { email: "", role: "member", errors: &[], refused: None })
    }
}

/// What the form shows.
pub(super) struct Shown<'s> {
    pub email: &'s str,
    pub role: &'s str,
    pub errors: &'s [FieldError],
    /// Why the form as a whole was refused.
    pub refused: Option<&'s str>,
}

/// The page, with what was sent before and what was wrong with it.
pub(super) fn show<'a>(cx: &impl Context<'a>, req: &'a Request, shown: &Shown<'_>) -> Result<Reply> {
    let (_, role) = me(cx.principal())?;
    let slug = req.param("org")?;
    let frame = Frame::of(cx, req);
    let picks = grantable(role);
    let fields = [
        Field::email("email", "E-mail address")
            .value(shown.email)
            .max(254)
            .focus()
            .hint("They get a link that works for 7 days, for this address only."),
        Field::radio("role", "Role", &picks).value(shown.role),
    ];
    let (action, list) = (format!("/o/{slug}/members/invite"), format!("/o/{slug}/members"));
    let main = html! {
        section class="narrow" {
            (summary(shown.errors, &fields))
            @if let Some(why) = shown.refused { (refusal(why)) }
            (html::page::head("Invite a member", "", &html! {}))
            (Form::new(&action, frame.csrf(), "Send invitation").cancel(&list).render(&html! { @for f in &fields { (f.render(shown.errors)) } }))
        }
    };
    let page = frame.app(Place::Org(slug, OrgPlace::Members), "Invite a member").crumb("Members", list.as_str());
    Ok(match (shown.errors, shown.refused) {
        ([], None) => page.reply(&main),
        // Nothing is wrong with what was typed: the organization has no room for it.
        ([], Some(_)) => page.status(409).reply(&main),
        _ => page.again(&main),
    })
}
