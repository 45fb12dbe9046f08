//! Seats: members and open invitations, held to the plan's number.

use crate::plans::Plan;

/// Why there is no seat left: the limit, how it is used, and what lifts it.
pub fn refusal(plan: Plan, members: i64, invitations: i64) -> String {
    let seats = i64::from(plan.limits().seats);
    let open = if invitations == 1 { "1 open invitation".to_owned() } else { format!("{invitations} open invitations") };
    let held = if members == 1 { "1 member".to_owned() } else { format!("{members} members") };
    let lifts = match plan.next_where(|l| i64::from(l.seats) > seats) {
        Some(next) => format!(" The {} plan has {} seats.", next.name(), next.limits().seats),
        None => String::new(),
    };
    format!(
        "The {} plan has {seats} seats, and {} are used: {held} and {open}. Remove a member or cancel an invitation, or choose a larger plan.{lifts}",
        plan.name(),
        members.saturating_add(invitations),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_names_limit_use_and_the_plan_that_lifts_it() {
        let said = refusal(Plan::Free, 2, 1);
        assert!(said.contains("Free plan has 3 seats, and 3 are used: 2 members and 1 open invitation"), "{said}");
        assert!(said.contains("Team plan has 10 seats"), "{said}");
        assert!(!refusal(Plan::Business, 50, 0).contains("Business plan has 50 seats."), "nothing lifts the largest");
    }
}
