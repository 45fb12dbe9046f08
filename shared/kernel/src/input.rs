//! Fields of a body, a form or a query, taken one by one.
//!
//! Every wrong field is reported at once, by name and with its remedy; a field that nobody asked for is refused, so that a
//! misspelt name is never silently dropped (mass assignment is impossible for the same reason).

use crate::{
    Id, Millis,
    error::{Code, Error, Result},
};
use serde_json::{Map, Value};
use std::{cell::RefCell, collections::BTreeSet};

/// What is wrong with one field.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct FieldError {
    /// JSON pointer (RFC 6901) into the body, or `?name` for a query parameter.
    pub pointer: String,
    /// Stable: `required`, `unknown`, `wrong_type`, `too_long`, `too_short`, `invalid_format`, `not_allowed`, `out_of_range`.
    pub code: &'static str,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub fix: String,
}

/// Which lengths and characters a text may have. Lengths count code points.
#[derive(Debug, Clone, Copy)]
pub struct Text {
    min: usize,
    max: usize,
    lines: bool,
}
impl Text {
    /// One line: no control characters.
    pub const fn line(min: usize, max: usize) -> Self {
        Self { min, max, lines: false }
    }
    /// Several lines: tabs and line breaks allowed, other control characters not.
    pub const fn lines(min: usize, max: usize) -> Self {
        Self { min, max, lines: true }
    }
}

/// The fields of a request.
pub struct Input {
    fields: Map<String, Value>,
    place: Place,
    seen: RefCell<BTreeSet<&'static str>>,
    errors: RefCell<Vec<FieldError>>,
}
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Json,
    Form,
    Query,
}

impl Input {
    pub(crate) fn from_json(body: &[u8]) -> Result<Self> {
        let why = |e: serde_json::Error| {
            let place = if e.line() > 0 { format!("line {}, column {}", e.line(), e.column()) } else { "the start".to_owned() };
            Error::new(Code::NotJson, format!("It breaks off or is wrong at {place}."))
        };
        match serde_json::from_slice(body).map_err(why)? {
            Value::Object(fields) => Ok(Self::new(fields, Place::Json)),
            other => Err(Error::new(Code::NotJson, format!("The body is {}, not an object.", kind_of(&other)))),
        }
    }
    fn from_pairs(pairs: Vec<(String, String)>, place: Place) -> Self {
        Self::new(pairs.into_iter().map(|(n, v)| (n, Value::String(v))).collect(), place)
    }
    pub(crate) fn from_form(pairs: Vec<(String, String)>) -> Self {
        Self::from_pairs(pairs, Place::Form)
    }
    pub(crate) fn from_query(pairs: Vec<(String, String)>) -> Self {
        Self::from_pairs(pairs, Place::Query)
    }
    fn new(fields: Map<String, Value>, place: Place) -> Self {
        Self { fields, place, seen: RefCell::default(), errors: RefCell::default() }
    }

    /// Reports a field as wrong, for rules that only the caller knows.
    pub fn wrong(&self, name: &str, code: &'static str, message: impl Into<String>, fix: impl Into<String>) {
        let pointer = match self.place {
            Place::Query => format!("?{name}"),
            Place::Json | Place::Form => format!("/{}", name.replace('~', "~0").replace('/', "~1")),
        };
        self.errors.borrow_mut().push(FieldError { pointer, code, message: message.into(), fix: fix.into() });
    }
    /// A text as it was sent, for showing the form again: unchecked, and empty when there was none. Does not count as asking for it.
    pub fn sent(&self, name: &str) -> &str {
        self.fields.get(name).and_then(Value::as_str).unwrap_or_default()
    }
    /// Whether the field was sent, be it null.
    pub fn has(&self, name: &'static str) -> bool {
        self.seen.borrow_mut().insert(name);
        self.fields.contains_key(name)
    }
    fn take(&self, name: &'static str) -> Option<&Value> {
        self.seen.borrow_mut().insert(name);
        // An empty form field or query parameter is one that was left out; JSON says null.
        self.fields.get(name).filter(|v| match v {
            Value::Null => false,
            Value::String(s) => self.place == Place::Json || !s.is_empty(),
            _ => true,
        })
    }
    fn missing(&self, name: &'static str) {
        self.wrong(name, "required", "This field is required.", format!("Send `{name}`."));
    }
    fn checked<'v>(&self, name: &'static str, value: &'v Value, rule: Text) -> Option<&'v str> {
        let Value::String(text) = value else {
            self.wrong(name, "wrong_type", format!("This is {}, not a string.", kind_of(value)), "Send a string.");
            return None;
        };
        let bad = |c: char| c.is_control() && !(rule.lines && matches!(c, '\n' | '\r' | '\t'));
        let length = text.chars().count();
        if let Some(c) = text.chars().find(|c| bad(*c)) {
            let named = if c == '\0' { "a NUL character".to_owned() } else { format!("the control character U+{:04X}", u32::from(c)) };
            self.wrong(name, "invalid_format", format!("The text contains {named}."), "Remove it.");
        } else if length > rule.max {
            self.wrong(name, "too_long", format!("This has {length} characters; at most {} are allowed.", rule.max), "Shorten it.");
        } else if length < rule.min || (rule.min > 0 && text.trim().is_empty()) {
            let what =
                if rule.min == 1 { "This must not be empty.".to_owned() } else { format!("At least {} characters are needed.", rule.min) };
            self.wrong(name, "too_short", what, format!("Write {}.", if rule.min == 1 { "something" } else { "more" }));
        } else {
            return Some(text);
        }
        None
    }
    /// A required text. Wrong or missing ones are reported, and come back empty.
    pub fn text(&self, name: &'static str, rule: Text) -> String {
        match self.take(name) {
            Some(value) => self.checked(name, value, rule).unwrap_or_default().to_owned(),
            None => {
                self.missing(name);
                String::new()
            }
        }
    }
    /// A text that may be left out.
    pub fn opt_text(&self, name: &'static str, rule: Text) -> Option<String> {
        self.take(name).and_then(|v| self.checked(name, v, rule)).map(str::to_owned)
    }
    /// An id that may be left out.
    pub fn opt_id<I: Id>(&self, name: &'static str) -> Option<I> {
        let text = self.checked(name, self.take(name)?, Text::line(0, 64))?;
        let id = I::parse(text);
        if id.is_none() {
            self.wrong(
                name,
                "invalid_format",
                format!("This is not an id of the form `{}_…`.", I::PREFIX),
                "Send the id as the API gave it.",
            );
        }
        id
    }
    /// One of a few words, which may be left out.
    pub fn opt_choice<T: Copy>(&self, name: &'static str, all: &[(&'static str, T)]) -> Option<T> {
        let text = self.checked(name, self.take(name)?, Text::line(0, 64))?;
        let found = all.iter().find(|(word, _)| *word == text).map(|(_, value)| *value);
        if found.is_none() {
            let words: Vec<String> = all.iter().map(|(w, _)| format!("`{w}`")).collect();
            self.wrong(name, "not_allowed", "This value is not allowed.", format!("Send one of {}.", words.join(", ")));
        }
        found
    }
    /// One of a few words, required.
    pub fn choice<T: Copy>(&self, name: &'static str, all: &[(&'static str, T)]) -> Option<T> {
        if self.take(name).is_none() {
            self.missing(name);
            return None;
        }
        self.opt_choice(name, all)
    }
    /// A whole number within a range, which may be left out.
    pub fn opt_int(&self, name: &'static str, range: std::ops::RangeInclusive<i64>) -> Option<i64> {
        let value = self.take(name)?;
        let number = match value {
            Value::Number(n) => n.as_i64(),
            Value::String(s) if self.place != Place::Json => s.parse().ok(),
            _ => None,
        };
        match number {
            Some(n) if range.contains(&n) => return Some(n),
            Some(n) => self.wrong(
                name,
                "out_of_range",
                format!("{n} is out of range."),
                format!("Send a whole number from {} to {}.", range.start(), range.end()),
            ),
            None => self.wrong(name, "wrong_type", "This is not a whole number.", "Send a whole number."),
        }
        None
    }
    /// True or false, which may be left out.
    pub fn opt_bool(&self, name: &'static str) -> Option<bool> {
        match self.take(name)? {
            Value::Bool(b) => return Some(*b),
            Value::String(s) if self.place != Place::Json && matches!(s.as_str(), "true" | "on" | "1") => return Some(true),
            Value::String(s) if self.place != Place::Json && matches!(s.as_str(), "false" | "0") => return Some(false),
            _ => self.wrong(name, "wrong_type", "This is not true or false.", "Send `true` or `false`."),
        }
        None
    }
    /// A moment in RFC 3339, which may be left out.
    pub fn opt_time(&self, name: &'static str) -> Option<Millis> {
        let text = self.checked(name, self.take(name)?, Text::line(0, 64))?;
        let at = Millis::parse_rfc3339(text);
        if at.is_none() {
            self.wrong(name, "invalid_format", "This is not a date and time.", "Send RFC 3339, such as `2026-11-23T20:00:00Z`.");
        }
        at
    }
    /// A list of texts, which may be left out.
    pub fn opt_texts(&self, name: &'static str, most: usize, rule: Text) -> Option<Vec<String>> {
        let Value::Array(items) = self.take(name)? else {
            self.wrong(name, "wrong_type", "This is not a list.", "Send a list of strings.");
            return None;
        };
        if items.len() > most {
            self.wrong(name, "too_long", format!("The list has {} entries; at most {most} are allowed.", items.len()), "Shorten it.");
            return None;
        }
        items.iter().map(|item| self.checked(name, item, rule).map(str::to_owned)).collect()
    }
    /// Ends the reading: reports what was wrong and refuses fields that were never asked for.
    ///
    /// # Errors
    /// 422 with every wrong field.
    pub fn finish(self) -> Result<()> {
        {
            let seen = self.seen.borrow();
            let unknown = |name: &&String| !seen.contains(name.as_str()) && (self.place != Place::Form || name.as_str() != "csrf");
            for name in self.fields.keys().filter(unknown) {
                let known: Vec<String> = seen.iter().map(|n| format!("`{n}`")).collect();
                let fix =
                    if known.is_empty() { "Leave it out.".to_owned() } else { format!("Leave it out; known are {}.", known.join(", ")) };
                let shown: String = name.chars().filter(|c| !c.is_control()).take(64).collect();
                self.wrong(&shown, "unknown", "There is no such field.", fix);
            }
        }
        let errors = self.errors.into_inner();
        if errors.is_empty() { Ok(()) } else { Err(Error::invalid(errors)) }
    }
}

fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(e: Error) -> Vec<(String, &'static str)> {
        let Error::Problem(p) = e else { panic!("{e}") };
        p.fields.into_iter().map(|f| (f.pointer, f.code)).collect()
    }

    #[test]
    fn every_wrong_field_is_reported_at_once() {
        let input =
            Input::from_json(br#"{"subject": 7, "body": "a\u0000b", "priority": "huge", "n": 11, "extra/field": 1, "x": null}"#).unwrap();
        input.text("subject", Text::line(1, 10));
        input.text("body", Text::lines(1, 10));
        input.text("missing", Text::line(1, 10));
        input.opt_choice("priority", &[("low", 1), ("high", 2)]);
        input.opt_int("n", 1..=10);
        assert!(input.has("x"));
        assert_eq!(
            codes(input.finish().unwrap_err()),
            [
                ("/subject".to_owned(), "wrong_type"),
                ("/body".to_owned(), "invalid_format"),
                ("/missing".to_owned(), "required"),
                ("/priority".to_owned(), "not_allowed"),
                ("/n".to_owned(), "out_of_range"),
                ("/extra~1field".to_owned(), "unknown"),
            ]
        );
    }

    #[test]
    fn emoji_and_right_to_left_text_are_text() {
        let input = Input::from_json("{\"subject\": \"שלום 👩‍👩‍👧 مرحبا\"}".as_bytes()).unwrap();
        assert_eq!(input.text("subject", Text::line(1, 30)), "שלום 👩‍👩‍👧 مرحبا");
        input.finish().unwrap();
    }

    #[test]
    fn what_is_not_an_object_is_refused() {
        for body in ["", "null", "[]", "7", "{", "{\"a\":1", "\u{feff}{}"] {
            assert_eq!(Input::from_json(body.as_bytes()).err().unwrap().code(), Code::NotJson, "{body:?}");
        }
        assert_eq!(Input::from_json(&[b'{', 0xff, b'}']).err().unwrap().code(), Code::NotJson);
        let deep = "[".repeat(100_000);
        assert_eq!(Input::from_json(deep.as_bytes()).err().unwrap().code(), Code::NotJson);
    }

    #[test]
    fn a_form_leaves_out_by_sending_nothing() {
        let input = Input::from_form(vec![("a".into(), String::new()), ("b".into(), "on".into()), ("csrf".into(), "t".into())]);
        assert_eq!(input.opt_text("a", Text::line(1, 5)), None);
        assert_eq!(input.opt_bool("b"), Some(true));
        input.finish().unwrap();
    }
}
