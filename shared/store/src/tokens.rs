//! One-time links by mail: 32 random bytes, of which only the hash is stored, bound to an account, a purpose, an address and a
//! host; used once, in the batch of their effect (security-and-ui.md §1.4).
//!
//! ```ignore
//! let (change, fresh) = tokens::issue(change, app, &Issue { purpose: Purpose::CustomerInvitation, subject: id.as_str(), org: Some(org), host, email, detail: None })?;
//! let letter = Letter::CustomerInvitation { org: name, link: tokens::link(app, host, "/invitations/accept", &fresh)?, expires: fresh.expires };
//! store::mail::post(change, app, &Mail::new(email, letter).about(org))
//! ```

use crypto::{
    keyring::KeyRing,
    seal::{self, Place},
};
use kernel::{Guard, Millis, Mutation, OrgId, Result, Row, app::App, error::Error, sql::Stmt, time::Span};
use mail::Link;

/// What a link is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Confirms the address of a new account. Its subject is the address: there is no account yet.
    SignUp,
    /// Signs in.
    SignIn,
    /// Sets a new password.
    Reset,
    /// Confirms the new address of an account.
    NewAddress,
    /// Puts the old address of an account back.
    UndoAddress,
    /// Opens the account that a customer was invited to.
    CustomerInvitation,
}
impl Purpose {
    /// Every purpose.
    pub const ALL: [Self; 6] = [Self::SignUp, Self::SignIn, Self::Reset, Self::NewAddress, Self::UndoAddress, Self::CustomerInvitation];
    /// As stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SignUp => "sign_up",
            Self::SignIn => "sign_in",
            Self::Reset => "reset",
            Self::NewAddress => "new_address",
            Self::UndoAddress => "undo_address",
            Self::CustomerInvitation => "customer_invitation",
        }
    }
    /// How long a link is good.
    pub const fn lasts(self) -> Span {
        match self {
            Self::SignIn => Span::minutes(10),
            Self::Reset => Span::minutes(45),
            Self::SignUp | Self::NewAddress => Span::hours(24),
            Self::UndoAddress => Span::hours(72),
            Self::CustomerInvitation => Span::days(7),
        }
    }
}

kernel::sql! {
    Write Global("a link is its account's; the hash is all that finds it") ISSUE(9) -> [] =
        "INSERT INTO tokens(hash, purpose, subject, org_id, host, email, detail, created_at, expires_at) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
    Read Global("a link is found by the hash of what stands in it, before anyone is known")
    FIND(1) -> ["hash", "purpose", "subject", "org_id", "host", "email", "detail", "expires_at", "used_at"] =
        "SELECT hash, purpose, subject, org_id, host, email, detail, expires_at, used_at FROM tokens WHERE hash = ?1";
    /// The newest that is still good, to send it again.
    Read Global("a link that was asked for is found by its account, to be sent again")
    NEWEST(4) -> ["hash", "purpose", "subject", "org_id", "host", "email", "detail", "expires_at", "used_at"] =
        "SELECT hash, purpose, subject, org_id, host, email, detail, expires_at, used_at FROM tokens \
         WHERE subject = ?1 AND purpose = ?2 AND host = ?3 AND used_at IS NULL AND expires_at > ?4 ORDER BY created_at DESC LIMIT 1";
    Write Global("the holder of a link uses it") USE(4) -> [] =
        "UPDATE tokens SET used_at = ?4 WHERE hash = ?1 AND purpose = ?2 AND host = ?3 AND used_at IS NULL AND expires_at > ?4";
    /// Not those that give the account back: who took it would end them by changing something once more.
    Write Global("every link of the account ends, but for those that give it back") END_ALL(2) -> [] =
        "UPDATE tokens SET used_at = ?2 WHERE subject = ?1 AND used_at IS NULL AND purpose <> 'undo_address'";
    Write Global("a change that is undone takes those that came after it along") END_LATER(3) -> [] =
        "UPDATE tokens SET used_at = ?2 WHERE subject = ?1 AND purpose = 'undo_address' AND used_at IS NULL \
         AND created_at >= (SELECT u.created_at FROM tokens u WHERE u.hash = ?3)";
    Write Global("every link of the account for that purpose ends") END(3) -> [] =
        "UPDATE tokens SET used_at = ?3 WHERE subject = ?1 AND purpose = ?2 AND used_at IS NULL";
}

/// A link to be issued.
#[derive(Debug, Clone, Copy)]
pub struct Issue<'a> {
    /// What it is for.
    pub purpose: Purpose,
    /// The account; of a sign-up, the address.
    pub subject: &'a str,
    /// A customer's organization.
    pub org: Option<&'a OrgId>,
    /// The host that it works on.
    pub host: &'a str,
    /// The address that it is sent to.
    pub email: &'a str,
    /// What the purpose needs. Stored sealed.
    pub detail: Option<&'a str>,
}

/// A link that was issued. Has no `Debug`: whoever holds the token may use it.
pub struct Issued {
    /// What stands in the link.
    pub token: String,
    /// Until when it is good.
    pub expires: Millis,
}

fn place(hash: &str) -> Place<'_> {
    Place { tenant: "", table: "tokens", column: "detail", row: hash }
}

/// Issues a link with a change.
///
/// # Errors
/// An incident when its detail can't be sealed.
pub fn issue(change: Mutation, app: &App, of: &Issue<'_>) -> Result<(Mutation, Issued)> {
    let (token, now) = (crypto::token::encode(&change.fresh_bytes()), change.at());
    let (hash, expires) = (crypto::token::hash(&token), now.plus(of.purpose.lasts()));
    let sealed = match of.detail {
        Some(plain) => Some(
            seal::seal(&app.config.keys, &place(&hash), plain.as_bytes(), change.fresh_bytes())
                .map_err(|_| Error::incident("sealing a link's detail", of.purpose.as_str()))?,
        ),
        None => None,
    };
    let stmt = ISSUE.bind([
        hash.into(),
        of.purpose.as_str().into(),
        of.subject.into(),
        of.org.into(),
        of.host.into(),
        of.email.into(),
        sealed.into(),
        now.into(),
        expires.into(),
    ]);
    Ok((change.then(stmt), Issued { token, expires }))
}

/// The address of a link, `https://host/path?token=…`.
///
/// # Errors
/// An incident when it is no address.
pub fn link(app: &App, host: &str, path: &str, issued: &Issued) -> Result<Link> {
    Ok(Link::at(&app.config.origin(host), &format!("{path}?token={}", issued.token))?)
}

/// A link as it is stored.
#[derive(Debug, Clone)]
pub struct Found {
    /// What is stored of what stands in it.
    pub hash: String,
    /// The account; of a sign-up, the address.
    pub subject: String,
    /// A customer's organization.
    pub org: Option<OrgId>,
    /// The address that it was sent to.
    pub email: String,
    /// Until when it is good.
    pub expires: Millis,
    purpose: &'static str,
    host: String,
    sealed: Option<String>,
}

/// Why a link can't be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// Never issued here, or for something else.
    Unknown,
    /// Its time is over.
    Expired,
    /// It was used, or another has taken its place.
    Used,
}

/// Looks a link up. `None` when it has not the shape of one.
pub fn find(token: &str) -> Option<Stmt> {
    crypto::token::well_formed(token).then(|| FIND.bind([crypto::token::hash(token).into()]))
}
/// Looks up the newest link of an account that is still good.
pub fn newest(purpose: Purpose, subject: &str, host: &str, now: Millis) -> Stmt {
    NEWEST.bind([subject.into(), purpose.as_str().into(), host.into(), now.into()])
}

/// Whether what was found is a link for that purpose on that host, and good.
///
/// # Errors
/// An incident when the row is not what the statement says.
pub fn judge(row: Option<&Row>, purpose: Purpose, host: &str, now: Millis) -> Result<std::result::Result<Found, Trouble>> {
    let Some(row) = row else { return Ok(Err(Trouble::Unknown)) };
    if row.text(1)? != purpose.as_str() || row.text(4)? != host {
        return Ok(Err(Trouble::Unknown));
    }
    if row.opt_int(8)?.is_some() {
        return Ok(Err(Trouble::Used));
    }
    let expires = Millis::new(row.int(7)?);
    if expires <= now {
        return Ok(Err(Trouble::Expired));
    }
    Ok(Ok(Found {
        hash: row.text(0)?.to_owned(),
        subject: row.text(2)?.to_owned(),
        org: row.opt_text(3)?.map(OrgId::stored).transpose()?,
        email: row.text(5)?.to_owned(),
        expires,
        purpose: purpose.as_str(),
        host: host.to_owned(),
        sealed: row.opt_text(6)?.map(str::to_owned),
    }))
}

impl Found {
    /// What was put in with it; empty when nothing was.
    ///
    /// # Errors
    /// An incident when it was changed or moved, or its key is gone.
    pub fn detail(&self, keys: &KeyRing) -> Result<String> {
        let Some(sealed) = &self.sealed else { return Ok(String::new()) };
        let plain = seal::open(keys, &place(&self.hash), sealed).map_err(|_| Error::incident("opening a link's detail", self.purpose))?;
        String::from_utf8(plain).map_err(|_| Error::incident("reading a link's detail", self.purpose))
    }
    /// Uses it, in the batch of its effect: of two who use it at once, one is refused with "not found".
    pub fn spend(&self, change: Mutation) -> Mutation {
        let now = change.at();
        let used = USE.bind([self.hash.as_str().into(), self.purpose.into(), self.host.as_str().into(), now.into()]);
        change.then_guarded(Guard::One, used)
    }
}

/// Ends every link of an account, but for those that give it an old address back: they outlive whatever is done with the account by
/// whoever has it now.
pub fn end_all(subject: &str, now: Millis) -> Stmt {
    END_ALL.bind([subject.into(), now.into()])
}
/// Ends what would undo a change of address that came with or after the one of which `undone` is the link's hash. Those of earlier
/// changes stay: their holders were there before.
pub fn end_later(subject: &str, undone: &str, now: Millis) -> Stmt {
    END_LATER.bind([subject.into(), now.into(), undone.into()])
}
/// Ends every link of an account for a purpose: a new one takes their place.
pub fn end(subject: &str, purpose: Purpose, now: Millis) -> Stmt {
    END.bind([subject.into(), purpose.as_str().into(), now.into()])
}
