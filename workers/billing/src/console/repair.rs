//! The repairs there are, and how a form names them.

use domain::{
    billing::{Finding, Reading},
    plans::Plan,
};
use html::form::{Field, Kind as Input_, Pick, hidden};
use kernel::input::{Input, Text};
use maud::{Markup, html};
use store::billing::Held;

/// The longest that a plan is granted for, in days.
const LONGEST_DAYS: i64 = 366;

/// What kind of repair.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Reads the customer again.
    Resync,
    /// Takes a word of silence back and reads the customer again.
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
    /// Sets the number of seats at Stripe.
    Seats,
    /// Grants a plan for a time.
    Grant,
    /// Ends what was granted.
    EndGrant,
}
impl Kind {
    /// Every kind.
    pub const ALL: [Self; 11] = [
        Self::Resync,
        Self::Silence,
        Self::Portal,
        Self::Relink,
        Self::Separate,
        Self::Adopt,
        Self::Drop,
        Self::MapPrice,
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
            Self::Seats => "reset_seats",
            Self::Grant => "grant_plan",
            Self::EndGrant => "end_grant",
        }
    }
    /// As a heading and on a button.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Resync => "Read Stripe again",
            Self::Silence => "End the word of silence",
            Self::Portal => "Check the portal again",
            Self::Relink => "Link another customer",
            Self::Separate => "Give it a customer of its own",
            Self::Adopt => "Keep one subscription",
            Self::Drop => "Drop the missing subscription",
            Self::MapPrice => "Map the price to a plan",
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
                "Reads the customer and removes the note. If events still don't arrive, it is back within 15 minutes of the next one."
            }
            Self::Portal => "Asks Stripe whether the customer portal is set up. If it isn't, run npm run stripe:setup first.",
            Self::Relink => {
                "For a customer that exists at Stripe. One that another organization has, or that says it is another's, is refused."
            }
            Self::Separate => "Makes a new customer at Stripe. What the old one pays for stays with the organization that it names.",
            Self::Adopt => "Ends every other living subscription at Stripe now. Unused time becomes credit.",
            Self::Drop => "Removes our record of a subscription that Stripe doesn't have. Nothing is changed at Stripe.",
            Self::MapPrice => "From now on this price sells that plan, for every organization that has it.",
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
    /// Reads a form. What is wrong is reported on `input`.
    pub fn read(input: &Input) -> Option<Self> {
        let kind = input.choice("repair", &Kind::ALL.map(|k| (k.as_str(), k)))?;
        let mut repair = Self { kind, id: String::new(), plan: None, number: 0 };
        match kind {
            Kind::Relink => repair.id = id(input, "customer", "cus_"),
            Kind::Adopt => repair.id = id(input, "subscription", "sub_"),
            Kind::MapPrice => repair.plan = Some(input.choice("sells", &PAID)?),
            Kind::Seats => repair.number = number(input, "seats", 1..=1_000_000)?,
            Kind::Grant => {
                repair.plan = input.choice("plan", &PAID);
                repair.number = number(input, "days", 1..=LONGEST_DAYS)?;
                repair.plan?;
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

fn id(input: &Input, name: &'static str, prefix: &str) -> String {
    let id = input.text(name, Text::line(1, 255)).trim().to_owned();
    let right = id.starts_with(prefix) && stripe::objects::is_id(&id);
    if !id.is_empty() && !right {
        input.wrong(
            name,
            "invalid_format",
            "This is no id of that kind at Stripe.",
            format!("Copy it from Stripe: it begins with {prefix}."),
        );
    }
    id
}

fn number(input: &Input, name: &'static str, range: std::ops::RangeInclusive<i64>) -> Option<i64> {
    if input.sent(name).is_empty() {
        input.wrong(name, "required", "This field is required.", format!("Send `{name}`."));
    }
    input.opt_int(name, range)
}

/// The fields of a repair's form, filled with what fits.
pub fn fields(kind: Kind, held: &Held) -> Markup {
    let plans = [Pick::new("team", "Team"), Pick::new("business", "Business")];
    let seats = seats_that_fit(held).to_string();
    let plan = |name| Field::select(name, "Plan", &plans).value("team").render(&[]);
    html! {
        (hidden("repair", kind.as_str()))
        @match kind {
            Kind::Relink => (Field::text("customer", "Customer at Stripe").placeholder("cus_…").render(&[])),
            Kind::Adopt => (Field::text("subscription", "Subscription to keep").placeholder("sub_…").value(held.subscription.as_ref().map_or("", |s| s.id.as_str())).render(&[])),
            Kind::MapPrice => (plan("sells")),
            Kind::Seats => (Field::new(Input_::Number, "seats", "Seats").value(&seats).render(&[])),
            Kind::Grant => { (plan("plan")) (Field::new(Input_::Number, "days", "Days").value("30").hint("At most 366.").render(&[])) },
            _ => {},
        }
    }
}

/// As many seats as are in use, within the plan.
pub fn seats_that_fit(held: &Held) -> i64 {
    let plan = held.subscription.as_ref().and_then(|s: &Reading| s.plan);
    let most = plan.map_or(1, |p| i64::from(p.limits().seats));
    held.seats_used().clamp(1, most.max(1))
}
