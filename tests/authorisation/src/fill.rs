//! Fills what a route leaves open: the ids in its path, and a body that it accepts.

use crate::{Place, expect::Ids};
use kernel::{
    CustomerId, DeliveryId, DomainId, EndpointId, ExportId, Id, InvitationId, JobId, KeyId, MailId, NoticeId, TicketId, UserId,
    host::Surface,
    principal::{OperatorRole, Role},
    route::Payload,
};
use serde_json::{Map, Value, json};
use testkit::{
    Call,
    time::START,
    world::{Org, PASSWORD, dead_letter_id, entry_of, mail_of, operator_id},
};

/// An id of the right shape that names nothing.
fn nobodys<I: Id>() -> String {
    I::make(START, [0x5a; 10]).to_string()
}

/// The id that stands for a resource in a path: by the segment before the parameter, as in `/v1/tickets/{id}`.
///
/// Own and sibling are the first and the second customer's where a resource has an owner.
fn id(segment: &str, ids: Ids, own: &Org, other: &Org, me: Option<&str>, portal: bool) -> Option<String> {
    let of = |pick: &dyn Fn(&Org) -> String, missing: String| match ids {
        Ids::Own => pick(own),
        Ids::Foreign | Ids::ForeignOrg => pick(other),
        Ids::Missing | Ids::Sibling => missing,
        Ids::Malformed => "0' OR 1=1".replace(' ', "%20"),
    };
    // What is a person's own: theirs, and not their colleague's or the other customer's.
    let inbox_of = |org: &Org, sibling: bool| match (portal, sibling) {
        (true, false) => entry_of(org.customers[0].id.as_str()),
        (true, true) => entry_of(org.customers[1].id.as_str()),
        (false, false) => entry_of(org.member(Role::Owner).user.as_str()),
        (false, true) => entry_of(org.removed.user.as_str()),
    };
    Some(match segment {
        "notifications" if ids == Ids::Own => me.map_or_else(|| inbox_of(own, false), entry_of),
        "notifications" if ids == Ids::Sibling => inbox_of(own, true),
        "notifications" => of(&|o| inbox_of(o, false), nobodys::<NoticeId>()),
        "tickets" if ids == Ids::Sibling => own.tickets[1].to_string(),
        "tickets" => of(&|o| o.tickets[0].to_string(), nobodys::<TicketId>()),
        "customers" => of(&|o| o.customers[0].id.to_string(), nobodys::<CustomerId>()),
        "exports" => of(&|o| o.export.to_string(), nobodys::<ExportId>()),
        "webhook-endpoints" => of(&|o| o.endpoint.to_string(), nobodys::<EndpointId>()),
        "webhook-deliveries" => of(&|o| o.delivery.to_string(), nobodys::<DeliveryId>()),
        "api-keys" => of(&|o| o.keys.read.id.to_string(), nobodys::<KeyId>()),
        "members" => of(&|o| o.member(Role::Viewer).user.to_string(), nobodys::<UserId>()),
        "invitations" => of(&|o| o.invitation.to_string(), nobodys::<InvitationId>()),
        "domains" => of(&|o| o.domain.to_string(), nobodys::<DomainId>()),
        "jobs" => of(&|o| o.job.to_string(), nobodys::<JobId>()),
        "orgs" => of(&|o| o.id.to_string(), nobodys::<kernel::OrgId>()),
        "users" => of(&|o| o.member(Role::Viewer).user.to_string(), nobodys::<UserId>()),
        "operators" => of(&|_| operator_id(OperatorRole::Support).to_string(), nobodys::<UserId>()),
        "mails" => of(&|o| mail_of(&o.id), nobodys::<MailId>()),
        "dead-letters" => of(&|_| dead_letter_id().to_string(), nobodys::<JobId>()),
        _ => return None,
    })
}

/// The parameters of a path with the segment before each.
fn params(path: &str) -> Vec<(&str, &str)> {
    let segments: Vec<&str> = path.split('/').collect();
    segments
        .windows(2)
        .filter_map(|w| match w {
            [before, param] => param.strip_prefix('{').and_then(|p| p.strip_suffix('}')).map(|name| (*before, name)),
            _ => None,
        })
        .collect()
}

/// Which kinds of ids make a difference on a path.
pub fn kinds(path: &str) -> Vec<Ids> {
    let params = params(path);
    let named = params.iter().any(|(_, name)| *name == "org");
    let things = params.iter().any(|(_, name)| *name != "org");
    let mut all = vec![Ids::Own];
    if things {
        all.extend([Ids::Foreign, Ids::Missing, Ids::Malformed]);
    }
    if named {
        all.push(Ids::ForeignOrg);
        if !things {
            all.push(Ids::Missing);
        }
    }
    if path.starts_with("/tickets/{") || path.starts_with("/notifications/{") {
        all.push(Ids::Sibling);
    }
    all
}

/// The organization that a path names, by its slug: `None` for one that does not exist.
pub fn named<'o>(ids: Ids, path: &str, own: &'o Org, other: &'o Org) -> Option<&'o Org> {
    let things = params(path).iter().any(|(_, name)| *name != "org");
    match ids {
        Ids::ForeignOrg => Some(other),
        Ids::Missing if !things => None,
        _ => Some(own),
    }
}

/// A path with its parameters filled.
pub fn path(place: &Place, ids: Ids, own: &Org, other: &Org) -> String {
    path_of(place, ids, own, other, None)
}
/// A path with its parameters filled, for the account or the customer of that id.
pub fn path_of(place: &Place, ids: Ids, own: &Org, other: &Org, me: Option<&str>) -> String {
    let mut path = place.route.path.to_owned();
    for (segment, name) in params(place.route.path) {
        let value = match name {
            "org" => named(ids, place.route.path, own, other).map_or("no-such-organization", |o| o.slug).to_owned(),
            _ => id(segment, ids, own, other, me, place.surface == Surface::Portal).unwrap_or_else(|| {
                panic!(
                    "{}: nothing stands for {{{name}}} after `{segment}`: seed it in testkit::world and name it in fill::id",
                    place.name()
                )
            }),
        };
        path = path.replace(&format!("{{{name}}}"), &value);
    }
    path
}

/// Bodies that say more than the least a route accepts, so that a change is one.
fn prepared(place: &Place) -> Option<Value> {
    Some(match (place.route.method.as_str(), place.route.path) {
        ("PATCH", "/v1/tickets/{id}") => json!({"subject": "changed", "body": "changed", "status": "closed"}),
        ("PATCH", "/v1/customers/{id}") => json!({"name": "changed", "status": "blocked", "blocked_reason": "changed"}),
        ("PATCH", "/v1/webhook-endpoints/{id}") => json!({"description": "changed"}),
        _ => return None,
    })
}

/// Stands for the caller's own address in a form's field.
pub const MY_EMAIL: &str = "{the caller's address}";
/// What a page puts into a form so that it is acted on once (`store::once`).
pub const SUBMIT: (&str, &str) = ("submit", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");

/// A password that may be set.
const NEW_PASSWORD: &str = "tidal-lantern-orchard";
/// A token and a session that were never made.
const NO_TOKEN: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
const NO_KEY: &str = "key_00000000000000000000000000000000";
const NO_SESSION: &str = "ses_00000000000000000000000000000000";

/// The fields of a form.
fn form(place: &Place) -> Option<Vec<(&'static str, &'static str)>> {
    Some(match place.route.path {
        "/sign-in" => vec![("email", "nobody@example.com"), ("password", PASSWORD)],
        "/sign-in/link" | "/reset" | "/sign-up/resend" | "/account/email" => vec![("email", "nobody@example.com")],
        "/sign-in/link/open" | "/account/email/confirm" | "/account/email/undo" | "/sign-up/verify" => vec![("token", NO_TOKEN)],
        "/reset/choose" => vec![("token", NO_TOKEN), ("password", NEW_PASSWORD)],
        "/sign-up" => vec![("name", "Somebody"), ("email", "nobody@example.com"), ("password", NEW_PASSWORD)],
        "/invitations/accept" => vec![("token", NO_TOKEN), ("name", "Somebody"), ("password", NEW_PASSWORD)],
        "/setup" => vec![("setup_token", "x"), ("name", "Somebody"), ("email", "nobody@example.com"), ("password", NEW_PASSWORD)],
        "/challenge" | "/account/security/authenticator" => vec![("code", "000000")],
        "/confirm" => vec![("password", PASSWORD)],
        "/account" => vec![("name", "Somebody")],
        "/account/password" => vec![("current", PASSWORD), ("password", NEW_PASSWORD)],
        "/account/security/authenticator/remove" | "/account/security/recovery-codes" => vec![],
        "/account/sessions/end" => vec![("session", NO_SESSION)],
        "/account/sessions/end-others" => vec![("which", "others")],
        "/theme" => vec![("theme", "dark")],
        "/orgs/{id}/suspend" | "/orgs/{id}/resume" | "/users/{id}/ban" | "/users/{id}/unban" => {
            vec![("reason", "A reason that explains it")]
        }
        "/billing/orgs/{id}/dry-run" => vec![("repair", "grant_plan"), ("plan", "team"), ("days", "30")],
        "/billing/orgs/{id}/repair" => {
            vec![
                ("repair", "grant_plan"),
                ("plan", "team"),
                ("days", "30"),
                ("version", "0"),
                SUBMIT,
                ("reason", "A reason that explains it"),
            ]
        }
        "/users/{id}/end-sessions" | "/users/{id}/reset" | "/operators/{id}/remove" => vec![],
        "/jobs/{id}/replay" | "/jobs/{id}/cancel" | "/dead-letters/{id}/dismiss" | "/mails/{id}/replay" => vec![],
        "/operators" => vec![("email", "outsider@nowhere.example"), ("role", "viewer")],
        "/operators/{id}/role" => vec![("role", "billing"), ("was", "support")],
        "/new" => vec![("name", "Tailspin Toys"), ("slug", "tailspin")],
        "/deleted/restore" => vec![],
        "/o/{org}/steps/hide" | "/o/{org}/members/leave" | "/o/{org}/members/{id}/transfer" => vec![],
        "/o/{org}/members/{id}/remove" | "/o/{org}/invitations/{id}/resend" | "/o/{org}/invitations/{id}/cancel" => vec![],
        "/o/{org}/members/invite" => vec![("email", "somebody@example.com"), ("role", "viewer")],
        "/o/{org}/members/{id}/role" => vec![("role", "member"), ("was", "viewer")],
        "/billing/{org}/active" => vec![("kind", "api_keys"), ("id", NO_KEY), ("do", "wake")],
        "/billing/{org}/checkout" => vec![("plan", "team"), ("interval", "month"), ("seats", "10")],
        "/billing/{org}/checkout/done" => vec![("session_id", "cs_test_none")],
        "/billing/{org}/checkout/give-up" | "/billing/{org}/resync" | "/billing/{org}/portal" | "/billing/{org}/portal/check" => vec![],
        "/billing/{org}/change/preview" => vec![("plan", "business"), ("interval", "month"), ("seats", "10")],
        "/billing/{org}/change" => {
            vec![("plan", "business"), ("interval", "month"), ("seats", "10"), ("at", "0"), ("version", "0"), SUBMIT]
        }
        "/billing/{org}/cancel" | "/billing/{org}/cancel-now" | "/billing/{org}/keep" | "/billing/{org}/customer" => vec![SUBMIT],
        "/o/{org}/settings" => vec![("name", "Another name"), ("version", "1")],
        "/o/{org}/settings/slug" => vec![("slug", "tailspin"), ("version", "1")],
        "/o/{org}/settings/portal" => vec![("self_sign_up", "on"), ("version", "1")],
        "/o/{org}/settings/security" => vec![("session_hours", "24"), ("support_access", "off"), ("version", "1")],
        "/o/{org}/settings/branding" => vec![
            ("primary", "#0b3d91"),
            ("link", "#0b3d91"),
            ("background", "#ffffff"),
            ("card", "#ffffff"),
            ("border", "#dddddd"),
            ("version", "1"),
        ],
        // The file is put beside them by `put_form`.
        "/o/{org}/settings/branding/logo" | "/o/{org}/settings/branding/logo/remove" => vec![("version", "1")],
        "/o/{org}/settings/domains" => vec![("host", "support.tailspin.example")],
        "/o/{org}/settings/domains/{id}/check" | "/o/{org}/settings/domains/{id}/remove" => vec![],
        // The slug of the one that has no live subscription.
        "/o/{org}/settings/delete" => vec![("confirm", "contoso")],
        "/o/{org}/tickets" => vec![("subject", "Subject"), ("body", "Body"), SUBMIT],
        "/o/{org}/tickets/{id}" => vec![("subject", "Changed"), ("status", "pending"), ("priority", "high"), ("version", "1")],
        "/o/{org}/tickets/{id}/comments" => vec![("body", "Body"), ("internal", "true"), SUBMIT],
        "/o/{org}/tickets/{id}/close" | "/o/{org}/tickets/{id}/reopen" | "/o/{org}/tickets/{id}/assign-to-me" => vec![],
        "/o/{org}/customers" => vec![("name", "Somebody"), ("email", "somebody@example.com"), SUBMIT],
        "/o/{org}/customers/{id}" => vec![("name", "Changed")],
        "/o/{org}/customers/{id}/block" => vec![("reason", "A reason that explains it")],
        "/o/{org}/customers/{id}/invitation" | "/o/{org}/customers/{id}/invitation/cancel" | "/o/{org}/customers/{id}/unblock" => vec![],
        "/sign-out" | "/notifications/read" | "/notifications/{id}/open" => vec![],
        "/account/notifications" if place.surface == Surface::Portal => vec![("ticket_reply.inbox", "on")],
        "/account/notifications" => vec![("ticket_created.mail", "on")],
        "/tickets" => vec![("subject", "Subject"), ("body", "Body"), ("priority", "normal"), SUBMIT],
        "/tickets/{id}/comments" => vec![("body", "Body"), SUBMIT],
        "/tickets/{id}/close" => vec![],
        "/privacy/delete" => vec![("confirm", MY_EMAIL)],
        _ => return None,
    })
}

/// A picture, as far as anybody looks: a PNG of one pixel by one.
pub const PICTURE: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0";

/// Puts the fields of a route's form into a call, with a file where the route takes one.
pub fn put_form(place: &Place, call: Call, fields: &[(&str, &str)]) -> Call {
    if matches!(place.route.payload, Payload::Upload(_)) { call.upload(fields, ("logo", PICTURE)) } else { call.form(fields) }
}

/// A guess at what a field holds.
fn guess(name: &str) -> Value {
    match name {
        "url" => json!("https://hooks.example.com/in"),
        "email" => json!("somebody@example.com"),
        "events" => json!(["*"]),
        "scopes" => json!(["tickets:read"]),
        "password" => json!(PASSWORD),
        _ => json!("text"),
    }
}

/// What a route takes.
#[derive(Debug, Clone)]
pub enum Body {
    /// Nothing.
    None,
    /// JSON.
    Json(Value),
    /// A form, with its own fields.
    Form(Vec<(&'static str, &'static str)>),
    /// Bytes.
    Raw(&'static str),
}
impl Body {
    /// Adds it, but for a form, whose token the caller's session must sign.
    pub fn put(&self, call: Call) -> Call {
        match self {
            Self::None | Self::Form(_) => call,
            Self::Json(value) => call.json(value),
            Self::Raw(text) => call.body(*text),
        }
    }
}

/// Finds a body that a route accepts. JSON is learned from the route's own refusals: a required field is guessed by its name,
/// and a word that is not allowed is replaced by one that is, as the refusal names them.
pub fn body(place: &Place, ask: &dyn Fn(&Value) -> Value) -> Body {
    match place.route.payload {
        Payload::None => Body::None,
        Payload::Raw(_) => Body::Raw("{\"id\":\"evt_1\"}"),
        Payload::Form(_) | Payload::Upload(_) => {
            Body::Form(form(place).unwrap_or_else(|| panic!("{}: no form in fill::form", place.name())))
        }
        Payload::Json(_) => Body::Json(prepared(place).unwrap_or_else(|| learn(place, ask))),
    }
}

fn learn(place: &Place, ask: &dyn Fn(&Value) -> Value) -> Value {
    let mut body = Map::new();
    for _ in 0..6 {
        let reply = ask(&Value::Object(body.clone()));
        if reply.get("code").and_then(Value::as_str) != Some("validation_failed") {
            return Value::Object(body);
        }
        for error in reply.get("errors").and_then(Value::as_array).unwrap_or(&Vec::new()) {
            let text = |name: &str| error.get(name).and_then(Value::as_str).unwrap_or_default();
            let name = text("pointer").trim_start_matches('/').to_owned();
            let allowed = text("fix").split('`').nth(1).map(str::to_owned);
            let value = if text("code") == "not_allowed" { allowed.map_or_else(|| guess(&name), Value::from) } else { guess(&name) };
            body.insert(name, value);
        }
    }
    panic!("{}: no body was accepted, the last was {body:?}: add one to fill::prepared, or the field to fill::guess", place.name())
}
