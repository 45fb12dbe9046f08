//! When a webhook delivery is tried again, and what its answer means (Standard Webhooks; api-and-webhooks.md §6.3).

use kernel::time::Span;

/// The pauses before attempts 2, 3, …: ten attempts over 75.6 hours.
pub const PAUSES: [Span; 9] = [
    Span::seconds(5),
    Span::minutes(5),
    Span::minutes(30),
    Span::hours(2),
    Span::hours(5),
    Span::hours(10),
    Span::hours(14),
    Span::hours(20),
    Span::hours(24),
];
/// How many attempts there are.
pub const ATTEMPTS: usize = PAUSES.len() + 1;
/// How long an endpoint may take to answer, in milliseconds.
pub const TIMEOUT_MS: u32 = 15_000;
/// How long a claim holds: the timeout with room to spare, so that two attempts never overlap.
pub const LEASE: Span = Span::seconds(120);
/// How much of an answer is read, in bytes.
pub const READ_AT_MOST: usize = 16 * 1_024;
/// How much of an answer is kept, in characters.
pub const KEEP_AT_MOST: usize = 1_024;

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Response {
    /// An HTTP answer with what it says of retrying.
    Status {
        /// The status.
        status: u16,
        /// `Retry-After`, as a span.
        retry_after: Option<Span>,
        /// The `webhook-delivery` header.
        control: Option<String>,
    },
    /// Not within the timeout.
    Timeout,
    /// No connection.
    Network,
}

/// What to do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// It arrived.
    Succeeded,
    /// Try again after that long.
    Retry(Span),
    /// That was the last attempt.
    Exhausted,
    /// The receiver wants no more of this message.
    Abort,
    /// The receiver wants no more at all.
    Disable,
}

/// Decides after attempt number `attempt` (from 1). `jitter` is in −1.0..=1.0 and moves the pause by up to a fifth.
/// `scale` stretches or shrinks the pauses: 1.0 but in tests.
pub fn decide(attempt: usize, response: &Response, jitter: f64, scale: f64) -> Next {
    let (slow, retry_after) = match response {
        Response::Status { status: 200..=299, .. } => return Next::Succeeded,
        Response::Status { status: 410, .. } => return Next::Disable,
        Response::Status { control: Some(word), .. } if word == "disable" => return Next::Disable,
        Response::Status { control: Some(word), .. } if word == "abort-message" => return Next::Abort,
        Response::Status { status, retry_after, .. } => (matches!(status, 429 | 502..=504 | 520..=530), *retry_after),
        Response::Timeout => (true, None),
        Response::Network => (false, None),
    };
    let Some(pause) = attempt.checked_sub(1).and_then(|i| PAUSES.get(i)) else { return Next::Exhausted };
    let ms = |span: Span| span.as_millis() as f64;
    let mut wait = ms(*pause) * (1.0 + 0.2 * jitter.clamp(-1.0, 1.0));
    if slow {
        wait = wait.max(60_000.0);
    }
    if let Some(asked) = retry_after {
        // Honored where it is longer, within twice the step or a minute, and a day.
        let most = (2.0 * ms(*pause)).clamp(60_000.0, 86_400_000.0);
        wait = wait.max(ms(asked).min(most));
    }
    Next::Retry(Span::millis((wait * scale).round() as i64))
}

/// Why nothing can be sent to an endpoint of that status, with the remedy.
pub fn not_enabled(status: &str) -> String {
    format!("The endpoint is {status}. Set its status to `enabled` first.")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(status: u16) -> Response {
        Response::Status { status, retry_after: None, control: None }
    }

    #[test]
    fn ten_attempts_over_seventy_five_hours() {
        let mut total = 0;
        for attempt in 1..ATTEMPTS {
            let Next::Retry(wait) = decide(attempt, &status(500), 0.0, 1.0) else { panic!("attempt {attempt}") };
            total += wait.as_millis();
        }
        assert_eq!(decide(ATTEMPTS, &status(500), 0.0, 1.0), Next::Exhausted);
        assert_eq!(total, Span::hours(75).as_millis() + Span::minutes(35).as_millis() + 5_000);
    }

    #[test]
    fn answers_mean_what_they_say() {
        assert_eq!(decide(1, &status(204), 0.0, 1.0), Next::Succeeded);
        assert_eq!(decide(1, &status(301), 0.0, 1.0), Next::Retry(Span::seconds(5)), "a redirect is a failure");
        assert_eq!(decide(1, &status(404), 0.0, 1.0), Next::Retry(Span::seconds(5)), "a wrong deploy is the usual cause");
        assert_eq!(decide(1, &status(410), 0.0, 1.0), Next::Disable);
        assert_eq!(decide(1, &status(429), 0.0, 1.0), Next::Retry(Span::seconds(60)), "an overloaded receiver gets a minute");
        assert_eq!(decide(1, &Response::Timeout, 0.0, 1.0), Next::Retry(Span::seconds(60)));
        assert_eq!(decide(1, &Response::Network, 1.0, 1.0), Next::Retry(Span::seconds(6)));
        let asked = |seconds| Response::Status { status: 503, retry_after: Some(Span::seconds(seconds)), control: None };
        assert_eq!(decide(2, &asked(400), 0.0, 1.0), Next::Retry(Span::seconds(400)));
        assert_eq!(decide(2, &asked(100_000), 0.0, 1.0), Next::Retry(Span::seconds(600)), "at most twice the step");
        let word = |w: &str| Response::Status { status: 500, retry_after: None, control: Some(w.into()) };
        assert_eq!(decide(1, &word("abort-message"), 0.0, 1.0), Next::Abort);
        assert_eq!(decide(1, &word("disable"), 0.0, 1.0), Next::Disable);
    }

    #[test]
    fn tests_shrink_the_schedule() {
        assert_eq!(decide(2, &status(500), 0.0, 0.001), Next::Retry(Span::millis(300)));
    }
}
