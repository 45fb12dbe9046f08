//! The burst limiters.

use crate::pace::Pace;
use kernel::{
    Fut,
    ports::{Bursts, Clock, PortError},
    worker::LIMITERS,
};
use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    rc::Rc,
};

/// How they behave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mood {
    /// Everything passes; it is counted all the same.
    #[default]
    Open,
    /// Each admits what it is configured for in ten seconds of the clock.
    Real,
    /// Nothing passes.
    Shut,
    /// Every call fails.
    Down,
}

/// The limiters.
pub struct Limiters {
    clock: Rc<dyn Clock>,
    pace: Rc<Pace>,
    mood: Cell<Mood>,
    counts: RefCell<BTreeMap<(&'static str, String, i64), u32>>,
}
impl Limiters {
    /// Open ones.
    pub fn new(clock: Rc<dyn Clock>, pace: Rc<Pace>) -> Self {
        Self { clock, pace, mood: Cell::default(), counts: RefCell::default() }
    }
    /// Sets how they behave.
    pub fn set(&self, mood: Mood) {
        self.mood.set(mood);
    }
    /// Who was counted how often, by binding and key.
    pub fn counted(&self) -> BTreeMap<(&'static str, String), u32> {
        let mut all = BTreeMap::new();
        for ((binding, key, _), n) in self.counts.borrow().iter() {
            *all.entry((*binding, key.clone())).or_default() += n;
        }
        all
    }
}
impl Bursts for Limiters {
    fn admit<'a>(&'a self, binding: &'static str, key: &'a str) -> Fut<'a, Result<bool, PortError>> {
        Box::pin(async move {
            self.pace.io().await;
            let Some((_, most)) = LIMITERS.iter().find(|(name, _)| *name == binding) else {
                return Err(PortError(format!("no binding {binding}")));
            };
            let cell = self.clock.now().get().div_euclid(10_000);
            let mut counts = self.counts.borrow_mut();
            let count = counts.entry((binding, key.to_owned(), cell)).or_default();
            *count += 1;
            match self.mood.get() {
                Mood::Open => Ok(true),
                Mood::Real => Ok(*count <= *most),
                Mood::Shut => Ok(false),
                Mood::Down => Err(PortError("the limiter is down".into())),
            }
        })
    }
}
