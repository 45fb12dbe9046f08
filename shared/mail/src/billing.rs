//! What a letter about an organization's billing says: each turn that the payment takes, what it means, and until when something can be done.

use crate::words::{moment, name as shown};
use kernel::Millis;
use serde::{Deserialize, Serialize};

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BillingNews {
    /// A payment didn't go through; the plan stays until a day.
    PaymentFailed,
    /// It still didn't, and the day is near.
    GraceEnding,
    /// The limits are those of Free, because something is not paid.
    Unpaid,
    /// The limits are those of Free, because a plan that was granted for a time has ended.
    GrantEnded,
    /// The limits are those of Free, because the subscription can't be confirmed at the payment provider.
    UnderReview,
    /// What was overdue is paid.
    Recovered,
    /// The subscription was set to end at a day.
    Ending,
    /// The subscription is over.
    Canceled,
}

/// Nothing is lost by smaller limits; said wherever they come.
const KEPT: &str = "Nothing has been deleted: what you have stays, and you can add to it again once a plan has room for it.";

impl BillingNews {
    /// Subject and sentences. `on` is the day that it is about, where there is one.
    pub fn says(self, org: &str, plan: &str, on: Option<Millis>) -> (String, Vec<String>) {
        let (org, plan) = (shown(org), shown(plan));
        let until = on.map_or_else(|| "for a few days".to_owned(), |on| format!("until {}", moment(on)));
        let day = on.map_or_else(|| "soon".to_owned(), |on| format!("on {}", moment(on)));
        match self {
            Self::PaymentFailed => (
                format!("A payment for {org} didn't go through"),
                vec![
                    format!("The latest payment for {org} was not accepted. The {plan} plan stays in place {until}."),
                    "Check the card on file, or add another one. As soon as the payment goes through, everything is as before.".to_owned(),
                ],
            ),
            Self::GraceEnding => (
                format!("{org} is about to lose its plan"),
                vec![
                    format!(
                        "A payment for {org} is still overdue. If it isn't made, the {plan} plan ends {day} and the limits become those of Free."
                    ),
                    "Nothing will be deleted, but you won't be able to add members, customers or keys beyond those limits.".to_owned(),
                ],
            ),
            Self::Unpaid => (
                format!("{org} has the limits of Free now"),
                vec![
                    format!("A payment for {org} is overdue, so its limits are those of Free until it is made."),
                    KEPT.to_owned(),
                    "Once the payment goes through, the plan comes back by itself.".to_owned(),
                ],
            ),
            Self::GrantEnded => (
                format!("{org} has the limits of Free now"),
                vec![format!("The plan that {org} was given for a time has ended, and its limits are those of Free."), KEPT.to_owned()],
            ),
            Self::UnderReview => (
                format!("{org} has the limits of Free now"),
                vec![
                    format!("The subscription of {org} could not be confirmed with Stripe, so its limits are those of Free for now."),
                    KEPT.to_owned(),
                    "The billing page says what was found and what can be done about it.".to_owned(),
                ],
            ),
            Self::Recovered => (
                format!("The payment for {org} went through"),
                vec![format!("What {org} owed is paid. The {plan} plan is in place, and there is nothing left to do.")],
            ),
            Self::Ending => (
                format!("The subscription of {org} is set to end"),
                vec![
                    format!(
                        "The subscription of {org} ends {day}. Until then the {plan} plan stays in place; after that the limits are those of Free."
                    ),
                    "You can keep the subscription at any time before it ends.".to_owned(),
                ],
            ),
            Self::Canceled => (
                format!("The subscription of {org} is over"),
                vec![format!("The {plan} subscription of {org} has ended, and its limits are those of Free."), KEPT.to_owned()],
            ),
        }
    }
}
