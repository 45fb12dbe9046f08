//! The executor. Its JavaScript half, `js/tasks.mjs`, holds the promises and calls [`poll_task`].
//!
//! A task's number comes from JavaScript and is never used twice, not even by the instance that replaces one that trapped: a late
//! wake finds nothing.

use crate::js;
use std::{
    cell::RefCell,
    collections::HashMap,
    pin::Pin,
    sync::{
        Arc, Once,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    task::{Context, Poll, Wake, Waker},
};
use wasm_bindgen::prelude::*;

type Work = Pin<Box<dyn Future<Output = JsValue>>>;

struct Task {
    work: Work,
    waking: Arc<Waking>,
}

thread_local! {
    static PARKED: RefCell<HashMap<u32, Task>> = RefCell::default();
}

/// Wakes a task through a microtask of the request whose I/O called it; several wakes before it runs are one.
struct Waking {
    /// 0 until the task is parked: one that is ready at its first poll needs no number.
    id: AtomicU32,
    asked: AtomicBool,
}
impl Wake for Waking {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }
    fn wake_by_ref(self: &Arc<Self>) {
        let id = self.id.load(Ordering::Relaxed);
        if !self.asked.swap(true, Ordering::Relaxed) && id != 0 {
            js::wake(id);
        }
    }
}

/// Polls the work once. Ready: its value. Else it is parked, and its number comes back.
pub(crate) fn start(work: impl Future<Output = JsValue> + 'static) -> JsValue {
    let waking = Arc::new(Waking { id: AtomicU32::new(0), asked: AtomicBool::new(false) });
    match step(Task { work: Box::pin(work), waking: waking.clone() }) {
        Some(value) => value,
        None => JsValue::from(waking.id.load(Ordering::Relaxed)),
    }
}

/// Parks the work under an event's context, to go on after the answer.
pub(crate) fn outlast(context: &JsValue, work: impl Future<Output = JsValue> + 'static) {
    let id = js::task_id();
    let waking = Arc::new(Waking { id: AtomicU32::new(id), asked: AtomicBool::new(true) });
    PARKED.with(|parked| parked.borrow_mut().insert(id, Task { work: Box::pin(work), waking }));
    js::wait_until(context, id);
}

/// Polls a task. Not ready: it is parked again. While it runs nothing of [`PARKED`] is borrowed, so that it may park others.
fn step(mut task: Task) -> Option<JsValue> {
    task.waking.asked.store(false, Ordering::Relaxed);
    let waker = Waker::from(task.waking.clone());
    match task.work.as_mut().poll(&mut Context::from_waker(&waker)) {
        Poll::Ready(value) => Some(value),
        Poll::Pending => {
            let waking = task.waking.clone();
            let first = waking.id.load(Ordering::Relaxed) == 0;
            let id = if first { js::task_id() } else { waking.id.load(Ordering::Relaxed) };
            waking.id.store(id, Ordering::Relaxed);
            PARKED.with(|parked| parked.borrow_mut().insert(id, task));
            // It was woken while it had no number to be woken by.
            if first && waking.asked.load(Ordering::Relaxed) {
                js::wake(id);
            }
            None
        }
    }
}

/// Called by `js/tasks.mjs`: goes on with a task. `undefined`: it is not ready, or is not here.
#[wasm_bindgen]
pub fn poll_task(id: u32) -> JsValue {
    let task = PARKED.with(|parked| parked.borrow_mut().remove(&id));
    task.and_then(step).unwrap_or(JsValue::UNDEFINED)
}

/// Called by `js/tasks.mjs`: drops a task whose request is long gone.
#[wasm_bindgen]
pub fn forget_task(id: u32) {
    let dropped = PARKED.with(|parked| parked.borrow_mut().remove(&id));
    drop(dropped);
}

/// Hands a panic's message to JavaScript, which logs it when the trap arrives there.
pub(crate) fn report_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| std::panic::set_hook(Box::new(|info| js::panicked(&info.to_string()))));
}
