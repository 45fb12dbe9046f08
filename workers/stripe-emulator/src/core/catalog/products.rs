//! `/v1/products`.

use super::super::{
    Context,
    error::ApiError,
    events::record,
    list::{Paging, When},
    params::Params,
    world::{Product, World},
};
use serde_json::{Value, json};

/// A product as the API shows it.
pub fn render(product: &Product) -> Value {
    json!({
        "id": product.id, "object": "product", "active": product.active, "created": product.created, "default_price": null,
        "description": product.description, "images": [], "livemode": false, "marketing_features": [], "metadata": product.metadata,
        "name": product.name, "package_dimensions": null, "shippable": null, "statement_descriptor": null, "tax_code": null,
        "unit_label": product.unit_label, "updated": product.updated, "url": null,
    })
}

fn find_mut<'w>(world: &'w mut World, id: &str) -> Result<&'w mut Product, ApiError> {
    world.products.iter_mut().find(|p| p.id == id).ok_or_else(|| ApiError::missing("product", id))
}

/// Takes what both a new and a changed product may have.
fn take(product: &mut Product, params: &mut Params) -> Result<(), ApiError> {
    if let Some(name) = params.id("name")? {
        product.name = name;
    }
    if let Some(active) = params.flag("active")? {
        product.active = active;
    }
    if let Some(text) = params.text("description")? {
        product.description = Some(text).filter(|t| !t.is_empty());
    }
    if let Some(text) = params.text("unit_label")? {
        product.unit_label = Some(text).filter(|t| !t.is_empty());
    }
    params.metadata(&mut product.metadata)
}

pub(crate) fn list(world: &World, mut params: Params) -> Result<Value, ApiError> {
    let (paging, active) = (Paging::take(&mut params)?, params.flag("active")?);
    let (ids, created) = (params.texts("ids")?, When::take(&mut params, "created")?);
    params.finish()?;
    let admits = |p: &Product| {
        active.is_none_or(|active| active == p.active) && (ids.is_empty() || ids.contains(&p.id)) && created.admits(p.created)
    };
    let all = world.products.iter().rev().map(|p| (p.id.clone(), admits(p).then(|| render(p)))).collect();
    paging.page("/v1/products", "product", all)
}

pub(crate) fn get(world: &World, id: &str, params: Params) -> Result<Value, ApiError> {
    params.finish()?;
    world.products.iter().find(|p| p.id == id).map(render).ok_or_else(|| ApiError::missing("product", id))
}

pub(crate) fn create(world: &mut World, mut params: Params, context: &Context<'_>) -> Result<Value, ApiError> {
    let id = params.id("id")?;
    if let Some(id) = id.as_ref().filter(|id| world.products.iter().any(|p| p.id == **id)) {
        return Err(ApiError::already_there("id", &format!("Product already exists: '{id}'")));
    }
    let name = params.clone().id("name")?.ok_or_else(|| ApiError::missing_parameter("name"))?;
    let mut product = Product::new(&id.unwrap_or_else(|| world.new_id("prod")), &name, context.now);
    take(&mut product, &mut params)?;
    params.finish()?;
    let shown = render(&product);
    world.products.push(product);
    record(world, context, "product.created", shown.clone(), None);
    Ok(shown)
}

pub(crate) fn update(world: &mut World, id: &str, mut params: Params, context: &Context<'_>) -> Result<Value, ApiError> {
    let product = find_mut(world, id)?;
    let before = render(product);
    take(product, &mut params)?;
    params.finish()?;
    if render(product) == before {
        return Ok(before);
    }
    product.updated = context.now;
    let after = render(product);
    record(world, context, "product.updated", after.clone(), Some(&before));
    Ok(after)
}

/// Only one without prices can be deleted.
pub(crate) fn delete(world: &mut World, id: &str, params: Params, context: &Context<'_>) -> Result<Value, ApiError> {
    params.finish()?;
    let last = render(find_mut(world, id)?);
    if world.prices.iter().any(|price| price.product == id) {
        let message = "This product cannot be deleted because it has one or more user-created prices.";
        return Err(ApiError::refused(message));
    }
    world.products.retain(|product| product.id != id);
    record(world, context, "product.deleted", last, None);
    Ok(json!({ "id": id, "object": "product", "deleted": true }))
}
