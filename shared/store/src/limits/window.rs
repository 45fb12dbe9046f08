//! Tier B: long windows, counted in isolate memory and shared through KV.
//!
//! KV takes one write a second for each key and shows it elsewhere a minute or more later, so no counter can live in one key.
//! Each isolate writes only its own component (a grow-only counter, as in a G-counter CRDT; the count stands in the key's
//! metadata, so that one `list` brings every component). Readers merge by `max`. The window slides over two cells. A full
//! window is told to other isolates as a verdict, the one thing that is shared as such. Overshoot: what all isolates let
//! through between a flush and its being seen, about `rate × 70 s`; `tests/limits` prints it.

use kernel::{
    Millis, Result,
    error::{Code, Error},
    limit::Standing,
    ports::Ports,
    time::Span,
};
use std::{cell::RefCell, collections::HashMap, rc::Rc};

const FLUSH_EVERY: Span = Span::seconds(10);
const READ_EVERY: Span = Span::seconds(20);
const MOST: usize = 10_000;

/// The policy: how many in how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// Its name.
    pub name: &'static str,
    /// How many a window allows.
    pub limit: u32,
    /// The window, in seconds.
    pub seconds: u32,
}
impl Policy {
    fn window(&self) -> i64 {
        i64::from(self.seconds).max(1) * 1_000
    }
    fn cell(&self, now: Millis) -> i64 {
        now.get().div_euclid(self.window())
    }
}

/// What this isolate knows of one subject.
#[derive(Default)]
struct Count {
    cell: i64,
    own: u32,
    others: HashMap<String, u32>,
    before: u32,
    flushed: u32,
    flushed_at: Millis,
    read_at: Millis,
    blocked_until: Millis,
    told: bool,
}

impl Count {
    fn roll(&mut self, cell: i64) {
        if cell == self.cell {
            return;
        }
        let whole = self.own.saturating_add(self.others.values().copied().fold(0, u32::saturating_add));
        *self = Self {
            cell,
            before: if cell == self.cell + 1 { whole } else { 0 },
            read_at: self.read_at,
            blocked_until: self.blocked_until,
            ..Self::default()
        };
    }
    fn current(&self) -> u32 {
        self.others.values().copied().fold(self.own, u32::saturating_add)
    }
}

/// The counters of one isolate.
#[derive(Default)]
pub struct Windows {
    component: RefCell<Option<String>>,
    counts: Rc<RefCell<HashMap<String, Count>>>,
}

/// How much of the window is used, and when it has room for `cost` again.
fn used(policy: &Policy, now: Millis, current: u32, before: u32, cost: u32) -> (f64, Span) {
    let window = policy.window() as f64;
    let elapsed = now.get().rem_euclid(policy.window()) as f64;
    let used = f64::from(current) + f64::from(before) * (1.0 - elapsed / window);
    let room = f64::from(policy.limit) - f64::from(cost);
    let wait = if used <= room {
        0.0
    } else if f64::from(current) <= room {
        // This cell has room once the one before has faded enough.
        (1.0 - (room - f64::from(current)) / f64::from(before).max(1.0)) * window - elapsed
    } else {
        // The next cell begins with this one fading.
        (window - elapsed) + (1.0 - (room / f64::from(current).max(1.0)).max(0.0)) * window
    };
    (used, Span::millis(wait.ceil().max(0.0) as i64))
}

impl Windows {
    fn component(&self, ports: &Ports) -> String {
        self.component.borrow_mut().get_or_insert_with(|| ports.random::<4>().iter().map(|b| format!("{b:02x}")).collect()).clone()
    }

    /// Counts `cost` for the subject, or refuses and counts nothing.
    ///
    /// # Errors
    /// 429, with the time when there is room again.
    pub fn admit(&self, ports: &Ports, policy: Policy, subject: &str, cost: u32) -> Result<Standing> {
        let now = ports.clock.now();
        let name = format!("{subject}:{}", policy.name);
        let cell = policy.cell(now);
        let (left, reset, refused, work) = {
            let mut counts = self.counts.borrow_mut();
            if counts.len() >= MOST && !counts.contains_key(&name) {
                counts.retain(|_, c| c.cell >= cell);
            }
            let count = counts.entry(name.clone()).or_insert_with(|| Count { cell, ..Count::default() });
            count.roll(cell);
            let (used_now, wait) = used(&policy, now, count.current(), count.before, cost);
            let blocked = now < count.blocked_until;
            let refused = blocked || used_now + f64::from(cost) > f64::from(policy.limit);
            if !refused {
                count.own = count.own.saturating_add(cost);
            }
            let wait = if blocked { wait.max(count.blocked_until.since(now)) } else { wait };
            let left = if refused { 0.0 } else { (f64::from(policy.limit) - used_now - f64::from(cost)).max(0.0) };
            let reset = if refused { wait } else { Span::millis((cell + 1) * policy.window() - now.get()) };
            (left.floor() as u32, reset, refused, Work::plan(count, &policy, now, refused))
        };
        if work.anything() {
            self.defer(ports, policy, name, cell, now.plus(reset), work);
        }
        if refused {
            let hours = policy.seconds == 3_600;
            let detail = if hours {
                format!("The plan allows {} requests an hour.", policy.limit)
            } else {
                format!("At most {} in {} seconds.", policy.limit, policy.seconds)
            };
            return Err(Error::new(Code::RateLimited, detail)
                .retry_after(reset)
                .member("policy", policy.name)
                .header("ratelimit", format!("\"{}\";r=0;t={}", policy.name, reset.as_seconds_up()))
                .header("ratelimit-policy", format!("\"{}\";q={};w={}", policy.name, policy.limit, policy.seconds)));
        }
        Ok(Standing { policy: policy.name, quota: policy.limit, window_seconds: policy.seconds, remaining: Some(left), reset: Some(reset) })
    }

    fn defer(&self, ports: &Ports, policy: Policy, name: String, cell: i64, until: Millis, work: Work) {
        let (counts, inner, component) = (self.counts.clone(), ports.clone(), self.component(ports));
        ports.background.defer(Box::pin(async move {
            if let Err(e) = work.run(&inner, &counts, policy, &name, cell, &component, until).await {
                kernel::log::best_effort(&*inner.log, inner.clock.now(), "limiter_degraded", &e.0);
            }
        }));
    }
}

/// What is to be done in KV after the reply.
struct Work {
    flush: Option<u32>,
    read: bool,
    tell: bool,
}

impl Work {
    fn plan(count: &mut Count, policy: &Policy, now: Millis, refused: bool) -> Self {
        let share = |n: u32, percent: u32| u64::from(n) * 100 >= u64::from(policy.limit) * u64::from(percent);
        let grown = count.own.saturating_sub(count.flushed);
        let flush = now >= count.flushed_at.plus(FLUSH_EVERY) && grown > 0 && (share(grown, 2) || share(count.own, 1));
        // Below a tenth of the limit others hardly matter; the verdict of a full window is looked for all the same.
        let read = now >= count.read_at.plus(READ_EVERY);
        let tell = refused && !count.told && now >= count.blocked_until;
        if flush {
            count.flushed_at = now;
            count.flushed = count.own;
        }
        if read {
            count.read_at = now;
        }
        count.told |= tell;
        Self { flush: flush.then_some(count.own), read, tell }
    }
    const fn anything(&self) -> bool {
        self.flush.is_some() || self.read || self.tell
    }

    #[expect(clippy::too_many_arguments, reason = "all of one counter, used once")]
    async fn run(
        self,
        ports: &Ports,
        counts: &RefCell<HashMap<String, Count>>,
        policy: Policy,
        name: &str,
        cell: i64,
        component: &str,
        until: Millis,
    ) -> Result<(), kernel::ports::PortError> {
        let ttl = (policy.seconds * 2).max(60);
        let prefix = format!("rl:{name}:{cell}:");
        let verdict = format!("rlb:{name}");
        if let Some(own) = self.flush {
            ports.kv.put(&format!("{prefix}{component}"), b"", Some(&own.to_string()), ttl).await?;
        }
        if self.tell {
            let seconds = until.since(ports.clock.now()).as_seconds_up().clamp(60, 86_400);
            ports.kv.put(&verdict, until.get().to_string().as_bytes(), None, u32::try_from(seconds).unwrap_or(60)).await?;
        }
        if self.read {
            let blocked = ports.kv.get(&verdict, 30).await?.and_then(|b| String::from_utf8(b).ok()).and_then(|t| t.parse::<i64>().ok());
            let wants_counts =
                counts.borrow().get(name).is_some_and(|c| u64::from(c.own) * 10 >= u64::from(policy.limit) || !c.others.is_empty());
            let components = if wants_counts { ports.kv.list(&prefix).await? } else { Vec::new() };
            let mut counts = counts.borrow_mut();
            if let Some(count) = counts.get_mut(name).filter(|c| c.cell == cell) {
                for entry in components {
                    let Some(other) = entry.name.strip_prefix(&prefix).filter(|o| *o != component) else { continue };
                    let n = entry.metadata.parse::<u32>().unwrap_or(0);
                    let known = count.others.entry(other.to_owned()).or_default();
                    *known = (*known).max(n);
                }
                if let Some(at) = blocked {
                    count.blocked_until = count.blocked_until.max(Millis::new(at));
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Policy = Policy { name: "hour", limit: 100, seconds: 3_600 };

    #[test]
    fn the_window_slides() {
        let at = |ms| Millis::new(3_600_000_i64 * 10 + ms);
        assert_eq!(used(&HOUR, at(0), 0, 100, 1).0, 100.0);
        assert_eq!(used(&HOUR, at(1_800_000), 0, 100, 1).0, 50.0);
        assert_eq!(used(&HOUR, at(1_800_000), 40, 100, 1), (90.0, Span::millis(0)));
        // Full: 60 of this cell and 50 of the one before; room for one when that has faded to 39.
        assert_eq!(used(&HOUR, at(1_800_000), 60, 100, 1).1, Span::millis(396_000));
        // This cell alone is full: it must become the one before, and fade to 99.
        assert_eq!(used(&HOUR, at(1_800_000), 100, 0, 1).1, Span::millis(1_800_000 + 36_000));
    }
}
