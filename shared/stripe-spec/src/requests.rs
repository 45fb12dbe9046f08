//! Requests against the specification's operations.

use crate::{decode, judge};
use serde_json::Value;
use std::sync::LazyLock;

static DOCUMENT: LazyLock<Value> = LazyLock::new(|| serde_json::from_str(include_str!("../openapi/requests.json")).unwrap_or_default());

/// What is wrong with a request: its method, its path (`/v1/customers/cus_1`), its form (the query of a GET, the body otherwise).
pub fn request(method: &str, path: &str, form: &str) -> Vec<String> {
    let value = match decode(form) {
        Ok(value) => value,
        Err(wrong) => return vec![format!("{method} {path}: {wrong}")],
    };
    let Some(operation) = operation(method, path) else {
        return vec![format!("{method} {path} is not in the specification's subset: add it to openapi/generate.py")];
    };
    let part = if method == "GET" { "query" } else { "body" };
    judge(operation, || DOCUMENT.get("operations")?.get(operation)?.get(part).cloned(), &value)
}

/// The operation that a request is of. One whose path is written out goes before one with a parameter.
fn operation(method: &str, path: &str) -> Option<&'static str> {
    let operations = DOCUMENT.get("operations").and_then(Value::as_object)?;
    let matching = operations.keys().filter(|name| {
        name.split_once(' ').is_some_and(|(its_method, template)| {
            let (own, theirs) = (path.split('/'), template.split('/'));
            its_method == method
                && own.clone().count() == theirs.clone().count()
                && own.zip(theirs).all(|(a, b)| a == b || (b.starts_with('{') && !a.is_empty()))
        })
    });
    matching.min_by_key(|name| name.matches('{').count()).map(String::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_right_passes() {
        for (method, path, form) in [
            ("POST", "/v1/subscriptions", "customer=cus_1&items[0][price]=price_1&items[0][quantity]=3&expand[0]=customer"),
            ("POST", "/v1/invoices/create_preview", "subscription=sub_1&subscription_details[items][0][id]=si_1"),
            ("GET", "/v1/invoices/in_1", ""),
            ("GET", "/v1/prices", "lookup_keys[0]=a&lookup_keys[1]=b&active=true"),
            ("DELETE", "/v1/subscriptions/sub_1", "prorate=true&invoice_now=true"),
        ] {
            assert_eq!(request(method, path, form), Vec::<String>::new(), "{method} {path} {form}");
        }
    }

    /// What is wrong must fail, or the silence of the judge would mean nothing.
    #[test]
    fn what_is_wrong_is_found() {
        for (method, path, form) in [
            ("POST", "/v1/customers", "emial=x"),
            ("POST", "/v1/customers", "shipping[nmae]=x"),
            ("POST", "/v1/customers", "metadata=x"),
            ("GET", "/v1/events", "limit=ten"),
            ("GET", "/v1/events", "delivery_success=no"),
            ("GET", "/v1/events", "created[from]=1"),
            ("GET", "/v1/events", "types=invoice.paid"),
            ("GET", "/v1/subscriptions", "status=everything"),
            ("POST", "/v1/subscriptions", "customer=cus_1&items[0][qty]=1"),
            ("POST", "/v1/subscriptions", "customer=cus_1&items[0][quantity]=one"),
            ("POST", "/v1/checkout/sessions", "mode=rent"),
            ("POST", "/v1/checkout/sessions", "line_items[0][prcie]=x"),
            ("POST", "/v1/billing_portal/configurations", ""),
            ("POST", "/v1/webhook_endpoints", "url=x&enabled_events[0]=customer.renamed"),
            ("POST", "/v1/invoices/create_preview", "subscription_items[0][price]=p"),
            ("DELETE", "/v1/subscriptions/sub_1", "at_period_end=true"),
            ("PUT", "/v1/customers/cus_1", ""),
            ("GET", "/v1/customers/", ""),
            ("GET", "/v1/balance", ""),
        ] {
            assert!(!request(method, path, form).is_empty(), "{method} {path} {form}");
        }
    }
}
