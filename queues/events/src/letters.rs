//! The letter of each type of notification. One without a letter of its own has the plain one, made of its words.

use domain::notifications::{Facts, Type};
use domain::plans::Plan;
use kernel::Millis;
use mail::{BillingNews, Letter, Link};

/// The template of a type's letter, by which its mails are counted.
pub(crate) fn template(key: &str) -> &'static str {
    match key {
        "ticket_created" => "ticket_created",
        "ticket_assigned" => "ticket_assigned",
        "ticket_comment" | "ticket_reply" => "ticket_reply",
        "ticket_closed" => "ticket_closed",
        "export_ready" => "export_ready",
        "export_failed" => "export_failed",
        "endpoint_disabled" => "endpoint_disabled",
        "subscription_changed" => "subscription_changed",
        "payment_failed" | "grace_ending" | "limits_reduced" | "billing_recovered" | "subscription_ending" | "subscription_canceled" => {
            "billing"
        }
        _ => "notice",
    }
}

/// The letter. `line` is the one in the inbox, `link` leads where that leads.
pub(crate) fn letter(of: &Type, facts: &Facts<'_>, line: &str, link: &Link) -> Letter {
    let (org, subject, link) = (facts.org.to_owned(), facts.ticket.1.to_owned(), link.clone());
    match of.key {
        "ticket_created" => Letter::TicketCreated { subject, org, link },
        "ticket_assigned" => Letter::TicketAssigned { subject, org, link },
        "ticket_comment" | "ticket_reply" => {
            // An API key is not somebody: the tenant replied.
            let author = if facts.text("/author/kind") == "api_key" { org } else { facts.text("/author/name").to_owned() };
            Letter::TicketReply { subject, author, link }
        }
        "ticket_closed" => Letter::TicketClosed { subject, link },
        "export_ready" => Letter::ExportReady { org, link },
        "export_failed" => Letter::ExportFailed { org, link },
        "endpoint_disabled" => Letter::EndpointDisabled { org, reason: facts.text("/reason").to_owned(), link },
        "subscription_changed" => Letter::SubscriptionChanged { org, plan: facts.text("/plan").to_owned(), link },
        "payment_failed" => billing(BillingNews::PaymentFailed, facts, link),
        "grace_ending" => billing(BillingNews::GraceEnding, facts, link),
        "limits_reduced" => billing(reduced(facts), facts, link),
        "billing_recovered" => billing(BillingNews::Recovered, facts, link),
        "subscription_ending" => billing(BillingNews::Ending, facts, link),
        "subscription_canceled" => billing(BillingNews::Canceled, facts, link),
        _ => Letter::Notice { line: line.to_owned(), org, about: of.says.to_owned(), link },
    }
}

fn billing(news: BillingNews, facts: &Facts<'_>, link: Link) -> Letter {
    let plan = ["/plan", "/previous_plan"].into_iter().map(|at| facts.text(at)).find(|plan| !plan.is_empty());
    let on = ["/grace_ends_at", "/ends_at"].into_iter().find_map(|at| Millis::parse_rfc3339(facts.text(at)));
    let plan = Plan::parse(plan.unwrap_or_default()).name().to_owned();
    Letter::Billing { news, org: facts.org.to_owned(), plan, on, link }
}
/// Why the limits are smaller.
fn reduced(facts: &Facts<'_>) -> BillingNews {
    match facts.text("/reason") {
        "unpaid" => BillingNews::Unpaid,
        "override_ended" => BillingNews::GrantEnded,
        _ => BillingNews::UnderReview,
    }
}
