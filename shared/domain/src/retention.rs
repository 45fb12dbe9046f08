//! What is kept how long: every rule a row of one table, applied daily in bounded steps.

use kernel::time::Span;

/// A rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// Its name, as in the report.
    pub name: &'static str,
    /// What it removes, for people.
    pub removes: &'static str,
    /// How long what it removes is kept after its time; zero where the row names its own end.
    pub kept: Span,
}

/// Answers recorded under an Idempotency-Key.
pub const IDEMPOTENCY: Rule =
    Rule { name: "idempotency", removes: "Recorded answers of Idempotency-Keys, 24 hours after the request.", kept: Span::millis(0) };
/// Webhook messages, with their deliveries and attempts.
pub const WEBHOOK_MESSAGES: Rule = Rule {
    name: "webhook_messages",
    removes: "Webhook payloads, deliveries and attempts, after the time that the organization's plan keeps them.",
    kept: Span::millis(0),
};
/// The files of exports.
pub const EXPORTS: Rule =
    Rule { name: "exports", removes: "Export files, 7 days after they were made; the record of the export stays.", kept: Span::millis(0) };
/// Delivered events of the outbox.
pub const OUTBOX: Rule = Rule { name: "outbox", removes: "Domain events, 30 days after they were passed on.", kept: Span::days(30) };
/// Sessions that have ended.
pub const SESSIONS: Rule = Rule { name: "sessions", removes: "Sessions, 30 days after they ended.", kept: Span::days(30) };
/// Counters of exact rate limits.
pub const RATE_WINDOWS: Rule =
    Rule { name: "rate_windows", removes: "Counters of rate limits whose window is over.", kept: Span::millis(0) };

/// Every rule, in the order in which they run.
pub const ALL: &[Rule] = &[IDEMPOTENCY, WEBHOOK_MESSAGES, EXPORTS, OUTBOX, SESSIONS, RATE_WINDOWS];

/// How many rows one step removes.
pub const STEP_ROWS: i64 = 500;
/// How many steps one rule may take in one run; the rest waits for the next run, which the report says.
pub const STEPS_A_RUN: i64 = 40;
/// How long a finished export's file is kept.
pub const EXPORT_KEPT: Span = Span::days(7);
