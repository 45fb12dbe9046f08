//! Requests that were asked of Stripe and whose answer nobody saw: whether they took effect is read at Stripe.

use domain::jobs::STRIPE_SYNC;
use kernel::{Result, task::Task, time::Span};

/// Longer than any request takes.
const UNSEEN: Span = Span::minutes(2);

kernel::sql! {
    Read Global("the sweep looks for requests of any organization")
    OPEN(2) -> ["org_id", "id", "stripe_customer_id"] =
        "SELECT r.org_id, r.id, b.stripe_customer_id FROM billing_requests r LEFT JOIN billing_customers b ON b.org_id = r.org_id \
         WHERE r.state = 'asked' AND r.created_at <= ?1 ORDER BY r.created_at LIMIT ?2";
    Bookkeep Org UNKNOWN(3) -> [] =
        "UPDATE billing_requests SET state = 'unknown', finished_at = ?3 WHERE org_id = ?1 AND id = ?2 AND state = 'asked'";
}

/// Gives them up and has their customers read again. Returns how many.
///
/// # Errors
/// What the database refused.
pub async fn settle(task: &Task<'_>, most: i64) -> Result<usize> {
    let now = task.now();
    let open = task.rows(OPEN.bind([now.minus(UNSEEN).into(), most.into()])).await?;
    let (mut books, mut customers) = (Vec::new(), Vec::new());
    for row in &open {
        books.push(UNKNOWN.bind([row.text(0)?.into(), row.text(1)?.into(), now.into()]));
        customers.extend(row.opt_text(2)?.map(str::to_owned));
    }
    customers.sort();
    customers.dedup();
    task.ask_all(books, STRIPE_SYNC, &customers).await?;
    Ok(open.len())
}
