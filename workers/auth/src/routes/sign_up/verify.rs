//! `POST /sign-up/verify`: makes the account of a sign-up, now that its address is confirmed, and signs it in.

use crate::{
    door::{Account, Door, Status},
    enter,
    fields::{self, FORM},
    limits::{LINK_BY_ADDRESS, PASSWORD_BY_LINK},
    links, password,
    routes::sign_up::{self, verify_page},
};
use domain::{actions, events, quotas::Quota};
use html::part;
use kernel::{
    Command, Committed, CustomerId, Guard, Id, Mutation, Reply, Request, Result, Route, UserId, Write,
    audit::AuditLog,
    dispatch::SIGN_IN,
    error::Code,
    host::Surface,
    input::Text,
    limit::Limit,
    principal::Scope,
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use maud::html;
use shell::Frame;
use store::{
    limits::exact,
    sessions::Reached,
    tokens::{Found, Purpose, Trouble},
    waiting::SignUp,
};

kernel::sql! {
    Write Global("a staff account belongs to no organization") CREATE_USER(5) -> [] =
        "INSERT INTO users(id, email, name, password_hash, email_verified_at, password_changed_at, created_at) VALUES(?1, ?2, ?3, ?4, ?5, ?5, ?5)";
    /// As far as the plan has room. One who was invited and signed up instead has their room already.
    Write Org CREATE_CUSTOMER(7) -> [] =
        "INSERT INTO customers(org_id, id, email, name, password_hash, status, email_verified_at, password_changed_at, created_at) \
         SELECT ?1, ?2, ?3, ?4, ?5, 'active', ?6, ?6, ?6 \
         WHERE (SELECT count(*) FROM customers WHERE org_id = ?1 AND deleted_at IS NULL) < (SELECT ?7 ->> plan FROM orgs WHERE id = ?1)";
    Write Org ACTIVATE_CUSTOMER(6) -> [] =
        "UPDATE customers SET name = ?3, password_hash = ?4, status = 'active', email_verified_at = ?5, password_changed_at = ?5 \
         WHERE org_id = ?1 AND id = ?2 AND email = ?6 AND status = 'invited' AND deleted_at IS NULL";
}

/// Makes the account.
pub struct SignUpVerify;
impl Command for SignUpVerify {
    const ROUTE: Route = Route {
        method: Method::Post,
        path: "/sign-up/verify",
        surfaces: &[Surface::App, Surface::Portal],
        auth: Auth::Public,
        scope: Scope::None,
        limit: Limit::AddressExact(LINK_BY_ADDRESS),
        audit: Audit::Records(&[actions::ACCOUNT_CREATED, actions::CUSTOMER_JOINED, actions::SIGN_IN_FAILED]),
        payload: Payload::Form(FORM),
        csrf: Csrf::OriginAndToken,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "Makes the account of a sign-up",
    };
    async fn call(mut cx: Write<'_>, req: &Request) -> Result<Committed> {
        let door = Door::of(cx.site())?;
        let input = req.input()?;
        let token = fields::token(&input);
        let secret = input.opt_text(fields::PASSWORD, Text::line(1, 128)).unwrap_or_default();
        let frame = Frame::of(&cx, req);
        let found = match links::find(&cx, req, Purpose::SignUp, &token).await? {
            Ok(found) => found,
            Err(why) => return Ok(cx.unchanged(links::trouble(&frame, Purpose::SignUp, why))),
        };
        let pending = SignUp::of(&found, &cx.app().config.keys)?;
        let here = sign_up::begun_here(&pending, req);
        if !here && secret.is_empty() {
            input.wrong(fields::PASSWORD, "required", "This field is required.", "Enter the password that you chose when you signed up.");
        }
        if let Err(refused) = input.finish() {
            return Ok(cx.unchanged(verify_page::page(&frame, door, &token, &found.email, here, refused.fields())));
        }
        if !here {
            cx.reserve(exact::take(PASSWORD_BY_LINK, &found.hash, cx.now()).into()).await?;
            if !password::opens(&secret, Some(&pending.password_hash)) {
                let wrong = sign_up::wrong_password();
                let reply = verify_page::page(&frame, door, &token, &found.email, here, &[wrong]);
                let detail = "{\"reason\":\"credentials of a sign-up\"}".to_owned();
                return cx.mutation_in(door.log(), actions::SIGN_IN_FAILED, "sign-up")?.denied().detail(detail).commit(reply).await;
            }
        }
        let invited = match cx.first(door.find(&found.email, "")).await?.map(|row| door.account(&row)).transpose()? {
            Some(account) if account.status == Status::Invited => Some(account.id),
            Some(_) => return Ok(cx.unchanged(exists(&frame))),
            None => None,
        };
        let to = if pending.next.is_empty() && door.org().is_none() { "/new" } else { pending.next.as_str() }.to_owned();
        let (change, account) = create(&cx, door, &found, &pending, invited).await?;
        let change = found.spend(change);
        let (change, reply) = enter::begin(&cx, req, change, door, &account, ("sign_up", Reached::OneFactor), &to)?;
        match change.commit(reply).await {
            Err(e) if e.code() == Code::NotFound => Ok(cx.unchanged(links::trouble(&frame, Purpose::SignUp, Trouble::Used))),
            Err(e) if e.code() == Code::AlreadyExists => Ok(cx.unchanged(exists(&frame))),
            Err(e) if e.code() == Code::PlanLimit => {
                let text = html! { (part::name(door.name())) " can't take more accounts at the moment. Contact them, and try this link again later." };
                Ok(cx.unchanged(links::dead(&frame, 403, "There is no room for another account", &text, SIGN_IN, "Sign in")))
            }
            done => done,
        }
    }
}

fn exists(frame: &Frame<'_>) -> Reply {
    let text = html! { "This address has an account already. Sign in with it, or set a new password if you forgot it." };
    links::dead(frame, 409, "You have an account already", &text, SIGN_IN, "Sign in")
}

/// The account, with the change that makes it.
async fn create(cx: &Write<'_>, door: Door<'_>, found: &Found, pending: &SignUp, invited: Option<String>) -> Result<(Mutation, Account)> {
    let (now, email, name, hash) = (cx.now(), found.email.as_str(), pending.name.as_str(), pending.password_hash.as_str());
    let Some(org) = door.org() else {
        let id: UserId = cx.id();
        let change =
            cx.mutation_in(AuditLog::Platform, actions::ACCOUNT_CREATED, id.as_str())?.identified_as(door.kind(), id.as_str(), name);
        let insert = CREATE_USER.bind([(&id).into(), email.into(), name.into(), hash.into(), now.into()]);
        return Ok((change.then_one(insert), Account::new(id.as_str(), name, email)));
    };
    let most = Quota::Customers.by_plan();
    let fresh: CustomerId = cx.id();
    let id = invited.clone().unwrap_or_else(|| fresh.to_string());
    let change = cx.mutation_in(door.log(), actions::CUSTOMER_JOINED, &id)?.identified_as(door.kind(), &id, name);
    let (change, event) = if invited.is_some() {
        let activate = ACTIVATE_CUSTOMER.bind([org.into(), id.as_str().into(), name.into(), hash.into(), now.into(), email.into()]);
        (change.then_one(activate), events::CUSTOMER_UPDATED)
    } else {
        let insert =
            CREATE_CUSTOMER.bind([org.into(), id.as_str().into(), email.into(), name.into(), hash.into(), now.into(), most.into()]);
        (change.then_guarded(Guard::Plan, insert), events::CUSTOMER_CREATED)
    };
    let payload = serde_json::json!({ "id": id, "email": email, "name": name, "status": "active", "actor_id": id }).to_string();
    Ok((change.event(org, event.name, payload), Account::new(&id, name, email)))
}
