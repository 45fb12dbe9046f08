//! The letter of each type of notification. One without a letter of its own has the plain one, made of its words.

use domain::notifications::{Facts, Type};
use mail::{Letter, Link};

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
        _ => Letter::Notice { line: line.to_owned(), org, about: of.says.to_owned(), link },
    }
}
