//! Who may come in where: staff at the app, an organization's customers at its portal, operators at the console.

use kernel::{
    CustomerId, Id, OrgId, Result, Row, UserId,
    app::App,
    audit::AuditLog,
    error::{Code, Error},
    host::{Site, Tenant},
    sql::Stmt,
};

kernel::sql! {
    Read Global("a staff account is found by its e-mail before anyone is known") STAFF(1) -> ["id", "name", "password_hash", "status"] =
        "SELECT id, name, password_hash, 'active' AS status FROM users WHERE email = ?1";
    Read Global("an operator's account is found by its e-mail before anyone is known") OPERATOR(1) -> ["id", "name", "password_hash", "status"] =
        "SELECT u.id, u.name, u.password_hash, 'active' AS status FROM users u JOIN operators o ON o.user_id = u.id WHERE u.email = ?1";
    Read Org CUSTOMER(2) -> ["id", "name", "password_hash", "status"] =
        "SELECT id, name, password_hash, status FROM customers WHERE org_id = ?1 AND email = ?2";
    Write Global("a staff account belongs to no organization") RENEW_USER(3) -> [] =
        "UPDATE users SET password_hash = ?3 WHERE id = ?1 AND password_hash = ?2";
    Write Org RENEW_CUSTOMER(4) -> [] = "UPDATE customers SET password_hash = ?4 WHERE org_id = ?1 AND id = ?2 AND password_hash = ?3";
}

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

/// An account that was found.
pub struct Account {
    /// Its id.
    pub id: String,
    /// The name to show.
    pub name: String,
    /// The hash of its password, if it has one.
    pub password_hash: Option<String>,
    /// Whether its organization has blocked it.
    pub blocked: bool,
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
    /// Whether a password alone opens it. Operators need a second factor, which does not exist yet: until it does, nobody signs
    /// in to a deployed console, and there is no setting that says otherwise.
    pub fn opens_by_password(self, app: &App) -> bool {
        !matches!(self, Self::Operator) || app.config.is_local()
    }
    /// Refuses where a password alone does not do.
    ///
    /// # Errors
    /// 403.
    pub fn refuse_without_second_factor(self, app: &App) -> Result<()> {
        if self.opens_by_password(app) { Ok(()) } else { Err(Code::SecondFactorNeeded.into()) }
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
    /// The log that tells of its sign-ins.
    pub fn log(self) -> AuditLog {
        self.org().map_or(AuditLog::Platform, |org| AuditLog::Org(org.clone()))
    }
    /// What failed sign-ins are counted under: the address that was typed, whether or not there is such an account. Staff and
    /// operators have one password, so they have one count. Hashed, because people type all sorts of things into the wrong field.
    pub fn subject(self, email: &str) -> String {
        let scope = self.org().map_or("users", |org| org.as_str());
        crypto::hash::sha256_hex(format!("{scope}\n{email}").as_bytes())
    }
    /// Looks the account up.
    pub fn find(self, email: &str) -> Stmt {
        match self {
            Self::Staff => STAFF.bind([email.into()]),
            Self::Operator => OPERATOR.bind([email.into()]),
            Self::Customer(tenant) => CUSTOMER.bind([(&tenant.org).into(), email.into()]),
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
    /// Reads what [`Door::find`] found.
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
        Ok(Account {
            id: id.to_owned(),
            name: row.text(1)?.to_owned(),
            password_hash: row.opt_text(2)?.map(str::to_owned),
            blocked: row.text(3)? == "blocked",
        })
    }
}
