//! Work after the reply: run at once, held back, or lost with the isolate.

use crate::pace::block_on;
use kernel::{Fut, ports::Background};
use std::cell::{Cell, RefCell};

/// What becomes of deferred work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Fate {
    /// It runs right after the reply.
    #[default]
    AfterReply,
    /// It waits for [`Deferred::run`].
    Held,
    /// It never runs: the isolate was evicted.
    Lost,
}

/// The deferred work.
#[derive(Default)]
pub struct Deferred {
    fate: Cell<Fate>,
    waiting: RefCell<Vec<Fut<'static, ()>>>,
}
impl Deferred {
    /// Sets what becomes of deferred work from now on.
    pub fn set(&self, fate: Fate) {
        self.fate.set(fate);
    }
    /// How many pieces wait.
    pub fn waiting(&self) -> usize {
        self.waiting.borrow().len()
    }
    /// Runs all that waits, and what that defers in turn.
    pub fn run(&self) {
        loop {
            let waiting = std::mem::take(&mut *self.waiting.borrow_mut());
            if waiting.is_empty() {
                return;
            }
            waiting.into_iter().for_each(block_on);
        }
    }
    /// The reply has left.
    pub(crate) fn replied(&self) {
        if self.fate.get() == Fate::AfterReply {
            self.run();
        }
    }
    /// The isolate is gone.
    pub fn lose(&self) {
        self.waiting.borrow_mut().clear();
    }
}
impl Background for Deferred {
    fn defer(&self, work: Fut<'static, ()>) {
        if self.fate.get() != Fate::Lost {
            self.waiting.borrow_mut().push(work);
        }
    }
}
