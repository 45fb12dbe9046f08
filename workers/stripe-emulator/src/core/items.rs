//! The items of a subscription: `items[0][price]`, `items[0][quantity]`, and how they change.

use super::{
    clock::months_after,
    error::ApiError,
    params::Params,
    world::{Item, Subscription, World},
};

/// What one element of `items` asks for.
struct Change {
    id: Option<String>,
    price: Option<String>,
    quantity: Option<i64>,
    deleted: bool,
    name: String,
}

fn take(world: &World, params: &mut Params) -> Result<Vec<Change>, ApiError> {
    let mut changes = Vec::new();
    for mut fields in params.objects("items")? {
        let name = fields.name("id").trim_end_matches("[id]").to_owned();
        let (id, price) = (fields.id("id")?, fields.id("price")?);
        let (quantity, deleted) = (fields.int("quantity")?, fields.flag("deleted")?.unwrap_or(false));
        if let Some(price) = &price
            && !world.prices.iter().any(|p| p.id == *price)
        {
            return Err(ApiError::no_such("price", price, &fields.name("price")));
        }
        fields.finish()?;
        changes.push(Change { id, price, quantity, deleted, name });
    }
    Ok(changes)
}

fn add(world: &mut World, items: &mut Vec<Item>, change: Change, now: i64, period: (i64, i64)) -> Result<(), ApiError> {
    let price = change.price.ok_or_else(|| ApiError::missing_parameter(&format!("{}[price]", change.name)))?;
    if items.iter().any(|item| item.price == price) {
        return Err(ApiError::invalid(
            &format!("{}[price]", change.name),
            "A subscription cannot have two items with the same price.".to_owned(),
        ));
    }
    items.push(Item { id: world.new_id("si"), created: now, price, quantity: change.quantity.unwrap_or(1), period });
    Ok(())
}

/// The items of a new subscription, whose first period ends with the trial or after a month.
pub(crate) fn of_new(world: &mut World, params: &mut Params, now: i64, trial_end: Option<i64>) -> Result<Vec<Item>, ApiError> {
    let changes = take(world, params)?;
    if changes.is_empty() {
        return Err(ApiError::missing_parameter("items"));
    }
    let period = (now, trial_end.unwrap_or_else(|| months_after(now, 1)));
    let mut items = Vec::new();
    for change in changes {
        if change.id.is_some() || change.deleted {
            return Err(ApiError::unknown_parameter(&format!("{}[id]", change.name)));
        }
        add(world, &mut items, change, now, period)?;
    }
    Ok(items)
}

/// Changes the items of a subscription. An element without an id adds one.
pub(crate) fn change(world: &mut World, subscription: &mut Subscription, params: &mut Params, now: i64) -> Result<(), ApiError> {
    for change in take(world, params)? {
        let Some(id) = change.id.clone() else {
            let period = subscription.items.first().map_or((now, months_after(now, 1)), |item| (now, item.period.1));
            add(world, &mut subscription.items, change, now, period)?;
            continue;
        };
        let at = subscription.items.iter().position(|item| item.id == id);
        let at = at.ok_or_else(|| ApiError::no_such("subscription item", &id, &format!("{}[id]", change.name)))?;
        if change.deleted {
            subscription.items.remove(at);
        } else if let Some(item) = subscription.items.get_mut(at) {
            item.price = change.price.unwrap_or_else(|| item.price.clone());
            item.quantity = change.quantity.unwrap_or(item.quantity);
        }
    }
    if subscription.items.is_empty() {
        return Err(ApiError::refused("A subscription must have at least one active item."));
    }
    Ok(())
}
