//! Changes to customers, the same whether a member or a program makes them: inviting, inviting again, renaming, and their limit.

use crate::{
    sessions,
    tokens::{self, Issue, Purpose},
};
use domain::{
    customers::{Customer, Status},
    events,
    plans::Plan,
    quotas::{Quota, Standing},
};
use kernel::{
    CustomerId, Guard, Id, Millis, Mutation, OrgId, Result, Row,
    app::App,
    error::{Code, Error},
    sql::Stmt,
};
use mail::{Brand, Letter, Mail};

/// A customer as SQLite writes them, from the columns of `customers`: as [`Customer`] is serialized.
#[macro_export]
macro_rules! customer_json {
    () => {
        "json_object('id', id, 'email', email, 'name', name, 'status', status, \
         'created_at', strftime('%Y-%m-%dT%H:%M:%fZ', created_at / 1000.0, 'unixepoch'))"
    };
}

kernel::sql! {
    Read Org ONE(2) -> ["id", "email", "name", "status", "created_at"] =
        "SELECT id, email, name, status, created_at FROM customers WHERE org_id = ?1 AND id = ?2 AND deleted_at IS NULL";
    /// What an invitation needs of the organization: its name and plan, where its portal is, how many customers it has.
    Read Org PORTAL(1) -> ["name", "plan", "slug", "domain", "used", "logo", "accent"] =
        "SELECT o.name, o.plan, o.slug, (SELECT d.host FROM domains d WHERE d.org_id = ?1 AND d.state = 'active' ORDER BY d.created_at, d.id LIMIT 1) AS domain, \
         (SELECT count(*) FROM customers c WHERE c.org_id = ?1 AND c.deleted_at IS NULL) AS used, iif(o.branding ->> '$.logo.key' IS NULL, NULL, o.branding_version) AS logo, o.branding ->> '$.primary' AS accent FROM orgs o WHERE o.id = ?1";
    /// Whether there is room for another one.
    /// By the plan that holds when it runs; `?2` has the number of each ([`Quota::by_plan`]).
    Bookkeep Org ROOM(2) -> [] =
        "INSERT INTO guard(name, ok) SELECT 'plan', (SELECT count(*) FROM customers WHERE org_id = ?1 AND deleted_at IS NULL) < (SELECT ?2 ->> plan FROM orgs WHERE id = ?1)";
    Write Org INSERT(5) -> [] = "INSERT INTO customers(org_id, id, email, name, status, created_at) VALUES(?1, ?2, ?3, ?4, 'invited', ?5)";
    /// Only where it still is what was read.
    Write Org RENAME(4) -> [] =
        "UPDATE customers SET name = ?4 WHERE org_id = ?1 AND id = ?2 AND name = ?3 AND deleted_at IS NULL";
    Write Org BLOCK(3) -> [] =
        "UPDATE customers SET status = 'blocked', blocked_reason = ?3 WHERE org_id = ?1 AND id = ?2 AND status = 'active' AND deleted_at IS NULL";
    Write Org UNBLOCK(2) -> [] =
        "UPDATE customers SET status = 'active', blocked_reason = NULL WHERE org_id = ?1 AND id = ?2 AND status = 'blocked' AND deleted_at IS NULL";
    /// Only while the invitation is open.
    Write Org STILL_INVITED(2) -> [] = "UPDATE customers SET status = 'invited' WHERE org_id = ?1 AND id = ?2 AND status = 'invited' AND deleted_at IS NULL";
}

/// Reads a customer who is there; [`of`] takes them from the row.
pub fn one(org: &OrgId, id: &CustomerId) -> Stmt {
    ONE.bind([org.into(), id.into()])
}

/// The customer of a row of [`one`].
///
/// # Errors
/// An incident when a stored value is none of ours.
pub fn of(row: &Row) -> Result<Customer> {
    let status = Status::parse(row.text(3)?).ok_or_else(|| Error::incident("a stored customer", row.text(0).unwrap_or_default()))?;
    Ok(Customer {
        id: CustomerId::stored(row.text(0)?)?,
        email: row.text(1)?.to_owned(),
        name: row.text(2)?.to_owned(),
        status: status.as_str(),
        created_at: Millis::new(row.int(4)?),
    })
}

/// What an invitation needs of the organization.
#[derive(Debug, Clone)]
pub struct Portal {
    /// What the organization is called.
    pub name: String,
    /// Its plan.
    pub plan: Plan,
    /// How many customers it has.
    pub used: i64,
    /// The host of its portal: its own domain where one is in use, else its slug's.
    pub host: String,
    /// Its slug.
    pub slug: String,
    /// The number of its look, where that has a logo.
    pub logo: Option<i64>,
    /// The color of its buttons, where it chose one.
    pub accent: Option<String>,
}

/// Reads it; [`portal_of`] takes it from the row.
pub fn portal(org: &OrgId) -> Stmt {
    PORTAL.bind([org.into()])
}

/// What was read.
///
/// # Errors
/// Not found, when the organization is gone.
pub fn portal_of(app: &App, row: Option<&Row>) -> Result<Portal> {
    let row = row.ok_or(Code::NotFound)?;
    let host = row.opt_text(3)?.map_or_else(|| Ok(app.config.portal_host(row.text(2)?)), |own| Ok::<_, Error>(own.to_owned()))?;
    Ok(Portal {
        name: row.text(0)?.to_owned(),
        plan: Plan::parse(row.text(1)?),
        used: row.int(4)?,
        host,
        slug: row.text(2)?.to_owned(),
        logo: row.opt_int(5)?,
        accent: row.opt_text(6)?.map(str::to_owned),
    })
}

impl Portal {
    /// A refusal by the plan's limit in words; any other is passed on.
    pub fn explained(&self, error: Error) -> Error {
        let standing = self.standing();
        // Somebody else took the last place after this was read.
        Standing { used: standing.allowed.map_or(standing.used, |allowed| standing.used.max(i64::from(allowed))), ..standing }
            .explain(error)
    }
    /// How much room there is for customers.
    pub fn standing(&self) -> Standing {
        Standing { quota: Quota::Customers, plan: self.plan, used: self.used, allowed: self.plan.limits().customers }
    }
}

/// Refuses the batch under the plan's guard when there is no room for another customer. Comes before the row is added.
pub fn room(change: Mutation, org: &OrgId) -> Mutation {
    change.then(ROOM.bind([org.into(), Quota::Customers.by_plan().into()]))
}

fn data(customer: &Customer) -> Result<String> {
    serde_json::to_string(customer).map_err(|e| Error::incident("writing an event", e.to_string()))
}

/// Adds a customer and invites them. The plan's limit is a guard of the batch; a taken address is
/// [`Code::AlreadyExists`](kernel::error::Code).
///
/// # Errors
/// An incident when the link or the letter can't be written.
pub fn invite(change: Mutation, app: &App, org: &OrgId, customer: &Customer, portal: &Portal) -> Result<Mutation> {
    let insert = INSERT.bind([
        org.into(),
        (&customer.id).into(),
        customer.email.as_str().into(),
        customer.name.as_str().into(),
        customer.created_at.into(),
    ]);
    let change = room(change, org).then_one(insert).event(org, events::CUSTOMER_CREATED.name, data(customer)?);
    letter(change, app, org, customer, portal)
}

/// Sends a new link to a customer who has not accepted yet; the old one is dead.
///
/// # Errors
/// As [`invite`].
pub fn invite_again(change: Mutation, app: &App, org: &OrgId, customer: &Customer, portal: &Portal) -> Result<Mutation> {
    let now = change.at();
    let still = STILL_INVITED.bind([org.into(), (&customer.id).into()]);
    let change = change.then_guarded(Guard::State, still).then(tokens::end(customer.id.as_str(), Purpose::CustomerInvitation, now));
    letter(change, app, org, customer, portal)
}

fn letter(change: Mutation, app: &App, org: &OrgId, customer: &Customer, portal: &Portal) -> Result<Mutation> {
    let issue = Issue {
        purpose: Purpose::CustomerInvitation,
        subject: customer.id.as_str(),
        org: Some(org),
        host: &portal.host,
        email: &customer.email,
        detail: None,
    };
    let (change, issued) = tokens::issue(change, app, &issue)?;
    let link = tokens::link(app, &portal.host, "/invitations/accept", &issued)?;
    let letter = Letter::CustomerInvitation { org: portal.name.clone(), link, expires: issued.expires };
    let brand = Brand { accent: portal.accent.clone(), ..Brand::tenant(&app.config, &portal.name, &portal.slug, portal.logo) };
    crate::mail::post(change, app, &Mail::new(&customer.email, letter).about(org).from(brand))
}

/// Renames a customer from what was read to what it is to be; somebody else's change in between is a version conflict.
///
/// # Errors
/// An incident when the event can't be written.
pub fn rename(change: Mutation, org: &OrgId, before: &Customer, after: &Customer) -> Result<Mutation> {
    let rename = RENAME.bind([org.into(), (&before.id).into(), before.name.as_str().into(), after.name.as_str().into()]);
    let detail = serde_json::json!({"name": {"from": before.name, "to": after.name}}).to_string();
    Ok(change.then_guarded(Guard::Version, rename).detail(detail).event(org, events::CUSTOMER_UPDATED.name, data(after)?))
}

/// Locks an active customer out of the portal, and out of wherever they are signed in; links that they were sent end. Anybody else is
/// [`Code::WrongState`](kernel::error::Code).
///
/// # Errors
/// An incident when the event can't be written.
pub fn block(change: Mutation, org: &OrgId, before: &Customer, reason: Option<&str>) -> Result<Mutation> {
    let (id, now) = (before.id.as_str(), change.at());
    let block = BLOCK.bind([org.into(), (&before.id).into(), reason.into()]);
    let change = change.then_guarded(Guard::State, block).then(sessions::end_all(id)).then(tokens::end_all(id, now));
    told(change, org, events::CUSTOMER_BLOCKED, &Customer { status: Status::Blocked.as_str(), ..before.clone() })
}

/// Lets a blocked customer in again. Anybody else is [`Code::WrongState`](kernel::error::Code).
///
/// # Errors
/// As [`block`].
pub fn unblock(change: Mutation, org: &OrgId, before: &Customer) -> Result<Mutation> {
    let change = change.then_guarded(Guard::State, UNBLOCK.bind([org.into(), (&before.id).into()]));
    told(change, org, events::CUSTOMER_UPDATED, &Customer { status: Status::Active.as_str(), ..before.clone() })
}

/// Records that a customer was changed otherwise.
///
/// # Errors
/// An incident when the event can't be written.
pub fn told(change: Mutation, org: &OrgId, event: events::EventType, customer: &Customer) -> Result<Mutation> {
    Ok(change.event(org, event.name, data(customer)?))
}
