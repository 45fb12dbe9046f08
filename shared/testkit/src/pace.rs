//! How futures run here: to their end at once, or one I/O at a time.

use std::{
    cell::Cell,
    pin::{Pin, pin},
    task::{Context, Poll, Waker},
};

/// The turn that each I/O of a double takes. Normally none waits; [`Harness::together`](crate::Harness::together) and
/// [`Harness::cut`](crate::Harness::cut) make each wait once, so that other requests run in between.
#[derive(Default)]
pub struct Pace {
    waits: Cell<bool>,
    steps: Cell<u64>,
}

struct Once(bool);
impl Future for Once {
    type Output = ();
    fn poll(mut self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<()> {
        if std::mem::replace(&mut self.0, true) { Poll::Ready(()) } else { Poll::Pending }
    }
}

impl Pace {
    /// One I/O.
    pub async fn io(&self) {
        self.steps.set(self.steps.get() + 1);
        if self.waits.get() {
            Once(false).await;
        }
    }
    /// How many I/Os there were.
    pub fn steps(&self) -> u64 {
        self.steps.get()
    }
    /// Whether each I/O waits once.
    pub fn set_waiting(&self, waits: bool) {
        self.waits.set(waits);
    }
}

/// Runs a future to its end. For futures whose I/O is that of the doubles here.
pub fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    for _ in 0..1_000_000 {
        if let Poll::Ready(value) = poll(future.as_mut()) {
            return value;
        }
    }
    panic!("a future of the doubles waits for ever")
}

/// Polls once. The doubles wake nobody: whoever runs a future polls it again.
pub fn poll<F: Future + ?Sized>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}
