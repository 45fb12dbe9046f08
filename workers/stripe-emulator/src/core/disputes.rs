//! `/v1/disputes`: charges that their payers dispute at the bank. What moves money says so: `charge.dispute.funds_withdrawn` when the
//! bank takes it, `charge.dispute.funds_reinstated` when it comes back. An inquiry moves none.

use super::{
    Context, Settings,
    charges::{alter, find as find_charge},
    error::ApiError,
    events::record,
    list::{Paging, When},
    params::Params,
    world::{Charge, Dispute, DisputeStatus, Movement, World},
};
use serde_json::{Map, Value, json};

/// Until when an answer is taken, in seconds after the dispute.
const ANSWERED_WITHIN: i64 = 9 * 86_400;
/// What evidence there can be: none is kept here.
const EVIDENCE: [&str; 27] = [
    "access_activity_log",
    "billing_address",
    "cancellation_policy",
    "cancellation_policy_disclosure",
    "cancellation_rebuttal",
    "customer_communication",
    "customer_email_address",
    "customer_name",
    "customer_purchase_ip",
    "customer_signature",
    "duplicate_charge_documentation",
    "duplicate_charge_explanation",
    "duplicate_charge_id",
    "product_description",
    "receipt",
    "refund_policy",
    "refund_policy_disclosure",
    "refund_refusal_explanation",
    "service_date",
    "service_documentation",
    "shipping_address",
    "shipping_carrier",
    "shipping_date",
    "shipping_documentation",
    "shipping_tracking_number",
    "uncategorized_file",
    "uncategorized_text",
];

/// How a dispute begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The bank takes the money at once.
    Chargeback,
    /// The bank only asks.
    Inquiry,
}

/// How a dispute ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// For the merchant.
    Won,
    /// For the payer.
    Lost,
}

fn movement(charge: &Charge, dispute: &Dispute, moved: &Movement, amount: i64) -> Value {
    let what = if amount < 0 { "Chargeback withdrawal" } else { "Chargeback reversal" };
    json!({
        "id": moved.id, "object": "balance_transaction", "amount": amount, "available_on": moved.at, "balance_type": "payments",
        "created": moved.at, "currency": charge.currency, "description": format!("{what} for {}", charge.id), "exchange_rate": null,
        "fee": 0, "fee_details": [], "net": amount, "reporting_category": if amount < 0 { "dispute" } else { "dispute_reversal" },
        "source": dispute.id, "status": "available", "type": "adjustment",
    })
}

fn render(charge: &Charge, dispute: &Dispute) -> Value {
    let withdrawn = dispute.withdrawn.as_ref().map(|moved| movement(charge, dispute, moved, -dispute.amount));
    let reinstated = dispute.reinstated.as_ref().map(|moved| movement(charge, dispute, moved, dispute.amount));
    let moved: Vec<Value> = withdrawn.into_iter().chain(reinstated).collect();
    let evidence: Map<String, Value> = EVIDENCE.iter().map(|name| ((*name).to_owned(), Value::Null)).collect();
    json!({
        "id": dispute.id, "object": "dispute", "amount": dispute.amount, "balance_transactions": moved, "charge": charge.id,
        "created": dispute.created, "currency": charge.currency, "enhanced_eligibility_types": [], "evidence": evidence,
        "evidence_details": {
            "due_by": dispute.created + ANSWERED_WITHIN, "enhanced_eligibility": {}, "has_evidence": false, "past_due": false,
            "submission_count": 0,
        },
        "is_charge_refundable": dispute.withdrawn.is_none(), "livemode": false, "metadata": {}, "payment_intent": charge.intent,
        "reason": dispute.reason, "status": dispute.status.as_str(),
    })
}

/// A dispute by its id, with its charge.
fn find<'w>(world: &'w World, id: &str) -> Result<(&'w Charge, &'w Dispute), ApiError> {
    let found = world.charges.iter().find_map(|charge| charge.dispute.as_ref().filter(|d| d.id == id).map(|dispute| (charge, dispute)));
    found.ok_or_else(|| ApiError::missing("dispute", id))
}

fn tell(world: &mut World, context: &Context<'_>, charge: &str, kinds: &[&str], before: Option<&Value>) {
    let Ok(charge) = find_charge(world, charge) else { return };
    let Some(shown) = charge.dispute.as_ref().map(|dispute| render(charge, dispute)) else { return };
    for kind in kinds {
        record(world, context, kind, shown.clone(), before);
    }
}

/// The payer of a charge disputes it: all of it that was not given back.
pub(crate) fn open(world: &mut World, context: &Context<'_>, charge: &str, kind: Kind) {
    let Some(amount) = world.charges.iter().find(|c| c.id == charge).map(|c| c.amount - c.refunded()) else { return };
    let dispute = Dispute {
        id: world.new_id("du"),
        created: context.now,
        amount,
        reason: "fraudulent".to_owned(),
        status: if kind == Kind::Chargeback { DisputeStatus::NeedsResponse } else { DisputeStatus::WarningNeedsResponse },
        withdrawn: (kind == Kind::Chargeback).then(|| Movement { id: world.new_id("txn"), at: context.now }),
        reinstated: None,
    };
    alter(world, context, charge, "charge.updated", |held| held.dispute = Some(dispute));
    let kinds: &[&str] = match kind {
        Kind::Chargeback => &["charge.dispute.created", "charge.dispute.funds_withdrawn"],
        Kind::Inquiry => &["charge.dispute.created"],
    };
    tell(world, context, charge, kinds, None);
}

/// The bank decides.
fn decide(world: &mut World, context: &Context<'_>, id: &str, verdict: Verdict) -> Result<(), ApiError> {
    let (charge, dispute) = find(world, id)?;
    if !dispute.status.is_open() {
        return Err(ApiError::refused("This dispute is already closed."));
    }
    let (charge, before) = (charge.id.clone(), render(charge, dispute));
    let (status, back) = match (dispute.status, verdict) {
        (DisputeStatus::WarningNeedsResponse, _) => (DisputeStatus::WarningClosed, false),
        (_, Verdict::Won) => (DisputeStatus::Won, true),
        (_, Verdict::Lost) => (DisputeStatus::Lost, false),
    };
    let reinstated = back.then(|| Movement { id: world.new_id("txn"), at: context.now });
    if let Some(held) = world.charges.iter_mut().find(|c| c.id == charge).and_then(|c| c.dispute.as_mut()) {
        (held.status, held.reinstated) = (status, reinstated);
    }
    tell(world, context, &charge, &["charge.dispute.closed"], Some(&before));
    if back {
        tell(world, context, &charge, &["charge.dispute.funds_reinstated"], None);
    }
    Ok(())
}

/// Somebody disputes a charge at the bank, for the desk. `now` is Unix seconds.
///
/// # Errors
/// There is no such charge, it is disputed already, or nothing of it is left.
pub fn open_now(world: &mut World, settings: &Settings<'_>, charge: &str, kind: Kind, now: i64) -> Result<(), ApiError> {
    let held = find_charge(world, charge)?;
    if held.dispute.is_some() {
        return Err(ApiError::refused("This charge is disputed already."));
    }
    if held.refunded() == held.amount {
        return Err(ApiError::refused("All of this charge was given back; there is nothing to dispute."));
    }
    open(world, &Context::unasked(settings, now), charge, kind);
    Ok(())
}

/// The bank decides about a charge's dispute, for the desk. `now` is Unix seconds.
///
/// # Errors
/// There is no such charge, or no dispute of it that is open.
pub fn decide_now(world: &mut World, settings: &Settings<'_>, charge: &str, verdict: Verdict, now: i64) -> Result<(), ApiError> {
    let dispute = find_charge(world, charge)?.dispute.as_ref().map(|dispute| dispute.id.clone());
    let dispute = dispute.ok_or_else(|| ApiError::refused("This charge is not disputed."))?;
    decide(world, &Context::unasked(settings, now), &dispute, verdict)
}

pub(crate) fn get(world: &World, id: &str, params: Params) -> Result<Value, ApiError> {
    params.finish()?;
    find(world, id).map(|(charge, dispute)| render(charge, dispute))
}

pub(crate) fn list(world: &World, mut params: Params) -> Result<Value, ApiError> {
    let paging = Paging::take(&mut params)?;
    let (charge, intent) = (params.id("charge")?, params.id("payment_intent")?);
    let created = When::take(&mut params, "created")?;
    params.finish()?;
    let mut all: Vec<(&Charge, &Dispute)> = world.charges.iter().filter_map(|c| c.dispute.as_ref().map(|dispute| (c, dispute))).collect();
    all.sort_by(|(_, one), (_, other)| other.id.cmp(&one.id));
    let admits = |c: &Charge, dispute: &Dispute| {
        charge.as_ref().is_none_or(|id| *id == c.id) && intent.as_ref().is_none_or(|id| *id == c.intent) && created.admits(dispute.created)
    };
    let all = all.into_iter().map(|(c, dispute)| (dispute.id.clone(), admits(c, dispute).then(|| render(c, dispute)))).collect();
    paging.page("/v1/disputes", "dispute", all)
}

/// `POST /v1/disputes/{id}/close`: the merchant gives in.
pub(crate) fn close(world: &mut World, id: &str, params: Params, context: &Context<'_>) -> Result<Value, ApiError> {
    params.finish()?;
    decide(world, context, id, Verdict::Lost)?;
    find(world, id).map(|(charge, dispute)| render(charge, dispute))
}
