//! `GET /o/{org}/members/{id}/transfer`: asks before ownership is handed over.

use super::{Member, ONE, me};
use html::confirm::Confirm;
use kernel::{
    Query, Read, Reply, Request, Result, Route, UserId,
    error::{Code, Error},
    host::Surface,
    limit::Limit,
    principal::{Ability, Scope},
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use shell::{Frame, OrgPlace, Place};

/// Asks.
pub struct TransferPage;
impl Query for TransferPage {
    const ROUTE: Route = Route {
        method: Method::Get,
        path: "/o/{org}/members/{id}/transfer",
        surfaces: &[Surface::App],
        auth: Auth::Staff(Ability::Own),
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::ReadOnly,
        payload: Payload::None,
        csrf: Csrf::SafeMethod,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Recent,
        summary: "Asks before ownership is handed over",
    };
    async fn call(cx: Read<'_>, req: &Request) -> Result<Reply> {
        let (slug, id) = (req.param("org")?, req.id_param::<UserId>("id")?);
        let (staff, _) = me(cx.principal())?;
        let member = Member::of(cx.first(ONE.bind([cx.org()?.into(), (&id).into()])).await?.as_ref())?;
        if id == staff.user {
            return Err(Error::new(Code::WrongState, "You are an owner already. Choose another member."));
        }
        let frame = Frame::of(&cx, req);
        let list = format!("/o/{slug}/members");
        let title = format!("Transfer ownership to {}?", member.name);
        let then = [
            format!("{} becomes an owner of {}: they can delete it, change its plan and manage its owners.", member.name, member.org_name),
            "You become an admin. Only an owner can undo this.".to_owned(),
            "Both of you get an e-mail.".to_owned(),
        ];
        let main = Confirm::new(&title, req.path(), frame.csrf(), "Transfer ownership", &list).consequences(&then).render(&[]);
        Ok(frame.app(Place::Org(slug, OrgPlace::Members), "Transfer ownership").crumb("Members", list.as_str()).reply(&main))
    }
}
