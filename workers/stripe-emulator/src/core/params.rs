//! Parameters, taken out one by one; what is left over at the end is unknown, and refused as Stripe refuses it.

use super::{
    error::ApiError,
    form::{Param, decode},
};
use std::collections::BTreeMap;

/// Parameters that were not taken yet.
#[derive(Debug, Clone)]
pub struct Params {
    /// The name they stand under, such as `items[0]`; empty at the outermost.
    prefix: String,
    fields: Vec<(String, Param)>,
}

impl Params {
    /// Reads query and body.
    ///
    /// # Errors
    /// Text that is no form.
    pub fn of(forms: &[&str]) -> Result<Self, ApiError> {
        let joined = forms.iter().filter(|form| !form.is_empty()).copied().collect::<Vec<_>>().join("&");
        let fields = decode(&joined).ok_or_else(|| ApiError::refused("Invalid request: the parameters could not be parsed."))?;
        Ok(Self { prefix: String::new(), fields })
    }

    /// A parameter's full name.
    pub fn name(&self, field: &str) -> String {
        if self.prefix.is_empty() { field.to_owned() } else { format!("{}[{field}]", self.prefix) }
    }

    fn take(&mut self, field: &str) -> Option<Param> {
        let at = self.fields.iter().position(|(name, _)| name == field)?;
        Some(self.fields.remove(at).1)
    }

    /// A text; empty when it is to be unset.
    ///
    /// # Errors
    /// A map.
    pub fn text(&mut self, field: &str) -> Result<Option<String>, ApiError> {
        match self.take(field) {
            None => Ok(None),
            Some(Param::Text(text)) => Ok(Some(text)),
            Some(Param::Map(_)) => Err(ApiError::invalid(&self.name(field), "Invalid string: expected a string, got a hash".to_owned())),
        }
    }
    /// A text that is not empty: an id.
    ///
    /// # Errors
    /// A map, or nothing in it.
    pub fn id(&mut self, field: &str) -> Result<Option<String>, ApiError> {
        match self.text(field)? {
            Some(text) if text.is_empty() => Err(ApiError::empty(&self.name(field))),
            found => Ok(found),
        }
    }
    /// An integer.
    ///
    /// # Errors
    /// Anything else.
    pub fn signed(&mut self, field: &str) -> Result<Option<i64>, ApiError> {
        let Some(text) = self.id(field)? else { return Ok(None) };
        text.parse().map(Some).map_err(|_| ApiError::not_an_integer(&self.name(field), &text))
    }
    /// An integer that is not negative.
    ///
    /// # Errors
    /// Anything else.
    pub fn int(&mut self, field: &str) -> Result<Option<i64>, ApiError> {
        match self.signed(field)? {
            Some(number) if number < 0 => {
                Err(ApiError::invalid(&self.name(field), "This value must be greater than or equal to 0.".to_owned()))
            }
            found => Ok(found),
        }
    }
    /// `true` or `false`.
    ///
    /// # Errors
    /// Anything else.
    pub fn flag(&mut self, field: &str) -> Result<Option<bool>, ApiError> {
        match self.id(field)?.as_deref() {
            None => Ok(None),
            Some("true") => Ok(Some(true)),
            Some("false") => Ok(Some(false)),
            Some(other) => Err(ApiError::invalid(&self.name(field), format!("Invalid boolean: {other}"))),
        }
    }
    /// One of some words.
    ///
    /// # Errors
    /// Anything else.
    pub fn one_of(&mut self, field: &str, words: &[&str]) -> Result<Option<String>, ApiError> {
        match self.id(field)? {
            Some(word) if !words.contains(&word.as_str()) => {
                let (last, rest) = words.split_last().unwrap_or((&"", &[]));
                Err(ApiError::invalid(&self.name(field), format!("Invalid {field}: must be one of {}, or {last}", rest.join(", "))))
            }
            found => Ok(found),
        }
    }
    /// What stands in brackets behind a name.
    ///
    /// # Errors
    /// A text that is not empty.
    pub fn map(&mut self, field: &str) -> Result<Option<Self>, ApiError> {
        match self.take(field) {
            None => Ok(None),
            Some(Param::Map(fields)) => Ok(Some(Self { prefix: self.name(field), fields })),
            Some(Param::Text(text)) if text.is_empty() => Ok(Some(Self { prefix: self.name(field), fields: Vec::new() })),
            Some(Param::Text(_)) => Err(ApiError::invalid(&self.name(field), "Invalid object".to_owned())),
        }
    }
    /// The elements of a list of objects.
    ///
    /// # Errors
    /// A text, or texts in it.
    pub fn objects(&mut self, field: &str) -> Result<Vec<Self>, ApiError> {
        let Some(mut list) = self.map(field)? else { return Ok(Vec::new()) };
        let names: Vec<String> = list.fields.iter().map(|(name, _)| name.clone()).collect();
        names.iter().filter_map(|name| list.map(name).transpose()).collect()
    }
    /// The elements of a list of texts.
    ///
    /// # Errors
    /// A text that is not empty, or maps in it.
    pub fn texts(&mut self, field: &str) -> Result<Vec<String>, ApiError> {
        let Some(mut list) = self.map(field).map_err(|_| ApiError::invalid(&self.name(field), "Invalid array".to_owned()))? else {
            return Ok(Vec::new());
        };
        let names: Vec<String> = list.fields.iter().map(|(name, _)| name.clone()).collect();
        names.iter().filter_map(|name| list.text(name).transpose()).collect()
    }
    /// Applies `metadata[key]=value`: an empty value takes a key out, an empty metadata all.
    ///
    /// # Errors
    /// Values that are no text; more than Stripe's limits of 50 keys, 40 and 500 characters.
    pub fn metadata(&mut self, held: &mut BTreeMap<String, String>) -> Result<(), ApiError> {
        let Some(mut given) = self.map("metadata")? else { return Ok(()) };
        if given.fields.is_empty() {
            held.clear();
        }
        for key in given.fields.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>() {
            match given.text(&key)? {
                Some(value) if !value.is_empty() => {
                    if key.chars().count() > 40 || value.chars().count() > 500 {
                        return Err(ApiError::invalid(
                            &given.name(&key),
                            "Metadata keys can have up to 40 characters, values up to 500.".to_owned(),
                        ));
                    }
                    held.insert(key, value);
                }
                _ => {
                    held.remove(&key);
                }
            }
        }
        if held.len() > 50 { Err(ApiError::invalid("metadata", "You can have up to 50 metadata keys.".to_owned())) } else { Ok(()) }
    }
    /// Refuses what was not taken.
    ///
    /// # Errors
    /// The first parameter that is left.
    pub fn finish(self) -> Result<(), ApiError> {
        match self.fields.first() {
            None => Ok(()),
            Some((name, _)) => Err(ApiError::unknown_parameter(&self.name(name))),
        }
    }
}
