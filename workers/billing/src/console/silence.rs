//! Whether Stripe's events are delivered again: asked of Stripe's own list of them, and of what arrived.

use kernel::{
    Millis, OrgId, Result, Write,
    error::{Code, Error},
};
use queue_stripe_sync::reconcile::catch_up;

kernel::sql! {
    Read Org SILENCE(1) -> ["seen_at", "events", "delivered"] =
        "SELECT f.seen_at, json_extract(f.detail, '$.events') AS events, \
           EXISTS (SELECT 1 FROM stripe_events e WHERE e.received_at > f.seen_at AND e.source = 'delivery') AS delivered \
         FROM billing_findings f WHERE f.org_id = ?1 AND f.kind = 'webhook_silence'";
}

/// An organization's note of silence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Silence {
    /// When events were last found missing.
    pub seen_at: Millis,
    /// How many were, then.
    pub events: i64,
    /// Whether anything was delivered since.
    pub delivered: bool,
}
impl Silence {
    /// Reads it. `None` where nothing is said of silence.
    ///
    /// # Errors
    /// What the database refused.
    pub async fn read(cx: &Write<'_>, org: &OrgId) -> Result<Option<Self>> {
        let Some(row) = cx.first(SILENCE.bind([org.into()])).await? else { return Ok(None) };
        Ok(Some(Self { seen_at: Millis::new(row.int(0)?), events: row.opt_int(1)?.unwrap_or(0), delivered: row.int(2)? == 1 }))
    }
    /// What to expect of a walk, for people.
    pub fn outlook(&self) -> String {
        if self.delivered {
            "Since events were last found missing, one was delivered: unless more are missing, the note goes.".to_owned()
        } else {
            format!("Since events were last found missing, none was delivered: the note stays until one is. {MEND}")
        }
    }
}

/// What helps.
const MEND: &str = "Check the webhook endpoint and its signing secret in Stripe's dashboard, and resend an event from there.";

/// Asks Stripe again, takes in what is missing, and drops the note where deliveries come. Returns why it stays, for people.
///
/// # Errors
/// 409 when Stripe's list could not be walked; what the database refused.
pub async fn walk(cx: &Write<'_>, org: &OrgId) -> Result<Option<String>> {
    let begun = cx.now();
    let report = match catch_up(&cx.task("stripe")).await {
        Ok(report) => report,
        Err(e @ Error::Internal(_)) => {
            cx.log_best_effort("walking Stripe's events for an operator", &e.to_string());
            return Err(Error::new(
                Code::WrongState,
                "Stripe's list of events couldn't be read to its end. Nothing is lost: try again in a minute.",
            ));
        }
        Err(e) => return Err(e),
    };
    let Some(silence) = Silence::read(cx, org).await? else { return Ok(None) };
    if silence.seen_at >= begun {
        let events = if silence.events == 1 {
            "1 event that had never arrived was".to_owned()
        } else {
            format!("{} events that had never arrived were", silence.events)
        };
        return Ok(Some(format!("Deliveries still fail: {events} found at Stripe and taken in. {MEND}")));
    }
    if silence.delivered || report.get("whole").and_then(serde_json::Value::as_bool) != Some(true) {
        return Ok(Some("Stripe's list of events is long and wasn't walked to its end yet. Check again to go on.".to_owned()));
    }
    Ok(Some(format!("Nothing more is missing, but nothing was delivered either, so nobody knows whether deliveries come again. {MEND}")))
}
