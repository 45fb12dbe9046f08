//! No two routes answer the same request, of whatever Worker: on each surface one matcher takes them all.

use kernel::{host::Surface, worker::Worker};
use std::collections::BTreeMap;

/// A route in the small: where it is served, and by whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The Worker.
    pub worker: &'static str,
    /// The surface.
    pub surface: Surface,
    /// The method.
    pub method: &'static str,
    /// The path.
    pub path: &'static str,
}

/// Every place of every route.
pub fn places(workers: &[&Worker]) -> Vec<Place> {
    let mut all = Vec::new();
    for worker in workers {
        for route in worker.routes.iter().map(|entry| &entry.route) {
            for surface in route.surfaces {
                all.push(Place { worker: worker.name, surface: *surface, method: route.method.as_str(), path: route.path });
            }
        }
    }
    all
}

/// Which places clash: the same surface, method and path twice, paths that no matcher tells apart, or one path in two Workers
/// (whose requests can't be told apart by path alone, which is all that Cloudflare's routes look at).
pub fn clashes(places: &[Place]) -> Vec<String> {
    let mut wrong = Vec::new();
    for surface in Surface::ALL {
        let here: Vec<&Place> = places.iter().filter(|p| p.surface == surface).collect();
        let mut owners: BTreeMap<&str, &str> = BTreeMap::new();
        let mut matcher = matchit::Router::new();
        for (at, place) in here.iter().enumerate() {
            let twice = here.iter().take(at).any(|p| p.method == place.method && p.path == place.path);
            if twice {
                wrong.push(format!("{} {} {} is declared twice", surface.as_str(), place.method, place.path));
            }
            match owners.insert(place.path, place.worker) {
                None => {
                    if let Err(e) = matcher.insert(place.path, ()) {
                        wrong.push(format!("{} {}: {e}", surface.as_str(), place.path));
                    }
                }
                Some(other) if other != place.worker => {
                    wrong.push(format!("{} {} is both {other}'s and {}'s", surface.as_str(), place.path, place.worker));
                }
                Some(_) => {}
            }
        }
    }
    wrong
}

/// The surfaces on which not exactly one Worker answers what no route matches.
pub fn fallbacks(workers: &[&Worker]) -> Vec<String> {
    let of = |surface: Surface| workers.iter().filter(|w| w.fallback.contains(&surface)).map(|w| w.name).collect::<Vec<_>>();
    let named = Surface::ALL.into_iter().map(|surface| (surface, of(surface)));
    named.filter(|(_, names)| names.len() != 1).map(|(surface, names)| format!("{}: {names:?}", surface.as_str())).collect()
}
