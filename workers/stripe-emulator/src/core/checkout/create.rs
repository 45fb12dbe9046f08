//! `POST /v1/checkout/sessions`, of subscriptions and of what is paid for once.

use super::{
    super::{
        Context,
        customers::{check_email, live},
        error::ApiError,
        form::Form,
        invoices,
        params::Params,
        payment,
        subscriptions::{self, New},
        url::is_web,
        world::{CheckoutItem, CheckoutMode, CheckoutSession, CheckoutStatus, Customer, World},
    },
    render,
};
use serde_json::Value;
use std::collections::BTreeMap;

/// A page is open for 30 minutes at least …
const SHORTEST_SECONDS: i64 = 30 * 60;
/// … and for 24 hours at most.
const LONGEST_SECONDS: i64 = 24 * 3_600;
/// A trial that ends by date is this long at least.
const SHORTEST_TRIAL_SECONDS: i64 = 48 * 3_600;
/// The most of one thing.
const MAX_QUANTITY: i64 = 999_999;
const MAX_ITEMS: usize = 20;
/// The oldest sessions over this are forgotten.
const KEPT: usize = 500;

fn take_url(params: &mut Params, field: &str) -> Result<Option<String>, ApiError> {
    match params.id(field)? {
        Some(url) if !is_web(&url) => Err(ApiError::not_a_url(field)),
        found => Ok(found),
    }
}

fn take_items(world: &mut World, params: &mut Params, mode: CheckoutMode) -> Result<Vec<CheckoutItem>, ApiError> {
    let mut items = Vec::new();
    for mut fields in params.objects("line_items")? {
        let name = fields.name("price");
        let price = fields.id("price")?.ok_or_else(|| ApiError::missing_parameter(&name))?;
        match world.prices.iter().find(|p| p.id == price) {
            None => return Err(ApiError::no_such("price", &price, &name)),
            Some(held) if !held.active => {
                let message = "The price specified is inactive. This field only accepts active prices.".to_owned();
                return Err(ApiError::invalid(&name, message));
            }
            Some(held) if mode == CheckoutMode::Payment && held.recurring.is_some() => {
                let message = "You specified `payment` mode but passed a recurring price. Either switch to `subscription` mode or use only one-time prices.";
                return Err(ApiError::invalid(&name, message.to_owned()));
            }
            Some(held) if mode == CheckoutMode::Subscription && held.recurring.is_none() => {
                let message = "The emulator sells one-time prices in `payment` mode only: pass a recurring price here.".to_owned();
                return Err(ApiError::invalid(&name, message));
            }
            Some(_) => {}
        }
        let name = fields.name("quantity");
        let quantity = fields.int("quantity")?.ok_or_else(|| ApiError::missing_parameter(&name))?;
        let mut adjustable = None;
        if let Some(mut given) = fields.map("adjustable_quantity")? {
            let on = given.flag("enabled")?.ok_or_else(|| ApiError::missing_parameter(&given.name("enabled")))?;
            let bounds = (given.int("minimum")?.unwrap_or(1), given.int("maximum")?.unwrap_or(99));
            if bounds.0 > bounds.1 || bounds.1 > MAX_QUANTITY {
                let message = format!("The minimum must not be above the maximum, and the maximum not above {MAX_QUANTITY}.");
                return Err(ApiError::invalid(&given.name("maximum"), message));
            }
            given.finish()?;
            adjustable = on.then_some(bounds);
        }
        let (least, most) = adjustable.unwrap_or((1, MAX_QUANTITY));
        if quantity < least.max(1) {
            return Err(ApiError::invalid(&name, format!("This value must be greater than or equal to {}.", least.max(1))));
        }
        if quantity > most {
            return Err(ApiError::invalid(&name, format!("This value must be less than or equal to {most}.")));
        }
        fields.finish()?;
        items.push(CheckoutItem { id: world.new_id("li"), price, quantity, adjustable });
    }
    if items.is_empty() {
        return Err(ApiError::missing_parameter("line_items"));
    }
    if items.len() > MAX_ITEMS {
        return Err(ApiError::invalid("line_items", format!("You can have up to {MAX_ITEMS} line items.")));
    }
    Ok(items)
}

/// `subscription_data`, as the parameters that the subscription will be created with.
fn take_subscription_data(params: &mut Params, now: i64) -> Result<String, ApiError> {
    let mut form = Form::default();
    let Some(mut data) = params.map("subscription_data")? else { return Ok(String::new()) };
    let mut metadata = BTreeMap::new();
    data.metadata(&mut metadata)?;
    for (key, value) in &metadata {
        form.add(&format!("metadata[{key}]"), value);
    }
    if let Some(days) = data.int("trial_period_days")? {
        if days < 1 {
            return Err(ApiError::invalid(&data.name("trial_period_days"), "The minimum number of trial period days is 1.".to_owned()));
        }
        form.add("trial_period_days", &days.to_string());
    }
    if let Some(end) = data.int("trial_end")? {
        if end < now + SHORTEST_TRIAL_SECONDS {
            let message = "The `trial_end` date has to be at least 2 days in the future.".to_owned();
            return Err(ApiError::invalid(&data.name("trial_end"), message));
        }
        form.add("trial_end", &end.to_string());
    }
    if let Some(word) = subscriptions::take_trial_settings(&mut data)? {
        form.add("trial_settings[end_behavior][missing_payment_method]", &word);
    }
    if let Some(word) = data.one_of("proration_behavior", &["create_prorations", "none"])? {
        form.add("proration_behavior", &word);
    }
    data.finish()?;
    Ok(form.as_str().to_owned())
}

/// `payment_intent_data`: what the payment is described with, and its metadata.
fn take_payment_data(params: &mut Params) -> Result<(Option<String>, BTreeMap<String, String>), ApiError> {
    let mut metadata = BTreeMap::new();
    let Some(mut data) = params.map("payment_intent_data")? else { return Ok((None, metadata)) };
    let description = data.id("description")?;
    data.metadata(&mut metadata)?;
    data.one_of("setup_future_usage", &["off_session", "on_session"])?;
    payment::take_shipping(&mut data)?;
    data.finish()?;
    Ok((description, metadata))
}

/// The parameters of `POST /v1/subscriptions` that a session stands for, less the customer.
pub(super) fn form_of(session: &CheckoutSession) -> Form {
    let mut form = Form::of(&session.subscription_data);
    for (at, item) in session.items.iter().enumerate() {
        form.add(&format!("items[{at}][price]"), &item.price).add(&format!("items[{at}][quantity]"), &item.quantity.to_string());
    }
    form
}

/// What is due at once, in cents: what is bought, or the first invoice of a subscription, which is drawn up in a copy of the world.
///
/// # Errors
/// What `POST /v1/subscriptions` would refuse.
pub(super) fn amount(world: &World, session: &CheckoutSession, context: &Context<'_>) -> Result<i64, ApiError> {
    if session.mode == CheckoutMode::Payment {
        let worth = |item: &CheckoutItem| {
            let price = world.prices.iter().find(|p| p.id == item.price);
            price.map_or(0, |p| p.unit_amount.saturating_mul(item.quantity))
        };
        let total = session.items.iter().map(worth).fold(0_i64, i64::saturating_add);
        return if total > invoices::MAX_CHARGE { Err(ApiError::amount_too_large()) } else { Ok(total) };
    }
    let mut dry = world.without_history();
    let quiet = Context { listening: false, endpoints: false, ..context.clone() };
    let customer = if let Some(id) = &session.customer {
        id.clone()
    } else {
        let buyer = Customer::new(&dry.new_id("cus"), context.now);
        let id = buyer.id.clone();
        dry.customers.push(buyer);
        id
    };
    let mut params = Params::of(&[form_of(session).as_str()])?;
    let new = New::take(&mut dry, &customer, &mut params, context.now)?;
    params.finish()?;
    let (_, draft) = subscriptions::begin(&mut dry, new, &quiet);
    let total = invoices::find(&dry, &draft)?.total();
    if total > invoices::MAX_CHARGE { Err(ApiError::amount_too_large()) } else { Ok(total) }
}

fn switched_off(params: &mut Params, field: &str) -> Result<(), ApiError> {
    if let Some(mut given) = params.map(field)? {
        if given.flag("enabled")? == Some(true) {
            return Err(ApiError::invalid(&given.name("enabled"), format!("The emulator does not do {field}.")));
        }
        given.finish()?;
    }
    Ok(())
}

fn flag_in(params: &mut Params, field: &str) -> Result<bool, ApiError> {
    let Some(mut given) = params.map(field)? else { return Ok(false) };
    let on = given.flag("enabled")?.ok_or_else(|| ApiError::missing_parameter(&given.name("enabled")))?;
    given.finish()?;
    Ok(on)
}

pub(crate) fn create(world: &mut World, mut params: Params, context: &Context<'_>) -> Result<Value, ApiError> {
    let mode = params.one_of("mode", &["payment", "setup", "subscription"])?.ok_or_else(|| ApiError::missing_parameter("mode"))?;
    let mode = match mode.as_str() {
        "payment" => CheckoutMode::Payment,
        "subscription" => CheckoutMode::Subscription,
        _ => {
            let message = "The emulator saves no cards for later: use mode=subscription or mode=payment.".to_owned();
            return Err(ApiError::invalid("mode", message));
        }
    };
    if params.one_of("ui_mode", &["elements", "embedded_page", "hosted_page"])?.is_some_and(|mode| mode != "hosted_page") {
        return Err(ApiError::invalid("ui_mode", "The emulator has the hosted page only: use ui_mode=hosted_page.".to_owned()));
    }
    let success_url = take_url(&mut params, "success_url")?.ok_or_else(|| ApiError::missing_parameter("success_url"))?;
    let cancel_url = take_url(&mut params, "cancel_url")?;
    let (customer, customer_email) = (params.id("customer")?, params.id("customer_email")?);
    if customer.is_some() && customer_email.is_some() {
        return Err(ApiError::refused("You may only specify one of these parameters: customer, customer_email."));
    }
    if let Some(id) = &customer {
        live(world, id, "customer")?;
    }
    check_email(customer_email.as_deref()).map_err(|error| error.renamed(|_| "customer_email".to_owned()))?;
    let client_reference_id = params.id("client_reference_id")?;
    if client_reference_id.as_ref().is_some_and(|text| text.chars().count() > 200) {
        return Err(ApiError::invalid("client_reference_id", "A client reference has up to 200 characters.".to_owned()));
    }
    let expires_at = params.int("expires_at")?.unwrap_or(context.now + LONGEST_SECONDS);
    if expires_at < context.now + SHORTEST_SECONDS {
        let message = "The `expires_at` timestamp must be at least 30 minutes from Checkout Session creation.".to_owned();
        return Err(ApiError::invalid("expires_at", message));
    }
    if expires_at > context.now + LONGEST_SECONDS {
        let message = "The `expires_at` timestamp must be less than 24 hours from Checkout Session creation.".to_owned();
        return Err(ApiError::invalid("expires_at", message));
    }
    let mut session = CheckoutSession {
        id: world.new_id("cs_test"),
        created: context.now,
        expires_at,
        mode,
        status: CheckoutStatus::Open,
        customer,
        customer_email,
        client_reference_id,
        success_url,
        cancel_url,
        items: take_items(world, &mut params, mode)?,
        metadata: BTreeMap::new(),
        payment_data: match mode {
            CheckoutMode::Payment => take_payment_data(&mut params)?,
            CheckoutMode::Subscription => (None, BTreeMap::new()),
        },
        subscription_data: match mode {
            CheckoutMode::Payment => String::new(),
            CheckoutMode::Subscription => take_subscription_data(&mut params, context.now)?,
        },
        amount: 0,
        payment_method_collection: params
            .one_of("payment_method_collection", &["always", "if_required"])?
            .unwrap_or_else(|| if mode == CheckoutMode::Payment { "if_required" } else { "always" }.to_owned()),
        allow_promotion_codes: params.flag("allow_promotion_codes")?,
        billing_address_collection: params.one_of("billing_address_collection", &["auto", "required"])?,
        locale: params.id("locale")?,
        submit_type: params.one_of("submit_type", &["auto", "book", "donate", "pay", "subscribe"])?,
        tax_id_collection: flag_in(&mut params, "tax_id_collection")?,
        phone_number_collection: flag_in(&mut params, "phone_number_collection")?,
        subscription: None,
        invoice: None,
        payment_intent: None,
        guest_email: None,
    };
    params.metadata(&mut session.metadata)?;
    switched_off(&mut params, "automatic_tax")?;
    params.one_of("currency", &["usd"])?;
    payment::take_types(&mut params)?;
    if let Some(mut update) = params.map("customer_update")? {
        for field in ["address", "name", "shipping"] {
            update.one_of(field, &["auto", "never"])?;
        }
        update.finish()?;
    }
    params.finish()?;
    session.amount = amount(world, &session, context).map_err(|error| {
        error.renamed(|param| if param.starts_with("items") { format!("line_{param}") } else { format!("subscription_data[{param}]") })
    })?;
    let shown = render(world, &session);
    let over = (world.checkouts.len() + 1).saturating_sub(KEPT);
    world.checkouts.drain(..over);
    world.checkouts.push(session);
    Ok(shown)
}
