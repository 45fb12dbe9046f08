//! `/v1/billing_portal/configurations`.

use super::super::{
    Context,
    error::ApiError,
    list::Paging,
    params::Params,
    url::is_web,
    world::{PortalConfiguration, PortalFeatures, World},
};
use serde_json::{Value, json};
use std::collections::BTreeMap;

const PRORATIONS: &[&str] = &["always_invoice", "create_prorations", "none"];
const REASONS: [&str; 8] =
    ["customer_service", "low_quality", "missing_features", "other", "switched_service", "too_complex", "too_expensive", "unused"];

/// The account's own, with everything switched on.
pub(crate) fn first(now: i64) -> PortalConfiguration {
    let plan = |plan: &str| {
        (format!("prod_portico_{plan}"), vec![format!("price_portico_{plan}_monthly"), format!("price_portico_{plan}_yearly")])
    };
    PortalConfiguration {
        id: "bpc_emulator_default".to_owned(),
        created: now,
        updated: now,
        active: true,
        is_default: true,
        name: None,
        default_return_url: None,
        business_profile: [None, None, None],
        features: PortalFeatures {
            customer_update: None,
            invoice_history: true,
            payment_method_update: true,
            subscription_cancel: true,
            cancel_immediately: false,
            cancel_proration: "none".to_owned(),
            subscription_update: Some(vec!["price".to_owned(), "quantity".to_owned()]),
            update_proration: "always_invoice".to_owned(),
            products: vec![plan("team"), plan("business")],
        },
        metadata: BTreeMap::new(),
    }
}

/// A configuration as the API shows it.
pub(crate) fn render(one: &PortalConfiguration) -> Value {
    let [headline, privacy, terms] = &one.business_profile;
    let features = &one.features;
    let product = |(id, prices): &(String, Vec<String>)| json!({ "adjustable_quantity": { "enabled": true, "maximum": null, "minimum": 1 }, "prices": prices, "product": id });
    let products: Vec<Value> = features.products.iter().map(product).collect();
    json!({
        "id": one.id, "object": "billing_portal.configuration", "active": one.active, "application": null,
        "business_profile": { "headline": headline, "privacy_policy_url": privacy, "terms_of_service_url": terms },
        "created": one.created, "default_return_url": one.default_return_url,
        "features": {
            "customer_update": {
                "allowed_updates": features.customer_update.clone().unwrap_or_default(), "enabled": features.customer_update.is_some(),
            },
            "invoice_history": { "enabled": features.invoice_history },
            "payment_method_update": { "enabled": features.payment_method_update, "payment_method_configuration": null },
            "subscription_cancel": {
                "cancellation_reason": { "enabled": false, "options": REASONS }, "enabled": features.subscription_cancel,
                "mode": if features.cancel_immediately { "immediately" } else { "at_period_end" },
                "proration_behavior": features.cancel_proration,
            },
            "subscription_update": {
                "billing_cycle_anchor": "unchanged", "default_allowed_updates": features.subscription_update.clone().unwrap_or_default(),
                "enabled": features.subscription_update.is_some(), "products": products, "proration_behavior": features.update_proration,
                "schedule_at_period_end": { "conditions": [] }, "trial_update_behavior": "continue_trial",
            },
        },
        "is_default": one.is_default, "livemode": false, "login_page": { "enabled": false, "url": null }, "metadata": one.metadata,
        "name": one.name, "updated": one.updated,
    })
}

/// The configurations that can be seen: none while the switch says that the portal was never set up.
pub(crate) fn seen(world: &World) -> impl DoubleEndedIterator<Item = &PortalConfiguration> {
    world.portal_configurations.iter().filter(|_| !world.switches.portal_unconfigured)
}

pub(crate) fn find<'w>(world: &'w World, id: &str) -> Result<&'w PortalConfiguration, ApiError> {
    seen(world).find(|one| one.id == id).ok_or_else(|| ApiError::missing("configuration", id))
}

pub(crate) fn list(world: &World, mut params: Params) -> Result<Value, ApiError> {
    let paging = Paging::take(&mut params)?;
    let (active, default) = (params.flag("active")?, params.flag("is_default")?);
    params.finish()?;
    let admits = |one: &PortalConfiguration| active.is_none_or(|is| is == one.active) && default.is_none_or(|is| is == one.is_default);
    let all = seen(world).rev().map(|one| (one.id.clone(), admits(one).then(|| render(one)))).collect();
    paging.page("/v1/billing_portal/configurations", "configuration", all)
}

pub(crate) fn get(world: &World, id: &str, params: Params) -> Result<Value, ApiError> {
    params.finish()?;
    find(world, id).map(render)
}

/// Takes `enabled` of a feature; `None` when the feature is not named.
fn enabled(feature: &mut Params) -> Result<bool, ApiError> {
    feature.flag("enabled")?.ok_or_else(|| ApiError::missing_parameter(&feature.name("enabled")))
}

fn words(feature: &mut Params, field: &str, allowed: &[&str]) -> Result<Vec<String>, ApiError> {
    let words = feature.texts(field)?;
    match words.iter().position(|word| !allowed.contains(&word.as_str())) {
        None => Ok(words),
        Some(at) => {
            let message = format!("Invalid {field}[{at}]: must be one of {}", allowed.join(", "));
            Err(ApiError::invalid(&format!("{}[{at}]", feature.name(field)), message))
        }
    }
}

fn take_features(world: &World, held: &mut PortalFeatures, mut params: Params) -> Result<(), ApiError> {
    if let Some(mut feature) = params.map("customer_update")? {
        let on = enabled(&mut feature)?;
        let fields = words(&mut feature, "allowed_updates", &["address", "email", "name", "phone", "shipping", "tax_id"])?;
        held.customer_update = on.then_some(fields);
        feature.finish()?;
    }
    if let Some(mut feature) = params.map("invoice_history")? {
        held.invoice_history = enabled(&mut feature)?;
        feature.finish()?;
    }
    if let Some(mut feature) = params.map("payment_method_update")? {
        held.payment_method_update = enabled(&mut feature)?;
        feature.finish()?;
    }
    if let Some(mut feature) = params.map("subscription_cancel")? {
        held.subscription_cancel = enabled(&mut feature)?;
        if let Some(mode) = feature.one_of("mode", &["at_period_end", "immediately"])? {
            held.cancel_immediately = mode == "immediately";
        }
        if let Some(word) = feature.one_of("proration_behavior", PRORATIONS)? {
            held.cancel_proration = word;
        }
        if let Some(mut reason) = feature.map("cancellation_reason")? {
            enabled(&mut reason)?;
            words(&mut reason, "options", &REASONS)?;
            reason.finish()?;
        }
        feature.finish()?;
    }
    if let Some(mut feature) = params.map("subscription_update")? {
        let on = enabled(&mut feature)?;
        let allowed = words(&mut feature, "default_allowed_updates", &["price", "promotion_code", "quantity"])?;
        if let Some(word) = feature.one_of("proration_behavior", PRORATIONS)? {
            held.update_proration = word;
        }
        let mut products = Vec::new();
        for mut one in feature.objects("products")? {
            let id = one.id("product")?.ok_or_else(|| ApiError::missing_parameter(&one.name("product")))?;
            if !world.products.iter().any(|p| p.id == id) {
                return Err(ApiError::no_such("product", &id, &one.name("product")));
            }
            let prices = one.texts("prices")?;
            if let Some(price) = prices.iter().find(|price| !world.prices.iter().any(|p| p.id == **price && p.product == id)) {
                return Err(ApiError::no_such("price", price, &one.name("prices")));
            }
            if let Some(mut adjustable) = one.map("adjustable_quantity")? {
                enabled(&mut adjustable)?;
                adjustable.int("minimum")?;
                adjustable.int("maximum")?;
                adjustable.finish()?;
            }
            one.finish()?;
            products.push((id, prices));
        }
        if on && (allowed.is_empty() || products.is_empty()) {
            let missing = if allowed.is_empty() { "default_allowed_updates" } else { "products" };
            return Err(ApiError::missing_parameter(&feature.name(missing)));
        }
        held.subscription_update = on.then_some(allowed);
        held.products = products;
        feature.finish()?;
    }
    params.finish()
}

fn take_url(params: &mut Params, field: &str) -> Result<Option<Option<String>>, ApiError> {
    match params.text(field)? {
        None => Ok(None),
        Some(text) if text.is_empty() => Ok(Some(None)),
        Some(text) if is_web(&text) => Ok(Some(Some(text))),
        Some(_) => Err(ApiError::not_a_url(&params.name(field))),
    }
}

fn take(world: &World, one: &mut PortalConfiguration, params: &mut Params) -> Result<(), ApiError> {
    if let Some(url) = take_url(params, "default_return_url")? {
        one.default_return_url = url;
    }
    if let Some(text) = params.text("name")? {
        one.name = Some(text).filter(|t| !t.is_empty());
    }
    if let Some(mut profile) = params.map("business_profile")? {
        let [headline, privacy, terms] = &mut one.business_profile;
        if let Some(text) = profile.text("headline")? {
            *headline = Some(text).filter(|t| !t.is_empty());
        }
        for (field, place) in [("privacy_policy_url", privacy), ("terms_of_service_url", terms)] {
            if let Some(url) = take_url(&mut profile, field)? {
                *place = url;
            }
        }
        profile.finish()?;
    }
    if let Some(mut page) = params.map("login_page")? {
        if enabled(&mut page)? {
            return Err(ApiError::invalid(
                &page.name("enabled"),
                "The emulator has no login page: send customers to a session.".to_owned(),
            ));
        }
        page.finish()?;
    }
    if let Some(features) = params.map("features")? {
        take_features(world, &mut one.features, features)?;
    }
    params.metadata(&mut one.metadata)
}

/// Makes one. With it there is a configuration again, whatever the switch said.
pub(crate) fn create(world: &mut World, mut params: Params, context: &Context<'_>) -> Result<Value, ApiError> {
    if params.clone().map("features")?.is_none() {
        return Err(ApiError::missing_parameter("features"));
    }
    let features = PortalFeatures {
        customer_update: None,
        invoice_history: false,
        payment_method_update: false,
        subscription_cancel: false,
        cancel_immediately: false,
        cancel_proration: "none".to_owned(),
        subscription_update: None,
        update_proration: "none".to_owned(),
        products: Vec::new(),
    };
    let mut one = PortalConfiguration { id: world.new_id("bpc"), is_default: false, features, ..first(context.now) };
    take(world, &mut one, &mut params)?;
    params.finish()?;
    let shown = render(&one);
    world.portal_configurations.push(one);
    world.switches.portal_unconfigured = false;
    Ok(shown)
}

pub(crate) fn update(world: &mut World, id: &str, mut params: Params, context: &Context<'_>) -> Result<Value, ApiError> {
    let mut one = find(world, id)?.clone();
    take(world, &mut one, &mut params)?;
    if let Some(active) = params.flag("active")? {
        if !active && one.is_default {
            return Err(ApiError::invalid("active", "The default configuration can't be deactivated.".to_owned()));
        }
        one.active = active;
    }
    params.finish()?;
    one.updated = context.now;
    let shown = render(&one);
    if let Some(held) = world.portal_configurations.iter_mut().find(|held| held.id == id) {
        *held = one;
    }
    Ok(shown)
}
