//! What a repair would do, worked out without doing it. Applying works it out once more, by the same code.

use super::{
    other::{NAME, Other},
    repair::{Kind, Repair},
    silence::Silence,
};
use crate::{
    setup,
    sync::{Unsettled, look},
};
use domain::{
    billing::{Customer, Override, Remote, Status, grace, pick},
    money::{Currency, Money},
    plans::{Plan, Price},
};
use kernel::{
    OrgId, Result, Row, Write,
    error::{Code, Error},
    sql::Stmt,
    time::Span,
};
use provider::Provider;
use store::billing::{Change, Held};
use stripe::{
    StripeError,
    calls::{self, ItemChange},
};

kernel::sql! {
    /// Whose a customer at Stripe is here, beside this organization.
    Read Global("a customer at Stripe may be another organization's, which is what is asked")
    ELSEWHERE(2) -> ["org_id", "name"] =
        "SELECT b.org_id, o.name FROM billing_customers b JOIN orgs o ON o.id = b.org_id WHERE b.stripe_customer_id = ?1 AND b.org_id <> ?2";
    Write Org LINK(3) -> [] =
        "INSERT INTO billing_customers(org_id, stripe_customer_id, created_at) VALUES(?1, ?2, ?3) \
         ON CONFLICT(org_id) DO UPDATE SET stripe_customer_id = excluded.stripe_customer_id, created_at = excluded.created_at";
    Write Global("a price at Stripe is nobody's in particular")
    MAP(5) -> [] =
        "INSERT INTO price_plans(price_id, plan, reason, mapped_by, created_at) VALUES(?1, ?2, ?3, ?4, ?5) \
         ON CONFLICT(price_id) DO UPDATE SET plan = excluded.plan, reason = excluded.reason, mapped_by = excluded.mapped_by, created_at = excluded.created_at";
    Write Org GRANT(6) -> [] =
        "INSERT INTO plan_overrides(org_id, plan, until, reason, granted_by, created_at) VALUES(?1, ?2, ?3, ?4, ?5, ?6) \
         ON CONFLICT(org_id) DO UPDATE SET plan = excluded.plan, until = excluded.until, reason = excluded.reason, granted_by = excluded.granted_by, created_at = excluded.created_at";
    Write Org UNGRANT(1) -> [] = "DELETE FROM plan_overrides WHERE org_id = ?1";
    Bookkeep Org MENDED(2) -> [] = "DELETE FROM billing_findings WHERE org_id = ?1 AND kind = ?2";
}

/// An organization, as an operator works on it.
#[derive(Debug, Clone)]
pub struct Subject {
    /// Its name.
    pub name: String,
    /// What is held.
    pub held: Held,
}
impl Subject {
    /// Reads it.
    ///
    /// # Errors
    /// Not found; what the database refused.
    pub async fn read(cx: &Write<'_>, org: &OrgId) -> Result<Self> {
        let mut stmts: Vec<Stmt> = Held::stmts(org, cx.now()).into();
        stmts.push(NAME.bind([org.into()]));
        let sets = cx.read(stmts).await?;
        let name: &Row = sets.get(2).and_then(|rows| rows.first()).ok_or(Code::NotFound)?;
        Ok(Self { name: name.text(0)?.to_owned(), held: Held::of(org, &sets)? })
    }
}

/// Something to be done at Stripe.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// The customer is told whose it is.
    Claim(String),
    /// A customer is made.
    NewCustomer,
    /// A subscription is ended now.
    Cancel(String),
    /// A subscription's price and seats are set.
    Change {
        /// Which.
        subscription: String,
        /// Its item.
        item: String,
        /// The price.
        price: String,
        /// How many.
        seats: u32,
    },
}

/// What a repair would do.
#[derive(Debug)]
pub struct Prepared {
    /// What it is judged by: what is held, with what the repair changes of it first.
    pub held: Held,
    /// What Stripe says now, where it was asked.
    pub now: Option<Remote>,
    /// What Stripe would say then. `None` where only ours changes.
    pub then: Option<Remote>,
    /// What is done at Stripe.
    pub effects: Vec<Effect>,
    /// What is written here beside the reading, except a link to a customer.
    pub stmts: Vec<Stmt>,
    /// Whether the customer is linked anew.
    pub links: bool,
    /// What will happen, for people.
    pub says: Vec<String>,
}
impl Prepared {
    /// What changes here, by what Stripe would say.
    ///
    /// # Errors
    /// Not configured, without the grace period.
    pub fn change<'p>(&'p self, cx: &Write<'_>) -> Result<Change<'p>> {
        let grace = grace(&cx.app().config)?;
        Ok(match &self.then {
            Some(remote) => Change::read(&self.held, remote, grace, cx.now()),
            None => Change::again(&self.held, grace, cx.now()),
        })
    }
}

/// Why a repair can't be made.
#[derive(Debug)]
pub enum Unable {
    /// Stripe could not be read.
    Stripe(StripeError),
    /// It makes no sense now; why, for people.
    Not(String),
    /// A field of its form names what can't be: which, what is wrong, and what to do.
    Wrong {
        /// The field's name.
        field: &'static str,
        /// What is wrong.
        message: String,
        /// What to do.
        fix: String,
    },
    /// On our side.
    Ours(Error),
}
impl From<Error> for Unable {
    fn from(error: Error) -> Self {
        Self::Ours(error)
    }
}
impl From<StripeError> for Unable {
    fn from(error: StripeError) -> Self {
        Self::Stripe(error)
    }
}
impl From<Unsettled> for Unable {
    fn from(unsettled: Unsettled) -> Self {
        match unsettled {
            Unsettled::Stripe(e) => Self::Stripe(e),
            Unsettled::Ours(e) => Self::Ours(e),
        }
    }
}

fn not<T>(why: impl Into<String>) -> Result<T, Unable> {
    Err(Unable::Not(why.into()))
}

fn wrong<T>(field: &'static str, message: impl Into<String>, fix: impl Into<String>) -> Result<T, Unable> {
    Err(Unable::Wrong { field, message: message.into(), fix: fix.into() })
}

/// Works out what a repair does.
///
/// # Errors
/// See [`Unable`].
pub async fn prepare(cx: &Write<'_>, subject: &Subject, repair: &Repair, reason: &str) -> Result<Prepared, Unable> {
    let (org, now) = (&subject.held.org, cx.now());
    let mut p = Prepared {
        held: subject.held.clone(),
        now: None,
        then: None,
        effects: Vec::new(),
        stmts: Vec::new(),
        links: false,
        says: Vec::new(),
    };
    match repair.kind {
        Kind::Grant => {
            let (Some(plan), until) = (repair.plan, now.plus(Span::days(repair.number))) else { return not("Choose a plan.") };
            p.held.granted = Some(Override { plan, until });
            let by = cx.principal().id();
            p.stmts.push(GRANT.bind([org.into(), plan.as_str().into(), until.into(), reason.into(), by.into(), now.into()]));
            p.says.push(format!("The limits of the {} plan hold until {}.", plan.name(), html::when::plain_day(until)));
            return Ok(p);
        }
        Kind::EndGrant => {
            if p.held.granted.take().is_none() {
                return not("Nothing is granted to this organization.");
            }
            p.stmts.push(UNGRANT.bind([org.into()]));
            p.says.push("The grant ends now; what is paid for holds.".to_owned());
            return Ok(p);
        }
        _ => {}
    }
    if !setup::is_on(&cx.app().config)? {
        return not("Payments aren't set up in this deployment, so there is nothing at Stripe to work on.");
    }
    let provider = Provider::of(&cx.app().config, cx.http())?;
    if repair.kind == Kind::Separate {
        p.effects.push(Effect::NewCustomer);
        p.says.push("A new customer is made at Stripe and linked. It has no subscription: the organization has to buy one.".to_owned());
        p.then = Some(Remote { customer: Customer::There { org: Some(org.to_string()) }, subscriptions: Vec::new() });
        forget(&mut p);
        return Ok(p);
    }
    let customer = match (&repair.kind, &p.held.customer) {
        (Kind::Relink, _) => repair.id.clone(),
        (_, Some(customer)) => customer.clone(),
        (_, None) => return not("There is no customer at Stripe yet. Link one first."),
    };
    let remote = look(cx, &provider, &customer).await?;
    p.now = Some(remote.clone());
    let mut then = remote;
    match repair.kind {
        Kind::Relink => relink(cx, &mut p, &mut then, customer).await?,
        Kind::Adopt => adopt(&mut p, &mut then, &repair.id)?,
        Kind::Drop => {
            let Some(held) = p.held.subscription.clone() else { return not("No subscription is held.") };
            if then.subscriptions.iter().any(|s| s.id == held.id) {
                return not("Stripe has this subscription. Read Stripe again instead.");
            }
            p.says.push(format!("Our record of {} is removed. Nothing is changed at Stripe.", held.id));
            forget(&mut p);
        }
        Kind::MapPrice => {
            let unknown = pick(&then.subscriptions).filter(|s| s.plan.is_none()).and_then(|s| s.price.clone());
            let (Some(price), Some(plan)) = (unknown, repair.plan) else {
                return not("The price of the subscription is known already. Read Stripe again.");
            };
            for s in then.subscriptions.iter_mut().filter(|s| s.price.as_deref() == Some(&price)) {
                s.plan = Some(plan);
            }
            p.says.push(format!("{price} sells the {} plan from now on; others that have it follow when they are read next.", plan.name()));
            let by = cx.principal().id();
            p.stmts.push(MAP.bind([price.into(), plan.as_str().into(), reason.into(), by.into(), now.into()]));
        }
        Kind::Move => publish(&provider, &mut p, &mut then, &customer).await?,
        Kind::Seats => seats(&provider, &mut p, &mut then, repair.number, &customer).await?,
        Kind::Silence => {
            p.says.push("Stripe's list of events is walked again, and events that never arrived are taken in.".to_owned());
            p.says.push(match Silence::read(cx, org).await? {
                None => "No note of silence is open any more: events are delivered again.".to_owned(),
                Some(silence) => silence.outlook(),
            });
        }
        Kind::Portal => {
            if stripe::portal::choose(&provider.send(&calls::portal_configurations()?).await?.data).is_none() {
                return not("Stripe still has no portal configuration in use. Run npm run stripe:setup, then check again.");
            }
            p.stmts.push(MENDED.bind([org.into(), domain::billing::Finding::PortalNotConfigured.as_str().into()]));
            p.says.push("The portal is set up: the note is removed.".to_owned());
        }
        _ => p.says.push("What Stripe says now is taken over.".to_owned()),
    }
    p.then = Some(then);
    Ok(p)
}

/// The subscription that is held is another customer's, or gone: what is read next takes its place.
fn forget(p: &mut Prepared) {
    p.links = p.effects.contains(&Effect::NewCustomer) || p.links;
    p.held.subscription = None;
    p.held.overdue_since = None;
    p.stmts.push(crate::customer::forget(&p.held.org));
}

async fn relink(cx: &Write<'_>, p: &mut Prepared, then: &mut Remote, customer: String) -> Result<(), Unable> {
    let org = p.held.org.clone();
    match &then.customer {
        Customer::Missing => {
            return wrong("customer", format!("Stripe has no customer {customer}."), "Check the id, and that it is of the same mode.");
        }
        Customer::There { org: Some(other) } if *other != org.to_string() => {
            let whose = Other::named(cx, other).await?;
            return wrong(
                "customer",
                format!("At Stripe {customer} belongs to {whose}."),
                "Give that organization a customer of its own first, or name another one.",
            );
        }
        Customer::There { .. } => {}
    }
    if let Some(row) = cx.first(ELSEWHERE.bind([customer.as_str().into(), (&org).into()])).await? {
        let whose = Other::of(row.text(0)?, Some(row.text(1)?));
        return wrong(
            "customer",
            format!("{customer} is linked to {whose} here."),
            "Give that organization another customer first, or name another one.",
        );
    }
    p.says.push(format!("{customer} is linked, and its metadata at Stripe says that it is this organization's."));
    if let Some(before) = p.held.customer.as_ref().filter(|c| **c != customer) {
        p.says.push(format!("{before} is left as it is at Stripe. What it still pays for has to be ended there."));
        forget(p);
    }
    then.customer = Customer::There { org: Some(org.to_string()) };
    p.links = true;
    p.held.customer = Some(customer.clone());
    p.effects.push(Effect::Claim(customer));
    Ok(())
}

fn adopt(p: &mut Prepared, then: &mut Remote, keep: &str) -> Result<(), Unable> {
    if !then.subscriptions.iter().any(|s| s.id == keep && !s.status.is_final()) {
        let living: Vec<&str> = then.subscriptions.iter().filter(|s| !s.status.is_final()).map(|s| s.id.as_str()).collect();
        let fix = if living.is_empty() {
            "There is none: read Stripe again instead.".to_owned()
        } else {
            format!("Choose one of {}.", living.join(", "))
        };
        return wrong("subscription", format!("{keep} is no living subscription of this customer."), fix);
    }
    p.says.push(format!("{keep} is kept."));
    for s in then.subscriptions.iter_mut().filter(|s| s.id != keep && !s.status.is_final()) {
        p.says.push(format!("{} ends at Stripe now; its unused time becomes credit.", s.id));
        p.effects.push(Effect::Cancel(s.id.clone()));
        s.status = Status::Canceled;
    }
    if p.effects.is_empty() {
        return not("There is no other living subscription. Read Stripe again.");
    }
    Ok(())
}

/// What of the customer's living subscription a change needs.
struct Living {
    id: String,
    item: String,
    price: String,
    plan: Plan,
    quantity: i64,
}
fn living(then: &Remote) -> Result<Living, Unable> {
    let Some(s) = pick(&then.subscriptions).filter(|s| !s.status.is_final()) else {
        return not("There is no living subscription at Stripe.");
    };
    let (Some(plan), Some(item), Some(price)) = (s.plan, s.item.clone(), s.price.clone()) else {
        return not("The price of the subscription is not known. Map it first.");
    };
    Ok(Living { id: s.id.clone(), item, price, plan, quantity: s.quantity.unwrap_or(0) })
}

/// What a change would charge at once, in words; read at Stripe, which changes nothing.
async fn charge(provider: &Provider<'_>, customer: &str, id: &str, change: &ItemChange<'_>) -> Result<String, Unable> {
    let preview = provider.send(&calls::preview_change(customer, id, change)?).await?;
    let cents = preview.amount_due.0;
    let money = |cents: i64| {
        Currency::parse(&preview.currency).map_or_else(|| format!("{cents} {}", preview.currency), |c| Money::new(cents, c).to_string())
    };
    Ok(match cents {
        0 => "Nothing is charged now.".to_owned(),
        1.. => format!("About {} is charged now.", money(cents)),
        _ => format!("About {} becomes credit.", money(cents.saturating_neg())),
    })
}

async fn seats(provider: &Provider<'_>, p: &mut Prepared, then: &mut Remote, number: i64, customer: &str) -> Result<(), Unable> {
    let Living { id, item, price, plan, quantity } = living(then)?;
    let most = i64::from(plan.limits().seats);
    let seats = match u32::try_from(number) {
        Ok(seats) if (1..=most).contains(&number) => seats,
        _ => return wrong("seats", format!("The {} plan has 1 to {most} seats.", plan.name()), "Choose a number within that."),
    };
    let change = ItemChange { item: &item, price: &price, quantity: seats, at: None };
    p.says.push(format!("Stripe's quantity goes from {quantity} to {seats}."));
    p.says.push(charge(provider, customer, &id, &change).await?);
    for s in then.subscriptions.iter_mut().filter(|s| s.id == id) {
        s.quantity = Some(number);
    }
    p.effects.push(Effect::Change { subscription: id, item, price, seats });
    Ok(())
}

/// Moves the subscription to the price that its plan is published at, for as many seats as it has.
async fn publish(provider: &Provider<'_>, p: &mut Prepared, then: &mut Remote, customer: &str) -> Result<(), Unable> {
    let Living { id, item, quantity, .. } = living(then)?;
    let now = then.subscriptions.iter().find(|s| s.id == id);
    let Some((now, ours)) = now.and_then(|s| Some((s, Price::of(s.lookup_key.as_deref()?)?))) else {
        return not("An operator mapped the subscription's price to its plan, so no published price corresponds to it.");
    };
    if now.seat == Some(ours.seat) && now.interval == Some(ours.interval) {
        return not("The subscription has the published price already. Read Stripe again instead.");
    }
    let Ok(seats @ 1..) = u32::try_from(quantity) else {
        return not("The subscription has no seats. Reset them first.");
    };
    let found = provider.send(&calls::prices_by_lookup_keys(&[ours.lookup_key], Some(true))?).await?;
    let same = |price: &&stripe::subscription::Price| {
        let currency = price.currency.as_deref().and_then(Currency::parse);
        price.unit_amount.zip(currency).map(|(cents, c)| Money::new(cents.0, c)) == Some(ours.seat)
            && price.recurring.as_ref().is_some_and(|r| r.interval == ours.interval.as_str() && r.interval_count.unwrap_or(1) == 1)
    };
    let Some(price) = found.data.iter().find(same).map(|price| price.id.clone()) else {
        return not(format!("Stripe has no price {} at {} a seat. Run npm run stripe:setup, then try again.", ours.lookup_key, ours.seat));
    };
    let before = now.seat.map_or_else(|| "an amount that isn't fixed".to_owned(), |m| m.to_string());
    let change = ItemChange { item: &item, price: &price, quantity: seats, at: None };
    p.says.push(format!("The price of a seat goes from {before} to {} a {}, for {seats} seats.", ours.seat, ours.interval.as_str()));
    p.says.push(charge(provider, customer, &id, &change).await?);
    for s in then.subscriptions.iter_mut().filter(|s| s.id == id) {
        (s.price, s.seat, s.interval) = (Some(price.clone()), Some(ours.seat), Some(ours.interval));
    }
    p.effects.push(Effect::Change { subscription: id, item, price, seats });
    Ok(())
}
