//! `POST /privacy/delete`: deletes the customer's own account. Its row stays, emptied, because tickets name it.

use crate::routes::privacy::{DELETE, delete_page::ask};
use domain::{actions, events};
use html::confirm::TYPED;
use kernel::{
    Command, Committed, Id, Millis, Mutation, Reply, Request, Result, Route, Write,
    dispatch::SIGN_IN,
    error::Error,
    flash::Tone,
    host::{Site, Surface},
    input::Text,
    limit::{Exact, Limit},
    principal::{Customer, Scope},
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
    time::Span,
};
use mail::{Brand, Letter, Mail};
use serde_json::json;
use shell::{Frame, portal};
use store::{devices, factors, sessions};

/// By account, so that the address can't be guessed at.
const ATTEMPTS: Exact = Exact { name: "portal_delete", limit: 10, window_seconds: 3_600 };
/// The name that stays in the place of theirs.
const NAME: &str = "Deleted customer";

kernel::sql! {
    /// The address makes room for a new account; it is the row's own, and leads nowhere (RFC 6761 §6.4).
    Write Org EMPTY(4) -> [] =
        "UPDATE customers SET email = 'deleted-' || id || '@deleted.invalid', name = ?3, password_hash = NULL, status = 'blocked', blocked_reason = NULL, \
         email_verified_at = NULL, password_changed_at = NULL, failures = 0, deleted_at = ?4 WHERE org_id = ?1 AND id = ?2 AND deleted_at IS NULL";
    Write Org UNNAME(3) -> [] = "UPDATE ticket_comments SET author_name = ?3 WHERE org_id = ?1 AND author_kind = 'customer' AND author_id = ?2";
    /// Also those whose subject is the address: of a sign-up, before there was an account.
    Write Org LINKS(3) -> [] = "DELETE FROM tokens WHERE org_id = ?1 AND subject IN (?2, ?3)";
    Write Org INBOX(2) -> [] = "DELETE FROM inbox WHERE org_id = ?1 AND recipient = ?2";
    Write Global("what an account chose to be told of is its own; it belongs to no organization")
    CHOICES(1) -> [] = "DELETE FROM notification_choices WHERE recipient = ?1";
    /// What was sent. What is on its way still goes, and is removed by retention.
    Write Org MAILS(2) -> [] = "DELETE FROM mails WHERE org_id = ?1 AND recipient = ?2 AND finished_at IS NOT NULL";
}

/// Deletes the customer's own account.
pub struct PrivacyDelete;
impl Command for PrivacyDelete {
    const ROUTE: Route = Route {
        method: Method::Post,
        path: DELETE,
        surfaces: &[Surface::Portal],
        auth: Auth::Customer,
        scope: Scope::None,
        limit: Limit::AccountExact(ATTEMPTS),
        audit: Audit::Records(&[actions::CUSTOMER_DELETED]),
        payload: Payload::Form(4 * 1_024),
        csrf: Csrf::OriginAndToken,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Recent,
        summary: "Deletes the signed-in customer's account",
    };
    async fn call(cx: Write<'_>, req: &Request) -> Result<Committed> {
        let Site::Portal(tenant) = cx.site() else { return Err(Error::incident("a portal's form", req.path())) };
        let me = portal::customer(&cx)?;
        let input = req.input()?;
        let typed = input.text(TYPED, Text::line(1, 254));
        if !typed.is_empty() && typed.trim().to_lowercase() != me.email {
            input.wrong(TYPED, "not_allowed", "This is not your e-mail address.", "Type it as it stands in the question.");
        }
        if let Err(refused) = input.finish() {
            let Error::Problem(why) = &refused else { return Err(refused) };
            return Ok(cx.unchanged(ask(&Frame::of(&cx, req), me, &why.fields)));
        }
        let now = cx.now();
        let change = remove(cx.mutation(me.id.as_str())?, me, now);
        let data = json!({"id": me.id, "deleted_at": now}).to_string();
        let letter = Letter::AccountDeleted { name: me.name.clone(), at: now };
        let mail = Mail::new(&me.email, letter).from(Brand::of(&cx.app().config, tenant)).about(&me.org);
        let change = store::mail::post(change.event(&me.org, events::CUSTOMER_DELETED.name, data), cx.app(), &mail)?;
        let reply = Reply::see_other(SIGN_IN)
            .with("set-cookie", sessions::cookie(sessions::COOKIE, "", Span::millis(0)))
            .with("clear-site-data", "\"cache\", \"storage\"")
            .flash(Tone::Done, "Your account was deleted. A last e-mail confirms it.");
        change.commit(reply).await
    }
}

/// Everything of the account that is not a ticket's.
fn remove(change: Mutation, me: &Customer, now: Millis) -> Mutation {
    let (org, id) = (&me.org, me.id.as_str());
    let [authenticator, codes] = factors::remove(id);
    change
        .then_one(EMPTY.bind([org.into(), id.into(), NAME.into(), now.into()]))
        .then(UNNAME.bind([org.into(), id.into(), NAME.into()]))
        .then(sessions::end_all(id))
        .then(authenticator)
        .then(codes)
        .then(devices::forget(id))
        .then(LINKS.bind([org.into(), id.into(), me.email.as_str().into()]))
        .then(INBOX.bind([org.into(), id.into()]))
        .then(CHOICES.bind([id.into()]))
        .then(MAILS.bind([org.into(), me.email.as_str().into()]))
}
