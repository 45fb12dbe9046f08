//! A Worker's bindings, variables and secrets.

use crate::{PlatformError, blob::Bucket, d1::D1, js, kv::Kv, limiter::Limiter, queue::Queue};
use wasm_bindgen::JsValue;

/// Another Worker, reached without the network.
#[derive(Debug, Clone)]
pub struct Service(pub(crate) JsValue);

/// What the platform bound to the Worker. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Env(worker::Env);

impl Env {
    /// For the entry.
    #[doc(hidden)]
    pub fn new(env: worker::Env) -> Self {
        Self(env)
    }
    /// The `worker` crate's own, for a binding that has no wrapper here.
    pub fn raw(&self) -> &worker::Env {
        &self.0
    }

    /// A variable or a secret. `None` when it is not set or not text.
    pub fn text(&self, name: &str) -> Option<String> {
        js::binding(self.0.as_ref(), name).as_string()
    }

    fn found(&self, name: &str) -> Result<JsValue, PlatformError> {
        let binding = js::binding(self.0.as_ref(), name);
        if binding.is_undefined() { Err(PlatformError(format!("no binding {name}"))) } else { Ok(binding) }
    }
    /// A database.
    ///
    /// # Errors
    /// When there is no such binding; likewise below.
    pub fn d1(&self, name: &str) -> Result<D1, PlatformError> {
        Ok(D1::new(self.found(name)?))
    }
    /// A KV namespace.
    ///
    /// # Errors
    /// As [`Env::d1`].
    pub fn kv(&self, name: &str) -> Result<Kv, PlatformError> {
        Ok(Kv::new(self.0.kv(name)?))
    }
    /// An R2 bucket.
    ///
    /// # Errors
    /// As [`Env::d1`].
    pub fn bucket(&self, name: &str) -> Result<Bucket, PlatformError> {
        Ok(Bucket::new(self.0.bucket(name)?))
    }
    /// A queue's producer.
    ///
    /// # Errors
    /// As [`Env::d1`].
    pub fn queue(&self, name: &str) -> Result<Queue, PlatformError> {
        Ok(Queue::new(self.0.queue(name)?))
    }
    /// Another Worker.
    ///
    /// # Errors
    /// As [`Env::d1`].
    pub fn service(&self, name: &str) -> Result<Service, PlatformError> {
        Ok(Service(self.found(name)?))
    }
    /// A burst limiter.
    ///
    /// # Errors
    /// As [`Env::d1`].
    pub fn limiter(&self, name: &str) -> Result<Limiter, PlatformError> {
        Ok(Limiter::new(self.0.rate_limiter(name)?))
    }
}
