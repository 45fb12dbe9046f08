//! The repairs there are, and how a form names them.

use domain::{
    billing::{Finding, Reading},
    plans::Plan,
};
use html::form::{Field, Form, Kind as Input_, Pick, hidden};
use kernel::input::{FieldError, Input, Text};
use maud::{Markup, html};
use store::billing::Held;

/// The longest that a plan is granted for, in days.
const LONGEST_DAYS: i64 = 366;

/// What kind of repair.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Reads the customer again.
    Resync,
    /// Asks for missed events again; the note of silence goes if deliveries come.
    Silence,
    /// Looks for the portal again.
    Portal,
    /// Links another customer, by its id.
    Relink,
    /// Makes a customer of the organization's own.
    Separate,
    /// Keeps one of several living subscriptions and ends the others.
    Adopt,
    /// Forgets a subscription that Stripe doesn't have.
    Drop,
    /// Says which plan a price sells.
    MapPrice,
    /// Moves the subscription to the price that its plan is published at.
    Move,
    /// Sets the number of seats at Stripe.
    Seats,
    /// Grants a plan for a time.
    Grant,
    /// Ends what was granted.
    EndGrant,
}
impl Kind {
    /// Every kind.
    pub const ALL: [Self; 12] = [
        Self::Resync,
        Self::Silence,
        Self::Portal,
        Self::Relink,
        Self::Separate,
        Self::Adopt,
        Self::Drop,
        Self::MapPrice,
        Self::Move,
        Self::Seats,
        Self::Grant,
        Self::EndGrant,
    ];
    /// As a form sends it and as it is stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Resync => "resync",
            Self::Silence => "end_silence",
            Self::Portal => "check_portal",
            Self::Relink => "relink_customer",
            Self::Separate => "separate_customer",
            Self::Adopt => "adopt_subscription",
            Self::Drop => "drop_subscription",
            Self::MapPrice => "map_price",
            Self::Move => "move_price",
            Self::Seats => "reset_seats",
            Self::Grant => "grant_plan",
            Self::EndGrant => "end_grant",
        }
    }
    /// As a heading and on a button.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Resync => "Read Stripe again",
            Self::Silence => "Check for missed events",
            Self::Portal => "Check the portal again",
            Self::Relink => "Link another customer",
            Self::Separate => "Give it a customer of its own",
            Self::Adopt => "Keep one subscription",
            Self::Drop => "Drop the missing subscription",
            Self::MapPrice => "Map the price to a plan",
            Self::Move => "Move to the published price",
            Self::Seats => "Reset seats",
            Self::Grant => "Grant a plan",
            Self::EndGrant => "End the grant",
        }
    }
    /// What it does, in a sentence.
    pub const fn about(self) -> &'static str {
        match self {
            Self::Resync => "Puts what Stripe says now into effect. Use it to see both sides next to each other.",
            Self::Silence => {
                "Asks Stripe for its events again and takes in those that never arrived. The note goes once none is missing and one was delivered since."
            }
            Self::Portal => "Asks Stripe whether the customer portal is set up. If it isn't, run npm run stripe:setup first.",
            Self::Relink => {
                "For a customer that exists at Stripe. One that another organization has, or that says it is another's, is refused."
            }
            Self::Separate => "Makes a new customer at Stripe. What the old one pays for stays with the organization that it names.",
            Self::Adopt => "Ends every other living subscription at Stripe now. Unused time becomes credit.",
            Self::Drop => "Removes our record of a subscription that Stripe doesn't have. Nothing is changed at Stripe.",
            Self::MapPrice => "From now on this price sells that plan, for every organization that has it.",
            Self::Move => {
                "Changes the subscription at Stripe to the plan's published price. The difference is charged or credited at once."
            }
            Self::Seats => "Sets the quantity at Stripe. The difference is charged or credited at once.",
            Self::Grant => "Lifts the plan until the grant ends. It never lowers what is paid for.",
            Self::EndGrant => "What is paid for holds again at once.",
        }
    }
    /// Whether it can be taken back, and how.
    pub const fn undo(self) -> &'static str {
        match self {
            Self::Resync | Self::Silence | Self::Portal => "Nothing to undo: it only takes over what Stripe says.",
            Self::Relink | Self::Separate => "Reversible: link the earlier customer again by its id.",
            Self::Adopt => "Not reversible: a subscription that was ended at Stripe can't be revived. The organization can buy again.",
            Self::Drop => "Reversible: if Stripe has the subscription again, the next reading brings it back.",
            Self::MapPrice => "Reversible: map the price to another plan.",
            Self::Move => {
                "Reversible: change the subscription back to the old price in Stripe's dashboard. Payments made meanwhile stay; the difference becomes credit."
            }
            Self::Seats => "Reversible: set the earlier number again. Payments made meanwhile stay; the difference becomes credit.",
            Self::Grant => "Reversible: end the grant.",
            Self::EndGrant => "Reversible: grant it again.",
        }
    }
    /// Whether there is something for it to do.
    pub fn fits(self, held: &Held) -> bool {
        let has = |kind| held.has(kind);
        match self {
            Self::Resync => held.customer.is_some(),
            Self::Silence => has(Finding::WebhookSilence),
            Self::Portal => has(Finding::PortalNotConfigured),
            Self::Relink | Self::Grant => true,
            Self::Separate => has(Finding::CustomerShared) || has(Finding::CustomerMissing),
            Self::Adopt => has(Finding::SubscriptionDouble),
            Self::Drop => held.subscription.is_some() && (has(Finding::SubscriptionMissing) || has(Finding::CustomerMissing)),
            Self::MapPrice => has(Finding::PriceUnknown),
            Self::Move => has(Finding::PriceMismatch),
            Self::Seats => held.subscription.as_ref().is_some_and(|s| !s.status.is_final() && s.plan.is_some()),
            Self::EndGrant => held.granted.is_some(),
        }
    }
}

/// A repair, as asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repair {
    /// Which.
    pub kind: Kind,
    /// The customer's or subscription's id at Stripe, where one is chosen.
    pub id: String,
    /// The plan, where one is chosen.
    pub plan: Option<Plan>,
    /// Seats or days.
    pub number: i64,
}
impl Repair {
    /// Which repair a form is about. What is wrong is reported on `input`.
    pub fn kind(input: &Input) -> Option<Kind> {
        input.choice("repair", &Kind::ALL.map(|k| (k.as_str(), k)))
    }
    /// Reads the rest of its form. `None` where a field is missing or wrong, which is reported on `input`.
    pub fn read(kind: Kind, input: &Input) -> Option<Self> {
        let mut repair = Self { kind, id: String::new(), plan: None, number: 0 };
        match kind {
            Kind::Relink => repair.id = id(input, "customer", "cus_")?,
            Kind::Adopt => repair.id = id(input, "subscription", "sub_")?,
            Kind::MapPrice => repair.plan = Some(input.choice("sells", &PAID)?),
            // How many the plan has is known where it is read.
            Kind::Seats => repair.number = number(input, "seats", i64::MIN..=i64::MAX)?,
            Kind::Grant => {
                // Both are looked at, so that both are told of.
                let (plan, days) = (input.choice("plan", &PAID), number(input, "days", 1..=LONGEST_DAYS));
                repair.plan = Some(plan?);
                repair.number = days?;
            }
            _ => {}
        }
        Some(repair)
    }
    /// The same form, hidden.
    pub fn hidden(&self) -> Markup {
        let plan = self.plan.map_or("", Plan::as_str);
        html! {
            (hidden("repair", self.kind.as_str()))
            @match self.kind {
                Kind::Relink => (hidden("customer", &self.id)),
                Kind::Adopt => (hidden("subscription", &self.id)),
                Kind::MapPrice => (hidden("sells", plan)),
                Kind::Seats => (hidden("seats", &self.number.to_string())),
                Kind::Grant => { (hidden("plan", plan)) (hidden("days", &self.number.to_string())) },
                _ => {},
            }
        }
    }
}

/// The plans that a price can sell and that can be granted.
const PAID: [(&str, Plan); 2] = [("team", Plan::Team), ("business", Plan::Business)];

fn id(input: &Input, name: &'static str, prefix: &str) -> Option<String> {
    let id = input.text(name, Text::line(1, 255)).trim().to_owned();
    let right = id.starts_with(prefix) && stripe::objects::is_id(&id);
    if !id.is_empty() && !right {
        input.wrong(
            name,
            "invalid_format",
            "Stripe's ids of this kind look different.",
            format!("Copy it from Stripe: it begins with {prefix}."),
        );
    }
    right.then_some(id)
}

fn number(input: &Input, name: &'static str, range: std::ops::RangeInclusive<i64>) -> Option<i64> {
    if input.sent(name).is_empty() {
        input.wrong(name, "required", "This field is required.", format!("Send `{name}`."));
    }
    input.opt_int(name, range)
}

/// What a repair's fields hold: what fits, or what was sent.
#[derive(Debug, Clone, Default)]
pub struct Values {
    customer: String,
    subscription: String,
    sells: String,
    seats: String,
    plan: String,
    days: String,
}
impl Values {
    /// What fits what is held.
    pub fn fitting(held: &Held) -> Self {
        let subscription = held.subscription.as_ref().map(|s| s.id.clone()).unwrap_or_default();
        let seats = seats_that_fit(held).to_string();
        Self { customer: String::new(), subscription, sells: "team".into(), seats, plan: "team".into(), days: "30".into() }
    }
    /// What was asked for.
    pub fn of(repair: &Repair) -> Self {
        let (id, number) = (repair.id.clone(), repair.number.to_string());
        let plan = repair.plan.map_or("", Plan::as_str).to_owned();
        Self { customer: id.clone(), subscription: id, sells: plan.clone(), seats: number.clone(), plan, days: number }
    }
    /// What was sent, as it was sent.
    pub fn sent(input: &Input) -> Self {
        let of = |name| input.sent(name).to_owned();
        Self {
            customer: of("customer"),
            subscription: of("subscription"),
            sells: of("sells"),
            seats: of("seats"),
            plan: of("plan"),
            days: of("days"),
        }
    }
}

const PLANS: [Pick<'_>; 2] = [Pick::new("team", "Team"), Pick::new("business", "Business")];

impl Kind {
    /// The fields of its form; none where there is nothing to choose.
    pub fn fields(self, values: &Values) -> Vec<Field<'_>> {
        match self {
            Self::Relink => vec![Field::text("customer", "Customer at Stripe").placeholder("cus_…").value(&values.customer)],
            Self::Adopt => vec![Field::text("subscription", "Subscription to keep").placeholder("sub_…").value(&values.subscription)],
            Self::MapPrice => vec![Field::select("sells", "Plan", &PLANS).value(&values.sells)],
            Self::Seats => vec![Field::new(Input_::Number, "seats", "Seats").value(&values.seats)],
            Self::Grant => vec![
                Field::select("plan", "Plan", &PLANS).value(&values.plan),
                Field::new(Input_::Number, "days", "Days").value(&values.days).hint("At most 366."),
            ],
            Self::Resync | Self::Silence | Self::Portal | Self::Separate | Self::Drop | Self::Move | Self::EndGrant => Vec::new(),
        }
    }
    /// Its form on a page, with what was wrong with it.
    pub fn form(self, action: &str, csrf: &str, values: &Values, errors: &[FieldError]) -> Markup {
        Form::new(action, csrf, "Dry run").render(&html! {
            (hidden("repair", self.as_str()))
            @for field in self.fields(values) { (field.render(errors)) }
        })
    }
}

/// As many seats as are in use, within the plan.
pub fn seats_that_fit(held: &Held) -> i64 {
    let plan = held.subscription.as_ref().and_then(|s: &Reading| s.plan);
    let most = plan.map_or(1, |p| i64::from(p.limits().seats));
    held.seats_used().clamp(1, most.max(1))
}
