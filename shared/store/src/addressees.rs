//! Who has an address, and whether a mail to it still has a reason: asked when the mail is about to leave, not when it was posted.

use ::mail::{Among, Standing};
use kernel::{Millis, OrgId, Result, Row, error::Error, sql::Stmt, task::Task};

kernel::sql! {
    Read Global("a staff account belongs to no organization") STAFF(1) -> ["id", "name", "status", "banned_until"] =
        "SELECT id, name, 'active' AS status, banned_until FROM users WHERE email = ?1 AND deleted_at IS NULL";
    Read Global("an operator's account belongs to no organization") OPERATOR(1) -> ["id", "name", "status", "banned_until"] =
        "SELECT u.id, u.name, 'active' AS status, u.banned_until FROM users u JOIN operators o ON o.user_id = u.id WHERE u.email = ?1 AND u.deleted_at IS NULL";
    Read Org CUSTOMER(2) -> ["id", "name", "status", "banned_until"] =
        "SELECT id, name, status, NULL AS banned_until FROM customers WHERE org_id = ?1 AND email = ?2 AND deleted_at IS NULL";
    /// Whether a link opens anything: an invitation of members, or a link of an account that is still there. Of a sign-up there is none
    /// yet, so that its subject is the address. `?1` is the hash of what stands in it.
    Read Global("a link is found by the hash of what stands in it; nobody is told more than that it opens something")
    OPENS(2) -> ["opens"] =
        "SELECT EXISTS(SELECT 1 FROM tokens t WHERE t.hash = ?1 AND t.used_at IS NULL AND t.expires_at > ?2 \
           AND (t.org_id IS NULL OR EXISTS(SELECT 1 FROM orgs o WHERE o.id = t.org_id AND o.deleted_at IS NULL)) \
           AND (t.purpose = 'sign_up' \
             OR EXISTS(SELECT 1 FROM users u WHERE u.id = t.subject AND u.deleted_at IS NULL) \
             OR EXISTS(SELECT 1 FROM customers c WHERE c.org_id = t.org_id AND c.id = t.subject AND c.status <> 'blocked' AND c.deleted_at IS NULL))) \
         OR EXISTS(SELECT 1 FROM invitations i JOIN orgs o ON o.id = i.org_id WHERE i.token_hash = ?1 AND i.accepted_at IS NULL AND i.canceled_at IS NULL \
           AND i.expires_at > ?2 AND o.deleted_at IS NULL) AS opens";
    Read Org MEMBER(2) -> ["id"] =
        "SELECT u.id FROM users u JOIN memberships m ON m.org_id = ?1 AND m.user_id = u.id JOIN orgs o ON o.id = ?1 \
         WHERE u.email = ?2 AND u.deleted_at IS NULL AND o.deleted_at IS NULL";
    Read Org READER(2) -> ["id"] =
        "SELECT c.id FROM customers c JOIN orgs o ON o.id = ?1 \
         WHERE c.org_id = ?1 AND c.email = ?2 AND c.status = 'active' AND c.deleted_at IS NULL AND o.deleted_at IS NULL";
}

/// Who has an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Addressee {
    /// The account.
    pub id: String,
    /// Its name.
    pub name: String,
    /// A customer who was invited, and has not been there yet.
    pub invited: bool,
    /// Neither invited only, nor blocked, nor banned: a link could let them in.
    pub able: bool,
}
impl Addressee {
    fn read(row: &Row, now: Millis) -> Result<Self> {
        let (status, banned) = (row.text(2)?, row.opt_int(3)?.is_some_and(|until| Millis::new(until) > now));
        Ok(Self {
            id: row.text(0)?.to_owned(),
            name: row.text(1)?.to_owned(),
            invited: status == "invited",
            able: status == "active" && !banned,
        })
    }
}

/// Looks an address up. `None` when nobody has it.
///
/// # Errors
/// What the database refused; an incident when customers are meant, of no organization.
pub async fn find(task: &Task<'_>, among: Among, org: Option<&OrgId>, address: &str) -> Result<Option<Addressee>> {
    let stmt = match (among, org) {
        (Among::Staff, _) => STAFF.bind([address.into()]),
        (Among::Operators, _) => OPERATOR.bind([address.into()]),
        (Among::Customers, Some(org)) => CUSTOMER.bind([org.into(), address.into()]),
        (Among::Customers, None) => return Err(Error::incident("looking a customer up", "of no organization")),
    };
    task.first(stmt).await?.map(|row| Addressee::read(&row, task.now())).transpose()
}

/// Why a letter has no reason any more, for operators to read; `None` while it has one.
///
/// # Errors
/// What the database refused.
pub async fn objection(task: &Task<'_>, standing: Standing<'_>, org: Option<&OrgId>, address: &str) -> Result<Option<&'static str>> {
    let (stmt, why): (Stmt, _) = match (standing, org) {
        (Standing::Always, _) => return Ok(None),
        (Standing::Opens(link), _) => {
            let hash = link.token().map(crypto::token::hash).unwrap_or_default();
            let opens = task.first(OPENS.bind([hash.into(), task.now().into()])).await?;
            let opens = opens.map(|row| row.int(0)).transpose()? == Some(1);
            return Ok((!opens).then_some("Its link no longer opens anything: it was used, replaced or canceled, or its time was over."));
        }
        (Standing::Account, None) => (STAFF.bind([address.into()]), "Nobody has an account with this address any more."),
        (Standing::Account, Some(org)) => {
            (CUSTOMER.bind([org.into(), address.into()]), "Nobody has an account with this address any more.")
        }
        // About no organization, so that there is none to have left.
        (Standing::Part(_), None) => return Ok(None),
        (Standing::Part(link), Some(org)) if link.is_on(&task.app.config.origin(&task.app.config.app_host)) => {
            (MEMBER.bind([org.into(), address.into()]), "Its recipient is no member of the organization any more, or it was deleted.")
        }
        (Standing::Part(_), Some(org)) => {
            (READER.bind([org.into(), address.into()]), "Its recipient is no customer of the organization any more, or it was deleted.")
        }
    };
    Ok(task.first(stmt).await?.is_none().then_some(why))
}
