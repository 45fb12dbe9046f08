//! Sessions: from a cookie to a checked principal, read from D1 for every request, so that what was ended is ended now.

use kernel::{
    CustomerId, Millis, OrgId, Principal, Request, Result, SessionId, UserId,
    db::first,
    error::Code,
    host::Site,
    ports::Ports,
    principal::{Customer, Operator, Role, Staff},
    sql::Stmt,
    time::Span,
};

/// The session cookie.
pub const COOKIE: &str = "__Host-portico";
/// The cookie that ties a form to the browser it was shown in.
pub const FORM_COOKIE: &str = "__Host-portico-form";
/// The hidden field that carries a form's token.
pub const FORM_FIELD: &str = "csrf";

kernel::sql! {
    Read Global("looks a staff session up by the hash of its token, with the role in the organization that the path names")
    STAFF(4) -> ["id", "user_id", "name", "org_id", "role"] =
        "SELECT s.id, u.id AS user_id, u.name, o.id AS org_id, m.role FROM sessions s JOIN users u ON u.id = s.subject \
         LEFT JOIN orgs o ON o.slug = ?4 AND o.status = 'active' LEFT JOIN memberships m ON m.org_id = o.id AND m.user_id = u.id \
         WHERE s.token_hash = ?1 AND s.kind = 'staff' AND s.host = ?2 AND s.expires_at > ?3 AND s.idle_until > ?3";
    Read Global("looks an operator's session up by the hash of its token")
    OPERATOR(3) -> ["id", "user_id", "name"] =
        "SELECT s.id, u.id AS user_id, u.name FROM sessions s JOIN users u ON u.id = s.subject JOIN operators p ON p.user_id = u.id \
         WHERE s.token_hash = ?1 AND s.kind = 'operator' AND s.host = ?2 AND s.expires_at > ?3 AND s.idle_until > ?3";
    Read Org CUSTOMER(4) -> ["id", "customer_id", "name"] =
        "SELECT s.id, c.id AS customer_id, c.name FROM sessions s JOIN customers c ON c.org_id = s.org_id AND c.id = s.subject AND c.status = 'active' \
         WHERE s.org_id = ?1 AND s.token_hash = ?2 AND s.kind = 'customer' AND s.host = ?3 AND s.expires_at > ?4 AND s.idle_until > ?4";
    Write Global("a session is its holder's; a customer's carries the organization") BEGIN(8) -> [] =
        "INSERT INTO sessions(id, token_hash, kind, subject, org_id, host, created_at, expires_at, idle_until) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8)";
    Write Global("ends the session whose token was presented") END(1) -> [] = "DELETE FROM sessions WHERE token_hash = ?1";
}

/// How long a session lasts on each surface (security-and-ui.md §1.1 S5): operators 12 hours, staff and customers 30 days,
/// which without a second factor is NIST's longest.
pub fn lifetime(kind: &str) -> Span {
    if kind == "operator" { Span::hours(12) } else { Span::days(30) }
}

/// Whose session it is. A cookie of another host finds nothing here: the host is part of the look-up.
///
/// # Errors
/// 403 at a portal that is not open; what the database refused.
pub async fn authenticate(ports: &Ports, site: &Site, req: &Request) -> Result<Principal> {
    if let Site::Portal(tenant) = site {
        crate::portals::refuse_closed(tenant)?;
    }
    let Some(token) = req.cookie(COOKIE).filter(|t| crypto::token::well_formed(t)) else { return Ok(Principal::Anonymous) };
    let (hash, host, now) = (crypto::hash::sha256_hex(token.as_bytes()), req.host(), ports.clock.now());
    let stmt = match site {
        Site::App => STAFF.bind([hash.into(), host.into(), now.into(), req.param("org").unwrap_or_default().into()]),
        Site::Platform => OPERATOR.bind([hash.into(), host.into(), now.into()]),
        Site::Portal(tenant) => CUSTOMER.bind([(&tenant.org).into(), hash.into(), host.into(), now.into()]),
        Site::Api => return Ok(Principal::Anonymous),
    };
    let Some(row) = first(&*ports.db, stmt).await? else { return Ok(Principal::Anonymous) };
    let (session, name) = (SessionId::stored(row.text(0)?)?, row.text(2)?.to_owned());
    Ok(match site {
        Site::App => {
            let membership = match (row.opt_text(3)?, row.opt_text(4)?) {
                (Some(org), Some(role)) => Some((OrgId::stored(org)?, Role::parse(role).ok_or(Code::RoleMissing)?)),
                _ => None,
            };
            Principal::Staff(Staff { user: UserId::stored(row.text(1)?)?, name, session, membership })
        }
        Site::Platform => Principal::Operator(Operator { user: UserId::stored(row.text(1)?)?, name, session }),
        Site::Portal(tenant) => {
            Principal::Customer(Customer { id: CustomerId::stored(row.text(1)?)?, name, org: tenant.org.clone(), session })
        }
        Site::Api => Principal::Anonymous,
    })
}

/// A new session: its row, and the token for the cookie.
pub struct Fresh {
    /// Adds the row.
    pub stmt: Stmt,
    /// The value of the cookie.
    pub token: String,
}

/// Begins a session. `random` is 32 bytes from the rng port.
pub fn begin(id: &SessionId, kind: &'static str, subject: &str, org: Option<&OrgId>, host: &str, now: Millis, random: [u8; 32]) -> Fresh {
    let token = crypto::token::encode(&random);
    let hash = crypto::hash::sha256_hex(token.as_bytes());
    let until = now.plus(lifetime(kind));
    let stmt = BEGIN.bind([id.into(), hash.into(), kind.into(), subject.into(), org.into(), host.into(), now.into(), until.into()]);
    Fresh { stmt, token }
}

/// Ends the session of a token.
pub fn end(token: &str) -> Stmt {
    END.bind([crypto::hash::sha256_hex(token.as_bytes()).into()])
}

/// The `Set-Cookie` of a session (`__Host-` prefix: Secure, Path=/, no Domain; RFC 6265bis §4.1.3.2).
pub fn cookie(name: &str, value: &str, max_age: Span) -> String {
    format!("{name}={value}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age={}", max_age.as_seconds_up())
}
