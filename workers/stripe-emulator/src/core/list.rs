//! Lists in pages, newest first: `limit`, `starting_after`, `ending_before`.

use super::{error::ApiError, params::Params};
use serde_json::{Value, json};

/// Which page is asked for.
pub struct Paging {
    limit: usize,
    after: Option<String>,
    before: Option<String>,
}

impl Paging {
    /// Takes the parameters.
    ///
    /// # Errors
    /// A limit out of 1 to 100; both cursors at once.
    pub fn take(params: &mut Params) -> Result<Self, ApiError> {
        let limit = params.int("limit")?.unwrap_or(10);
        let limit = usize::try_from(limit).ok().filter(|n| (1..=100).contains(n));
        let limit = limit.ok_or_else(|| ApiError::invalid("limit", "This value must be between 1 and 100.".to_owned()))?;
        let (after, before) = (params.id("starting_after")?, params.id("ending_before")?);
        if after.is_some() && before.is_some() {
            return Err(ApiError::refused("You cannot parameterize a request with both `ending_before` and `starting_after`."));
        }
        Ok(Self { limit, after, before })
    }

    /// Cuts the page out. `all` is every object newest first, those that the filters leave out without their value: a cursor may
    /// name one of them.
    ///
    /// # Errors
    /// A cursor that names nothing.
    pub fn page(&self, url: &str, kind: &str, all: Vec<(String, Option<Value>)>) -> Result<Value, ApiError> {
        self.page_of(url, kind, all, |value| value)
    }

    /// As [`Paging::page`], where only what is on the page is shown: for long lists.
    ///
    /// # Errors
    /// A cursor that names nothing.
    pub fn page_of<T>(&self, url: &str, kind: &str, all: Vec<(String, Option<T>)>, show: impl Fn(T) -> Value) -> Result<Value, ApiError> {
        let find = |id: &str, param: &str| all.iter().position(|(own, _)| own == id).ok_or_else(|| ApiError::no_such(kind, id, param));
        let (from, to) = match (&self.after, &self.before) {
            (Some(id), _) => (find(id, "starting_after")? + 1, all.len()),
            (None, Some(id)) => (0, find(id, "ending_before")?),
            (None, None) => (0, all.len()),
        };
        let mut found: Vec<T> = all.into_iter().take(to).skip(from).filter_map(|(_, value)| value).collect();
        let over = found.len().saturating_sub(self.limit);
        if self.before.is_some() {
            // Those nearest to the cursor, which are the oldest of what is newer.
            found.drain(..over);
        } else {
            found.truncate(self.limit);
        }
        let data: Vec<Value> = found.into_iter().map(show).collect();
        Ok(json!({ "object": "list", "url": url, "has_more": over > 0, "data": data }))
    }
}

/// A filter on a time: `created=5` or `created[gte]=5`.
pub struct When(Vec<(&'static str, i64)>);

impl When {
    /// Takes the parameter.
    ///
    /// # Errors
    /// Something else than a number, or an unknown comparison.
    pub fn take(params: &mut Params, field: &str) -> Result<Self, ApiError> {
        if let Ok(Some(exact)) = params.clone().int(field) {
            params.int(field)?;
            return Ok(Self(vec![("=", exact)]));
        }
        let Some(mut range) = params.map(field)? else { return Ok(Self(Vec::new())) };
        let mut bounds = Vec::new();
        for comparison in ["gt", "gte", "lt", "lte"] {
            bounds.extend(range.int(comparison)?.map(|at| (comparison, at)));
        }
        range.finish()?;
        Ok(Self(bounds))
    }
    /// Whether a time is within.
    pub fn admits(&self, at: i64) -> bool {
        self.0.iter().all(|(comparison, bound)| match *comparison {
            "gt" => at > *bound,
            "gte" => at >= *bound,
            "lt" => at < *bound,
            "lte" => at <= *bound,
            _ => at == *bound,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(query: &str) -> Result<(Vec<String>, bool), ApiError> {
        let all = (1..=6).rev().map(|n| (format!("o{n}"), (n != 4).then(|| json!(n)))).collect();
        let mut params = Params::of(&[query]).unwrap();
        let paging = Paging::take(&mut params)?;
        params.finish()?;
        let list = paging.page("/v1/objects", "object", all)?;
        Ok((list["data"].as_array().unwrap().iter().map(ToString::to_string).collect(), list["has_more"] == true))
    }

    #[test]
    fn pages_go_both_ways_and_cursors_may_be_filtered_out() {
        for (query, ids, more) in [
            ("", "65321", false),
            ("limit=2", "65", true),
            ("limit=2&starting_after=o5", "32", true),
            ("limit=2&starting_after=o4", "32", true),
            ("limit=2&starting_after=o2", "1", false),
            ("starting_after=o1", "", false),
            ("limit=2&ending_before=o2", "53", true),
            ("limit=2&ending_before=o5", "6", false),
            ("ending_before=o6", "", false),
        ] {
            assert_eq!(page(query).map(|(ids, more)| (ids.concat(), more)), Ok((ids.to_owned(), more)), "{query}");
        }
    }

    #[test]
    fn wrong_paging_is_refused() {
        for query in [
            "limit=0",
            "limit=101",
            "limit=ten",
            "limit=-1",
            "starting_after=o9",
            "starting_after=",
            "starting_after=o1&ending_before=o2",
            "page=2",
        ] {
            assert!(page(query).is_err(), "{query}");
        }
    }

    #[test]
    fn times_compare() {
        for (query, admitted) in
            [("", "12345"), ("created=3", "3"), ("created[gt]=3", "45"), ("created[gte]=2&created[lt]=4", "23"), ("created[lte]=1", "1")]
        {
            let when = When::take(&mut Params::of(&[query]).unwrap(), "created").unwrap();
            assert_eq!((1..=5).filter(|n| when.admits(*n)).map(|n| n.to_string()).collect::<String>(), admitted, "{query}");
        }
        for query in ["created=soon", "created[since]=1", "created[gte]=x"] {
            assert!(When::take(&mut Params::of(&[query]).unwrap(), "created").is_err(), "{query}");
        }
    }
}
