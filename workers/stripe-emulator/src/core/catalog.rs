//! Products and prices: seeded, read-only.

use super::{
    error::ApiError,
    list::Paging,
    params::Params,
    world::{Price, Product, World},
};
use serde_json::{Value, json};

/// A product as the API shows it.
pub fn render_product(product: &Product) -> Value {
    json!({
        "id": product.id, "object": "product", "active": true, "created": product.created, "default_price": null, "description": null,
        "images": [], "livemode": false, "marketing_features": [], "metadata": {}, "name": product.name, "package_dimensions": null,
        "shippable": null, "statement_descriptor": null, "tax_code": null, "unit_label": "seat", "updated": product.created, "url": null,
    })
}

/// A price as the API shows it.
pub fn render_price(price: &Price) -> Value {
    json!({
        "id": price.id, "object": "price", "active": true, "billing_scheme": "per_unit", "created": price.created, "currency": "usd",
        "custom_unit_amount": null, "livemode": false, "lookup_key": price.lookup_key, "metadata": {}, "nickname": null, "product": price.product,
        "recurring": { "interval": price.interval, "interval_count": price.interval_count, "meter": null, "usage_type": "licensed" },
        "tax_behavior": "unspecified", "tiers_mode": null, "transform_quantity": null, "type": "recurring",
        "unit_amount": price.unit_amount, "unit_amount_decimal": price.unit_amount.to_string(),
    })
}

pub(crate) fn list_products(world: &World, mut params: Params) -> Result<Value, ApiError> {
    let (paging, active) = (Paging::take(&mut params)?, params.flag("active")?);
    params.finish()?;
    let all = world.products.iter().rev().map(|p| (p.id.clone(), (active != Some(false)).then(|| render_product(p)))).collect();
    paging.page("/v1/products", "product", all)
}

pub(crate) fn get_product(world: &World, id: &str, params: Params) -> Result<Value, ApiError> {
    params.finish()?;
    world.products.iter().find(|p| p.id == id).map(render_product).ok_or_else(|| ApiError::missing("product", id))
}

pub(crate) fn list_prices(world: &World, mut params: Params) -> Result<Value, ApiError> {
    let paging = Paging::take(&mut params)?;
    let (active, product, keys) = (params.flag("active")?, params.id("product")?, params.texts("lookup_keys")?);
    let kind = params.one_of("type", &["one_time", "recurring"])?;
    params.finish()?;
    if keys.len() > 10 {
        return Err(ApiError::invalid("lookup_keys", "You may only specify up to 10 lookup keys.".to_owned()));
    }
    let admits = |p: &Price| {
        active != Some(false)
            && kind.as_deref() != Some("one_time")
            && product.as_ref().is_none_or(|id| *id == p.product)
            && (keys.is_empty() || keys.contains(&p.lookup_key))
    };
    let all = world.prices.iter().rev().map(|p| (p.id.clone(), admits(p).then(|| render_price(p)))).collect();
    paging.page("/v1/prices", "price", all)
}

pub(crate) fn get_price(world: &World, id: &str, params: Params) -> Result<Value, ApiError> {
    params.finish()?;
    world.prices.iter().find(|p| p.id == id).map(render_price).ok_or_else(|| ApiError::missing("price", id))
}
