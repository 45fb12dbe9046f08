//! Sessions: from a cookie to a checked principal, read from D1 for every request, so that what was ended is ended now.

use kernel::{
    CustomerId, Millis, OrgId, Principal, Request, Result, SessionId, UserId,
    db::first,
    error::{Code, Error},
    host::Site,
    ports::Ports,
    principal::{Customer, Half, Operator, OperatorRole, OrgLink, Proof, Role, Staff},
    sql::Stmt,
    time::Span,
};

/// The session cookie.
pub const COOKIE: &str = "__Host-portico";
/// The cookie that ties a form to the browser it was shown in.
pub const FORM_COOKIE: &str = "__Host-portico-form";
/// The hidden field that carries a form's token.
pub const FORM_FIELD: &str = "csrf";

/// Everything of an account that its session needs, from `sessions s` and `users u`.
macro_rules! staff_columns {
    () => {
        "s.id, u.id AS user_id, u.name, u.email, s.state, s.second_factor, s.proved_at, s.seen_at"
    };
}
/// A session that stands: of this token, kind and host, its time not over, its account not banned.
macro_rules! stands {
    ($kind:literal) => {
        concat!(
            "s.token_hash = ?1 AND s.kind = '",
            $kind,
            "' AND s.host = ?2 AND s.expires_at > ?3 AND s.idle_until > ?3 AND (u.banned_until IS NULL OR u.banned_until <= ?3) AND u.deleted_at IS NULL"
        )
    };
}

kernel::sql! {
    /// With the role in the organization that the path names, what that organization asks of its members, and those to switch to.
    Read Global("looks a staff session up by the hash of its token, with the role in the organization that the path names")
    STAFF(4) -> ["id", "user_id", "name", "email", "state", "second_factor", "proved_at", "seen_at", "org_id", "role", "mfa_required", "org_status", "too_old", "orgs", "unread"] = concat!(
        "SELECT ", staff_columns!(), ", o.id AS org_id, m.role, o.mfa_required, o.status AS org_status, s.created_at + o.session_hours * 3600000 <= ?3 AS too_old, \
         (SELECT json_group_array(json_array(x.slug, x.name)) FROM (SELECT a.slug, a.name FROM memberships b JOIN orgs a ON a.id = b.org_id \
           WHERE b.user_id = u.id AND a.deleted_at IS NULL ORDER BY a.name, a.id LIMIT 30) x) AS orgs, ", crate::unread_of_staff!("u.id"), " AS unread \
         FROM sessions s JOIN users u ON u.id = s.subject \
         LEFT JOIN orgs o ON o.slug = ?4 AND o.deleted_at IS NULL LEFT JOIN memberships m ON m.org_id = o.id AND m.user_id = u.id WHERE ", stands!("staff"));
    Read Global("looks an operator's session up by the hash of its token")
    OPERATOR(3) -> ["id", "user_id", "name", "email", "state", "second_factor", "proved_at", "seen_at", "role", "idle_until", "expires_at"] = concat!(
        "SELECT ", staff_columns!(), ", p.role, s.idle_until, s.expires_at FROM sessions s JOIN users u ON u.id = s.subject JOIN operators p ON p.user_id = u.id WHERE ", stands!("operator"));
    Read Org CUSTOMER(4) -> ["id", "customer_id", "name", "email", "state", "second_factor", "proved_at", "seen_at", "unread"] = concat!(
        "SELECT s.id, c.id AS customer_id, c.name, c.email, s.state, s.second_factor, s.proved_at, s.seen_at, ", crate::unread_of_customer!("c.id"), " AS unread \
         FROM sessions s JOIN customers c ON c.org_id = s.org_id AND c.id = s.subject AND c.status = 'active' \
         JOIN orgs o ON o.id = s.org_id AND o.deleted_at IS NULL WHERE s.org_id = ?1 AND s.token_hash = ?2 AND s.kind = 'customer' AND s.host = ?3 AND s.expires_at > ?4 AND s.idle_until > ?4");
    Write Global("a session is its holder's; a customer's carries the organization") BEGIN(14) -> [] =
        "INSERT INTO sessions(id, token_hash, kind, subject, org_id, host, created_at, proved_at, seen_at, expires_at, idle_until, state, second_factor, method, ip, user_agent) \
         VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)";
    Bookkeep Global("its holder was seen")
    SEEN(3) -> [] = "UPDATE sessions SET seen_at = ?2, idle_until = min(?3, expires_at) WHERE id = ?1 AND seen_at < ?2";
    Write Global("ends the session whose token was presented") END(1) -> [] = "DELETE FROM sessions WHERE token_hash = ?1";
    Write Global("ends a session of the account") END_ONE(2) -> [] = "DELETE FROM sessions WHERE subject = ?1 AND id = ?2";
    Write Global("ends every session of the account but one") END_OTHERS(2) -> [] = "DELETE FROM sessions WHERE subject = ?1 AND id <> ?2";
    Write Global("ends every session of the account") END_ALL(1) -> [] = "DELETE FROM sessions WHERE subject = ?1";
    Write Global("a session goes on under another token")
    RENEWED(2) -> [] = "UPDATE sessions SET token_hash = ?2 WHERE id = ?1";
    Write Global("a session's holder proved again who they are")
    PROVED(4) -> [] = "UPDATE sessions SET proved_at = ?2, token_hash = ?3, second_factor = max(second_factor, ?4) WHERE id = ?1";
}

/// How long a session lasts on each surface (security-and-ui.md §1.1 S5): operators 12 hours, staff and customers 30 days,
/// which without a second factor is NIST's longest. An organization may ask for less of its members.
pub fn lifetime(kind: &str) -> Span {
    if kind == "operator" { Span::hours(12) } else { Span::days(30) }
}
/// How long a session lasts unseen: operators half an hour, others as long as it may at all.
pub fn idle(kind: &str) -> Span {
    if kind == "operator" { Span::minutes(30) } else { lifetime(kind) }
}
/// Half a session waits that long for its second factor.
const CHALLENGE: Span = Span::minutes(10);
/// A session's last use is written down at most that often.
const SEEN_EVERY: Span = Span::minutes(1);

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
    let (kind, stmt) = match site {
        Site::App => ("staff", STAFF.bind([hash.into(), host.into(), now.into(), req.param("org").unwrap_or_default().into()])),
        Site::Platform => ("operator", OPERATOR.bind([hash.into(), host.into(), now.into()])),
        Site::Portal(tenant) => ("customer", CUSTOMER.bind([(&tenant.org).into(), hash.into(), host.into(), now.into()])),
        Site::Api => return Ok(Principal::Anonymous),
    };
    let Some(row) = first(&*ports.db, stmt).await? else { return Ok(Principal::Anonymous) };
    let (session, name, email) = (SessionId::stored(row.text(0)?)?, row.text(2)?.to_owned(), row.text(3)?.to_owned());
    let proof = Proof { at: Millis::new(row.int(6)?), second_factor: row.int(5)? == 1 };
    if row.text(4)? == "challenge" {
        let org = if let Site::Portal(tenant) = site { Some(tenant.org.clone()) } else { None };
        return Ok(Principal::Half(Half { kind, subject: row.text(1)?.to_owned(), name, email, org, session }));
    }
    let seen_at = Millis::new(row.int(7)?);
    seen(ports, kind, &session, seen_at, now);
    Ok(match site {
        Site::App => {
            let membership = match (row.opt_text(8)?, row.opt_text(9)?) {
                (Some(org), Some(role)) => Some((OrgId::stored(org)?, Role::parse(role).ok_or(Code::RoleMissing)?)),
                _ => None,
            };
            let in_it = membership.is_some();
            // A session that is older than the organization allows has to begin anew, for this organization only.
            if in_it && row.opt_int(12)? == Some(1) {
                return Ok(Principal::Anonymous);
            }
            Principal::Staff(Staff {
                user: UserId::stored(row.text(1)?)?,
                name,
                email,
                session,
                proof,
                factor_missing: in_it && row.opt_int(10)? == Some(1) && !proof.second_factor,
                suspended: in_it && row.opt_text(11)? == Some("suspended"),
                membership,
                orgs: orgs(row.text(13)?)?,
                unread: row.int(14)?,
            })
        }
        // An operator without a second factor is none: whatever began such a session, it opens nothing.
        Site::Platform if !proof.second_factor => Principal::Anonymous,
        Site::Platform => {
            let role = OperatorRole::parse(row.text(8)?).ok_or(Code::DutyMissing)?;
            let expires_at = Millis::new(row.int(10)?);
            // As it is once this use is written down.
            let idle_until = if counts(seen_at, now) { now.plus(idle(kind)).min(expires_at) } else { Millis::new(row.int(9)?) };
            Principal::Operator(Operator { user: UserId::stored(row.text(1)?)?, name, email, role, session, proof, idle_until, expires_at })
        }
        Site::Portal(tenant) => Principal::Customer(Customer {
            id: CustomerId::stored(row.text(1)?)?,
            name,
            email,
            org: tenant.org.clone(),
            session,
            proof,
            unread: row.int(8)?,
        }),
        Site::Api => Principal::Anonymous,
    })
}

fn orgs(json: &str) -> Result<Vec<OrgLink>> {
    let pairs: Vec<(String, String)> =
        serde_json::from_str(json).map_err(|e| Error::incident("an account's organizations", e.to_string()))?;
    Ok(pairs.into_iter().map(|(slug, name)| OrgLink { slug, name }).collect())
}

/// Whether a use is one to be written down.
fn counts(before: Millis, now: Millis) -> bool {
    now >= before.plus(SEEN_EVERY)
}

/// Writes down that a session was used, after the reply and at most once a minute.
fn seen(ports: &Ports, kind: &str, session: &SessionId, before: Millis, now: Millis) {
    if !counts(before, now) {
        return;
    }
    let stmt = SEEN.bind([session.into(), now.into(), now.plus(idle(kind)).into()]);
    kernel::mutation::bookkeep_later(ports, "writing down that a session was used", vec![stmt]);
}

/// What a new session is of.
#[derive(Debug, Clone, Copy)]
pub struct Begin<'a> {
    /// `staff`, `customer` or `operator`.
    pub kind: &'static str,
    /// The account.
    pub subject: &'a str,
    /// A customer's organization.
    pub org: Option<&'a OrgId>,
    /// How they got in, such as `password`.
    pub method: &'static str,
    /// How far they got.
    pub reached: Reached,
    /// Where.
    pub browser: Browser<'a>,
}
/// Where a session is begun. It is bound to the host; the rest is for its holder to recognize it by.
#[derive(Debug, Clone, Copy)]
pub struct Browser<'a> {
    /// The host.
    pub host: &'a str,
    /// The client's address.
    pub ip: &'a str,
    /// What the browser calls itself.
    pub user_agent: &'a str,
}
impl<'a> Browser<'a> {
    /// That of a request.
    pub fn of(req: &'a Request) -> Self {
        Self { host: req.host(), ip: req.ip(), user_agent: req.user_agent() }
    }
}
/// How far a sign-in got.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reached {
    /// All the way, by one factor: the account has no second.
    OneFactor,
    /// All the way, by two.
    TwoFactors,
    /// To the challenge.
    Challenge,
}

/// A new session: its row, and the token for the cookie.
pub struct Fresh {
    /// Adds the row.
    pub stmt: Stmt,
    /// The value of the cookie.
    pub token: String,
}

/// Begins a session. `random` is 32 bytes from the rng port.
pub fn begin(id: &SessionId, of: Begin<'_>, now: Millis, random: [u8; 32]) -> Fresh {
    let token = crypto::token::encode(&random);
    let hash = crypto::hash::sha256_hex(token.as_bytes());
    let (state, second) = match of.reached {
        Reached::OneFactor => ("full", 0_i64),
        Reached::TwoFactors => ("full", 1),
        Reached::Challenge => ("challenge", 0),
    };
    let (until, idle_until) = match of.reached {
        Reached::Challenge => (now.plus(CHALLENGE), now.plus(CHALLENGE)),
        _ => (now.plus(lifetime(of.kind)), now.plus(idle(of.kind))),
    };
    let stmt = BEGIN.bind([
        id.into(),
        hash.into(),
        of.kind.into(),
        of.subject.into(),
        of.org.into(),
        of.browser.host.into(),
        now.into(),
        until.into(),
        idle_until.into(),
        state.into(),
        second.into(),
        of.method.into(),
        of.browser.ip.into(),
        of.browser.user_agent.into(),
    ]);
    Fresh { stmt, token }
}

/// The holder of a session proved again who they are, perhaps by their second factor: the session goes on under a new token, the
/// old one is dead. `random` is 32 bytes from the rng port.
pub fn prove(session: &SessionId, second_factor: bool, now: Millis, random: [u8; 32]) -> Fresh {
    let token = crypto::token::encode(&random);
    let hash = crypto::hash::sha256_hex(token.as_bytes());
    Fresh { stmt: PROVED.bind([session.into(), now.into(), hash.into(), second_factor.into()]), token }
}

/// A session goes on under a new token, and the old one is dead; nothing was proved. `random` is 32 bytes from the rng port.
pub fn renew(session: &SessionId, random: [u8; 32]) -> Fresh {
    let token = crypto::token::encode(&random);
    let hash = crypto::hash::sha256_hex(token.as_bytes());
    Fresh { stmt: RENEWED.bind([session.into(), hash.into()]), token }
}

/// Ends one session of an account.
pub fn end_one(subject: &str, session: &str) -> Stmt {
    END_ONE.bind([subject.into(), session.into()])
}
/// Ends every session of an account but one.
pub fn end_others(subject: &str, keep: &SessionId) -> Stmt {
    END_OTHERS.bind([subject.into(), keep.into()])
}
/// Ends every session of an account.
pub fn end_all(subject: &str) -> Stmt {
    END_ALL.bind([subject.into()])
}

/// Ends the session of a token.
pub fn end(token: &str) -> Stmt {
    END.bind([crypto::hash::sha256_hex(token.as_bytes()).into()])
}

/// The `Set-Cookie` of a session (`__Host-` prefix: Secure, Path=/, no Domain; RFC 6265bis §4.1.3.2).
pub fn cookie(name: &str, value: &str, max_age: Span) -> String {
    format!("{name}={value}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age={}", max_age.as_seconds_up())
}
