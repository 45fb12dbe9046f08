//! Path → route, built once for each isolate.

use crate::{
    error::{Code, Error, Result},
    host::Surface,
    route::{Entry, Method},
};

/// The matcher of one Worker's table.
pub struct Router {
    tree: matchit::Router<Vec<&'static Entry>>,
}

/// A match, with its path parameters decoded.
pub(crate) struct Matched {
    pub entry: &'static Entry,
    pub params: Vec<(String, String)>,
}

impl Router {
    /// Builds the matcher.
    ///
    /// # Errors
    /// Which routes clash.
    pub fn new(entries: &'static [Entry]) -> Result<Self, String> {
        let mut paths: Vec<(&str, Vec<&'static Entry>)> = Vec::new();
        for entry in entries {
            let clash = |other: &&Entry| {
                other.route.method == entry.route.method && other.route.surfaces.iter().any(|s| entry.route.surfaces.contains(s))
            };
            match paths.iter_mut().find(|(path, _)| *path == entry.route.path) {
                Some((path, same)) if same.iter().any(clash) => return Err(format!("two routes for {path}")),
                Some((_, same)) => same.push(entry),
                None => paths.push((entry.route.path, vec![entry])),
            }
        }
        let mut tree = matchit::Router::new();
        for (path, same) in paths {
            tree.insert(path, same).map_err(|e| format!("{path}: {e}"))?;
        }
        Ok(Self { tree })
    }

    /// Finds the route of a request.
    ///
    /// # Errors
    /// 404, or 405 with the methods that are there.
    pub(crate) fn find(&self, surface: Surface, method: Option<Method>, path: &str) -> Result<Matched> {
        let found = self.tree.at(path).map_err(|_| Error::from(Code::NoRoute))?;
        let here: Vec<&'static Entry> = found.value.iter().copied().filter(|e| e.route.surfaces.contains(&surface)).collect();
        if here.is_empty() {
            return Err(Code::NoRoute.into());
        }
        let Some(entry) = here.iter().copied().find(|e| Some(e.route.method) == method) else {
            let mut allow: Vec<&str> = here.iter().map(|e| e.route.method.as_str()).collect();
            if allow.contains(&"GET") {
                allow.push("HEAD");
            }
            return Err(Error::from(Code::MethodNotAllowed).header("allow", allow.join(", ")));
        };
        let decode = |v: &str| percent_encoding::percent_decode_str(v).decode_utf8().map(|v| v.into_owned());
        let params = found
            .params
            .iter()
            .map(|(name, value)| decode(value).map(|v| (name.to_owned(), v)))
            .collect::<Result<_, _>>()
            .map_err(|_| Error::from(Code::NotFound))?;
        Ok(Matched { entry, params })
    }
}
