//! `deploy.toml`: where the product runs and what it runs on, as a deployer writes it down.

use kernel::{config::COMMON_VARS, host::normalize, ports::Queue, worker::Worker};
use serde::Deserialize;
use std::collections::BTreeMap;

/// The file's name, for messages.
pub const FILE: &str = "deploy.toml";

/// All of `deploy.toml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deploy {
    /// First part of every Worker's name.
    pub name: String,
    /// The platform's behavior is pinned to this day.
    pub compatibility_date: String,
    /// The first of the burst limiters' namespaces.
    pub ratelimit_namespace: u32,
    /// What is deployed.
    pub production: Production,
    /// A developer's machine and the tests.
    pub local: Local,
    /// Names of resources.
    pub resources: Resources,
    /// How each queue is consumed, by the queue's name.
    pub queues: BTreeMap<String, Delivery>,
}

/// The deployed environment.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Production {
    /// Flags of the platform.
    pub compatibility_flags: Vec<String>,
    /// Names it answers to.
    pub hosts: Hosts,
    /// The zones that hold those names.
    pub zones: Zones,
    /// What Cloudflare calls the resources.
    pub resources: Ids,
    /// Values of the Workers' own variables.
    pub vars: BTreeMap<String, String>,
}

/// The local environment.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Local {
    /// Flags of the platform.
    pub compatibility_flags: Vec<String>,
    /// Names it answers to.
    pub hosts: Hosts,
    /// Values of the Workers' own variables.
    pub vars: BTreeMap<String, String>,
}

/// Host names.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hosts {
    /// The staff's app.
    pub app: String,
    /// The operators' console.
    pub platform: String,
    /// The API.
    pub api: String,
    /// Portals stand under it.
    pub portal_domain: String,
    /// The API once more; local only.
    pub api_alias: Option<String>,
}

/// Cloudflare zones.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Zones {
    /// Of app, platform and API.
    pub main: String,
    /// Of the portals.
    pub portals: String,
}

/// Names of resources in the account.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Resources {
    /// The database.
    pub d1: String,
    /// The KV namespace.
    pub kv: String,
    /// The bucket of exports.
    pub r2: String,
    /// The bucket of what pages show: logos.
    pub r2_assets: String,
}

/// Ids that Cloudflare gave.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ids {
    /// Of the database.
    pub d1_id: String,
    /// Of the KV namespace.
    pub kv_id: String,
}

/// How a queue hands its messages over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Delivery {
    /// At most so many messages at once.
    pub batch: u32,
    /// Wait at most so long for a full batch.
    pub batch_seconds: u32,
    /// Deliveries after the first before a message is given up.
    pub retries: u32,
    /// Pause before a message comes again.
    pub retry_seconds: u32,
}

/// One of the two environments, as the generators ask for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Environment {
    /// The top level of a wrangler file.
    Local,
    /// `[env.production]`.
    Production,
}

impl Deploy {
    /// Reads the file's text.
    ///
    /// # Errors
    /// What can't be read or makes no sense, one finding a line.
    pub fn parse(text: &str) -> Result<Self, Vec<String>> {
        let deploy: Self = toml::from_str(text).map_err(|e| vec![format!("{FILE}: {}", e.to_string().trim_end())])?;
        let findings = deploy.findings();
        if findings.is_empty() { Ok(deploy) } else { Err(findings.into_iter().map(|f| format!("{FILE}: {f}")).collect()) }
    }

    fn findings(&self) -> Vec<String> {
        let mut found = Vec::new();
        for (part, hosts) in [("production", &self.production.hosts), ("local", &self.local.hosts)] {
            let named = [("app", &hosts.app), ("platform", &hosts.platform), ("api", &hosts.api), ("portal_domain", &hosts.portal_domain)];
            for (name, host) in named {
                if normalize(host).as_deref() != Some(host.as_str()) {
                    found.push(format!("{part}.hosts.{name} = \"{host}\" is no host name in lower case without port"));
                }
            }
            let fixed = [&hosts.app, &hosts.platform, &hosts.api];
            for (i, host) in fixed.iter().enumerate() {
                if fixed.iter().skip(i + 1).any(|other| other == host) {
                    found.push(format!("{part}.hosts: {host} stands for two surfaces"));
                }
            }
        }
        let (hosts, zones) = (&self.production.hosts, &self.production.zones);
        if hosts.api_alias.is_some() {
            found.push("production.hosts.api_alias is for local use only".into());
        }
        let places = [
            ("app", &hosts.app, "main", &zones.main),
            ("platform", &hosts.platform, "main", &zones.main),
            ("api", &hosts.api, "main", &zones.main),
            ("portal_domain", &hosts.portal_domain, "portals", &zones.portals),
        ];
        for (name, host, zone, within) in places {
            if !is_within(host, within) {
                found.push(format!("production.hosts.{name} = \"{host}\" is not in production.zones.{zone} = \"{within}\""));
            }
        }
        for queue in Queue::ALL {
            match self.queues.get(queue.name()) {
                None => found.push(format!("[queues.{}] is missing", queue.name())),
                Some(d) if !(1..=100).contains(&d.batch) || d.batch_seconds > 60 || d.retries > 100 || d.retry_seconds > 43_200 => {
                    found.push(format!(
                        "[queues.{}]: the platform takes batch 1–100, batch_seconds 0–60, retries 0–100, retry_seconds 0–43200",
                        queue.name()
                    ));
                }
                Some(_) => {}
            }
        }
        for name in self.queues.keys() {
            if !Queue::ALL.iter().any(|q| q.name() == name) {
                found.push(format!("[queues.{name}]: there is no such queue"));
            }
        }
        let local: Vec<&String> = self.local.vars.keys().collect();
        let production: Vec<&String> = self.production.vars.keys().collect();
        for name in local.iter().filter(|n| !production.contains(n)) {
            found.push(format!("local.vars.{name} has no counterpart in production.vars"));
        }
        for name in production.iter().filter(|n| !local.contains(n)) {
            found.push(format!("production.vars.{name} has no counterpart in local.vars"));
        }
        found
    }

    /// What disagrees with the Workers: a variable without a value, a value that nobody reads.
    pub fn disagreements(&self, workers: &[&Worker], others: &[&str]) -> Vec<String> {
        let mut found = Vec::new();
        for worker in workers {
            for name in worker.vars.iter().filter(|name| !self.local.vars.contains_key(**name)) {
                found
                    .push(format!("{FILE}: the {} Worker reads {name}, which has no value in local.vars and production.vars", worker.name));
            }
            for name in worker.vars.iter().filter(|name| COMMON_VARS.contains(name)) {
                found.push(format!("workers/{}: {name} is common to all Workers; leave it out of `vars`", worker.name));
            }
        }
        for name in self.local.vars.keys() {
            if !others.contains(&name.as_str()) && !workers.iter().any(|w| w.vars.contains(&name.as_str())) {
                found.push(format!("{FILE}: no Worker reads {name}; remove it from local.vars and production.vars"));
            }
        }
        found
    }

    /// The hosts of an environment.
    pub fn hosts(&self, environment: Environment) -> &Hosts {
        match environment {
            Environment::Local => &self.local.hosts,
            Environment::Production => &self.production.hosts,
        }
    }
    /// The values of the Workers' own variables in an environment.
    pub fn vars(&self, environment: Environment) -> &BTreeMap<String, String> {
        match environment {
            Environment::Local => &self.local.vars,
            Environment::Production => &self.production.vars,
        }
    }
    /// The platform's flags in an environment.
    pub fn flags(&self, environment: Environment) -> &[String] {
        match environment {
            Environment::Local => &self.local.compatibility_flags,
            Environment::Production => &self.production.compatibility_flags,
        }
    }
    /// A Worker's name in an environment. They differ, so that deploying the local part by mistake never replaces the real one.
    pub fn worker_name(&self, environment: Environment, folder: &str) -> String {
        match environment {
            Environment::Local => format!("{}-local-{folder}", self.name),
            Environment::Production => format!("{}-{folder}", self.name),
        }
    }
}

/// Whether a host is a zone's own name or below it.
pub fn is_within(host: &str, zone: &str) -> bool {
    host == zone || host.strip_suffix(zone).is_some_and(|rest| rest.ends_with('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = include_str!("../../deploy.toml");

    fn findings(from: &str, to: &str) -> String {
        assert!(TEXT.contains(from), "{from}");
        Deploy::parse(&TEXT.replacen(from, to, 1)).map(|_| ()).unwrap_err().join("\n")
    }

    #[test]
    fn the_committed_file_is_sound() {
        Deploy::parse(TEXT).unwrap();
    }

    #[test]
    fn a_mistake_is_named_where_it_is() {
        assert!(findings("app = \"app.portico.example\"", "app = \"App.portico.example:443\"").contains("production.hosts.app"));
        assert!(findings("main = \"portico.example\"", "main = \"other.example\"").contains("is not in production.zones.main"));
        assert!(findings("api = \"api.portico.example\"", "api = \"app.portico.example\"").contains("two surfaces"));
        assert!(findings("[queues.portico-stripe]", "[queues.portico-strype]").contains("[queues.portico-stripe] is missing"));
        assert!(findings("batch = 10", "batch = 1000").contains("batch 1–100"));
        assert!(findings("STRIPE_MODE = \"live\"", "").contains("local.vars.STRIPE_MODE has no counterpart"));
        assert!(findings("kv = \"portico\"", "kvv = \"portico\"").contains("kvv"));
        assert!(findings("[production.zones]", "api_alias = \"localhost\"\n[production.zones]").contains("local use only"));
    }

    #[test]
    fn a_zone_holds_its_own_name_and_what_is_below() {
        assert!(is_within("a.example", "a.example") && is_within("b.a.example", "a.example"));
        assert!(!is_within("ba.example", "a.example") && !is_within("example", "a.example"));
    }
}
