//! Which Worker answers where: from the route tables to the shortest list of path prefixes that sends every route to its owner.
//!
//! A prefix is what a Cloudflare route can say: a text that a path begins with (`/v1/exports` also takes `/v1/exports-old`). The
//! local switch reads the same list, so that what is tested is what is deployed.

use kernel::{host::Surface, worker::Worker};

/// Static files, on every surface with pages. No Worker's route may stand there.
pub const ASSETS: &str = "/assets/";

/// A route as routing sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place<'a> {
    /// The Worker that declares it.
    pub worker: &'a str,
    /// Its method, for messages.
    pub method: &'a str,
    /// Its path, parameters as `{name}`.
    pub path: &'a str,
}

/// A prefix and the Worker that it leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prefix {
    /// What the path begins with.
    pub path: String,
    /// The Worker.
    pub worker: String,
}

/// The prefixes of one surface.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// The surface.
    pub surface: Surface,
    /// Longest first; the last one is `/` where the surface has a fallback.
    pub prefixes: Vec<Prefix>,
}
impl Table {
    /// The Worker that a path leads to.
    pub fn owner(&self, path: &str) -> Option<&str> {
        self.prefixes.iter().find(|p| path.starts_with(&p.path)).map(|p| p.worker.as_str())
    }
}

/// The tables of all surfaces, with what stands in the way.
pub fn tables(workers: &[&Worker]) -> (Vec<Table>, Vec<String>) {
    let mut findings = Vec::new();
    let tables = Surface::ALL
        .into_iter()
        .map(|surface| {
            let (fallback, places) = on(workers, surface);
            if let [first, second, ..] = fallback.as_slice() {
                findings.push(format!("{}: both {first} and {second} answer what no route matches", surface.as_str()));
            }
            if fallback.is_empty() {
                findings.push(format!("{}: no Worker answers what no route matches; one must name it in `fallback`", surface.as_str()));
            }
            let (table, wrong) = table(surface, fallback.first().copied(), &places);
            findings.extend(wrong);
            table
        })
        .collect();
    (tables, findings)
}

/// A surface's fallback Workers (one, if all is well) and routes.
pub fn on<'a>(workers: &[&'a Worker], surface: Surface) -> (Vec<&'a str>, Vec<Place<'a>>) {
    let fallback = workers.iter().filter(|w| w.fallback.contains(&surface)).map(|w| w.name).collect();
    let places = workers
        .iter()
        .flat_map(|w| w.routes.iter().map(move |entry| (w.name, &entry.route)))
        .filter(|(_, route)| route.surfaces.contains(&surface))
        .map(|(worker, route)| Place { worker, method: route.method.as_str(), path: route.path })
        .collect();
    (fallback, places)
}

/// One surface's table, with what stands in the way.
pub fn table(surface: Surface, fallback: Option<&str>, places: &[Place<'_>]) -> (Table, Vec<String>) {
    let mut wanted: Vec<(&str, &str)> = places.iter().map(|p| (literal(p.path), p.worker)).collect();
    wanted.extend(fallback.map(|worker| ("/", worker)));
    // Shortest first, so that a prefix is added only where the shorter ones would lead elsewhere; at equal length the fallback's
    // `/` counts as nobody's own.
    wanted.sort_by_key(|(path, worker)| (path.len(), *path, Some(*worker) != fallback, *worker));
    wanted.dedup();
    let mut table = Table { surface, prefixes: Vec::new() };
    for (path, worker) in wanted {
        // Two Workers at one prefix: the first has it, and the routes of the second are found out of reach below.
        if table.owner(path) == Some(worker) || table.prefixes.iter().any(|p| p.path == path) {
            continue;
        }
        table.prefixes.push(Prefix { path: path.to_owned(), worker: worker.to_owned() });
        table.prefixes.sort_by(|a, b| b.path.len().cmp(&a.path.len()).then_with(|| a.path.cmp(&b.path)));
    }
    let mut findings = Vec::new();
    for place in places {
        let here = |what: &str| format!("{}: {what} {} {} of {}", surface.as_str(), place.method, place.path, place.worker);
        if place.path.starts_with(ASSETS) || place.path == "/assets" {
            findings.push(here("static files stand where there is"));
        }
        let at_literal = table.prefixes.iter().find(|p| literal(place.path).starts_with(&p.path));
        let beyond = table.prefixes.iter().filter(|p| takes(&p.path, place.path));
        for prefix in at_literal.into_iter().chain(beyond).filter(|p| p.worker != place.worker) {
            findings.push(here(&format!("{}*, which leads to {}, also takes requests for", prefix.path, prefix.worker)));
        }
    }
    (table, findings)
}

/// A path up to its first parameter.
pub fn literal(path: &str) -> &str {
    path.split_once('{').map_or(path, |(before, _)| before)
}

/// Whether a prefix longer than the route's own literal part takes some of the route's requests: a parameter can be any text
/// without a slash.
fn takes(prefix: &str, route: &str) -> bool {
    let own = literal(route);
    if own == route || prefix.len() <= own.len() {
        return false;
    }
    let mut wanted = prefix.split('/').peekable();
    let mut segments = route.split('/');
    while let Some(part) = wanted.next() {
        let last = wanted.peek().is_none();
        let fits = match segments.next() {
            None => return false,
            Some(segment) if segment.starts_with('{') => true,
            Some(segment) if last => segment.starts_with(part),
            Some(segment) => segment == part,
        };
        if !fits {
            return false;
        }
    }
    true
}

/// Paths that a route answers, to try a table with: parameters of several forms.
pub fn examples(route: &str) -> Vec<String> {
    ["x", "tkt_01hzy3m4n5p6q7r8s9t0v1w2x3", "new", "%C3%A9", "0"]
        .iter()
        .map(|value| route.split('/').map(|segment| if segment.starts_with('{') { *value } else { segment }).collect::<Vec<_>>().join("/"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place<'a>(worker: &'a str, path: &'a str) -> Place<'a> {
        Place { worker, method: "GET", path }
    }
    fn told(table: &Table) -> Vec<(&str, &str)> {
        table.prefixes.iter().map(|p| (p.path.as_str(), p.worker.as_str())).collect()
    }

    #[test]
    fn a_table_is_as_short_as_it_can_be() {
        let places = [
            place("api", "/v1/me"),
            place("api", "/v1/tickets/{id}"),
            place("exports", "/v1/exports"),
            place("exports", "/v1/exports/{id}"),
            place("exports", "/v1/exports/{id}/download"),
            place("webhooks", "/v1/webhook-endpoints/{id}"),
        ];
        let (table, findings) = table(Surface::Api, Some("api"), &places);
        assert_eq!(told(&table), [("/v1/webhook-endpoints/", "webhooks"), ("/v1/exports", "exports"), ("/", "api")]);
        assert!(findings.is_empty(), "{findings:?}");
        for p in places {
            for path in examples(p.path) {
                assert_eq!(table.owner(&path), Some(p.worker), "{path}");
            }
        }
        assert_eq!(table.owner("/nowhere"), Some("api"));
    }

    #[test]
    fn a_longer_name_of_another_worker_gets_its_own_prefix() {
        let places = [place("exports", "/v1/exports"), place("archive", "/v1/exports-archive"), place("api", "/v1/exports-help")];
        let (table, findings) = table(Surface::Api, Some("api"), &places);
        assert_eq!(
            told(&table),
            [("/v1/exports-archive", "archive"), ("/v1/exports-help", "api"), ("/v1/exports", "exports"), ("/", "api")]
        );
        assert!(findings.is_empty());
    }

    #[test]
    fn what_a_prefix_cannot_tell_apart_is_a_clash() {
        let wrong = |places: &[Place<'_>]| table(Surface::App, Some("org"), places).1.join("\n");
        // The same literal part.
        assert!(wrong(&[place("org", "/o/{org}/tickets"), place("billing", "/o/{org}/billing")]).contains("/o/*, which leads to billing"));
        assert!(
            wrong(&[place("auth", "/o/{org}"), place("billing", "/o/{org}/billing")])
                .contains("/o/*, which leads to auth, also takes requests for GET /o/{org}/billing")
        );
        // A literal where the other has a parameter.
        assert!(wrong(&[place("org", "/o/{org}"), place("auth", "/o/new")]).contains("/o/new*, which leads to auth, also takes"));
        assert!(wrong(&[place("a", "/x/{id}/y"), place("b", "/x/z/y/w")]).is_empty(), "one segment more than the route has");
        assert!(wrong(&[place("a", "/x/{id}/yes"), place("b", "/x/z/y")]).contains("/x/z/y*"));
        assert!(wrong(&[place("org", "/assets/logo")]).contains("static files"));
    }

    #[test]
    fn without_a_fallback_the_rest_leads_nowhere() {
        let (table, _) = table(Surface::Portal, None, &[place("auth", "/sign-in")]);
        assert_eq!((table.owner("/sign-in"), table.owner("/sign-out")), (Some("auth"), None));
    }
}
