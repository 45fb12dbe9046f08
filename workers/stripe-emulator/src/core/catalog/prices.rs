//! `/v1/prices`: of what recurs, and of what is sold once.

use super::super::{
    Context,
    error::ApiError,
    events::record,
    list::{Paging, When},
    params::Params,
    world::{Interval, Price, Product, Recurring, World},
};
use serde_json::{Value, json};

/// The longest period, three years, in each unit.
const fn longest(interval: Interval) -> u32 {
    match interval {
        Interval::Day => 1_095,
        Interval::Week => 156,
        Interval::Month => 36,
        Interval::Year => 3,
    }
}

/// A price as the API shows it.
pub fn render(price: &Price) -> Value {
    let recurring = price
        .recurring
        .map(|each| json!({ "interval": each.interval.as_str(), "interval_count": each.count, "meter": null, "usage_type": "licensed" }));
    json!({
        "id": price.id, "object": "price", "active": price.active, "billing_scheme": "per_unit", "created": price.created,
        "currency": price.currency, "custom_unit_amount": null, "livemode": false, "lookup_key": price.lookup_key,
        "metadata": price.metadata, "nickname": price.nickname, "product": price.product,
        "recurring": recurring,
        "tax_behavior": "unspecified", "tiers_mode": null, "transform_quantity": null, "type": if price.recurring.is_some() { "recurring" } else { "one_time" },
        "unit_amount": price.unit_amount, "unit_amount_decimal": price.unit_amount.to_string(),
    })
}

pub(crate) fn list(world: &World, mut params: Params) -> Result<Value, ApiError> {
    let paging = Paging::take(&mut params)?;
    let (active, product, keys) = (params.flag("active")?, params.id("product")?, params.texts("lookup_keys")?);
    let kind = params.one_of("type", &["one_time", "recurring"])?;
    let (currency, created) = (params.id("currency")?, When::take(&mut params, "created")?);
    let mut interval = None;
    if let Some(mut recurring) = params.map("recurring")? {
        interval = recurring.one_of("interval", &Interval::WORDS)?;
        recurring.one_of("usage_type", &["licensed"])?;
        recurring.finish()?;
    }
    params.finish()?;
    if keys.len() > 10 {
        return Err(ApiError::invalid("lookup_keys", "You may only specify up to 10 lookup keys.".to_owned()));
    }
    let admits = |p: &Price| {
        active.is_none_or(|active| active == p.active)
            && kind.as_deref().is_none_or(|kind| (kind == "recurring") == p.recurring.is_some())
            && product.as_ref().is_none_or(|id| *id == p.product)
            && currency.as_ref().is_none_or(|currency| *currency == p.currency)
            && interval.as_deref().is_none_or(|word| p.recurring.is_some_and(|each| word == each.interval.as_str()))
            && created.admits(p.created)
            && (keys.is_empty() || p.lookup_key.as_ref().is_some_and(|key| keys.contains(key)))
    };
    let all = world.prices.iter().rev().map(|p| (p.id.clone(), admits(p).then(|| render(p)))).collect();
    paging.page("/v1/prices", "price", all)
}

pub(crate) fn get(world: &World, id: &str, params: Params) -> Result<Value, ApiError> {
    params.finish()?;
    world.prices.iter().find(|p| p.id == id).map(render).ok_or_else(|| ApiError::missing("price", id))
}

/// Gives a lookup key to a price. One that another price has is taken from it only where that is asked for.
fn claim(world: &mut World, context: &Context<'_>, price: &str, key: &str, transfer: bool) -> Result<(), ApiError> {
    if key.chars().count() > 200 {
        return Err(ApiError::invalid("lookup_key", "A lookup key has up to 200 characters.".to_owned()));
    }
    let Some(holder) = world.prices.iter_mut().find(|p| p.id != price && p.lookup_key.as_deref() == Some(key)) else { return Ok(()) };
    if !transfer {
        let message = format!("A price (`{}`) already uses that lookup key.", holder.id);
        return Err(ApiError::invalid("lookup_key", message));
    }
    let before = render(holder);
    holder.lookup_key = None;
    let after = render(holder);
    record(world, context, "price.updated", after, Some(&before));
    Ok(())
}

/// Takes what both a new and a changed price may have: what it is called, never what it costs.
fn take(world: &mut World, context: &Context<'_>, price: &mut Price, params: &mut Params) -> Result<(), ApiError> {
    if let Some(active) = params.flag("active")? {
        price.active = active;
    }
    if let Some(text) = params.text("nickname")? {
        price.nickname = Some(text).filter(|t| !t.is_empty());
    }
    let transfer = params.flag("transfer_lookup_key")?.unwrap_or(false);
    if let Some(key) = params.text("lookup_key")? {
        if !key.is_empty() {
            claim(world, context, &price.id, &key, transfer)?;
        }
        price.lookup_key = Some(key).filter(|key| !key.is_empty());
    }
    params.one_of("tax_behavior", &["unspecified"])?;
    params.metadata(&mut price.metadata)
}

/// The product of a new price: one that there is, or one that is made with it.
fn product(world: &mut World, context: &Context<'_>, params: &mut Params) -> Result<String, ApiError> {
    match (params.id("product")?, params.map("product_data")?) {
        (Some(id), None) => {
            let known = world.products.iter().any(|p| p.id == id);
            if known { Ok(id) } else { Err(ApiError::no_such("product", &id, "product")) }
        }
        (None, Some(mut data)) => {
            let name = data.id("name")?.ok_or_else(|| ApiError::missing_parameter("product_data[name]"))?;
            let id = data.id("id")?.unwrap_or_else(|| world.new_id("prod"));
            let mut product = Product::new(&id, &name, context.now);
            data.metadata(&mut product.metadata)?;
            product.unit_label = data.id("unit_label")?;
            data.finish()?;
            let shown = super::render_product(&product);
            world.products.push(product);
            record(world, context, "product.created", shown, None);
            Ok(id)
        }
        (Some(_), Some(_)) => Err(ApiError::refused("You may only specify one of these parameters: product, product_data.")),
        (None, None) => Err(ApiError::missing_parameter("product")),
    }
}

pub(crate) fn create(world: &mut World, mut params: Params, context: &Context<'_>) -> Result<Value, ApiError> {
    let currency = params.id("currency")?.ok_or_else(|| ApiError::missing_parameter("currency"))?.to_ascii_lowercase();
    if currency.len() != 3 || !currency.bytes().all(|b| b.is_ascii_lowercase()) {
        return Err(ApiError::invalid("currency", format!("Invalid currency: {currency}. Use a three-letter ISO currency code.")));
    }
    let unit_amount = params.int("unit_amount")?.ok_or_else(|| ApiError::missing_parameter("unit_amount"))?;
    if unit_amount > 99_999_999 {
        return Err(ApiError::invalid("unit_amount", "This value must be less than or equal to 99999999.".to_owned()));
    }
    params.one_of("billing_scheme", &["per_unit"])?;
    let recurring = take_recurring(&mut params)?;
    let product = product(world, context, &mut params)?;
    let id = world.new_id("price");
    let mut price = Price { currency, recurring, ..Price::monthly(&id, &product, unit_amount, context.now) };
    take(world, context, &mut price, &mut params)?;
    params.finish()?;
    let shown = render(&price);
    world.prices.push(price);
    record(world, context, "price.created", shown.clone(), None);
    Ok(shown)
}

/// How often a new price is due; once where nothing is said.
fn take_recurring(params: &mut Params) -> Result<Option<Recurring>, ApiError> {
    let Some(mut recurring) = params.map("recurring")? else { return Ok(None) };
    let word = recurring.one_of("interval", &Interval::WORDS)?.ok_or_else(|| ApiError::missing_parameter("recurring[interval]"))?;
    let interval = Interval::parse(&word).unwrap_or(Interval::Month);
    let count = recurring.int("interval_count")?.unwrap_or(1);
    let count = u32::try_from(count).ok().filter(|n| (1..=longest(interval)).contains(n)).ok_or_else(|| {
        ApiError::invalid("recurring[interval_count]", format!("This value must be between 1 and {}.", longest(interval)))
    })?;
    recurring.one_of("usage_type", &["licensed"])?;
    recurring.finish()?;
    Ok(Some(Recurring { interval, count }))
}

pub(crate) fn update(world: &mut World, id: &str, mut params: Params, context: &Context<'_>) -> Result<Value, ApiError> {
    let mut price = world.prices.iter().find(|p| p.id == id).cloned().ok_or_else(|| ApiError::missing("price", id))?;
    let before = render(&price);
    take(world, context, &mut price, &mut params)?;
    params.finish()?;
    let after = render(&price);
    if let Some(held) = world.prices.iter_mut().find(|p| p.id == id) {
        *held = price;
    }
    if after != before {
        record(world, context, "price.updated", after.clone(), Some(&before));
    }
    Ok(after)
}
