//! `POST /billing/{org}/checkout`: leads to Stripe's page on which a plan is bought.
//!
//! Right before anything is made there Stripe is asked what the organization has: what our own row says may be old, and nobody is sold a
//! second subscription.

use super::choose_page;
use crate::{
    ask::{LIMIT, note, refusal},
    customer::{self, Unmade},
    here::{Here, Slot},
    order::{Order, Typed},
    slot::{self, Led},
    sync::{Plan, Unsettled, look, settle},
};
use domain::{
    actions,
    billing::{self, Action, Remote},
};
use kernel::{
    Command, Committed, Error, Mutation, Reply, Request, Result, Route, Write,
    error::Code,
    flash::Tone,
    host::Surface,
    limit::Limit,
    principal::{Ability, Scope},
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use provider::Provider;
use store::billing::Change;
use stripe::StripeError;

/// Leads to Stripe's page.
pub struct Checkout;
impl Command for Checkout {
    const ROUTE: Route = Route {
        method: Method::Post,
        path: "/billing/{org}/checkout",
        surfaces: &[Surface::App],
        auth: Auth::Staff(Ability::Pay),
        scope: Scope::None,
        limit: Limit::AccountExact(LIMIT),
        audit: Audit::Records(&[actions::CHECKOUT_STARTED, actions::BILLING_CUSTOMER_LINKED, actions::CHECKOUT_LOOKED_AT]),
        payload: Payload::Form(4 * 1_024),
        csrf: Csrf::OriginAndToken,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Recent,
        summary: "Leads to Stripe's page on which a plan is bought",
    };
    async fn call(mut cx: Write<'_>, req: &Request) -> Result<Committed> {
        let here = Here::read(&cx).await?;
        let input = req.input()?;
        let typed = Typed::of(&input);
        let order = Order::read(&input, here.held.seats_used());
        let order = match (input.finish(), order) {
            (Ok(()), Some(order)) => order,
            (Err(Error::Problem(p)), _) if p.code == Code::ValidationFailed => {
                return Ok(cx.unchanged(choose_page::show(&cx, req, &here, &typed, &p.fields)?));
            }
            (Err(other), _) => return Err(other),
            (Ok(()), None) => return Err(Error::incident("reading an order", "nothing was wrong with it")),
        };
        here.require(Action::Checkout)?;
        let slug = req.param("org")?.to_owned();
        let home = format!("/billing/{slug}");
        let app = cx.app();
        let http = cx.http();
        let provider = Provider::of(&app.config, http)?;
        let customer = match customer::ensure(&cx, &provider, &here).await {
            Ok(customer) => customer,
            Err(Unmade::Stripe(e)) => return Ok(refused(&cx, &home, &e)),
            Err(Unmade::Ours(e)) => return Err(e),
        };
        match look(&cx, &provider, &customer).await {
            Ok(remote) if sells(&here, &remote) => {}
            Ok(_) => return seen(&cx, &provider, &home, None).await,
            Err(Unsettled::Stripe(e)) => return Ok(refused(&cx, &home, &e)),
            Err(Unsettled::Ours(e)) => return Err(e),
        }
        match slot::lead(&mut cx, &provider, &customer, &slug, &order).await? {
            Led::Page(done) => Ok(done),
            Led::Bought(slot) => seen(&cx, &provider, &home, Some(&slot)).await,
            Led::Refused(e) => Ok(refused(&cx, &home, &e)),
            Led::NoPrice => {
                let said = "Stripe has no price for this plan yet, so nothing was bought. Support has to set it up.";
                cx.log_best_effort("a price at Stripe", order.price.lookup_key);
                Ok(cx.unchanged(Reply::see_other(&home).flash(Tone::Failed, said)))
            }
        }
    }
}

/// Whether something may be sold to whom Stripe says that this is.
fn sells(here: &Here, remote: &Remote) -> bool {
    let ours = match &remote.customer {
        billing::Customer::There { org } => org.as_deref().is_none_or(|org| org == here.held.org.to_string()),
        billing::Customer::Missing => false,
    };
    ours && remote.subscriptions.iter().all(|s| s.status.is_final())
}

/// Takes in what Stripe says in the place of a purchase.
async fn seen(cx: &Write<'_>, provider: &Provider<'_>, home: &str, slot: Option<&Slot>) -> Result<Committed> {
    let with = |m: Mutation, here: &Here, change: &Change<'_>, _: &Remote| {
        let m = match slot {
            Some(slot) => m.then(slot::ended(here, slot, "completed")),
            None => m,
        };
        let alive = change.subscription().is_some_and(|s| !s.status.is_final());
        let reply = Reply::see_other(home);
        Ok((m, if alive { reply.flash(Tone::Done, "There is a subscription already, so nothing more was bought.") } else { reply }))
    };
    let plan = Plan { once: None, action: actions::CHECKOUT_LOOKED_AT, target: "checkout", with: &with };
    match settle(cx, provider, &plan).await {
        Err(Unsettled::Stripe(e)) => Ok(refused(cx, home, &e)),
        Err(Unsettled::Ours(e)) => Err(e),
        Ok(done) => Ok(done),
    }
}

fn refused(cx: &Write<'_>, home: &str, error: &StripeError) -> Committed {
    note(cx, "a purchase at Stripe", error);
    let said = refusal(error)
        .unwrap_or("Stripe doesn't answer at the moment, so nothing was bought. Try again in a minute: it goes on where it stopped.");
    cx.unchanged(Reply::see_other(home).flash(Tone::Failed, said))
}
