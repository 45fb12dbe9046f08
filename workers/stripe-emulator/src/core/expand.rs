//! `expand[]`: ids replaced by the objects they name, at most four levels deep.

use super::{
    catalog, charges, checkout, customers, error::ApiError, invoices, params::Params, payment, payment_intents, portal, subscriptions,
    world::World,
};
use serde_json::Value;

const MAX_LEVELS: usize = 4;

/// Takes the paths out of the parameters.
///
/// # Errors
/// Too deep.
pub fn take(params: &mut Params) -> Result<Vec<String>, ApiError> {
    let paths = params.texts("expand")?;
    if paths.iter().any(|path| path.split('.').count() > MAX_LEVELS) {
        return Err(ApiError::invalid("expand", "You cannot expand more than 4 levels of a property.".to_owned()));
    }
    Ok(paths)
}

/// Expands an answer.
///
/// # Errors
/// A path that leads to nothing, or to a plain value.
pub fn apply(world: &World, answer: &mut Value, paths: &[String]) -> Result<(), ApiError> {
    paths.iter().try_for_each(|path| {
        walk(world, answer, &path.split('.').collect::<Vec<_>>())
            .ok_or_else(|| ApiError::invalid("expand", format!("This property cannot be expanded ({path}).")))
    })
}

fn walk(world: &World, value: &mut Value, path: &[&str]) -> Option<()> {
    let Some((field, rest)) = path.split_first() else { return Some(()) };
    match value {
        Value::Array(elements) => elements.iter_mut().try_for_each(|element| walk(world, element, path)),
        // Only there where it is asked for.
        Value::Object(fields) if *field == "line_items" && fields.get("object").is_some_and(|kind| kind == "checkout.session") => {
            let mut items = checkout::items_of(world, fields.get("id")?.as_str()?)?;
            walk(world, &mut items, rest)?;
            fields.insert((*field).to_owned(), items);
            Some(())
        }
        Value::Object(fields) => match fields.get_mut(*field)? {
            // Nothing there now; it could be expanded if there were.
            Value::Null => Some(()),
            Value::String(id) => {
                let mut object = find(world, id)?;
                walk(world, &mut object, rest)?;
                fields.insert((*field).to_owned(), object).map(drop)
            }
            // Already whole, such as an item's price.
            inner @ (Value::Object(_) | Value::Array(_)) => walk(world, inner, rest),
            Value::Bool(_) | Value::Number(_) => None,
        },
        _ => None,
    }
}

fn find(world: &World, id: &str) -> Option<Value> {
    let customer = || world.customers.iter().find(|c| c.id == id).map(customers::render);
    let product = || world.products.iter().find(|p| p.id == id).map(catalog::render_product);
    let subscription = || world.subscriptions.iter().find(|s| s.id == id).map(|s| subscriptions::render(world, s));
    let invoice = || world.invoices.iter().find(|i| i.id == id).map(|i| invoices::render(world, i));
    let card =
        || world.customers.iter().find_map(|c| c.payment_method.as_ref().filter(|p| p.id == id).map(|p| payment::render(p, Some(&c.id))));
    let charge = || world.charges.iter().find(|c| c.id == id).map(charges::render);
    let intent = || world.charges.iter().find(|c| c.intent == id).map(payment_intents::render);
    let configuration = || portal::configurations::seen(world).find(|c| c.id == id).map(portal::configurations::render);
    customer().or_else(product).or_else(subscription).or_else(invoice).or_else(card).or_else(configuration).or_else(charge).or_else(intent)
}
