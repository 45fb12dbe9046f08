//! `POST /setup`: makes the first operator: of two at once, one. What follows is the challenge, which sets a second factor up.

use crate::{
    door::{Account, Door},
    enter,
    fields::{self, FORM},
    limits::SET_UP_BY_ADDRESS,
    password,
    routes::set_up::page,
};
use domain::actions;
use kernel::{
    Command, Committed, Guard, Id, Request, Result, Route, UserId, Write,
    audit::AuditLog,
    error::Code,
    host::Surface,
    input::{FieldError, Text},
    limit::Limit,
    principal::Scope,
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use shell::Frame;
use store::sessions::Reached;

kernel::sql! {
    Write Global("operators belong to no organization") FIRST_OPERATOR(2) -> [] =
        "INSERT INTO operators(user_id, role, created_at) SELECT ?1, 'admin', ?2 WHERE NOT EXISTS (SELECT 1 FROM operators WHERE user_id > '')";
    Write Global("a staff account belongs to no organization") CREATE(5) -> [] =
        "INSERT INTO users(id, email, name, password_hash, email_verified_at, password_changed_at, created_at) VALUES(?1, ?2, ?3, ?4, ?5, ?5, ?5)";
}

/// The secret that only who deployed it knows.
pub const TOKEN: &str = "PLATFORM_BOOTSTRAP_TOKEN";

/// Makes the first operator.
pub struct SetUp;
impl Command for SetUp {
    const ROUTE: Route = Route {
        method: Method::Post,
        path: "/setup",
        surfaces: &[Surface::Platform],
        auth: Auth::Public,
        scope: Scope::None,
        limit: Limit::AddressExact(SET_UP_BY_ADDRESS),
        audit: Audit::Records(&[actions::DEPLOYMENT_SET_UP, actions::SIGN_IN_FAILED]),
        payload: Payload::Form(FORM),
        csrf: Csrf::OriginAndToken,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "Makes the first operator",
    };
    async fn call(mut cx: Write<'_>, req: &Request) -> Result<Committed> {
        if !page::is_open(&cx).await? {
            return Err(Code::NotFound.into());
        }
        let input = req.input()?;
        let sent = input.text("setup_token", Text::line(1, 500));
        let (name, email) = (fields::name(&input), fields::email(&input));
        let row = cx.first(Door::Staff.find(&email, "")).await?;
        let account = row.map(|row| Door::Staff.account(&row)).transpose()?;
        // An account that is there keeps the password it has, whatever today's rules are.
        let secret = match account {
            Some(_) => input.text(fields::PASSWORD, Text::line(1, 128)),
            None => fields::new_password(&input, Door::Operator, req.host(), &[&name, &email]),
        };
        let frame = Frame::of(&cx, req);
        if let Err(refused) = input.finish() {
            return Ok(cx.unchanged(page::page(&frame, &name, &email, refused.fields())));
        }
        cx.reserve(Vec::new()).await?;
        let digest = |text: &str| crypto::hash::sha256(text.as_bytes());
        // Of the hashes, so that not even the length shows in the time.
        if !crypto::secret::constant_time_eq(&digest(&sent), &digest(cx.app().config.get(TOKEN))) {
            return refused(&cx, &frame, &name, &email, "setup_token", "This is not the setup token of this deployment.").await;
        }
        let now = cx.now();
        let (change, account) = match account {
            Some(account) if password::opens(&secret, account.password()) => {
                account.refuse(now)?;
                (cx.mutation_in(AuditLog::Platform, actions::DEPLOYMENT_SET_UP, &account.id)?, account)
            }
            Some(_) => {
                return refused(&cx, &frame, &name, &email, fields::PASSWORD, "This address has an account, and this is not its password.")
                    .await;
            }
            None => {
                let id: UserId = cx.id();
                let hash = password::fresh(&secret, cx.random())?;
                let insert = CREATE.bind([(&id).into(), email.as_str().into(), name.as_str().into(), hash.into(), now.into()]);
                (
                    cx.mutation_in(AuditLog::Platform, actions::DEPLOYMENT_SET_UP, id.as_str())?.then_one(insert),
                    Account::new(id.as_str(), &name, &email),
                )
            }
        };
        let first = FIRST_OPERATOR.bind([account.id.as_str().into(), now.into()]);
        let change = change.identified_as("operator", &account.id, &account.name).then_guarded(Guard::State, first);
        let (change, reply) = enter::begin(&cx, req, change, Door::Operator, &account, ("password", Reached::Challenge), "/")?;
        match change.commit(reply).await {
            // Somebody was first.
            Err(e) if e.code() == Code::WrongState => Err(Code::NotFound.into()),
            done => done,
        }
    }
}

async fn refused(cx: &Write<'_>, frame: &Frame<'_>, name: &str, email: &str, field: &str, what: &str) -> Result<Committed> {
    let wrong =
        FieldError { pointer: format!("/{field}"), code: "not_allowed", message: what.into(), fix: "Check it and try again.".into() };
    let reply = page::page(frame, name, email, &[wrong]);
    let detail = "{\"reason\":\"set-up\",\"surface\":\"platform\"}".to_owned();
    cx.mutation_in(AuditLog::Platform, actions::SIGN_IN_FAILED, "set-up")?.denied().detail(detail).commit(reply).await
}
