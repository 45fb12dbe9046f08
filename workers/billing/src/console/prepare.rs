//! What a repair would do, worked out without doing it. Applying works it out once more, by the same code.

use super::repair::{Kind, Repair};
use crate::{
    setup,
    sync::{Unsettled, look},
};
use domain::{
    billing::{Customer, Override, Remote, Status, grace, pick},
    money::{Currency, Money},
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
    Read Org NAME(1) -> ["name"] = "SELECT name FROM orgs WHERE id = ?1";
    /// Whose a customer at Stripe is here, beside this organization.
    Read Global("a customer at Stripe may be another organization's, which is what is asked")
    ELSEWHERE(2) -> ["org_id"] = "SELECT org_id FROM billing_customers WHERE stripe_customer_id = ?1 AND org_id <> ?2";
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
    /// A subscription's seats are set.
    Seats {
        /// Which.
        subscription: String,
        /// Its item.
        item: String,
        /// The price that it keeps.
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
        Kind::Seats => seats(&provider, &mut p, &mut then, repair.number, &customer).await?,
        Kind::Silence => {
            p.stmts.push(MENDED.bind([org.into(), domain::billing::Finding::WebhookSilence.as_str().into()]));
            p.says.push("The note of silence is removed, and what Stripe says is taken over.".to_owned());
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
        Customer::Missing => return not(format!("Stripe has no customer {customer}. Check the id, and that it is of the same mode.")),
        Customer::There { org: Some(other) } if *other != org.to_string() => {
            return not(format!("{customer} says at Stripe that it belongs to {other}. Separate that organization from it first."));
        }
        Customer::There { .. } => {}
    }
    if let Some(row) = cx.first(ELSEWHERE.bind([customer.as_str().into(), (&org).into()])).await? {
        return not(format!("{customer} is linked to {} here. Give that organization another customer first.", row.text(0)?));
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
        return not(format!("{keep} is no living subscription of this customer."));
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

async fn seats(provider: &Provider<'_>, p: &mut Prepared, then: &mut Remote, number: i64, customer: &str) -> Result<(), Unable> {
    let Some(id) = pick(&then.subscriptions).filter(|s| !s.status.is_final()).map(|s| s.id.clone()) else {
        return not("There is no living subscription at Stripe.");
    };
    let Some(s) = then.subscriptions.iter_mut().find(|s| s.id == id) else { return not("There is no living subscription at Stripe.") };
    let (Some(plan), Some(item), Some(price)) = (s.plan, s.item.clone(), s.price.clone()) else {
        return not("The price of the subscription sells no plan. Map it first.");
    };
    let most = i64::from(plan.limits().seats);
    if !(1..=most).contains(&number) {
        return not(format!("The {} plan has 1 to {most} seats.", plan.name()));
    }
    let seats = u32::try_from(number).unwrap_or(1);
    let change = ItemChange { item: &item, price: &price, quantity: seats, at: None };
    let preview = provider.send(&calls::preview_change(customer, &id, &change)?).await?;
    let due = Currency::parse(&preview.currency).map(|c| Money::new(preview.amount_due.0, c).to_string());
    p.says.push(format!("Stripe's quantity goes from {} to {seats}.", s.quantity.unwrap_or(0)));
    p.says.push(format!(
        "About {} is charged now; less than nothing becomes credit.",
        due.unwrap_or_else(|| preview.amount_due.0.to_string())
    ));
    s.quantity = Some(number);
    p.effects.push(Effect::Seats { subscription: id, item, price, seats });
    Ok(())
}
