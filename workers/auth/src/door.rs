//! Who may come in where: staff at the app, an organization's customers at its portal, operators at the console; and what of an
//! account changes when they do.

use kernel::{
    CustomerId, Id, Millis, OrgId, Result, Row, UserId,
    audit::AuditLog,
    error::{Code, Error},
    host::{Site, Tenant},
    sql::Stmt,
};

/// What is known of a staff account: `?2` is the hash of the browser's device cookie.
macro_rules! user {
    ($from:literal) => {
        concat!(
            "SELECT u.id, u.name, u.email, u.password_hash, 'active' AS status, u.failures, u.banned_until, u.ban_reason, \
             EXISTS(SELECT 1 FROM authenticators a WHERE a.subject = u.id AND a.confirmed_at IS NOT NULL) AS factor, \
             EXISTS(SELECT 1 FROM devices d WHERE d.subject = u.id AND d.hash = ?2) AS known, \
             EXISTS(SELECT 1 FROM devices d WHERE d.subject = u.id) AS devices FROM ",
            $from,
            " AND u.deleted_at IS NULL"
        )
    };
}
/// The same of a customer: `?3` is the hash of the browser's device cookie.
macro_rules! customer {
    ($which:literal) => {
        concat!(
            "SELECT c.id, c.name, c.email, c.password_hash, c.status, c.failures, NULL AS banned_until, NULL AS ban_reason, \
             EXISTS(SELECT 1 FROM authenticators a WHERE a.subject = c.id AND a.confirmed_at IS NOT NULL) AS factor, \
             EXISTS(SELECT 1 FROM devices d WHERE d.subject = c.id AND d.hash = ?3) AS known, \
             EXISTS(SELECT 1 FROM devices d WHERE d.subject = c.id) AS devices FROM customers c WHERE c.org_id = ?1 AND ",
            $which,
            " AND c.deleted_at IS NULL"
        )
    };
}

kernel::sql! {
    Read Global("a staff account is found by its e-mail before anyone is known")
    STAFF(2) -> ["id", "name", "email", "password_hash", "status", "failures", "banned_until", "ban_reason", "factor", "known", "devices"] =
        user!("users u WHERE u.email = ?1");
    Read Global("an operator's account is found by its e-mail before anyone is known")
    OPERATOR(2) -> ["id", "name", "email", "password_hash", "status", "failures", "banned_until", "ban_reason", "factor", "known", "devices"] =
        user!("users u JOIN operators o ON o.user_id = u.id WHERE u.email = ?1");
    Read Org CUSTOMER(3) -> ["id", "name", "email", "password_hash", "status", "failures", "banned_until", "ban_reason", "factor", "known", "devices"] =
        customer!("c.email = ?2");
    Read Global("a staff account belongs to no organization")
    STAFF_OF(2) -> ["id", "name", "email", "password_hash", "status", "failures", "banned_until", "ban_reason", "factor", "known", "devices"] =
        user!("users u WHERE u.id = ?1");
    Read Global("an operator's account belongs to no organization")
    OPERATOR_OF(2) -> ["id", "name", "email", "password_hash", "status", "failures", "banned_until", "ban_reason", "factor", "known", "devices"] =
        user!("users u JOIN operators o ON o.user_id = u.id WHERE u.id = ?1");
    Read Org CUSTOMER_OF(3) -> ["id", "name", "email", "password_hash", "status", "failures", "banned_until", "ban_reason", "factor", "known", "devices"] =
        customer!("c.id = ?2");
    Write Global("a staff account belongs to no organization")
    RENEW_USER(3) -> [] = "UPDATE users SET password_hash = ?3 WHERE id = ?1 AND password_hash = ?2";
    Write Org RENEW_CUSTOMER(4) -> [] = "UPDATE customers SET password_hash = ?4 WHERE org_id = ?1 AND id = ?2 AND password_hash = ?3";
    Write Global("a staff account belongs to no organization")
    FAILED_USER(1) -> [] = "UPDATE users SET failures = failures + 1 WHERE id = ?1";
    Write Org FAILED_CUSTOMER(2) -> [] = "UPDATE customers SET failures = failures + 1 WHERE org_id = ?1 AND id = ?2";
    /// Where there is no account: a failure writes one row all the same. `?1` is the account's id.
    Write Global("it is about nobody") FAILED_NOBODY(1) -> [] = "UPDATE nobody SET failures = failures + 1 WHERE id = 1 AND ?1 = ''";
    Write Global("a staff account belongs to no organization")
    FORGIVE_USER(1) -> [] = "UPDATE users SET failures = 0 WHERE id = ?1";
    Write Org FORGIVE_CUSTOMER(2) -> [] = "UPDATE customers SET failures = 0 WHERE org_id = ?1 AND id = ?2";
    Write Global("a staff account belongs to no organization")
    PASSWORD_USER(3) -> [] = "UPDATE users SET password_hash = ?2, password_changed_at = ?3, failures = 0 WHERE id = ?1 AND deleted_at IS NULL";
    Write Org PASSWORD_CUSTOMER(4) -> [] =
        "UPDATE customers SET password_hash = ?3, password_changed_at = ?4, failures = 0 WHERE org_id = ?1 AND id = ?2 AND status = 'active' AND deleted_at IS NULL";
    Write Global("a staff account belongs to no organization") NAME_USER(2) -> [] = "UPDATE users SET name = ?2 WHERE id = ?1";
    Write Org NAME_CUSTOMER(3) -> [] = "UPDATE customers SET name = ?3 WHERE org_id = ?1 AND id = ?2";
    /// From one address to another, as long as it is still the first.
    Write Global("a staff account belongs to no organization")
    ADDRESS_USER(4) -> [] = "UPDATE users SET email = ?3, email_verified_at = ?4 WHERE id = ?1 AND email = ?2 AND deleted_at IS NULL";
    Write Org ADDRESS_CUSTOMER(5) -> [] =
        "UPDATE customers SET email = ?4, email_verified_at = ?5 WHERE org_id = ?1 AND id = ?2 AND email = ?3 AND deleted_at IS NULL";
}

/// So many failed sign-ins in a row switch a password off until a new one is set (NIST SP 800-63B-4 §3.2.2).
pub const MOST_FAILURES: i64 = 100;
/// Within so many more its owner is told. More can't fail at once, by the limits of an account, so that one of them sees the hundredth;
/// and afterwards a failure does no more than one of an address that nobody has.
pub const TOLD_WITHIN: i64 = 20;

/// A way in.
#[derive(Debug, Clone, Copy)]
pub enum Door<'a> {
    /// The staff's app.
    Staff,
    /// The portal of an organization.
    Customer(&'a Tenant),
    /// The operators' console.
    Operator,
}

/// Whether an account may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// It may.
    Active,
    /// A customer who was invited, and has not been here yet.
    Invited,
    /// A customer whom the organization has blocked.
    Blocked,
}

/// An account that was found. Has no `Debug`: it holds a hash.
pub struct Account {
    /// Its id.
    pub id: String,
    /// The name to show.
    pub name: String,
    /// Its address.
    pub email: String,
    /// The hash of its password, if it has one.
    pub password_hash: Option<String>,
    /// Whether it may be used.
    pub status: Status,
    /// Failed sign-ins since the last good one.
    pub failures: i64,
    /// Until when it is banned, and why.
    pub ban: Option<(Millis, String)>,
    /// Whether it has a second factor.
    pub factor: bool,
    /// Whether it was signed in on this browser before.
    pub known_here: bool,
    /// Whether it was signed in anywhere before.
    pub known_anywhere: bool,
}

impl Account {
    /// An account that was made a moment ago.
    pub fn new(id: &str, name: &str, email: &str) -> Self {
        Self {
            id: id.to_owned(),
            name: name.to_owned(),
            email: email.to_owned(),
            password_hash: None,
            status: Status::Active,
            failures: 0,
            ban: None,
            factor: false,
            known_here: false,
            known_anywhere: false,
        }
    }
    /// The hash that its password is held against. None once too many have failed.
    pub fn password(&self) -> Option<&str> {
        self.password_hash.as_deref().filter(|_| self.failures < MOST_FAILURES)
    }
    /// What keeps its holder out, said to nobody else: to be asked for after they have proved who they are.
    ///
    /// # Errors
    /// 403, with the reason and the end of a ban.
    pub fn refuse(&self, now: Millis) -> Result<()> {
        if self.status == Status::Blocked {
            return Err(Code::AccountBlocked.into());
        }
        match &self.ban {
            Some((until, reason)) if *until > now => {
                let end = match domain::bans::end(*until) {
                    Some(end) => format!("It is suspended until {}.", readable(end)),
                    None => "It is suspended until further notice.".to_owned(),
                };
                Err(Error::new(Code::AccountBanned, format!("{end} Reason: {reason}")))
            }
            _ => Ok(()),
        }
    }
}

/// A moment for a sentence.
fn readable(at: Millis) -> String {
    let exact = at.rfc3339();
    format!("{} {} UTC", exact.get(..10).unwrap_or_default(), exact.get(11..16).unwrap_or_default())
}

impl<'a> Door<'a> {
    /// The door of a site.
    ///
    /// # Errors
    /// 403 at a portal that is not open.
    pub fn of(site: &'a Site) -> Result<Self> {
        match site {
            Site::App => Ok(Self::Staff),
            Site::Platform => Ok(Self::Operator),
            Site::Portal(tenant) => store::portals::refuse_closed(tenant).map(|()| Self::Customer(tenant)),
            Site::Api => Err(Code::NoRoute.into()),
        }
    }
    /// The kind of its sessions, and of the actor in the audit log.
    pub const fn kind(self) -> &'static str {
        match self {
            Self::Staff => "staff",
            Self::Customer(_) => "customer",
            Self::Operator => "operator",
        }
    }
    /// The organization whose customers come in here.
    pub const fn org(self) -> Option<&'a OrgId> {
        match self {
            Self::Customer(tenant) => Some(&tenant.org),
            Self::Staff | Self::Operator => None,
        }
    }
    /// The name over the door.
    pub fn name(self) -> &'a str {
        match self {
            Self::Customer(tenant) => &tenant.name,
            Self::Staff | Self::Operator => "Portico",
        }
    }
    /// Whether people may make themselves an account here.
    pub const fn self_sign_up(self) -> bool {
        match self {
            Self::Staff => true,
            Self::Customer(tenant) => tenant.self_sign_up,
            Self::Operator => false,
        }
    }
    /// The log that tells of its sign-ins.
    pub fn log(self) -> AuditLog {
        self.org().map_or(AuditLog::Platform, |org| AuditLog::Org(org.clone()))
    }
    /// What is counted of an address: the one that was typed, whether or not there is such an account. Staff and operators have
    /// one password, so they have one count. Hashed, because people type all sorts of things into the wrong field.
    pub fn subject(self, email: &str) -> String {
        let scope = self.org().map_or("users", |org| org.as_str());
        crypto::hash::sha256_hex(format!("{scope}\n{email}").as_bytes())
    }
    /// Looks the account of an address up. `device` is the hash of the browser's cookie.
    pub fn find(self, email: &str, device: &str) -> Stmt {
        match self {
            Self::Staff => STAFF.bind([email.into(), device.into()]),
            Self::Operator => OPERATOR.bind([email.into(), device.into()]),
            Self::Customer(tenant) => CUSTOMER.bind([(&tenant.org).into(), email.into(), device.into()]),
        }
    }
    /// Looks an account up by its id.
    pub fn find_id(self, id: &str, device: &str) -> Stmt {
        match self {
            Self::Staff => STAFF_OF.bind([id.into(), device.into()]),
            Self::Operator => OPERATOR_OF.bind([id.into(), device.into()]),
            Self::Customer(tenant) => CUSTOMER_OF.bind([(&tenant.org).into(), id.into(), device.into()]),
        }
    }
    /// Puts a new hash of the same password in the old one's place, unless the password was changed in the meantime.
    pub fn renew(self, account: &Account, old: &str, new: &str) -> Stmt {
        let id = account.id.as_str();
        match self {
            Self::Staff | Self::Operator => RENEW_USER.bind([id.into(), old.into(), new.into()]),
            Self::Customer(tenant) => RENEW_CUSTOMER.bind([(&tenant.org).into(), id.into(), old.into(), new.into()]),
        }
    }
    /// Counts a failed sign-in for good; `id` is empty where there is no account. Two statements, one row, whoever it was.
    pub fn failed(self, id: &str) -> [Stmt; 2] {
        let of = match self {
            Self::Staff | Self::Operator => FAILED_USER.bind([id.into()]),
            Self::Customer(tenant) => FAILED_CUSTOMER.bind([(&tenant.org).into(), id.into()]),
        };
        [of, FAILED_NOBODY.bind([id.into()])]
    }
    /// Forgets failed sign-ins.
    pub fn forgive(self, id: &str) -> Stmt {
        match self {
            Self::Staff | Self::Operator => FORGIVE_USER.bind([id.into()]),
            Self::Customer(tenant) => FORGIVE_CUSTOMER.bind([(&tenant.org).into(), id.into()]),
        }
    }
    /// Sets another password.
    pub fn set_password(self, id: &str, hash: &str, now: Millis) -> Stmt {
        match self {
            Self::Staff | Self::Operator => PASSWORD_USER.bind([id.into(), hash.into(), now.into()]),
            Self::Customer(tenant) => PASSWORD_CUSTOMER.bind([(&tenant.org).into(), id.into(), hash.into(), now.into()]),
        }
    }
    /// Sets another name.
    pub fn rename(self, id: &str, name: &str) -> Stmt {
        match self {
            Self::Staff | Self::Operator => NAME_USER.bind([id.into(), name.into()]),
            Self::Customer(tenant) => NAME_CUSTOMER.bind([(&tenant.org).into(), id.into(), name.into()]),
        }
    }
    /// Sets another address in place of the one that is there.
    pub fn readdress(self, id: &str, from: &str, to: &str, now: Millis) -> Stmt {
        match self {
            Self::Staff | Self::Operator => ADDRESS_USER.bind([id.into(), from.into(), to.into(), now.into()]),
            Self::Customer(tenant) => ADDRESS_CUSTOMER.bind([(&tenant.org).into(), id.into(), from.into(), to.into(), now.into()]),
        }
    }
    /// Reads what [`Door::find`] or [`Door::find_id`] found.
    ///
    /// # Errors
    /// An incident when the row is not what the statement says.
    pub fn account(self, row: &Row) -> Result<Account> {
        let id = row.text(0)?;
        let known = match self {
            Self::Staff | Self::Operator => UserId::parse(id).is_some(),
            Self::Customer(_) => CustomerId::parse(id).is_some(),
        };
        if !known {
            return Err(Error::incident("a stored account's id", id));
        }
        let reason = row.opt_text(7)?.unwrap_or("none given").to_owned();
        Ok(Account {
            id: id.to_owned(),
            name: row.text(1)?.to_owned(),
            email: row.text(2)?.to_owned(),
            password_hash: row.opt_text(3)?.map(str::to_owned),
            status: match row.text(4)? {
                "invited" => Status::Invited,
                "blocked" => Status::Blocked,
                _ => Status::Active,
            },
            failures: row.int(5)?,
            ban: row.opt_int(6)?.map(|until| (Millis::new(until), reason)),
            factor: row.int(8)? == 1,
            known_here: row.int(9)? == 1,
            known_anywhere: row.int(10)? == 1,
        })
    }
}
