//! Facts that events tell: money that moved, and purchases that came to an end. Each is written down once, by what it happened to, in the
//! batch that says its event is dealt with.

use kernel::{Millis, OrgId, Result, Row, sql::Stmt};
use serde_json::json;
use stripe::{event::Event, fact::Fact, units::Money};

/// The types of events that tell a fact that is written down here.
const TYPES: [&str; 6] = [
    "charge.dispute.funds_reinstated",
    "charge.dispute.funds_withdrawn",
    "charge.refunded",
    "checkout.session.completed",
    "checkout.session.expired",
    "invoice.paid",
];
/// At most that many in one batch; what is left is for the next.
const MOST: usize = 100;

kernel::sql! {
    Read Global("an event names a customer at Stripe, whose organization was looked up before")
    WAITING(4) -> ["id", "payload"] =
        "SELECT id, payload FROM stripe_events WHERE customer_id = ?1 AND state = 'received' AND received_at <= ?2 \
         AND type IN (SELECT value FROM json_each(?3)) ORDER BY received_at LIMIT ?4";
    /// What came before the reading is covered by it; of facts those that are written down in the same batch.
    Bookkeep Global("an event names a customer at Stripe, whose organization was looked up before")
    COVERED(6) -> [] =
        "UPDATE stripe_events SET state = ?2, processed_at = ?3 WHERE customer_id = ?1 AND state = 'received' AND received_at <= ?4 \
         AND (type NOT IN (SELECT value FROM json_each(?5)) OR id IN (SELECT value FROM json_each(?6)))";
    Bookkeep Org LEDGER(7) -> [] =
        "INSERT INTO billing_ledger(org_id, kind, object_id, amount, currency, event_id, happened_at) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7) \
         ON CONFLICT(org_id, kind, object_id) DO NOTHING";
    Bookkeep Org CHECKOUT(3) -> [] =
        "UPDATE checkouts SET state = ?3 WHERE org_id = ?1 AND session_id = ?2 AND state IN ('starting', 'open')";
    /// Whose a charge is was looked up: what names only the charge waits as the customer's from now on.
    Bookkeep Global("an event names a charge at Stripe, whose customer was looked up before")
    ATTRIBUTED(2) -> [] = "UPDATE stripe_events SET customer_id = ?2 WHERE customer_id = ?1 AND state = 'received'";
    /// Everything of a customer that is nobody's.
    Bookkeep Global("an event names a customer at Stripe that no organization has")
    IGNORED(2) -> [] =
        "UPDATE stripe_events SET state = 'ignored', processed_at = ?2 WHERE customer_id = ?1 AND state = 'received' AND received_at <= ?2";
}

/// Reads the facts of a customer that wait.
pub fn waiting(customer: &str, now: Millis) -> Stmt {
    WAITING.bind([customer.into(), now.into(), json!(TYPES).to_string().into(), i64::try_from(MOST).unwrap_or(i64::MAX).into()])
}
/// What waits under a charge is this customer's.
pub fn attributed(charge: &str, customer: &str) -> Stmt {
    ATTRIBUTED.bind([charge.into(), customer.into()])
}
/// Everything that came of a customer that is nobody's, or of a charge that is no customer's.
pub fn ignored(customer: &str, now: Millis) -> Stmt {
    IGNORED.bind([customer.into(), now.into()])
}

/// Facts that wait to be written down.
#[derive(Debug, Default)]
pub struct Told {
    events: Vec<Event>,
    ids: Vec<String>,
}

impl Told {
    /// Reads the answer to [`waiting`]. An event that tells nothing after all is dealt with too.
    ///
    /// # Errors
    /// An incident when a row can't be read.
    pub fn of(rows: &[Row]) -> Result<Self> {
        let mut told = Self::default();
        for row in rows {
            told.ids.push(row.text(0)?.to_owned());
            told.events.extend(Event::parse(row.text(1)?.as_bytes()).ok());
        }
        Ok(told)
    }
    /// Whether there may be more than were read.
    pub fn is_full(&self) -> bool {
        self.ids.len() >= MOST
    }
    /// Writes them down, and marks what a reading that began at `read_at` covers.
    pub fn stmts(&self, org: &OrgId, customer: &str, read_at: Millis, now: Millis) -> Vec<Stmt> {
        let mut stmts: Vec<Stmt> = self.events.iter().flat_map(|event| of_fact(org, event)).collect();
        let (types, ids) = (json!(TYPES).to_string(), json!(self.ids).to_string());
        stmts.push(COVERED.bind([customer.into(), "processed".into(), now.into(), read_at.into(), types.into(), ids.into()]));
        stmts
    }
}

fn of_fact(org: &OrgId, event: &Event) -> Vec<Stmt> {
    let row = |kind: &str, object: &str, amount: Option<&Money>, sign: i64| {
        let (cents, currency) = amount.map_or((0, "usd"), |money| (money.cents.0, money.currency.as_str()));
        LEDGER.bind([
            org.into(),
            kind.into(),
            object.into(),
            cents.saturating_mul(sign).into(),
            currency.to_ascii_lowercase().into(),
            event.id.as_str().into(),
            Millis::new(event.created.millis()).into(),
        ])
    };
    let state = |session: &str, state: &str| CHECKOUT.bind([org.into(), session.into(), state.into()]);
    match Fact::of(event) {
        Some(Fact::CheckoutCompleted(c)) => {
            let mut stmts = vec![row("checkout", &c.session, c.total.as_ref(), 1), state(&c.session, "completed")];
            if c.paid_once {
                stmts.push(row("payment", &c.session, c.total.as_ref(), 1));
            }
            stmts
        }
        Some(Fact::CheckoutExpired(c)) => vec![state(&c.session, "expired")],
        Some(Fact::InvoicePaid(i)) => vec![row("payment", &i.invoice, i.paid.as_ref(), 1)],
        Some(Fact::Refunded(r)) => {
            // A charge is given back in parts: what tells them apart is how much it was in all.
            let object = r.total.as_ref().map_or_else(|| r.charge.clone(), |total| format!("{}/{}", r.charge, total.cents.0));
            vec![row("refund", &object, r.amount.as_ref().or(r.total.as_ref()), -1)]
        }
        Some(Fact::DisputeWithdrawn(d)) => vec![row("dispute", &d.dispute, d.amount.as_ref(), -1)],
        Some(Fact::DisputeReinstated(d)) => vec![row("dispute", &format!("{}/reinstated", d.dispute), d.amount.as_ref(), 1)],
        _ => Vec::new(),
    }
}
