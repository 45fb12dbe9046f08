//! Stripe's own specification as a judge, closed at every depth: what nobody here wrote. For tests only.
//!
//! [`request`] says what is wrong with a request that Portico sends, [`response`] and [`answer`] what is wrong with what the
//! emulator answers. Every function gives back findings in words, none when all is well; nothing here panics, so that a property
//! test can feed it anything. `openapi/NOTICE.md` tells where the specification comes from and how it is made.

mod form;
mod requests;
mod responses;

pub use form::decode;
pub use requests::request;
pub use responses::{answer, response};

use jsonschema::Validator;
use serde_json::Value;
use std::{
    collections::HashMap,
    sync::{Arc, LazyLock, Mutex, PoisonError},
};

/// Schemas that were compiled before: a property test asks for the same few thousands of times.
static COMPILED: LazyLock<Mutex<HashMap<String, Arc<Validator>>>> = LazyLock::new(Mutex::default);

/// Judges a value by a schema; `name` stands for the schema.
fn judge(name: &str, schema: impl FnOnce() -> Option<Value>, value: &Value) -> Vec<String> {
    let mut compiled = COMPILED.lock().unwrap_or_else(PoisonError::into_inner);
    let validator = if let Some(known) = compiled.get(name) {
        Arc::clone(known)
    } else {
        let Some(schema) = schema() else {
            return vec![format!("{name} is not in the specification's subset: add it to openapi/generate.py")];
        };
        match jsonschema::validator_for(&schema) {
            Ok(new) => Arc::clone(compiled.entry(name.to_owned()).or_insert(Arc::new(new))),
            Err(error) => return vec![format!("the schema of {name} can't be used: {error}")],
        }
    };
    drop(compiled);
    validator.iter_errors(value).map(|e| format!("{name}{}: {e}", e.instance_path())).collect()
}
