//! The emulator's state on this machine: one copy behind a lock, kept in a file where that is wanted.

use crate::options::Options;
use std::{
    fs,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
    time::{SystemTime, UNIX_EPOCH},
};
use stripe_emulator::host::{Host, Setup};

/// The state, and what it is worked on with.
pub struct Keeper {
    /// The state, and as which text it was kept last.
    host: Mutex<(Host, String)>,
    /// What the emulator is set to.
    pub setup: Setup,
    state: Option<PathBuf>,
    frozen: Option<i64>,
}

impl Keeper {
    /// Takes up the state of the last run, or begins afresh.
    ///
    /// # Errors
    /// The file is there and can't be read.
    pub fn new(options: Options) -> Result<Self, String> {
        let Options { setup, state, frozen, .. } = options;
        let now = frozen.unwrap_or_else(clock);
        let kept = state.as_deref().filter(|path| path.exists()).map(|path| fs::read(path).map_err(|e| tell(path, &e))).transpose()?;
        let host = kept.map_or_else(|| Host::new(now), |text| Host::from_text(&text, now));
        Ok(Self { host: Mutex::new((host, String::new())), setup, state, frozen })
    }

    /// Works on the state at a time, in Unix seconds, and keeps it.
    ///
    /// # Errors
    /// It can't be kept.
    pub fn with<T>(&self, work: impl FnOnce(&mut Host, i64) -> T) -> Result<T, String> {
        let mut held = self.host.lock().unwrap_or_else(PoisonError::into_inner);
        let (host, kept) = &mut *held;
        let done = work(host, self.frozen.unwrap_or_else(clock));
        if let Some(path) = &self.state {
            let text = host.to_text()?;
            if text != *kept {
                // Put in place whole: an interrupted write leaves the last good one.
                let fresh = path.with_extension("new");
                fs::write(&fresh, &text).and_then(|()| fs::rename(&fresh, path)).map_err(|e| tell(path, &e))?;
                *kept = text;
            }
        }
        Ok(done)
    }
}

#[expect(clippy::disallowed_methods, reason = "a native program: this is where its clock comes from")]
fn clock() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).ok().and_then(|since| i64::try_from(since.as_secs()).ok()).unwrap_or_default()
}

fn tell(path: &Path, error: &std::io::Error) -> String {
    format!("--state {}: {error}", path.display())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_state_outlives_a_run() {
        let path = std::env::temp_dir().join(format!("stripe-emulator-{}", std::process::id()));
        let open = || {
            let line = format!("--key sk_test_1 --frozen 1795464526 --state {}", path.display());
            Keeper::new(Options::read(line.split(' ').map(str::to_owned)).unwrap()).unwrap()
        };
        let count = open().with(|host, now| {
            assert_eq!(now, 1_795_464_526);
            let incoming = stripe_emulator::host::Incoming {
                method: "POST",
                path: "/v1/customers",
                authorization: Some("Bearer sk_test_1"),
                ..Default::default()
            };
            assert_eq!(host.serve(&open().setup, &incoming, now).status, 200);
            host.world().customers.len()
        });
        assert_eq!(open().with(|host, _| host.world().customers.len()), count);
        fs::remove_file(path).unwrap();
    }
}
