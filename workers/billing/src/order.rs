//! What somebody orders: a plan, how often it is paid, and how many seats; as a form has it.

use domain::{
    money::Money,
    plans::{Interval, PRICES, Plan, Price},
};
use html::form::{Field, Kind, Pick};
use kernel::input::Input;
use maud::{Markup, html};

/// More than any plan has: what a form may say before its plan is known.
const MOST_SEATS: i64 = 1_000_000;

/// A price that can be bought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Order {
    /// The price.
    pub price: &'static Price,
    /// Seats.
    pub seats: u32,
}
impl Order {
    /// What a whole period costs.
    pub fn total(&self) -> Money {
        self.price.seat.times(i64::from(self.seats))
    }
    /// Reads a form: `plan`, `interval` and `seats`, which must hold those that are in use. What is wrong is reported on `input`.
    pub fn read(input: &Input, used: i64) -> Option<Self> {
        let plan = input.choice("plan", &[("team", Plan::Team), ("business", Plan::Business)]);
        let interval = input.choice("interval", &[("month", Interval::Month), ("year", Interval::Year)]);
        if !input.has("seats") || input.sent("seats").is_empty() {
            input.wrong("seats", "required", "This field is required.", "Send `seats`.");
        }
        let seats = input.opt_int("seats", 1..=MOST_SEATS);
        let (plan, seats) = (plan?, seats?);
        let most = plan.limits().seats;
        if seats > i64::from(most) {
            let message = format!("The {} plan has at most {most} seats.", plan.name());
            let larger = plan.next_where(|l| i64::from(l.seats) >= seats);
            let fix = larger.map_or_else(|| "Choose fewer.".to_owned(), |p| format!("Choose fewer, or the {} plan.", p.name()));
            input.wrong("seats", "out_of_range", message, fix);
            return None;
        }
        if seats < used {
            input.wrong(
                "seats",
                "out_of_range",
                format!("{used} seats are in use by members and open invitations."),
                "Choose at least as many, or remove a member or an invitation first.",
            );
            return None;
        }
        let price = plan.price(interval?)?;
        Some(Self { price, seats: u32::try_from(seats).ok()? })
    }
    /// The price and the seats that are stored of a checkout, if that price is still sold.
    pub fn stored(lookup_key: &str, seats: u32) -> Option<Self> {
        Price::of(lookup_key).map(|price| Self { price, seats })
    }
    /// As a query, to come back to a form with.
    pub fn query(&self) -> String {
        format!("plan={}&interval={}&seats={}", self.price.plan.as_str(), self.price.interval.as_str(), self.seats)
    }
    /// In words: "Team, 5 seats, billed every month".
    pub fn words(&self) -> String {
        format!("{}, {}, billed {}", self.price.plan.name(), seats(i64::from(self.seats)), every(self.price.interval))
    }
}

/// How often, in words.
pub const fn every(interval: Interval) -> &'static str {
    match interval {
        Interval::Month => "every month",
        Interval::Year => "every year",
    }
}
/// Seats, counted.
pub fn seats(n: i64) -> String {
    html::part::count(n, "seat", "seats")
}

/// What a form shows before something is sent, or again.
#[derive(Debug, Clone, Default)]
pub struct Typed {
    /// `team` or `business`.
    pub plan: String,
    /// `month` or `year`.
    pub interval: String,
    /// Seats, as typed.
    pub seats: String,
}
impl Typed {
    /// What was sent.
    pub fn of(input: &Input) -> Self {
        let sent = |name: &str| input.sent(name).chars().take(20).collect::<String>();
        Self { plan: sent("plan"), interval: sent("interval"), seats: sent("seats") }
    }
    /// What is not said is as before.
    #[must_use]
    pub fn or(self, plan: &str, interval: &str, seats: i64) -> Self {
        let or = |text: String, other: &str| if text.is_empty() { other.to_owned() } else { text };
        Self { plan: or(self.plan, plan), interval: or(self.interval, interval), seats: or(self.seats, &seats.to_string()) }
    }
}

/// The fields of the form, for those who fill it in.
pub fn with_fields<T>(typed: &Typed, used: i64, then: impl FnOnce(&[Field<'_>]) -> T) -> T {
    let about = |plan: Plan| {
        let price = |interval| plan.price(interval).map(|p| p.seat.to_string()).unwrap_or_default();
        format!(
            "{} a seat each month, or {} each year. Up to {} seats.",
            price(Interval::Month),
            price(Interval::Year),
            plan.limits().seats
        )
    };
    let (team, business) = (about(Plan::Team), about(Plan::Business));
    let plans = [Pick::new("team", "Team").hint(&team), Pick::new("business", "Business").hint(&business)];
    let saves = format!("12 months for the price of {}.", months_paid_in_a_year());
    let intervals = [Pick::new("month", "Every month"), Pick::new("year", "Every year").hint(&saves)];
    let hint = format!("{} in use now, by members and open invitations.", seats(used));
    then(&[
        Field::radio("plan", "Plan", &plans).value(&typed.plan),
        Field::radio("interval", "Billed", &intervals).value(&typed.interval),
        Field::new(Kind::Number, "seats", "Seats").hint(&hint).value(&typed.seats),
    ])
}

/// For how many months a year is paid, at every plan: where plans differ, the worst for the buyer.
fn months_paid_in_a_year() -> i64 {
    let months = |plan: Plan| {
        let (month, year) = (plan.price(Interval::Month)?, plan.price(Interval::Year)?);
        year.seat.cents().checked_div(month.seat.cents())
    };
    PRICES.iter().filter_map(|p| months(p.plan)).max().unwrap_or(12)
}

/// The fields, hidden: what was chosen goes along to the next step.
pub fn hidden(order: &Order) -> Markup {
    use html::form::hidden;
    html! {
        (hidden("plan", order.price.plan.as_str())) (hidden("interval", order.price.interval.as_str()))
        (hidden("seats", &order.seats.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_year_costs_ten_months() {
        assert_eq!(months_paid_in_a_year(), 10);
    }

    #[test]
    fn an_order_reads_in_words_and_adds_up() {
        let order = Order::stored("portico_team_monthly", 5).unwrap();
        assert_eq!((order.words().as_str(), order.total().to_string().as_str()), ("Team, 5 seats, billed every month", "$45.00"));
        assert_eq!(order.query(), "plan=team&interval=month&seats=5");
        assert_eq!(Order::stored("else", 5), None);
    }
}
