//! The full compare: every customer is read again once a night, some each minute, so that Stripe is never asked for all at once.

use super::Cursor;
use domain::jobs::STRIPE_SYNC;
use kernel::{Result, task::Task};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

kernel::sql! {
    Read Global("every organization's customer is read again")
    NEXT(2) -> ["stripe_customer_id"] =
        "SELECT stripe_customer_id FROM billing_customers WHERE stripe_customer_id > ?1 ORDER BY stripe_customer_id LIMIT ?2";
}

const NAME: &str = "customers";

/// A compare under way.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Place {
    /// The last customer that was asked for.
    after: String,
    /// How many were.
    asked: usize,
}

/// Begins a compare, unless one is under way: that goes on.
///
/// # Errors
/// What the database refused.
pub async fn start(task: &Task<'_>) -> Result<Value> {
    let mut cursor = Cursor::<Place>::read(task, NAME).await?;
    let going_on = cursor.place.is_some();
    if !going_on {
        cursor.place = Some(Place::default());
        task.bookkeep(vec![cursor.saved()]).await?;
    }
    Ok(json!({"still_under_way": going_on}))
}

/// Asks for the next customers, if a compare is under way.
///
/// # Errors
/// What the database refused.
pub async fn go_on(task: &Task<'_>, most: usize) -> Result<Value> {
    let mut cursor = Cursor::<Place>::read(task, NAME).await?;
    let Some(mut place) = cursor.place.take() else { return Ok(json!({"under_way": false})) };
    let rows = task.rows(NEXT.bind([place.after.as_str().into(), i64::try_from(most).unwrap_or(i64::MAX).into()])).await?;
    let customers = rows.iter().map(|row| row.text(0).map(str::to_owned)).collect::<Result<Vec<_>>>()?;
    place.asked += customers.len();
    let (asked, over) = (place.asked, customers.len() < most);
    if over {
        cursor.done_until = Some(task.now());
    } else {
        place.after = customers.last().cloned().unwrap_or_default();
        cursor.place = Some(place);
    }
    task.ask_all(vec![cursor.saved()], STRIPE_SYNC, &customers).await?;
    Ok(json!({"under_way": !over, "asked": asked}))
}
