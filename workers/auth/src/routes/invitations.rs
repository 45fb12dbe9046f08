//! Invitations: of members, by a link to the app, and of customers, by a link to their portal.

pub mod answer;
pub mod customer;
pub mod customer_page;
pub mod page;

use crate::links::{self, Looks};
use kernel::{
    InvitationId, Millis, OrgId, Reply, Result, Row,
    error::{Code, Error},
    principal::Role,
};
use maud::html;
use shell::Frame;

kernel::sql! {
    /// With the organization, its inviter's role there by now, and the account of the address if there is one.
    Read Global("an invitation is found by the hash of what stands in its link, before anyone is known")
    INVITED(1) -> ["org_id", "id", "email", "role", "expires_at", "accepted_at", "canceled_at", "org", "slug", "open", "inviter", "inviter_email", "inviter_role", "user_id"] =
        "SELECT i.org_id, i.id, i.email, i.role, i.expires_at, i.accepted_at, i.canceled_at, o.name AS org, o.slug, \
         o.status = 'active' AND o.deleted_at IS NULL AS open, b.name AS inviter, b.email AS inviter_email, m.role AS inviter_role, u.id AS user_id \
         FROM invitations i JOIN orgs o ON o.id = i.org_id LEFT JOIN users b ON b.id = i.invited_by AND b.deleted_at IS NULL \
         LEFT JOIN memberships m ON m.org_id = i.org_id AND m.user_id = i.invited_by LEFT JOIN users u ON u.email = i.email AND u.deleted_at IS NULL \
         WHERE i.token_hash = ?1";
    Read Org NAME_OF(2) -> ["name"] = "SELECT name FROM customers WHERE org_id = ?1 AND id = ?2";
}

/// An invitation that can be accepted.
struct Invitation {
    org: OrgId,
    id: InvitationId,
    token_hash: String,
    email: String,
    role: Role,
    org_name: String,
    slug: String,
    inviter_name: String,
    inviter_email: Option<String>,
    /// The account of the address, if there is one.
    user: Option<String>,
}

/// Why one can't.
enum Refused {
    Unknown,
    Expired(String),
    Accepted(String),
    Canceled(String),
    Closed(String),
    /// Its inviter may not give its role any more: the role is held to theirs now, not to theirs then.
    RoleTooHigh(String),
}

impl Invitation {
    /// The invitation of a token.
    async fn find<'a>(cx: &impl Looks<'a>, token: &str) -> Result<std::result::Result<Self, Refused>> {
        if !crypto::token::well_formed(token) {
            return Ok(Err(Refused::Unknown));
        }
        let hash = crypto::token::hash(token);
        match cx.look(INVITED.bind([hash.as_str().into()])).await? {
            Some(row) => Self::read(&row, hash, cx.moment()),
            None => Ok(Err(Refused::Unknown)),
        }
    }
    fn read(row: &Row, token_hash: String, now: Millis) -> Result<std::result::Result<Self, Refused>> {
        let org_name = row.text(7)?.to_owned();
        if row.opt_int(5)?.is_some() {
            return Ok(Err(Refused::Accepted(row.text(8)?.to_owned())));
        }
        if row.opt_int(6)?.is_some() {
            return Ok(Err(Refused::Canceled(org_name)));
        }
        if row.int(4)? <= now.get() {
            return Ok(Err(Refused::Expired(org_name)));
        }
        if row.int(9)? != 1 {
            return Ok(Err(Refused::Closed(org_name)));
        }
        let role = Role::parse(row.text(3)?).ok_or(Code::RoleMissing).map_err(Error::from)?;
        if !row.opt_text(12)?.and_then(Role::parse).is_some_and(|inviter| inviter.may_grant(role)) {
            return Ok(Err(Refused::RoleTooHigh(org_name)));
        }
        Ok(Ok(Self {
            org: OrgId::stored(row.text(0)?)?,
            id: InvitationId::stored(row.text(1)?)?,
            token_hash,
            email: row.text(2)?.to_owned(),
            role,
            org_name,
            slug: row.text(8)?.to_owned(),
            inviter_name: row.opt_text(10)?.unwrap_or("Somebody").to_owned(),
            inviter_email: row.opt_text(11)?.map(str::to_owned),
            user: row.opt_text(13)?.map(str::to_owned),
        }))
    }
}

impl Refused {
    fn page(&self, frame: &Frame<'_>) -> Reply {
        let home = ("/".to_owned(), "Continue");
        let (status, title, text, (href, label)) = match self {
            Self::Unknown => (
                404,
                "This invitation can't be found",
                html! { "The link may be incomplete, or a newer invitation has replaced it. Use the link in the newest e-mail." },
                home,
            ),
            Self::Expired(org) => (410, "This invitation has expired", html! { "Ask " (html::part::name(org)) " to send it again." }, home),
            Self::Canceled(org) => (
                410,
                "This invitation was canceled",
                html! { "Ask " (html::part::name(org)) " for a new one if you think this is a mistake." },
                home,
            ),
            Self::Accepted(slug) => (
                410,
                "This invitation has already been accepted",
                html! { "Each invitation works once." },
                (format!("/o/{slug}"), "Open the organization"),
            ),
            Self::Closed(org) => (
                403,
                "This organization can't take new members at the moment",
                html! { (html::part::name(org)) " is suspended or being deleted. Try the link again later." },
                home,
            ),
            Self::RoleTooHigh(org) => (
                403,
                "This invitation can no longer be accepted",
                html! { "Whoever sent it can no longer grant this role. Ask an owner of " (html::part::name(org)) " for a new invitation." },
                home,
            ),
        };
        links::dead(frame, status, title, &text, &href, label)
    }
}
