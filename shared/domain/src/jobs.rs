//! The kinds of background work.

use kernel::{mutation::JobKind, ports::Queue, time::Span};

/// Reads a Stripe customer's subscription again; the subject is the Stripe customer id.
pub const STRIPE_SYNC: JobKind = JobKind { name: "stripe.sync", queue: Queue::Stripe, max_attempts: 15 };
/// Judges again what an organization is granted, without reading Stripe; the subject is the organization's id.
pub const BILLING_ENTITLE: JobKind = JobKind { name: "billing.entitle", queue: Queue::Stripe, max_attempts: 15 };
/// Goes on with an export; the subject is the export's id.
pub const EXPORT: JobKind = JobKind { name: "export", queue: Queue::Exports, max_attempts: 8 };
/// Every kind.
pub const ALL: [JobKind; 3] = [STRIPE_SYNC, BILLING_ENTITLE, EXPORT];

/// How long a claimed job may stay silent before another consumer may take it. Longer than any call it makes.
pub const LEASE: Span = Span::seconds(120);

/// How long to wait before attempt `failed + 1`: 10 s, doubling, an hour at most.
pub fn backoff(failed: u32) -> Span {
    let seconds = 10_i64.saturating_mul(1_i64.checked_shl(failed.saturating_sub(1).min(20)).unwrap_or(i64::MAX));
    Span::seconds(seconds.min(3_600))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn backoff_doubles_up_to_an_hour() {
        let seconds: Vec<i64> = [1, 2, 3, 9, 10, 40, u32::MAX].into_iter().map(|n| backoff(n).as_seconds_up()).collect();
        assert_eq!(seconds, [10, 20, 40, 2_560, 3_600, 3_600, 3_600]);
    }
}
