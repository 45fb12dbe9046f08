//! What a Worker is: its routes, and the bindings and secrets it may hold. One constant each, read by the runtime glue, by
//! the generator of the wrangler files, and by the test that holds the two together.

use crate::{host::Surface, ports::Queue, route::Entry};

/// A binding beyond the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Binding {
    /// D1, as `DB`.
    Db,
    /// KV, as `KV`.
    Kv,
    /// R2, the export bucket, as `EXPORTS`.
    Exports,
    /// R2, the bucket of what pages show, as `BRAND_ASSETS`.
    Assets,
    /// A queue's producer.
    Send(Queue),
    /// The burst limiters.
    Limiters,
    /// The platform's mail sender, as `EMAIL`. Deployed only: locally no mail leaves the machine.
    Mailer,
}

/// The crons there are; only one Worker has them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cron {
    /// Sweeps what is due.
    Minute,
    /// Asks the payment provider for what was not delivered.
    Quarter,
    /// Rollups.
    Hourly,
    /// Retention and the full reconcile.
    Daily,
}
impl Cron {
    /// Every cron.
    pub const ALL: [Self; 4] = [Self::Minute, Self::Quarter, Self::Hourly, Self::Daily];
    /// Its schedule, UTC.
    pub const fn schedule(self) -> &'static str {
        match self {
            Self::Minute => "* * * * *",
            Self::Quarter => "*/15 * * * *",
            Self::Hourly => "7 * * * *",
            Self::Daily => "23 3 * * *",
        }
    }
    /// Which cron a schedule is.
    pub fn parse(schedule: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|c| c.schedule() == schedule)
    }
}

/// A Worker.
pub struct Worker {
    /// Its name, as the folder under `workers/`.
    pub name: &'static str,
    /// Its routes.
    pub routes: &'static [Entry],
    /// The surfaces on which it answers what no other Worker's routes match.
    pub fallback: &'static [Surface],
    /// Its bindings.
    pub bindings: &'static [Binding],
    /// Its variables beyond the common ones.
    pub vars: &'static [&'static str],
    /// Its secrets beyond `SIGNING_KEYS`.
    pub secrets: &'static [&'static str],
    /// The queues it consumes.
    pub consumes: &'static [Queue],
    /// The crons it runs.
    pub crons: &'static [Cron],
}

/// The burst limiters, with how many requests in ten seconds each admits.
pub const LIMITERS: &[(&str, u32)] = &[("RL_IP_10", 1_200), ("RL_FREE_10", 50), ("RL_TEAM_10", 200), ("RL_BUSINESS_10", 1_000)];
