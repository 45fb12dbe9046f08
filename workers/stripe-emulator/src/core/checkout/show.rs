//! Sessions as the API shows them.

use super::super::{
    catalog,
    world::{CheckoutItem, CheckoutMode, CheckoutSession, CheckoutStatus, World},
};
use serde_json::{Value, json};

/// A session as the API shows it.
pub fn render(world: &World, session: &CheckoutSession) -> Value {
    let customer = session.customer.as_ref().and_then(|id| world.customers.iter().find(|c| c.id == *id));
    let email = customer.and_then(|c| c.email.clone()).or_else(|| session.customer_email.clone()).or_else(|| session.guest_email.clone());
    let details = (customer.is_some() || email.is_some()).then(|| {
        json!({
            "address": null, "business_name": null, "email": email, "individual_name": null, "name": customer.and_then(|c| c.name.clone()),
            "phone": customer.and_then(|c| c.phone.clone()), "tax_exempt": "none", "tax_ids": null,
        })
    });
    let creation = match session.mode {
        CheckoutMode::Payment => Some("if_required"),
        CheckoutMode::Subscription => Some("always"),
    };
    let creation = creation.filter(|_| session.customer.is_none());
    let open = session.status == CheckoutStatus::Open;
    let paid = match session.status {
        CheckoutStatus::Complete if session.amount > 0 => "paid",
        CheckoutStatus::Complete => "no_payment_required",
        CheckoutStatus::Open | CheckoutStatus::Expired => "unpaid",
    };
    let price = session.items.first().and_then(|item| world.prices.iter().find(|p| p.id == item.price));
    json!({
        "id": session.id, "object": "checkout.session", "adaptive_pricing": { "enabled": false }, "after_expiration": null,
        "allow_promotion_codes": session.allow_promotion_codes, "amount_subtotal": session.amount, "amount_total": session.amount,
        "automatic_tax": { "enabled": false, "liability": null, "provider": null, "status": null },
        "billing_address_collection": session.billing_address_collection, "cancel_url": session.cancel_url,
        "client_reference_id": session.client_reference_id, "client_secret": null, "collected_information": null, "consent": null,
        "consent_collection": null, "created": session.created, "currency": price.map_or("usd", |p| p.currency.as_str()),
        "currency_conversion": null, "custom_fields": [],
        "custom_text": { "after_submit": null, "shipping_address": null, "submit": null, "terms_of_service_acceptance": null },
        "customer": session.customer, "customer_account": null, "customer_creation": creation,
        "customer_details": details, "customer_email": session.customer_email, "discounts": [], "expires_at": session.expires_at,
        "invoice": session.invoice, "invoice_creation": null, "livemode": false, "locale": session.locale, "metadata": session.metadata,
        "mode": session.mode.as_str(), "origin_context": null, "payment_intent": session.payment_intent, "payment_link": null,
        "payment_method_collection": session.payment_method_collection, "payment_method_configuration_details": null,
        "payment_method_options": null, "payment_method_types": ["card"], "payment_status": paid, "permissions": null,
        "phone_number_collection": { "enabled": session.phone_number_collection }, "recovered_from": null,
        "saved_payment_method_options": { "allow_redisplay_filters": ["always"], "payment_method_remove": "disabled", "payment_method_save": null },
        "setup_intent": null, "shipping_address_collection": null, "shipping_cost": null, "shipping_options": [],
        "status": session.status.as_str(), "submit_type": session.submit_type, "subscription": session.subscription,
        "success_url": session.success_url, "tax_id_collection": { "enabled": session.tax_id_collection, "required": "never" },
        "total_details": { "amount_discount": 0, "amount_shipping": 0, "amount_tax": 0 }, "ui_mode": "hosted_page",
        "url": open.then(|| format!("{}/checkout/{}", world.pages, session.id)), "wallet_options": null,
    })
}

/// One thing that is bought.
pub(super) fn item(world: &World, item: &CheckoutItem) -> Value {
    let price = world.prices.iter().find(|p| p.id == item.price);
    let product = price.and_then(|price| world.products.iter().find(|p| p.id == price.product));
    let amount = price.map_or(0, |p| p.unit_amount.saturating_mul(item.quantity));
    let adjustable = item.adjustable.map(|(minimum, maximum)| json!({ "enabled": true, "maximum": maximum, "minimum": minimum }));
    json!({
        "id": item.id, "object": "item", "adjustable_quantity": adjustable, "amount_discount": 0, "amount_subtotal": amount,
        "amount_tax": 0, "amount_total": amount, "currency": price.map_or("usd", |p| p.currency.as_str()),
        "description": product.map(|p| p.name.as_str()), "metadata": {}, "price": price.map(catalog::render_price),
        "quantity": item.quantity,
    })
}
