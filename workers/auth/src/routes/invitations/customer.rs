//! `POST /invitations/accept` at a portal: opens the account that a customer was invited to, and signs them in.

use crate::{
    door::{Account, Door},
    enter,
    fields::{self, FORM},
    limits::LINK_BY_ADDRESS,
    links, password,
    routes::invitations::customer_page,
};
use domain::{actions, events};
use kernel::{
    Command, Committed, Request, Result, Route, Write,
    error::Code,
    host::Surface,
    limit::Limit,
    principal::Scope,
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use shell::Frame;
use store::{
    sessions::Reached,
    tokens::{self, Purpose, Trouble},
};

kernel::sql! {
    Write Org OPEN_ACCOUNT(6) -> [] =
        "UPDATE customers SET name = ?3, password_hash = ?4, status = 'active', email_verified_at = ?5, password_changed_at = ?5, failures = 0 \
         WHERE org_id = ?1 AND id = ?2 AND email = ?6 AND status = 'invited' AND deleted_at IS NULL";
}

/// Opens the account.
pub struct CustomerInvitation;
impl Command for CustomerInvitation {
    const ROUTE: Route = Route {
        method: Method::Post,
        path: "/invitations/accept",
        surfaces: &[Surface::Portal],
        auth: Auth::Public,
        scope: Scope::None,
        limit: Limit::AddressExact(LINK_BY_ADDRESS),
        audit: Audit::Records(&[actions::CUSTOMER_JOINED]),
        payload: Payload::Form(FORM),
        csrf: Csrf::OriginAndToken,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "Opens the account that a customer was invited to",
    };
    async fn call(mut cx: Write<'_>, req: &Request) -> Result<Committed> {
        let door = Door::of(cx.site())?;
        let org = door.org().ok_or(Code::NotFound)?;
        let input = req.input()?;
        let token = fields::token(&input);
        let frame = Frame::of(&cx, req);
        let found = match links::find(&cx, req, Purpose::CustomerInvitation, &token).await? {
            Ok(found) => found,
            Err(why) => return Ok(cx.unchanged(links::trouble(&frame, Purpose::CustomerInvitation, why))),
        };
        let name = fields::name(&input);
        let secret = fields::new_password(&input, door, req.host(), &[&name, &found.email]);
        if let Err(refused) = input.finish() {
            return Ok(cx.unchanged(customer_page::page(&frame, door, &token, &found.email, &name, refused.fields())));
        }
        // Counted before it is hashed.
        cx.reserve(Vec::new()).await?;
        let (id, now, hash) = (found.subject.as_str(), cx.now(), password::fresh(&secret, cx.random())?);
        let change = cx.mutation_in(door.log(), actions::CUSTOMER_JOINED, id)?.identified_as(door.kind(), id, &name);
        let open = OPEN_ACCOUNT.bind([org.into(), id.into(), name.as_str().into(), hash.into(), now.into(), found.email.as_str().into()]);
        let payload = serde_json::json!({ "id": id, "email": found.email, "name": name, "status": "active", "actor_id": id }).to_string();
        let change = found.spend(change).then_one(open).then(tokens::end_all(id, now)).event(org, events::CUSTOMER_UPDATED.name, payload);
        let account = Account::new(id, &name, &found.email);
        let (change, reply) = enter::begin(&cx, req, change, door, &account, ("invitation", Reached::OneFactor), "/")?;
        match change.commit(reply).await {
            Err(e) if e.code() == Code::NotFound => Ok(cx.unchanged(links::trouble(&frame, Purpose::CustomerInvitation, Trouble::Used))),
            done => done,
        }
    }
}
