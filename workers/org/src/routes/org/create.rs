//! `POST /new`: makes an organization on the Free plan, with whoever is signed in as its owner.
//!
//! Whether the slug is free is the database's to say: of two who take it at once, one gets the form back.

use crate::{refused, routes::org::create_page::show};
use domain::{
    actions, events,
    organizations::{NAME, SLUG_MAX, check_slug, propose_slug},
};
use kernel::{
    Command, Committed, Id, OrgId, Reply, Request, Result, Route, Write,
    audit::AuditLog,
    error::Code,
    flash::Tone,
    host::Surface,
    input::{FieldError, Text},
    limit::{Exact, Limit},
    principal::Scope,
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use serde_json::json;

kernel::sql! {
    Write Global("makes an organization") INSERT(4) -> [] = "INSERT INTO orgs(id, slug, name, created_at) VALUES(?1, ?2, ?3, ?4)";
    Write Org OWNER(3) -> [] = "INSERT INTO memberships(org_id, user_id, role, created_at) VALUES(?1, ?2, 'owner', ?3)";
}

const LIMIT: Exact = Exact { name: "organizations", limit: 5, window_seconds: 3_600 };

/// Makes an organization.
pub struct Create;
impl Command for Create {
    const ROUTE: Route = Route {
        method: Method::Post,
        path: super::create_page::PATH,
        surfaces: &[Surface::App],
        auth: Auth::Account,
        scope: Scope::None,
        limit: Limit::AccountExact(LIMIT),
        audit: Audit::Records(&[actions::ORG_CREATED]),
        payload: Payload::Form(4 * 1_024),
        csrf: Csrf::OriginAndToken,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "Makes an organization",
    };
    async fn call(cx: Write<'_>, req: &Request) -> Result<Committed> {
        let input = req.input()?;
        let name = input.text("name", NAME).trim().to_owned();
        let typed = input.opt_text("slug", Text::line(0, 200)).map(|s| s.trim().to_owned()).filter(|s| !s.is_empty());
        let mut errors = refused::fields(input.finish())?;
        let slug = typed.clone().unwrap_or_else(|| propose_slug(&name));
        if errors.is_empty()
            && let Err(why) = check_slug(&slug)
        {
            errors.push(match typed {
                Some(_) => refused::field("slug", why.code(), why.message(), why.fix()),
                None => refused::field("slug", "not_allowed", "No address could be made from this name.", "Enter one."),
            });
        }
        if !errors.is_empty() {
            let kept = req.input()?;
            return Ok(cx.unchanged(show(&cx, req, kept.sent("name"), kept.sent("slug"), &errors)));
        }
        let (id, now) = (cx.id::<OrgId>(), cx.now());
        let reply = Reply::see_other(&format!("/o/{slug}")).flash(Tone::Done, &format!("{name} is ready."));
        let told = json!({"id": id, "slug": slug, "name": name}).to_string();
        let done = cx
            .mutation_in(AuditLog::Org(id.clone()), actions::ORG_CREATED, id.as_str())?
            .then(super::SLUG_FREE.bind([slug.as_str().into(), (&id).into()]))
            .then(INSERT.bind([(&id).into(), slug.as_str().into(), name.as_str().into(), now.into()]))
            .then(OWNER.bind([(&id).into(), cx.principal().id().into(), now.into()]))
            .detail(json!({"slug": slug, "name": name}).to_string())
            .event(&id, events::ORG_CREATED.name, told)
            .commit(reply)
            .await;
        match done {
            Err(e) if matches!(e.code(), Code::AlreadyExists | Code::WrongState) => {
                Ok(cx.unchanged(show(&cx, req, &name, &slug, &[taken(&slug)])))
            }
            other => other,
        }
    }
}

/// The slug is somebody's.
pub(crate) fn taken(slug: &str) -> FieldError {
    let other = format!("{}-2", slug.chars().take(SLUG_MAX - 2).collect::<String>());
    refused::field("slug", "not_allowed", format!("{slug} is taken."), format!("Choose another one, such as {other}."))
}
