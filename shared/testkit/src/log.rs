//! The log, kept.

use kernel::ports::Log;
use serde_json::Value;
use std::cell::RefCell;

/// Every line, with whether it marks a failure.
#[derive(Default)]
pub struct Recorder(RefCell<Vec<(String, bool)>>);
impl Recorder {
    /// Every line.
    pub fn lines(&self) -> Vec<String> {
        self.0.borrow().iter().map(|(line, _)| line.clone()).collect()
    }
    /// The lines that mark a failure.
    pub fn failures(&self) -> Vec<String> {
        self.0.borrow().iter().filter(|(_, failed)| *failed).map(|(line, _)| line.clone()).collect()
    }
    /// The newest line of a request.
    pub fn last_request(&self) -> Value {
        let lines = self.0.borrow();
        lines
            .iter()
            .rev()
            .filter_map(|(line, _)| serde_json::from_str::<Value>(line).ok())
            .find(|v| v.get("request_id").is_some())
            .unwrap_or_default()
    }
    /// Whether any line holds the text.
    pub fn contains(&self, text: &str) -> bool {
        self.0.borrow().iter().any(|(line, _)| line.contains(text))
    }
    /// Forgets everything.
    pub fn clear(&self) {
        self.0.borrow_mut().clear();
    }
}
impl Log for Recorder {
    fn line(&self, json: &str, failed: bool) {
        assert!(serde_json::from_str::<Value>(json).is_ok(), "a log line is JSON: {json}");
        self.0.borrow_mut().push((json.to_owned(), failed));
    }
}
