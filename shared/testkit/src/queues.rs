//! Queues: at least once, in no order, and sometimes not at all.

use crate::{pace::Pace, time::SeededRng};
use kernel::{
    Fut, Millis,
    ports::{Clock, PortError, Queue, Queues},
    time::Span,
};
use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

/// A message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Where it waits.
    pub queue: Queue,
    /// Its text.
    pub body: String,
    /// Not before.
    pub due: Millis,
    /// How often it was brought already.
    pub attempts: u32,
}

/// All queues.
pub struct QueueStore {
    clock: Rc<dyn Clock>,
    pace: Rc<Pace>,
    order: SeededRng,
    waiting: RefCell<Vec<Message>>,
    sent: RefCell<Vec<Message>>,
    lose: Cell<usize>,
    twice: Cell<bool>,
    shuffled: Cell<bool>,
    down: Cell<bool>,
    /// How often a message is brought before it is buried.
    pub attempts: Cell<u32>,
}

impl QueueStore {
    /// Empty ones, in order and reliable until told otherwise.
    pub fn new(clock: Rc<dyn Clock>, pace: Rc<Pace>) -> Self {
        Self {
            clock,
            pace,
            order: SeededRng::new(7),
            waiting: RefCell::default(),
            sent: RefCell::default(),
            lose: Cell::new(0),
            twice: Cell::new(false),
            shuffled: Cell::new(false),
            down: Cell::new(false),
            attempts: Cell::new(4),
        }
    }
    /// Loses that many of the next messages, without a word to the sender.
    pub fn lose(&self, messages: usize) {
        self.lose.set(messages);
    }
    /// Whether each message is brought twice.
    pub fn set_twice(&self, twice: bool) {
        self.twice.set(twice);
    }
    /// Whether messages come in another order than they were sent in.
    pub fn set_shuffled(&self, shuffled: bool) {
        self.shuffled.set(shuffled);
    }
    /// Whether sending fails.
    pub fn set_down(&self, down: bool) {
        self.down.set(down);
    }
    /// Everything that was ever sent, lost messages included.
    pub fn sent(&self) -> Vec<Message> {
        self.sent.borrow().clone()
    }
    /// Forgets what was sent; what waits still waits.
    pub fn forget_sent(&self) {
        self.sent.borrow_mut().clear();
    }
    /// What waits, due or not.
    pub fn waiting(&self) -> Vec<Message> {
        self.waiting.borrow().clone()
    }
    /// Takes everything away.
    pub fn clear(&self) {
        self.waiting.borrow_mut().clear();
        self.sent.borrow_mut().clear();
    }
    /// Puts a message in, outside of the port.
    pub fn push(&self, queue: Queue, body: &str) {
        self.put(Message { queue, body: body.to_owned(), due: self.clock.now(), attempts: 0 });
    }

    pub(crate) fn put(&self, message: Message) {
        self.waiting.borrow_mut().push(message);
    }
    /// Takes the next message that is due on one of the queues.
    pub fn take_due(&self, queues: &[Queue]) -> Option<Message> {
        let now = self.clock.now();
        let mut waiting = self.waiting.borrow_mut();
        let due: Vec<usize> =
            waiting.iter().enumerate().filter(|(_, m)| m.due <= now && queues.contains(&m.queue)).map(|(at, _)| at).collect();
        let at = if self.shuffled.get() { due.get(self.order.below(due.len())) } else { due.first() };
        at.map(|at| waiting.remove(*at))
    }
    /// When the next message comes due, of those that are not yet.
    pub fn next_due(&self, queues: &[Queue]) -> Option<Millis> {
        self.waiting.borrow().iter().filter(|m| queues.contains(&m.queue)).map(|m| m.due).min()
    }
}

impl Queues for QueueStore {
    fn send<'a>(&'a self, queue: Queue, bodies: Vec<String>, delay_seconds: u32) -> Fut<'a, Result<(), PortError>> {
        Box::pin(async move {
            self.pace.io().await;
            let refused = |why: &str| Err(PortError(format!("Queue sendBatch failed: {why}")));
            match () {
                () if self.down.get() => return refused("Internal Server Error"),
                () if bodies.len() > 100 => return refused("more than 100 messages in a batch"),
                () if bodies.iter().any(|b| b.len() > 128_000) => return refused("a message of more than 128 KB"),
                () if bodies.iter().map(String::len).sum::<usize>() > 256_000 => return refused("a batch of more than 256 KB"),
                () if delay_seconds > 43_200 => return refused("a delay of more than 12 hours"),
                () => {}
            }
            let due = self.clock.now().plus(Span::seconds(i64::from(delay_seconds)));
            for body in bodies {
                let message = Message { queue, body, due, attempts: 0 };
                self.sent.borrow_mut().push(message.clone());
                if let Some(left) = self.lose.get().checked_sub(1) {
                    self.lose.set(left);
                    continue;
                }
                if self.twice.get() {
                    self.put(message.clone());
                }
                self.put(message);
            }
            Ok(())
        })
    }
}
