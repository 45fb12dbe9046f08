//! `GET /o/{org}/members/leave`: asks before one leaves.

use super::{Member, ONE, me, tickets_of};
use html::{
    confirm::Confirm,
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
use shell::{Frame, OrgPlace, Place};

/// Asks.
pub struct LeavePage;
impl Query for LeavePage {
    const ROUTE: Route = Route {
        method: Method::Get,
        path: "/o/{org}/members/leave",
        surfaces: &[Surface::App],
        auth: Auth::Staff(Ability::Read),
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::ReadOnly,
        payload: Payload::None,
        csrf: Csrf::SafeMethod,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "Asks before one leaves an organization",
    };
    async fn call(cx: Read<'_>, req: &Request) -> Result<Reply> {
        let slug = req.param("org")?;
        let (staff, _) = me(cx.principal())?;
        let member = Member::of(cx.first(ONE.bind([cx.org()?.into(), (&staff.user).into()])).await?.as_ref())?;
        let frame = Frame::of(&cx, req);
        let list = format!("/o/{slug}/members");
        let title = format!("Leave {}?", member.org_name);
        let mut gone = vec!["You lose access now. To come back you have to be invited again.".to_owned()];
        gone.extend(tickets_of(member.assigned));
        let main = html! {
            @if member.last_owner {
                section class="narrow" {
                    h1 { (title) }
                    (callout(Tone::Plain, "You are the only owner", &html! { "An organization has at least one owner. Transfer the ownership to another member first, or delete the organization in its settings." }))
                    p { a class="button" href=(list) { "Back to members" } }
                }
            } @else {
                (Confirm::new(&title, req.path(), frame.csrf(), "Leave organization", &list).consequences(&gone).render(&[]))
            }
        };
        Ok(frame.app(Place::Org(slug, OrgPlace::Members), "Leave organization").crumb("Members", list.as_str()).reply(&main))
    }
}
