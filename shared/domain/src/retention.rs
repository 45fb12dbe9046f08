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

/// Counts of what limits refused.
pub const REFUSALS: Rule =
    Rule { name: "refusals", removes: "Counts of requests that a limit refused, after 30 days.", kept: Span::days(30) };

/// Background work that was done.
pub const JOBS: Rule = Rule { name: "jobs", removes: "Finished background jobs, 30 days after they were done.", kept: Span::days(30) };

/// Mails that are done with.
pub const MAILS: Rule = Rule { name: "mails", removes: "Mails, 30 days after they were sent, refused or given up.", kept: Span::days(30) };
/// Inbox entries that were read.
pub const INBOX: Rule =
    Rule { name: "inbox", removes: "Notifications in people's inboxes, 90 days after they were read.", kept: Span::days(90) };

/// Invitations that nobody can accept any more, and those that were accepted.
pub const INVITATIONS: Rule =
    Rule { name: "invitations", removes: "Invitations of members, 30 days after their time was over.", kept: Span::days(30) };
/// Links out of mails that nobody can use any more.
pub const LINKS: Rule =
    Rule { name: "links", removes: "One-time links out of mails, 30 days after their time was over.", kept: Span::days(30) };
/// Logos that were replaced, or never came into use.
pub const LOGOS: Rule =
    Rule { name: "logos", removes: "Logos, a day after another one took their place or they were removed.", kept: Span::days(1) };
/// Browsers that are known to an account.
pub const DEVICES: Rule =
    Rule { name: "devices", removes: "Browsers that an account was not signed in on for 400 days.", kept: Span::days(400) };
/// Domains that were removed.
pub const DOMAINS: Rule = Rule {
    name: "domains",
    removes: "Custom domains, 30 days after they were removed; until then no other organization can take them.",
    kept: Span::days(30),
};
/// Organizations that were deleted, with everything that belongs to them.
pub const ORGS: Rule = Rule {
    name: "orgs",
    removes: "Deleted organizations with their data, 30 days after they were deleted; their audit log stays.",
    kept: crate::organizations::GRACE,
};

/// The reports of these rules.
pub const REPORTS: Rule = Rule { name: "reports", removes: "Reports of these rules, after 400 days.", kept: Span::days(400) };

/// Every rule, in the order in which they run.
pub const ALL: &[Rule] = &[
    IDEMPOTENCY,
    WEBHOOK_MESSAGES,
    EXPORTS,
    OUTBOX,
    SESSIONS,
    RATE_WINDOWS,
    REFUSALS,
    JOBS,
    MAILS,
    INBOX,
    INVITATIONS,
    LINKS,
    DEVICES,
    LOGOS,
    DOMAINS,
    ORGS,
    REPORTS,
];

/// How many rows of its main table one step removes.
pub const STEP_ROWS: i64 = 500;
/// The same for webhook messages: each may have twenty deliveries of ten attempts.
pub const STEP_MESSAGES: i64 = 100;
/// The same for exports: each has a file and what its making left behind.
pub const STEP_EXPORTS: i64 = 50;
/// How many steps one rule may take in one run; the report says that it is not finished, and the hourly cron goes on.
pub const STEPS_A_RUN: i64 = 40;
/// How long a finished export's file is kept.
pub const EXPORT_KEPT: Span = Span::days(7);
/// How long what happens is kept for a webhook endpoint that is switched off: switched on again within that time it misses nothing.
pub const DISABLED_MISSES_NOTHING: Span = Span::days(14);
