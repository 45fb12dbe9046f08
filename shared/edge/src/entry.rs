//! Events in, replies out: the wasm half of `js/entry.mjs`.
//!
//! A handler is a future. [`tasks`] polls it at once; one that is ready answers without a promise, another is parked under a number
//! until its I/O wakes it. [`incoming`] hands a request to the kernel, [`outgoing`] a reply to the platform, [`batch`] the messages of
//! a queue and the ticks of a cron to a Worker's [`Handlers`](kernel::task::Handlers).
//!
//! The exports themselves are made in the Worker's own crate, by [`worker!`](crate::worker).

pub mod batch;
pub mod incoming;
pub mod isolate;
mod macros;
pub mod outgoing;
pub mod tasks;

pub use incoming::Incoming;

use crate::{Env, log};
use kernel::Reply;
use wasm_bindgen::JsValue;

/// The platform's context of one event: what may go on after the answer hangs on it.
#[derive(Debug, Clone)]
pub struct Context(pub(crate) JsValue);
impl Context {
    /// For the entry.
    #[doc(hidden)]
    pub fn new(context: JsValue) -> Self {
        Self(context)
    }
    /// Keeps the isolate alive until the work ends (30 s at most on the platform).
    pub fn wait_until(&self, work: impl Future<Output = ()> + 'static) {
        tasks::outlast(&self.0, async move {
            work.await;
            JsValue::NULL
        });
    }
}

/// Answers a request with what the handler makes of it: a response, or the number of a parked task.
pub fn answer(handler: impl Future<Output = Reply> + 'static) -> JsValue {
    tasks::start(async move { outgoing::response(handler.await) })
}

/// Runs a handler that answers nobody: `null` when it is done, an `Error` when it failed, or the number of a parked task.
pub fn finish(handler: impl Future<Output = Result<(), String>> + 'static) -> JsValue {
    tasks::start(async move {
        match handler.await {
            Ok(()) => JsValue::NULL,
            Err(why) => js_sys::Error::new(&why).into(),
        }
    })
}

/// Makes the wrappers of an event's handles, and sees to it that a panic's message reaches the log before the trap.
#[doc(hidden)]
pub fn handles(env: JsValue, context: JsValue) -> (Env, Context) {
    tasks::report_panics();
    (Env::new(wasm_bindgen::JsCast::unchecked_into(env)), Context::new(context))
}

/// Reports a deployment that lacks settings: their names with the remedies, never a value.
pub(crate) fn report_missing(worker: &str, missing: &[kernel::config::Missing]) {
    let list: Vec<_> = missing.iter().map(|m| serde_json::json!({"name": m.name, "remedy": m.remedy})).collect();
    log::line(&serde_json::json!({"event": "not_configured", "worker": worker, "missing": list}).to_string(), true);
}
