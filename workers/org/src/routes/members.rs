//! Who is in an organization: members and invitations. One file for each page and form, and what they share.
//!
//! Every change takes the rights of whoever makes it into its own batch ([`ACTOR`]), and none leaves an organization without an owner
//! ([`ANOTHER_OWNER`]): both hold whatever else happens at the same moment.

pub mod cancel;
pub mod invite;
pub mod invite_page;
pub mod leave;
pub mod leave_page;
pub mod list;
pub mod remove;
pub mod remove_page;
pub mod resend;
pub mod role;
pub mod role_page;
pub mod transfer;
pub mod transfer_page;

use ::mail::Link;
use domain::{
    plans::Plan,
    quotas::{Quota, Standing},
};
use html::form::Pick;
use kernel::{
    Error, OrgId, Principal, Result, UserId,
    app::App,
    db::Row,
    error::Code,
    limit::Exact,
    principal::{Role, Staff},
    sql::Stmt,
    time::Span,
};

kernel::sql! {
    /// A member, with what the pages about them say.
    Read Org ONE(2) -> ["id", "name", "email", "role", "org_name", "owners", "assigned"] =
        "SELECT u.id, u.name, u.email, m.role, o.name AS org_name, \
           (SELECT count(*) FROM memberships WHERE org_id = ?1 AND role = 'owner') AS owners, \
           (SELECT count(*) FROM tickets WHERE org_id = ?1 AND assignee_id = ?2 AND status <> 'closed') AS assigned \
         FROM memberships m JOIN users u ON u.id = m.user_id JOIN orgs o ON o.id = m.org_id WHERE m.org_id = ?1 AND m.user_id = ?2";
    /// In the batch of a change: whoever makes it still has the role that was judged.
    Bookkeep Org ACTOR(3) -> [] =
        "INSERT INTO guard(name, ok) SELECT 'state', EXISTS (SELECT 1 FROM memberships WHERE org_id = ?1 AND user_id = ?2 AND role = ?3)";
    /// In the batch of a change that takes an owner away: there is another one.
    Bookkeep Org ANOTHER_OWNER(2) -> [] =
        "INSERT INTO guard(name, ok) SELECT 'state', EXISTS (SELECT 1 FROM memberships WHERE org_id = ?1 AND role = 'owner' AND user_id <> ?2)";
    /// Their open tickets are nobody's: an assignee is a member.
    Write Org UNASSIGN(3) -> [] =
        "UPDATE tickets SET assignee_id = NULL, version = version + 1, updated_at = ?3 WHERE org_id = ?1 AND assignee_id = ?2";
    /// What they were told about it goes with them.
    Bookkeep Org FORGET(2) -> [] = "DELETE FROM inbox WHERE org_id = ?1 AND recipient = ?2";
    Write Org REMOVE(3) -> [] = "DELETE FROM memberships WHERE org_id = ?1 AND user_id = ?2 AND role = ?3";
    Write Org SET_ROLE(4) -> [] = "UPDATE memberships SET role = ?3 WHERE org_id = ?1 AND user_id = ?2 AND role = ?4";
}

/// How long an invitation can be accepted.
pub const INVITED_FOR: Span = Span::days(7);
/// Invitations, new and repeated, of one account.
pub const LIMIT: Exact = Exact { name: "invitations", limit: 20, window_seconds: 3_600 };

/// How an organization's seats stand, from columns of its row: `plan`, `seats`, and members and open invitations together.
pub fn seats(plan: &str, seats: i64, used: i64) -> Standing {
    Standing { quota: Quota::Seats, plan: Plan::parse(plan), used, allowed: Some(u32::try_from(seats).unwrap_or(0)) }
}

/// The roles, strongest first, with what each may.
pub const ROLES: [(Role, Pick<'static>); 5] = [
    (Role::Owner, Pick::new("owner", "Owner").hint("Full access, including deleting the organization and managing its owners.")),
    (Role::Admin, Pick::new("admin", "Admin").hint("Full access, except deleting the organization and managing its owners.")),
    (Role::Billing, Pick::new("billing", "Billing").hint("Manages the plan and payments, and can view everything else.")),
    (Role::Member, Pick::new("member", "Member").hint("Works with tickets and customers.")),
    (Role::Viewer, Pick::new("viewer", "Viewer").hint("Can view everything, but can't change anything.")),
];

/// The roles that somebody may give.
pub fn grantable(by: Role) -> Vec<Pick<'static>> {
    ROLES.iter().filter(|(role, _)| by.may_grant(*role)).map(|(_, pick)| *pick).collect()
}
/// Every role by its word.
pub const WORDS: &[(&str, Role)] =
    &[("owner", Role::Owner), ("admin", Role::Admin), ("billing", Role::Billing), ("member", Role::Member), ("viewer", Role::Viewer)];

/// Whoever is signed in, with their role here.
///
/// # Errors
/// An incident on a route that lets others in.
pub fn me(principal: &Principal) -> Result<(&Staff, Role)> {
    match principal {
        Principal::Staff(staff) => match &staff.membership {
            Some((_, role)) => Ok((staff, *role)),
            None => Err(Error::incident("the role of a member", staff.user.to_string())),
        },
        other => Err(Error::incident("a member", other.kind())),
    }
}

/// The guard for the batch of a change.
pub fn actor(org: &OrgId, staff: &Staff, role: Role) -> Stmt {
    ACTOR.bind([org.into(), (&staff.user).into(), role.as_str().into()])
}

/// A member.
pub struct Member {
    /// The account.
    pub user: UserId,
    /// The name.
    pub name: String,
    /// The address.
    pub email: String,
    /// The role.
    pub role: Role,
    /// The organization's name.
    pub org_name: String,
    /// Whether there is no other owner.
    pub last_owner: bool,
    /// Open tickets that are assigned to them.
    pub assigned: i64,
}
impl Member {
    /// Reads the row of [`ONE`].
    ///
    /// # Errors
    /// 404 when there is none.
    pub fn of(row: Option<&Row>) -> Result<Self> {
        let row = row.ok_or(Code::NotFound)?;
        let role = Role::parse(row.text(3)?).ok_or_else(|| Error::incident("a stored role", row.text(3).unwrap_or_default()))?;
        Ok(Self {
            user: UserId::stored(row.text(0)?)?,
            name: row.text(1)?.to_owned(),
            email: row.text(2)?.to_owned(),
            role,
            org_name: row.text(4)?.to_owned(),
            last_owner: role == Role::Owner && row.int(5)? < 2,
            assigned: row.int(6)?,
        })
    }
}

/// What becomes of the open tickets of somebody who goes.
pub fn tickets_of(assigned: i64) -> Option<String> {
    match assigned {
        0 => None,
        1 => Some("1 open ticket becomes unassigned.".to_owned()),
        n => Some(format!("{} open tickets become unassigned.", html::part::thousands(n))),
    }
}

/// The refusal where an organization would be left without an owner.
pub fn last_owner() -> Error {
    Error::new(Code::WrongState, "An organization has at least one owner, and this is the only one. Make somebody else an owner first.")
}

/// Says what a refused guard means here.
pub fn changed_meanwhile(error: Error) -> Error {
    match error.code() {
        Code::WrongState | Code::VersionConflict => {
            Error::new(Code::WrongState, "Somebody else changed the members at the same moment. Go back to the list and try again.")
        }
        _ => error,
    }
}

/// A page of the organization, for a mail.
///
/// # Errors
/// An incident when the configured host makes no address.
pub fn page_link(app: &App, slug: &str, below: &str) -> Result<Link> {
    Ok(Link::at(&app.config.origin(&app.config.app_host), &format!("/o/{slug}{below}"))?)
}
