//! `GET /o/{org}/members/{id}/remove`: asks before a member is removed.

use super::{Member, ONE, me, tickets_of};
use html::{
    confirm::Confirm,
    form::hidden,
    part::{Tone, callout},
};
use kernel::{
    Query, Read, Reply, Request, Result, Route, UserId,
    error::Code,
    host::Surface,
    limit::Limit,
    principal::{Ability, Scope},
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use maud::html;
use shell::{Frame, OrgPlace, Place};

/// Asks.
pub struct RemovePage;
impl Query for RemovePage {
    const ROUTE: Route = Route {
        method: Method::Get,
        path: "/o/{org}/members/{id}/remove",
        surfaces: &[Surface::App],
        auth: Auth::Staff(Ability::Manage),
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::ReadOnly,
        payload: Payload::None,
        csrf: Csrf::SafeMethod,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "Asks before a member is removed",
    };
    async fn call(cx: Read<'_>, req: &Request) -> Result<Reply> {
        let (slug, id) = (req.param("org")?, req.id_param::<UserId>("id")?);
        let (_, mine) = me(cx.principal())?;
        let member = Member::of(cx.first(ONE.bind([cx.org()?.into(), (&id).into()])).await?.as_ref())?;
        if !mine.may_grant(member.role) {
            return Err(Code::RoleMissing.into());
        }
        let frame = Frame::of(&cx, req);
        let list = format!("/o/{slug}/members");
        let title = format!("Remove {}?", member.name);
        let mut gone = vec![format!("{} loses access to {} now, on every device.", member.email, member.org_name)];
        gone.extend(tickets_of(member.assigned));
        gone.push("API keys that they made keep working.".to_owned());
        let main = html! {
            @if member.last_owner {
                section class="narrow" {
                    h1 { (title) }
                    (callout(Tone::Plain, "The only owner", &html! { "An organization has at least one owner. Make somebody else an owner first." }))
                    p { a class="button" href=(list) { "Back to members" } }
                }
            } @else {
                (Confirm::new(&title, req.path(), frame.csrf(), "Remove member", &list).consequences(&gone).fields(hidden("was", member.role.as_str())).render(&[]))
            }
        };
        Ok(frame.app(Place::Org(slug, OrgPlace::Members), "Remove member").crumb("Members", list.as_str()).reply(&main))
    }
}
