//! Makes a repair: written down first, done at Stripe, read again, and put into effect with its record in both audit logs.

use super::{
    prepare::{self, Effect, Prepared, Subject, Unable},
    repair::{Kind, Repair},
    silence,
};
use crate::{ask, sync::look};
use domain::{billing::grace, jobs::STRIPE_SYNC};
use kernel::{
    Committed, Id, Millis, Reply, Request, Result, Write,
    error::{Code, Error},
    flash::Tone,
    time::Span,
};
use provider::Provider;
use serde_json::json;
use std::collections::BTreeMap;
use store::{billing::Change, forms::Once};
use stripe::{
    StripeError,
    calls::{self, CustomerChange, Ending, ItemChange, NewCustomer},
};

/// For so long nothing else is asked after something that is not answered yet.
const ALONE: Span = Span::seconds(60);
/// What was paid for and isn't used becomes credit.
const ENDING: Ending = Ending { prorate: true, invoice_now: true };

/// Somebody was faster.
pub fn changed_meanwhile() -> Error {
    Error::new(Code::VersionConflict, "This organization's billing changed meanwhile. Look at it again, and decide anew.")
}

/// The same for the same form of the same operator; also the idempotency key at Stripe.
fn id_of(cx: &Write<'_>, req: &Request) -> String {
    let mut bytes = format!("{}\n{}\n", req.path(), cx.principal().id()).into_bytes();
    bytes.extend_from_slice(req.body());
    let hash = crypto::hash::sha256_hex(&bytes);
    format!("ask_{}", hash.get(..32).unwrap_or(&hash))
}

/// Does one thing at Stripe. Returns the customer that was made.
async fn run(provider: &Provider<'_>, effect: &Effect, subject: &Subject, key: &str) -> Result<Option<String>, StripeError> {
    let org = subject.held.org.to_string();
    let metadata = BTreeMap::from([("org_id", org.as_str())]);
    match effect {
        Effect::Claim(customer) => {
            let change = CustomerChange { metadata, ..CustomerChange::default() };
            provider.send(&calls::update_customer(customer, &change, key)?).await.map(|_| None)
        }
        Effect::NewCustomer => {
            let new = NewCustomer { email: None, name: Some(&subject.name), metadata };
            provider.send(&calls::create_customer(&new, key)?).await.map(|c| Some(c.id))
        }
        Effect::Cancel(id) => match provider.send(&calls::cancel_subscription(id, ENDING)?).await {
            Err(e) if !e.is_missing() => Err(e),
            _ => Ok(None),
        },
        Effect::Change { subscription, item, price, seats } => {
            let change = ItemChange { item, price, quantity: *seats, at: None };
            provider.send(&calls::change_subscription(subscription, &change, key)?).await.map(|_| None)
        }
    }
}

/// Makes it, once for a form that is sent more than once.
///
/// # Errors
/// 409 when billing changed since it was shown, or it makes no sense any more; what the database refused.
pub async fn apply(cx: &mut Write<'_>, req: &Request, once: &Once, subject: &Subject, repair: &Repair, reason: &str) -> Result<Committed> {
    // First, so that what is read afterwards is what the events told of.
    let silent = if repair.kind == Kind::Silence { silence::walk(cx, &subject.held.org).await? } else { None };
    let mut p = match prepare::prepare(cx, subject, repair, reason).await {
        Ok(p) => p,
        Err(Unable::Ours(e)) => return Err(e),
        Err(Unable::Not(why)) => return Err(Error::new(Code::WrongState, why)),
        Err(Unable::Wrong { message, fix, .. }) => return Err(Error::new(Code::WrongState, format!("{message} {fix}"))),
        Err(Unable::Stripe(e)) => {
            ask::note(cx, "a repair", &e);
            return Err(Error::new(Code::WrongState, format!("{} Nothing was changed.", provider::reason(&e))));
        }
    };
    let org = subject.held.org.clone();
    let home = format!("/billing/orgs/{org}");
    let asks = json!({"repair": repair.kind.as_str(), "id": repair.id, "plan": repair.plan.map(domain::plans::Plan::as_str), "number": repair.number});
    let id = id_of(cx, req);
    let finish = |state: &str, why: Option<&str>, at: Millis| {
        ask::FINISH.bind([(&org).into(), id.as_str().into(), state.into(), why.map(str::to_owned).into(), at.into()])
    };
    if !p.effects.is_empty() {
        let now = cx.now();
        let by = cx.principal().id().to_owned();
        let row = [
            (&org).into(),
            id.as_str().into(),
            repair.kind.as_str().into(),
            asks.to_string().into(),
            by.into(),
            now.into(),
            now.minus(ALONE).into(),
        ];
        let stmts = vec![subject.held.unchanged(), ask::ASK.bind(row), ask::ASKED.bind([(&org).into(), id.as_str().into()])];
        cx.reserve(stmts).await.map_err(|e| match e.code() {
            Code::WrongState => Error::new(Code::WrongState, "Another change is under way. Wait a minute, and look again."),
            Code::VersionConflict => changed_meanwhile(),
            _ => e,
        })?;
        if let Err(e) = at_stripe(cx, &mut p, subject, &id).await {
            let e = match e {
                Unable::Stripe(e) => e,
                Unable::Ours(e) => return Err(e),
                Unable::Not(why) | Unable::Wrong { message: why, .. } => return Err(Error::new(Code::WrongState, why)),
            };
            ask::note(cx, "a repair", &e);
            let refused = if p.now.is_some() || p.links { ask::refusal(&e) } else { None };
            let change = cx.mutation(org.as_str())?.also_in(&org)?;
            let change = match &subject.held.customer {
                Some(customer) => change.job(STRIPE_SYNC, customer, Some(&org)),
                None => change,
            };
            let detail = json!({"asked": asks, "reason": reason, "outcome": refused.unwrap_or("unknown")}).to_string();
            let (change, said) = match refused {
                Some(why) => (change.denied().then(finish("refused", Some(why), cx.now())), format!("Stripe refused: {why}")),
                None => (
                    change,
                    "Stripe didn't answer, so nobody knows yet whether this took effect. It is being read again; look in a minute."
                        .to_owned(),
                ),
            };
            let (change, reply) = (change.detail(detail), Reply::see_other(&home).flash(Tone::Failed, &said));
            // What nobody knows can be asked for again, under the same key.
            return if refused.is_some() { once.commit(cx, change, reply).await } else { change.commit(reply).await };
        }
    }
    let at = cx.now();
    let change = match &p.then {
        Some(remote) => Change::read(&p.held, remote, grace(&cx.app().config)?, at),
        None => Change::again(&p.held, grace(&cx.app().config)?, at),
    };
    let mut detail = change.audit();
    if let Some(fields) = detail.as_object_mut() {
        fields.insert("asked".into(), asks);
        fields.insert("reason".into(), reason.into());
        if let Some(why) = &silent {
            fields.insert("outcome".into(), why.as_str().into());
        }
        fields.insert("customer".into(), json!({"before": subject.held.customer, "after": p.held.customer}));
    }
    let mut mutation = cx.mutation(org.as_str())?.also_in(&org)?.detail(detail.to_string());
    if let (true, Some(customer)) = (p.links, &p.held.customer) {
        mutation = mutation.then(prepare::LINK.bind([(&org).into(), customer.as_str().into(), at.into()]));
    }
    for stmt in &p.stmts {
        mutation = mutation.then(stmt.clone());
    }
    if !p.effects.is_empty() {
        mutation = mutation.then(finish("done", None, at));
    }
    let reply = match &silent {
        Some(why) => Reply::see_other(&home).flash(Tone::Failed, why),
        None => Reply::see_other(&home).flash(Tone::Done, &format!("Done: {}.", repair.kind.title())),
    };
    once.commit(cx, change.write(mutation), reply).await.map_err(|e| match e.code() {
        Code::VersionConflict => changed_meanwhile(),
        _ => e,
    })
}

/// Does what is to be done at Stripe, and reads it again.
async fn at_stripe(cx: &Write<'_>, p: &mut Prepared, subject: &Subject, id: &str) -> Result<(), Unable> {
    let provider = Provider::of(&cx.app().config, cx.http())?;
    for effect in &p.effects {
        if let Some(made) = run(&provider, effect, subject, id).await? {
            p.held.customer = Some(made);
        }
    }
    let Some(customer) = &p.held.customer else { return Err(Unable::Ours(Error::incident("a repair at Stripe", "it has no customer"))) };
    p.then = Some(look(cx, &provider, customer).await?);
    Ok(())
}
