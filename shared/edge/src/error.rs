//! Why the platform refused.

use wasm_bindgen::{JsCast, JsValue};

/// Why a call of the platform failed, in the platform's words. Never holds a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlatformError(pub String);

impl std::fmt::Display for PlatformError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}
impl std::error::Error for PlatformError {}

impl PlatformError {
    /// The message of an exception.
    pub(crate) fn js(thrown: &JsValue) -> Self {
        Self(match thrown.dyn_ref::<js_sys::Error>() {
            Some(error) => error.message().into(),
            None => thrown.as_string().unwrap_or_else(|| format!("{thrown:?}")),
        })
    }
}
impl From<JsValue> for PlatformError {
    fn from(thrown: JsValue) -> Self {
        Self::js(&thrown)
    }
}
impl From<worker::Error> for PlatformError {
    fn from(error: worker::Error) -> Self {
        Self(error.to_string())
    }
}
impl From<worker::kv::KvError> for PlatformError {
    fn from(error: worker::kv::KvError) -> Self {
        match error {
            worker::kv::KvError::JavaScript(thrown) => Self::js(&thrown),
            other => Self(other.to_string()),
        }
    }
}
