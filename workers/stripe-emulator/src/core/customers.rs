//! Customers: create, read, list, change, delete.

mod update;

pub(crate) use update::update;

use super::{
    Context,
    error::ApiError,
    events::record,
    list::{Paging, When},
    params::Params,
    payment, subscriptions,
    world::{Customer, World},
};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// A customer as the API shows it; of a deleted one only a stub.
pub fn render(customer: &Customer) -> Value {
    if customer.deleted {
        return json!({ "id": customer.id, "object": "customer", "deleted": true });
    }
    json!({
        "id": customer.id, "object": "customer", "address": null, "balance": customer.balance, "created": customer.created, "currency": null,
        "default_source": null, "delinquent": customer.delinquent, "description": customer.description, "discount": null, "email": customer.email,
        "invoice_prefix": invoice_prefix(&customer.id),
        "invoice_settings": {
            "custom_fields": null, "default_payment_method": customer.payment_method.as_ref().map(|card| &card.id), "footer": null,
            "rendering_options": null,
        },
        "livemode": false, "metadata": customer.metadata, "name": customer.name, "next_invoice_sequence": customer.invoice_count + 1, "phone": customer.phone,
        "preferred_locales": [], "shipping": null, "tax_exempt": "none", "test_clock": null,
    })
}

/// What the numbers of a customer's invoices begin with.
pub(crate) fn invoice_prefix(id: &str) -> String {
    id.chars().rev().take(8).collect::<String>().to_uppercase()
}

/// Changes a customer, with an event if what is shown changed.
pub(crate) fn alter(world: &mut World, context: &Context<'_>, id: &str, work: impl FnOnce(&mut Customer)) {
    let Some(held) = world.customers.iter_mut().find(|c| c.id == id && !c.deleted) else { return };
    let before = render(held);
    work(held);
    let after = render(held);
    if after != before {
        record(world, context, "customer.updated", after, Some(&before));
    }
}

/// A customer that is there and not deleted, named by a parameter.
pub(crate) fn live<'w>(world: &'w World, id: &str, param: &str) -> Result<&'w Customer, ApiError> {
    world.customers.iter().find(|c| c.id == id && !c.deleted).ok_or_else(|| ApiError::no_such("customer", id, param))
}

pub(crate) fn list(world: &World, mut params: Params) -> Result<Value, ApiError> {
    let (paging, email, created) = (Paging::take(&mut params)?, params.id("email")?, When::take(&mut params, "created")?);
    params.finish()?;
    let admits = |c: &Customer| !c.deleted && email.as_ref().is_none_or(|e| c.email.as_ref() == Some(e)) && created.admits(c.created);
    let all = world.customers.iter().rev().map(|c| (c.id.clone(), admits(c).then(|| render(c)))).collect();
    paging.page("/v1/customers", "customer", all)
}

/// Refuses what is no address for mail.
pub(crate) fn check_email(email: Option<&str>) -> Result<(), ApiError> {
    match email {
        Some(email) if !email.contains('@') || email.chars().count() > 512 => {
            Err(ApiError::about(Some("email_invalid"), "email", format!("Invalid email address: {email}")))
        }
        _ => Ok(()),
    }
}

pub(crate) fn create(world: &mut World, mut params: Params, context: &Context<'_>) -> Result<Value, ApiError> {
    let mut optional = |field: &str| params.text(field).map(|text| text.filter(|t| !t.is_empty()));
    let (email, name, description, phone) = (optional("email")?, optional("name")?, optional("description")?, optional("phone")?);
    check_email(email.as_deref())?;
    let mut metadata = BTreeMap::new();
    params.metadata(&mut metadata)?;
    let card = payment::take_card(world, None, &mut params, context.now)?;
    params.finish()?;
    let customer =
        Customer { email, name, description, phone, metadata, payment_method: card, ..Customer::new(&world.new_id("cus"), context.now) };
    let shown = render(&customer);
    world.customers.push(customer);
    record(world, context, "customer.created", shown.clone(), None);
    Ok(shown)
}

pub(crate) fn get(world: &World, id: &str, params: Params) -> Result<Value, ApiError> {
    params.finish()?;
    world.customers.iter().find(|c| c.id == id).map(render).ok_or_else(|| ApiError::missing("customer", id))
}

/// Deletes a customer; its subscriptions end at once.
pub(crate) fn delete(world: &mut World, id: &str, params: Params, context: &Context<'_>) -> Result<Value, ApiError> {
    params.finish()?;
    let customer = world.customers.iter_mut().find(|c| c.id == id && !c.deleted).ok_or_else(|| ApiError::missing("customer", id))?;
    let last = render(customer);
    customer.deleted = true;
    let stub = render(customer);
    let open: Vec<String> = world.subscriptions.iter().filter(|s| s.customer == id && s.ended_at.is_none()).map(|s| s.id.clone()).collect();
    for subscription in open {
        subscriptions::end(world, &subscription, context);
    }
    record(world, context, "customer.deleted", last, None);
    Ok(stub)
}
