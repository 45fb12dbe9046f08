//! The items of a subscription: `items[0][price]`, `items[0][quantity]`, and how they change.

use super::{
    clock::period_after,
    error::ApiError,
    params::Params,
    world::{Interval, Item, World},
};

/// The most of one thing.
const MAX_QUANTITY: i64 = 999_999_999;

/// What one element of `items` asks for.
#[derive(Debug, Clone)]
pub(crate) struct Change {
    id: Option<String>,
    price: Option<String>,
    quantity: Option<i64>,
    deleted: bool,
    name: String,
}

/// Takes the elements of `items`.
pub(crate) fn take(world: &World, params: &mut Params) -> Result<Vec<Change>, ApiError> {
    let mut changes = Vec::new();
    for mut fields in params.objects("items")? {
        let name = fields.name("id").trim_end_matches("[id]").to_owned();
        let (id, price) = (fields.id("id")?, fields.id("price")?);
        let (quantity, deleted) = (fields.int("quantity")?, fields.flag("deleted")?.unwrap_or(false));
        if let Some(price) = &price {
            match world.prices.iter().find(|p| p.id == *price) {
                None => return Err(ApiError::no_such("price", price, &fields.name("price"))),
                Some(held) if held.recurring.is_none() => {
                    let message = "The price specified is set to `type=one_time` but this field only accepts prices with `type=recurring`.";
                    return Err(ApiError::invalid(&fields.name("price"), message.to_owned()));
                }
                Some(_) => {}
            }
        }
        if quantity.is_some_and(|quantity| quantity > MAX_QUANTITY) {
            let message = format!("This value must be less than or equal to {MAX_QUANTITY}.");
            return Err(ApiError::invalid(&fields.name("quantity"), message));
        }
        fields.finish()?;
        changes.push(Change { id, price, quantity, deleted, name });
    }
    Ok(changes)
}

fn add(world: &mut World, items: &mut Vec<Item>, change: &Change, now: i64, period: (i64, i64)) -> Result<(), ApiError> {
    let price = change.price.clone().ok_or_else(|| ApiError::missing_parameter(&format!("{}[price]", change.name)))?;
    items.push(Item { id: world.new_id("si"), created: now, price, quantity: change.quantity.unwrap_or(1), period });
    Ok(())
}

/// How long the periods of an item are.
pub(crate) fn interval(world: &World, items: &[Item]) -> (Interval, u32) {
    let price = items.first().and_then(|item| world.prices.iter().find(|p| p.id == item.price));
    price.and_then(|p| p.recurring).map_or((Interval::Month, 1), |each| (each.interval, each.count))
}

/// What items are paid in.
pub(crate) fn currency<'w>(world: &'w World, items: &[Item]) -> &'w str {
    items.first().map_or("usd", |item| currency_of(world, &item.price))
}

/// What a price is paid in.
pub(crate) fn currency_of<'w>(world: &'w World, price: &str) -> &'w str {
    world.prices.iter().find(|p| p.id == price).map_or("usd", |p| p.currency.as_str())
}

/// A customer pays in one currency as long as there is a subscription.
pub(crate) fn other_currency(held: &str, name: &str) -> ApiError {
    let message = format!("You cannot combine currencies on a single customer. This customer has an active subscription in {held}.");
    ApiError::invalid(name, message)
}

/// Refuses what no subscription can be to: the same price twice, periods of different lengths, two currencies.
fn check(world: &World, items: &[Item], name: &str) -> Result<(), ApiError> {
    for (at, item) in items.iter().enumerate() {
        if items.iter().skip(at + 1).any(|other| other.price == item.price) {
            let message = "A subscription cannot have two items with the same price.".to_owned();
            return Err(ApiError::invalid(&format!("{name}[price]"), message));
        }
        if currency(world, std::slice::from_ref(item)) != currency(world, items) {
            return Err(other_currency(currency(world, items), &format!("{name}[price]")));
        }
        if interval(world, std::slice::from_ref(item)) != interval(world, items) {
            return Err(ApiError::invalid(name, "All prices of a subscription must recur at the same interval.".to_owned()));
        }
    }
    Ok(())
}

/// The items of a new subscription, whose first period ends with the trial or after one interval.
pub(crate) fn of_new(world: &mut World, params: &mut Params, now: i64, trial_end: Option<i64>) -> Result<Vec<Item>, ApiError> {
    let changes = take(world, params)?;
    if changes.is_empty() {
        return Err(ApiError::missing_parameter(&params.name("items")));
    }
    let mut items = Vec::new();
    for change in &changes {
        if change.id.is_some() || change.deleted {
            return Err(ApiError::unknown_parameter(&format!("{}[id]", change.name)));
        }
        add(world, &mut items, change, now, (now, now))?;
        check(world, &items, &change.name)?;
    }
    let (interval, count) = interval(world, &items);
    let end = trial_end.unwrap_or_else(|| period_after(now, interval, count));
    items.iter_mut().for_each(|item| item.period = (now, end));
    Ok(items)
}

/// Changes items. An element without an id adds one, for the period that the others are in.
pub(crate) fn change(world: &mut World, items: &mut Vec<Item>, changes: &[Change], now: i64) -> Result<(), ApiError> {
    let period = items.first().map_or((now, now), |item| item.period);
    let held = currency(world, items).to_owned();
    for change in changes {
        let Some(id) = change.id.clone() else {
            if change.deleted {
                return Err(ApiError::missing_parameter(&format!("{}[id]", change.name)));
            }
            add(world, items, change, now, period)?;
            continue;
        };
        let at = items.iter().position(|item| item.id == id);
        let at = at.ok_or_else(|| ApiError::no_such("subscription item", &id, &format!("{}[id]", change.name)))?;
        if change.deleted {
            items.remove(at);
        } else if let Some(item) = items.get_mut(at) {
            item.price = change.price.clone().unwrap_or_else(|| item.price.clone());
            item.quantity = change.quantity.unwrap_or(item.quantity);
        }
    }
    if items.is_empty() {
        return Err(ApiError::refused("A subscription must have at least one active item."));
    }
    let Some(last) = changes.last() else { return Ok(()) };
    if currency(world, items) != held {
        return Err(other_currency(&held, &format!("{}[price]", last.name)));
    }
    check(world, items, &last.name)
}
