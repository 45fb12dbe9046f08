//! What pages and commands know of an organization's billing, and what may be done with it.

use crate::setup;
use domain::billing::{Action, Availability, Finding, Reading, Situation, availability};
use kernel::{
    Millis, OrgId, Principal, Result, Row, UserId, Write,
    db::Rows,
    error::{Code, Error},
    principal::{Ability, Role, Staff},
    sql::Stmt,
};
use shell::Context;
use store::billing::Held;

kernel::sql! {
    Read Org ABOUT(1) -> ["name", "id", "price_lookup_key", "seats", "state", "session_id", "url", "created_at", "expires_at"] =
        "SELECT o.name, c.id, c.price_lookup_key, c.seats, c.state, c.session_id, c.url, c.created_at, c.expires_at \
         FROM orgs o LEFT JOIN checkouts c ON c.org_id = o.id WHERE o.id = ?1";
}

/// The one checkout that an organization may have under way.
#[derive(Debug, Clone)]
pub struct Slot {
    /// Our id of it, and the idempotency key at Stripe.
    pub id: String,
    /// What is being bought.
    pub lookup_key: String,
    /// How many seats.
    pub seats: u32,
    /// `starting`, `open`, `completed` or `expired`.
    pub state: String,
    /// Stripe's id of it, once it is open.
    pub session: Option<String>,
    /// Stripe's page, once it is open.
    pub url: Option<String>,
    /// When the page closes.
    pub expires_at: Millis,
}
impl Slot {
    /// Whether something may still be bought on it.
    pub fn is_pending(&self, now: Millis) -> bool {
        matches!(self.state.as_str(), "starting" | "open") && self.expires_at > now
    }
}

/// What is known of an organization's billing.
#[derive(Debug, Clone)]
pub struct Here {
    /// The organization's name.
    pub name: String,
    /// What is held.
    pub held: Held,
    /// The checkout, whatever became of it.
    pub slot: Option<Slot>,
    configured: bool,
    role: Role,
}

impl Here {
    /// The statements whose answers [`Here::of`] reads: three.
    pub fn stmts(org: &OrgId, now: Millis) -> Vec<Stmt> {
        let [held, findings] = Held::stmts(org, now);
        vec![held, findings, ABOUT.bind([org.into()])]
    }
    /// Reads the answers.
    ///
    /// # Errors
    /// Not found, when the organization is not there; not configured, when Stripe's keys are set by half.
    pub fn of<'a>(cx: &impl Context<'a>, org: &OrgId, sets: &[Rows]) -> Result<Self> {
        let row = sets.get(2).and_then(|rows| rows.first()).ok_or(Code::NotFound)?;
        let (_, role) = me(cx.principal())?;
        let configured = setup::is_on(&cx.app().config)?;
        Ok(Self { name: row.text(0)?.to_owned(), held: Held::of(org, sets)?, slot: slot(row)?, configured, role })
    }
    /// Reads everything, in one round trip.
    ///
    /// # Errors
    /// As [`Here::of`]; what the database refused.
    pub async fn read(cx: &Write<'_>) -> Result<Self> {
        let org = cx.org()?;
        let sets = cx.read(Self::stmts(org, cx.now())).await?;
        Self::of(cx, org, &sets)
    }
    /// Whether payments are taken here.
    pub const fn is_configured(&self) -> bool {
        self.configured
    }
    /// Whether whoever is signed in may change billing, and sees amounts.
    pub const fn may_pay(&self) -> bool {
        self.role.may(Ability::Pay)
    }
    /// The subscription, unless it is over or what is known of it doesn't count: gone at Stripe, or of a record that isn't ours.
    pub fn living(&self) -> Option<&Reading> {
        let counts =
            ![Finding::CustomerMissing, Finding::SubscriptionMissing, Finding::CustomerShared].into_iter().any(|k| self.held.has(k));
        self.held.subscription.as_ref().filter(|s| counts && !s.status.is_final())
    }
    /// Whether something may be done now.
    pub fn may(&self, action: Action) -> Availability {
        let findings = self.held.kinds();
        availability(
            action,
            &Situation {
                configured: self.configured,
                may_pay: self.may_pay(),
                deleted: self.held.leaving,
                customer: self.held.customer.is_some(),
                subscription: self.held.subscription.as_ref(),
                findings: &findings,
            },
        )
    }
    /// Refuses what may not be done now.
    ///
    /// # Errors
    /// 409, with the words that stand beside the button.
    pub fn require(&self, action: Action) -> Result<()> {
        match self.may(action) {
            Availability::Now => Ok(()),
            Availability::Not(why) => Err(Error::new(Code::WrongState, why)),
        }
    }
    /// The customer at Stripe.
    ///
    /// # Errors
    /// 409 when there is none.
    pub fn customer(&self) -> Result<&str> {
        self.held.customer.as_deref().ok_or_else(|| Error::new(Code::WrongState, "There is nothing at Stripe yet. Choose a plan first."))
    }
}

fn slot(row: &Row) -> Result<Option<Slot>> {
    let Some(id) = row.opt_text(1)? else { return Ok(None) };
    Ok(Some(Slot {
        id: id.to_owned(),
        lookup_key: row.text(2)?.to_owned(),
        seats: u32::try_from(row.int(3)?).unwrap_or(0),
        state: row.text(4)?.to_owned(),
        session: row.opt_text(5)?.map(str::to_owned),
        url: row.opt_text(6)?.map(str::to_owned),
        expires_at: Millis::new(row.int(8)?),
    }))
}

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

/// The account of whoever is signed in.
///
/// # Errors
/// As [`me`].
pub fn my_id(principal: &Principal) -> Result<&UserId> {
    Ok(&me(principal)?.0.user)
}
