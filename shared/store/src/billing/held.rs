//! Reading what is held.

use domain::{
    billing::{Finding, Override, Reading, Status},
    money::{Currency, Money},
    plans::{Interval, Plan},
};
use kernel::{
    Millis, OrgId, Result, Row,
    db::Rows,
    error::{Code, Error},
    sql::Stmt,
};

kernel::sql! {
    Read Org HELD(2) -> ["plan", "seats", "entitled_until", "billing_version", "stripe_customer_id", "synced_at", "failing_since", "granted", "until",
        "members", "invited", "leaving", "stripe_subscription_id", "status", "item_id", "price_id", "price_lookup_key", "sold", "seat_cents",
        "currency", "interval", "quantity", "current_period_end", "cancel_at_period_end", "cancel_at", "trial_end", "overdue_since"] =
        "SELECT o.plan, o.seats, o.entitled_until, o.billing_version, b.stripe_customer_id, r.synced_at, r.failing_since, p.plan AS granted, p.until, \
           (SELECT count(*) FROM memberships WHERE org_id = ?1) AS members, \
           (SELECT count(*) FROM invitations WHERE org_id = ?1 AND accepted_at IS NULL AND canceled_at IS NULL AND expires_at > ?2) AS invited, \
           o.deleted_at IS NOT NULL AS leaving, \
           s.stripe_subscription_id, s.status, s.item_id, s.price_id, s.price_lookup_key, s.plan AS sold, s.seat_cents, \
           s.currency, s.interval, s.quantity, s.current_period_end, s.cancel_at_period_end, s.cancel_at, s.trial_end, s.overdue_since \
         FROM orgs o LEFT JOIN billing_customers b ON b.org_id = o.id LEFT JOIN billing_reads r ON r.org_id = o.id \
           LEFT JOIN plan_overrides p ON p.org_id = o.id LEFT JOIN subscriptions s ON s.org_id = o.id WHERE o.id = ?1";
    Read Org FINDINGS(1) -> ["kind", "detail", "since"] =
        "SELECT kind, detail, since FROM billing_findings WHERE org_id = ?1 ORDER BY since, kind";
    Read Global("a price at Stripe is nobody's in particular")
    MAPPED(1) -> ["price_id", "plan"] = "SELECT price_id, plan FROM price_plans WHERE price_id IN (SELECT value FROM json_each(?1))";
    /// Nothing was changed since it was read.
    Bookkeep Org UNCHANGED(2) -> [] =
        "INSERT INTO guard(name, ok) SELECT 'version', EXISTS (SELECT 1 FROM orgs WHERE id = ?1 AND billing_version = ?2)";
}

/// What an organization holds of its billing.
#[derive(Debug, Clone)]
pub struct Held {
    /// Whose it is.
    pub org: OrgId,
    /// The plan whose limits hold.
    pub plan: Plan,
    /// Seats that may be used.
    pub seats: u32,
    /// When plan and seats must be judged again without a reading.
    pub entitled_until: Option<Millis>,
    /// Goes up with every change.
    pub version: i64,
    /// The customer at Stripe, `cus_…`.
    pub customer: Option<String>,
    /// When Stripe was last read with success.
    pub synced_at: Option<Millis>,
    /// Since when it can't be read.
    pub failing_since: Option<Millis>,
    /// What an operator granted.
    pub granted: Option<Override>,
    /// Members.
    pub members: i64,
    /// Open invitations, which hold seats too.
    pub invited: i64,
    /// It is about to be deleted.
    pub leaving: bool,
    /// The subscription slot, as last read.
    pub subscription: Option<Reading>,
    /// When its payment was first seen overdue.
    pub overdue_since: Option<Millis>,
    /// What is wrong, the oldest first: kind, facts as JSON, since when.
    pub findings: Vec<(Finding, String, Millis)>,
}

impl Held {
    /// The reads that [`Held::of`] takes, for one round trip together with a caller's own.
    pub fn stmts(org: &OrgId, now: Millis) -> [Stmt; 2] {
        [HELD.bind([org.into(), now.into()]), FINDINGS.bind([org.into()])]
    }
    /// Reads the answers to [`Held::stmts`]: the first two of `sets`.
    ///
    /// # Errors
    /// Not found, when the organization is not there; an incident when a row can't be read.
    pub fn of(org: &OrgId, sets: &[Rows]) -> Result<Self> {
        let [about, findings, ..] = sets else { return Err(Error::incident("what is held of billing", "a set is missing")) };
        let row = about.first().ok_or(Code::NotFound)?;
        let millis = |at| Ok::<_, Error>(row.opt_int(at)?.map(Millis::new));
        let until = millis(8)?;
        let granted = row.opt_text(7)?.zip(until).map(|(plan, until)| Override { plan: Plan::parse(plan), until });
        let mut kinds = Vec::new();
        for found in findings {
            if let Some(kind) = Finding::parse(found.text(0)?) {
                kinds.push((kind, found.text(1)?.to_owned(), Millis::new(found.int(2)?)));
            }
        }
        Ok(Self {
            org: org.clone(),
            plan: Plan::parse(row.text(0)?),
            seats: u32::try_from(row.int(1)?).unwrap_or(0),
            entitled_until: millis(2)?,
            version: row.int(3)?,
            customer: row.opt_text(4)?.map(str::to_owned),
            synced_at: millis(5)?,
            failing_since: millis(6)?,
            granted,
            members: row.int(9)?,
            invited: row.int(10)?,
            leaving: row.int(11)? == 1,
            subscription: subscription(row)?,
            overdue_since: millis(26)?,
            findings: kinds,
        })
    }
    /// Seats that are used: members and open invitations.
    pub const fn seats_used(&self) -> i64 {
        self.members.saturating_add(self.invited)
    }
    /// Whether this is wrong.
    pub fn has(&self, kind: Finding) -> bool {
        self.findings.iter().any(|(held, ..)| *held == kind)
    }
    /// What is wrong, without the facts.
    pub fn kinds(&self) -> Vec<Finding> {
        self.findings.iter().map(|(kind, ..)| *kind).collect()
    }
    /// Aborts a batch when anything was changed since this was read.
    pub fn unchanged(&self) -> Stmt {
        UNCHANGED.bind([(&self.org).into(), self.version.into()])
    }
}

fn subscription(row: &Row) -> Result<Option<Reading>> {
    let Some(id) = row.opt_text(12)? else { return Ok(None) };
    let text = |at| Ok::<_, Error>(row.opt_text(at)?.map(str::to_owned));
    let millis = |at| Ok::<_, Error>(row.opt_int(at)?.map(Millis::new));
    let currency = row.opt_text(19)?.and_then(Currency::parse);
    Ok(Some(Reading {
        id: id.to_owned(),
        status: Status::parse(row.text(13)?),
        item: text(14)?,
        price: text(15)?,
        lookup_key: text(16)?,
        plan: row.opt_text(17)?.map(Plan::parse),
        seat: row.opt_int(18)?.zip(currency).map(|(cents, currency)| Money::new(cents, currency)),
        interval: row.opt_text(20)?.and_then(Interval::parse),
        quantity: row.opt_int(21)?,
        period_end: millis(22)?,
        cancel_at_period_end: row.int(23)? == 1,
        cancel_at: millis(24)?,
        trial_end: millis(25)?,
    }))
}

/// The statement that finds what of these prices operators mapped, to be read by [`mapped`]. `None` when each sells a plan
/// already.
pub fn unknown_prices(readings: &[Reading]) -> Option<Stmt> {
    let unknown: Vec<&str> = readings.iter().filter(|r| r.plan.is_none()).filter_map(|r| r.price.as_deref()).collect();
    (!unknown.is_empty()).then(|| MAPPED.bind([serde_json::json!(unknown).to_string().into()]))
}

/// Gives readings the plans that operators mapped their prices to; `rows` answer [`unknown_prices`].
///
/// # Errors
/// An incident when a row can't be read.
pub fn mapped(readings: &mut [Reading], rows: &Rows) -> Result<()> {
    for row in rows {
        let (price, plan) = (row.text(0)?, Plan::parse(row.text(1)?));
        for r in readings.iter_mut().filter(|r| r.plan.is_none() && r.price.as_deref() == Some(price)) {
            r.plan = Some(plan);
        }
    }
    Ok(())
}
