//! What Stripe says: every subscription of the customer, through the thin client.

use crate::{STRIPE_API_BASE, STRIPE_API_VERSION, STRIPE_SECRET_KEY};
use domain::{billing::Reading, plans::Plan};
use kernel::{
    Result,
    error::Error,
    ports::{Http, Outgoing},
    task::Task,
};
use stripe::{
    Client, Config, StripeError,
    client::{HttpRequest, HttpResponse, LocalFuture, Transport},
    subscription::{Item, Subscription},
};

/// Ten pages at most, one call each: all of them within the job's lease of two minutes.
const TIMEOUT_MS: u32 = 10_000;
/// A full page of subscriptions is well under a megabyte; one that is cut can't be read, and fails.
const READ_AT_MOST: usize = 8 * 1_024 * 1_024;

/// The platform's HTTP behind the client's port.
struct Wire<'a>(&'a dyn Http);
impl Transport for Wire<'_> {
    fn send(&self, request: HttpRequest) -> LocalFuture<'_, Result<HttpResponse, String>> {
        let HttpRequest { method, url, headers, body } = request;
        let outgoing = Outgoing { method, url, headers, body, timeout_ms: TIMEOUT_MS, read_at_most: READ_AT_MOST };
        Box::pin(async move {
            let answer = self.0.send(outgoing).await.map_err(|e| e.to_string())?;
            Ok(HttpResponse { status: answer.status, headers: answer.headers, body: answer.body })
        })
    }
}

/// Reads all subscriptions of a customer. A customer that is not there (any more) has none.
///
/// # Errors
/// Why they could not be read, in words without secrets.
pub async fn read(task: &Task<'_>, customer: &str) -> Result<Vec<Reading>> {
    let settings = &task.app.config;
    let config = Config::new(settings.get(STRIPE_API_BASE), settings.get(STRIPE_SECRET_KEY), settings.get(STRIPE_API_VERSION))
        .map_err(|e| Error::incident("a setting", e.to_string()))?;
    let client = Client { config: &config, transport: &Wire(&*task.ports.http) };
    match client.all_subscriptions_of(customer).await {
        Ok(found) => Ok(found.iter().map(reading).collect()),
        Err(e) if is_gone(&e) => Ok(Vec::new()),
        Err(e) => Err(refused(&e)),
    }
}

/// Whether Stripe itself says that there is no such customer. Another server's 404 says nothing of the kind; and a customer that is
/// known in the other mode means that the key is wrong: nobody has lost a subscription.
fn is_gone(error: &StripeError) -> bool {
    error.code.as_deref() == Some("resource_missing") && !error.message.contains("a similar object exists in")
}

fn refused(error: &StripeError) -> Error {
    if error.is_refused_key() {
        // In our own words: Stripe's quote the ends of the key.
        let status = error.status.unwrap_or_default();
        return Error::incident("reading subscriptions at Stripe", format!("Stripe refuses {STRIPE_SECRET_KEY} with status {status}"));
    }
    Error::incident("reading subscriptions at Stripe", error.to_string())
}

/// What counts of a subscription.
fn reading(subscription: &Subscription) -> Reading {
    let item = plan_item(&subscription.items.data);
    let current_period_end = subscription.current_period_end();
    Reading {
        id: subscription.id.clone(),
        status: subscription.status.as_str().to_owned(),
        lookup_key: item.and_then(|i| i.price.lookup_key.clone()),
        quantity: item.and_then(|i| i.quantity),
        current_period_end,
        // Stripe's newer billing mode writes the same decision as a date.
        cancel_at_period_end: subscription.cancel_at_period_end
            || (subscription.cancel_at.is_some() && subscription.cancel_at == current_period_end),
    }
}

/// The item that sells a plan; beside it there may be others.
fn plan_item(items: &[Item]) -> Option<&Item> {
    let sells_a_plan = |item: &&Item| item.price.lookup_key.as_deref().and_then(Plan::of_price).is_some();
    items.iter().find(sells_a_plan).or(items.first())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn subscription(rest: &str) -> Subscription {
        let json = format!(r#"{{"id":"sub_1","status":"active","customer":"cus_1","created":1,{rest}}}"#);
        serde_json::from_str(&json).unwrap()
    }

    #[test]
    fn the_item_that_sells_a_plan_counts() {
        let read = reading(&subscription(
            r#""items":{"data":[
                {"id":"si_1","price":{"id":"price_1","lookup_key":"setup_fee"},"quantity":1,"current_period_end":20},
                {"id":"si_2","price":{"id":"price_2","lookup_key":"portico_team_monthly"},"quantity":4,"current_period_end":15}]}"#,
        ));
        assert_eq!((read.lookup_key.as_deref(), read.quantity, read.current_period_end), (Some("portico_team_monthly"), Some(4), Some(15)));
        let unknown = reading(&subscription(r#""items":{"data":[{"id":"si_1","price":{"id":"price_1","lookup_key":"other"}}]}"#));
        assert_eq!((unknown.lookup_key.as_deref(), unknown.quantity), (Some("other"), None));
        assert_eq!(reading(&subscription(r#""items":{"data":[]}"#)).lookup_key, None);
    }

    #[test]
    fn an_end_is_an_end_however_stripe_writes_it() {
        let items = r#""items":{"data":[{"id":"si_1","price":{"id":"price_1"},"current_period_end":20}]}"#;
        assert!(!reading(&subscription(items)).cancel_at_period_end);
        assert!(reading(&subscription(&format!(r#"{items},"cancel_at_period_end":true"#))).cancel_at_period_end);
        assert!(reading(&subscription(&format!(r#"{items},"cancel_at":20"#))).cancel_at_period_end);
        assert!(!reading(&subscription(&format!(r#"{items},"cancel_at":21"#))).cancel_at_period_end, "ends later than its period");
    }
}
