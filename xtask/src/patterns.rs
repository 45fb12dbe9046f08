//! Cloudflare's routes: patterns of host and path, each leading to one Worker; made from the tables, and matched as Cloudflare does.
//!
//! "The most specific pattern wins", says its documentation, without an order between a more specific host and a more specific
//! path. So nothing here depends on one: wherever two patterns take the same request, one of them must lie within the other.

use crate::{
    deploy::Deploy,
    routing::{ASSETS, Prefix, Table},
};
use kernel::host::Surface;

/// The Worker that serves static files.
pub const SWITCH: &str = "switch";

/// The host part of a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HostPart {
    /// That host.
    Exactly(String),
    /// Every host whose visitors come into the zone: its own names, and tenants' domains that lead to it (custom hostnames).
    Any,
}
impl HostPart {
    fn takes(&self, host: &str) -> bool {
        match self {
            Self::Exactly(own) => own == host,
            Self::Any => true,
        }
    }
    fn is_inside(&self, outer: &Self) -> bool {
        match self {
            Self::Exactly(host) => outer.takes(host),
            Self::Any => *outer == Self::Any,
        }
    }
}

/// A route of the platform.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    /// The zone it belongs to.
    pub zone: String,
    /// Its host.
    pub host: HostPart,
    /// What the path begins with.
    pub path: String,
    /// The Worker it leads to.
    pub worker: String,
}
impl Pattern {
    /// As Cloudflare writes it. It ends in `*` always: a pattern is matched against the query string as well.
    pub fn text(&self) -> String {
        match &self.host {
            HostPart::Exactly(host) => format!("{host}{}*", self.path),
            HostPart::Any => format!("*{}*", self.path),
        }
    }
    fn takes(&self, zone: &str, host: &str, path: &str) -> bool {
        self.zone == zone && self.host.takes(host) && path.starts_with(&self.path)
    }
    fn is_inside(&self, outer: &Self) -> bool {
        self.zone == outer.zone && self.host.is_inside(&outer.host) && self.path.starts_with(&outer.path)
    }
}

/// All routes of production.
pub fn patterns(deploy: &Deploy, tables: &[Table]) -> Vec<Pattern> {
    let (hosts, zones) = (&deploy.production.hosts, &deploy.production.zones);
    let mut all = Vec::new();
    let portal: Vec<Prefix> = tables.iter().filter(|t| t.surface == Surface::Portal).flat_map(with_assets).collect();
    for prefix in &portal {
        // Under the portal domain, and on tenants' own domains, of which only Cloudflare knows which there are.
        all.push(Pattern { zone: zones.portals.clone(), host: HostPart::Any, path: prefix.path.clone(), worker: prefix.worker.clone() });
    }
    for table in tables {
        let host = match table.surface {
            Surface::App => &hosts.app,
            Surface::Platform => &hosts.platform,
            Surface::Api => &hosts.api,
            Surface::Portal => continue,
        };
        let mut prefixes = with_assets(table);
        // A host of ours in the portals' zone would share their patterns: each gets a more specific one here.
        if zones.main == zones.portals {
            for Prefix { path, .. } in &portal {
                if let (false, Some(owner)) = (prefixes.iter().any(|p| p.path == *path), table.owner(path)) {
                    prefixes.push(Prefix { path: path.clone(), worker: owner.to_owned() });
                }
            }
        }
        for Prefix { path, worker } in prefixes {
            all.push(Pattern { zone: zones.main.clone(), host: HostPart::Exactly(host.clone()), path, worker });
        }
    }
    all.sort_by_key(|p| (p.worker.clone(), p.text()));
    all
}

/// A surface's prefixes; where there are pages, with the static files.
fn with_assets(table: &Table) -> Vec<Prefix> {
    let mut prefixes = table.prefixes.clone();
    if table.surface != Surface::Api && !prefixes.is_empty() {
        prefixes.push(Prefix { path: ASSETS.to_owned(), worker: SWITCH.to_owned() });
    }
    prefixes
}

/// The Worker that a request reaches; `None` when it reaches none.
///
/// # Errors
/// Two patterns of which neither is the more specific.
pub fn reached<'p>(patterns: &'p [Pattern], zone: &str, host: &str, path: &str) -> Result<Option<&'p str>, String> {
    let all: Vec<&Pattern> = patterns.iter().filter(|p| p.takes(zone, host, path)).collect();
    let Some(best) = all.iter().find(|p| all.iter().all(|other| p.is_inside(other))) else {
        return match all.as_slice() {
            [] => Ok(None),
            [first, rest @ ..] => {
                let others: Vec<String> = rest.iter().map(|p| format!("{} ({})", p.text(), p.worker)).collect();
                Err(format!("{host}{path}: neither {} ({}) nor {} is the more specific", first.text(), first.worker, others.join(", ")))
            }
        };
    };
    match all.iter().find(|p| p.worker != best.worker && best.is_inside(p) && p.is_inside(best)) {
        Some(same) => Err(format!("{}: leads to both {} and {}", best.text(), best.worker, same.worker)),
        None => Ok(Some(&best.worker)),
    }
}

/// A host to try each surface with, with its zone.
pub fn example_hosts(deploy: &Deploy, surface: Surface) -> (String, &str) {
    let (hosts, zones) = (&deploy.production.hosts, &deploy.production.zones);
    match surface {
        Surface::App => (hosts.app.clone(), &zones.main),
        Surface::Platform => (hosts.platform.clone(), &zones.main),
        Surface::Api => (hosts.api.clone(), &zones.main),
        Surface::Portal => (format!("northwind.{}", hosts.portal_domain), &zones.portals),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::routing::{Place, table};

    fn deploy(one_zone: bool) -> Deploy {
        let text = include_str!("../../deploy.toml");
        let text = if one_zone { text.replace("portico-portals.example", "portico.example") } else { text.to_owned() };
        Deploy::parse(&text).unwrap()
    }
    fn tables() -> Vec<Table> {
        let place = |worker, path| Place { worker, method: "GET", path };
        [
            table(Surface::App, Some("org"), &[place("auth", "/sign-in"), place("org", "/o/{org}")]),
            table(
                Surface::Portal,
                Some("portal"),
                &[place("auth", "/sign-in"), place("help", "/help/{page}"), place("portal", "/tickets/{id}")],
            ),
            table(Surface::Platform, Some("platform"), &[place("auth", "/sign-in")]),
            table(Surface::Api, Some("api"), &[place("exports", "/v1/exports")]),
        ]
        .into_iter()
        .map(|(table, findings)| {
            assert!(findings.is_empty(), "{findings:?}");
            table
        })
        .collect()
    }

    #[test]
    fn every_host_reaches_its_own_workers() {
        for one_zone in [false, true] {
            let deploy = deploy(one_zone);
            let patterns = patterns(&deploy, &tables());
            let reached = |surface, path: &str| {
                let (host, zone) = example_hosts(&deploy, surface);
                reached(&patterns, zone, &host, path).unwrap()
            };
            assert_eq!(reached(Surface::App, "/sign-in?next=/"), Some("auth"));
            assert_eq!(reached(Surface::App, "/"), Some("org"));
            assert_eq!(reached(Surface::App, "/help/x"), Some("org"), "the portal's paths are not the app's");
            assert_eq!(reached(Surface::Portal, "/help/x"), Some("help"));
            assert_eq!(reached(Surface::Portal, "/tickets/1"), Some("portal"));
            // A tenant's own domain, whose visitors come into the portals' zone, is a portal.
            let own = |path| super::reached(&patterns, &deploy.production.zones.portals, "support.customer.example", path).unwrap();
            assert_eq!((own("/sign-in"), own("/"), own("/assets/app.css")), (Some("auth"), Some("portal"), Some("switch")));
            assert_eq!(reached(Surface::Platform, "/assets/app.css"), Some("switch"));
            assert_eq!(reached(Surface::Api, "/v1/exports/1/download?link=x"), Some("exports"));
            assert_eq!(reached(Surface::Api, "/sign-in"), Some("api"));
            assert_eq!(reached(Surface::Api, "/assets/app.css"), Some("api"), "one_zone: {one_zone}");
        }
        // Another zone's patterns are none of this zone's business.
        let deploy = deploy(false);
        assert_eq!(super::reached(&patterns(&deploy, &tables()), "other.example", "app.portico.example", "/"), Ok(None));
    }

    #[test]
    fn what_would_depend_on_an_undocumented_order_is_refused() {
        let pattern = |host, path: &str, worker: &str| Pattern { zone: "z".into(), host, path: path.into(), worker: worker.into() };
        let any = || HostPart::Any;
        let exact = || HostPart::Exactly("app.a.z".into());
        let unclear = [pattern(any(), "/sign-in", "auth"), pattern(exact(), "/", "org")];
        assert!(reached(&unclear, "z", "app.a.z", "/sign-in").unwrap_err().contains("neither"));
        assert_eq!(reached(&unclear, "z", "app.a.z", "/"), Ok(Some("org")));
        let twice = [pattern(exact(), "/", "org"), pattern(exact(), "/", "auth")];
        assert!(reached(&twice, "z", "app.a.z", "/").unwrap_err().contains("leads to both"));
    }

    #[test]
    fn patterns_read_as_cloudflare_writes_them() {
        let all: Vec<String> = patterns(&deploy(false), &tables()).iter().map(Pattern::text).collect();
        assert!(all.contains(&"*/sign-in*".to_owned()), "{all:?}");
        assert!(all.contains(&"api.portico.example/v1/exports*".to_owned()), "{all:?}");
        assert!(all.iter().all(|p| p.ends_with('*')), "{all:?}");
    }
}
