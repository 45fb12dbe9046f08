//! `GET /o/{org}/members/{id}/role`: the form that changes a member's role.

use super::{Member, ONE, grantable, me};
use html::{
    form::{Field, Form, hidden, summary},
    part::{Tone, callout},
};
use kernel::{
    Query, Read, Reply, Request, Result, Route, UserId,
    error::Code,
    host::Surface,
    input::FieldError,
    limit::Limit,
    principal::{Ability, Scope},
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use maud::html;
use shell::{Context, Frame, OrgPlace, Place};

/// Shows the form.
pub struct RolePage;
impl Query for RolePage {
    const ROUTE: Route = Route {
        method: Method::Get,
        path: "/o/{org}/members/{id}/role",
        surfaces: &[Surface::App],
        auth: Auth::Staff(Ability::Manage),
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::ReadOnly,
        payload: Payload::None,
        csrf: Csrf::SafeMethod,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Recent,
        summary: "The form that changes a member's role",
    };
    async fn call(cx: Read<'_>, req: &Request) -> Result<Reply> {
        let id = req.id_param::<UserId>("id")?;
        let member = Member::of(cx.first(ONE.bind([cx.org()?.into(), (&id).into()])).await?.as_ref())?;
        show(&cx, req, &member, member.role.as_str(), &[], false)
    }
}

/// The page. `stale` is whether the role changed since it was shown.
pub(super) fn show<'a>(
    cx: &impl Context<'a>,
    req: &'a Request,
    member: &Member,
    chosen: &str,
    errors: &[FieldError],
    stale: bool,
) -> Result<Reply> {
    let (_, mine) = me(cx.principal())?;
    if !mine.may_grant(member.role) {
        return Err(Code::RoleMissing.into());
    }
    let slug = req.param("org")?;
    let frame = Frame::of(cx, req);
    let picks = grantable(mine);
    let field = Field::radio("role", "Role", &picks).value(chosen);
    let (action, list) = (format!("/o/{slug}/members/{}/role", member.user), format!("/o/{slug}/members"));
    let main = html! {
        section class="narrow" {
            (summary(errors, &[field]))
            (html::page::head(&format!("Role of {}", member.name), &member.email, &html! {}))
            @if stale {
                (callout(Tone::Warn, "Somebody else changed the role", &html! { "It is " strong { (html::part::sentence(member.role.as_str())) } " now. Your choice is kept below and is not saved yet; saving it replaces theirs." }))
            }
            @if member.last_owner {
                (callout(Tone::Plain, "The only owner", &html! { "An organization has at least one owner. Make somebody else an owner first." }))
                p { a class="button" href=(list) { "Back to members" } }
            } @else {
                (Form::new(&action, frame.csrf(), "Change role").cancel(&list).render(&html! {
                    (hidden("was", member.role.as_str()))
                    (field.render(errors))
                }))
            }
        }
    };
    let page = frame.app(Place::Org(slug, OrgPlace::Members), "Change role").crumb("Members", list.as_str());
    Ok(match (errors, stale) {
        ([], false) => page.reply(&main),
        ([], true) => page.status(409).reply(&main),
        _ => page.again(&main),
    })
}
