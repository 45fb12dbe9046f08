//! The wrangler files: one a Worker, its local part at the top level, what is deployed under `[env.production]`.
//!
//! Wrangler inherits almost nothing from the top level into an environment, so that everything is written twice, from the same
//! declarations. The local part has no routes (they make the local server rewrite Host and Origin) and no `[build]`
//! (`npm run build` builds everything once).

use crate::{
    deploy::{Delivery, Deploy, Environment},
    patterns::{Pattern, SWITCH},
    routing::Table,
};
use kernel::{
    config::SIGNING_KEYS,
    ports::Queue,
    worker::{Binding, Cron, LIMITERS, Worker},
};
use std::fmt::Write as _;

/// The Stripe of local development. Never deployed.
pub const EMULATOR: &str = "stripe-emulator";
/// Its settings.
pub const EMULATOR_VARS: &[&str] = &["STRIPE_API_VERSION"];
/// Its secrets: it signs and checks with what the Workers have.
pub const EMULATOR_SECRETS: &[&str] = &["STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRETS"];
/// What the paths of Workers that are only local begin with, on the app's host.
pub const LOCAL_PREFIX: &str = "/dev/";
/// The Worker that takes Stripe's events.
const BILLING: &str = "billing";
/// The variable that says where Stripe is. Who has it, locally gets a way to the emulator.
const STRIPE_API_BASE: &str = "STRIPE_API_BASE";
/// The binding that leads to the emulator, locally.
pub const EMULATOR_BINDING: &str = "STRIPE_EMULATOR";

/// The first lines of every generated TOML file.
pub const HEADER: &str = "# Generated from deploy.toml and the Worker's own declaration. Don't edit: cargo run -p xtask -- generate\n";

/// Names of a Worker's secrets, the common one first.
pub fn secrets(worker: &Worker) -> Vec<&'static str> {
    [SIGNING_KEYS].into_iter().chain(worker.secrets.iter().copied()).collect()
}

/// Those of its secrets that a deployment must have: without payments, not those of Stripe's.
pub fn required(worker: &Worker, deploy: &Deploy, environment: Environment) -> Vec<&'static str> {
    let off = deploy.vars(environment).get("STRIPE_MODE").is_some_and(|mode| mode == "off");
    secrets(worker).into_iter().filter(|name| !(off && name.starts_with("STRIPE_"))).collect()
}

/// The name of the switch's binding to a Worker.
pub fn service_binding(worker: &str) -> String {
    worker.to_ascii_uppercase().replace('-', "_")
}

/// Writes TOML, table by table.
struct Toml {
    text: String,
    /// `` or `env.production.`
    at: &'static str,
}
impl Toml {
    fn table(&mut self, name: &str) {
        let _ = write!(self.text, "\n[{}{name}]\n", self.at);
    }
    fn item(&mut self, name: &str) {
        let _ = write!(self.text, "\n[[{}{name}]]\n", self.at);
    }
    fn set(&mut self, key: &str, value: impl Into<toml::Value>) {
        let _ = writeln!(self.text, "{key} = {}", value.into());
    }
    fn texts<S: AsRef<str>>(&mut self, key: &str, values: &[S]) {
        let values: Vec<toml::Value> = values.iter().map(|v| toml::Value::String(v.as_ref().to_owned())).collect();
        self.set(key, toml::Value::Array(values));
    }
}

/// What every file begins with.
fn begin(deploy: &Deploy, folder: &str) -> Toml {
    let mut out = Toml { text: HEADER.to_owned(), at: "" };
    out.set("name", deploy.worker_name(Environment::Local, folder));
    out.set("main", "build/index.js");
    out.set("compatibility_date", deploy.compatibility_date.clone());
    out.texts("compatibility_flags", deploy.flags(Environment::Local));
    // What `npm run build` made is uploaded module by module, as the tests ran it: no bundler of wrangler's in between.
    out.set("no_bundle", true);
    out.text.push_str("rules = [{ type = \"ESModule\", globs = [\"**/*.js\", \"**/*.mjs\"] }]\n");
    // Nothing is deployed from the top level; should it be, then at no address.
    out.set("workers_dev", false);
    out
}

/// What the deployed part begins with.
fn begin_production(out: &mut Toml, deploy: &Deploy, folder: &str, patterns: &[Pattern]) {
    let rule = "-".repeat(116);
    let _ = write!(out.text, "\n# {rule} production\n\n[env.production]\n");
    out.at = "env.production.";
    out.set("name", deploy.worker_name(Environment::Production, folder));
    out.texts("compatibility_flags", deploy.flags(Environment::Production));
    out.set("workers_dev", false);
    out.set("preview_urls", false);
    let own: Vec<&Pattern> = patterns.iter().filter(|p| p.worker == folder).collect();
    if !own.is_empty() {
        out.text.push_str("routes = [\n");
        for pattern in own {
            let (text, zone) = (toml::Value::String(pattern.text()), toml::Value::String(pattern.zone.clone()));
            let _ = writeln!(out.text, "  {{ pattern = {text}, zone_name = {zone} }},");
        }
        out.text.push_str("]\n");
    }
    out.table("observability");
    out.set("enabled", true);
}

/// The file of a Worker of the fleet.
pub fn worker(deploy: &Deploy, worker: &Worker, patterns: &[Pattern]) -> String {
    let mut out = begin(deploy, worker.name);
    holdings(&mut out, deploy, worker, Environment::Local);
    if worker.vars.contains(&STRIPE_API_BASE) {
        service(&mut out, EMULATOR_BINDING, &deploy.worker_name(Environment::Local, EMULATOR));
    }
    begin_production(&mut out, deploy, worker.name, patterns);
    holdings(&mut out, deploy, worker, Environment::Production);
    out.text
}

/// Variables that name the environment and its hosts, as `kernel::config` reads them.
pub fn common_vars(deploy: &Deploy, environment: Environment) -> Vec<(&'static str, String)> {
    let hosts = deploy.hosts(environment);
    let name = match environment {
        Environment::Local => "local",
        Environment::Production => "production",
    };
    let mut vars = vec![
        ("ENVIRONMENT", name.to_owned()),
        ("APP_HOST", hosts.app.clone()),
        ("PLATFORM_HOST", hosts.platform.clone()),
        ("API_HOST", hosts.api.clone()),
        ("PORTAL_DOMAIN", hosts.portal_domain.clone()),
    ];
    vars.extend(hosts.api_alias.clone().map(|alias| ("API_ALIAS_HOST", alias)));
    vars
}

fn own_vars(out: &mut Toml, deploy: &Deploy, environment: Environment, names: &[&str]) {
    for name in names {
        // One without a value is reported by `Deploy::disagreements`.
        if let Some(value) = deploy.vars(environment).get(*name) {
            out.set(name, value.clone());
        }
    }
}

fn service(out: &mut Toml, binding: &str, target: &str) {
    out.item("services");
    out.set("binding", binding);
    out.set("service", target);
}

/// Variables, secrets, bindings, queues and crons of a Worker.
fn holdings(out: &mut Toml, deploy: &Deploy, worker: &Worker, environment: Environment) {
    out.table("vars");
    for (name, value) in common_vars(deploy, environment) {
        out.set(name, value);
    }
    own_vars(out, deploy, environment, worker.vars);
    out.table("secrets");
    out.texts("required", &required(worker, deploy, environment));

    let (d1_id, kv_id) = match environment {
        // Locally an id is only the name of a folder; no account has such ids, so that the local part can't be deployed.
        Environment::Local => (deploy.resources.d1.clone(), deploy.resources.kv.clone()),
        Environment::Production => (deploy.production.resources.d1_id.clone(), deploy.production.resources.kv_id.clone()),
    };
    for binding in worker.bindings {
        match binding {
            Binding::Db => {
                out.item("d1_databases");
                out.set("binding", "DB");
                out.set("database_name", deploy.resources.d1.clone());
                out.set("database_id", d1_id.clone());
                out.set("migrations_dir", "../../d1-migrations");
            }
            Binding::Kv => {
                out.item("kv_namespaces");
                out.set("binding", "KV");
                out.set("id", kv_id.clone());
            }
            Binding::Exports => {
                out.item("r2_buckets");
                out.set("binding", "EXPORTS");
                out.set("bucket_name", deploy.resources.r2.clone());
            }
            Binding::Assets => {
                out.item("r2_buckets");
                out.set("binding", "BRAND_ASSETS");
                out.set("bucket_name", deploy.resources.r2_assets.clone());
            }
            Binding::Send(queue) => {
                out.item("queues.producers");
                out.set("binding", queue.binding());
                out.set("queue", queue.name());
            }
            // Locally mail stays in the dev inbox, so that there is no way out to bind.
            Binding::Mailer if environment == Environment::Local => {}
            Binding::Mailer => {
                out.item("send_email");
                out.set("name", "EMAIL");
            }
            Binding::Limiters => {
                for ((name, limit), namespace) in LIMITERS.iter().zip(deploy.ratelimit_namespace..) {
                    out.item("ratelimits");
                    out.set("name", *name);
                    out.set("namespace_id", namespace.to_string());
                    let _ = writeln!(out.text, "simple = {{ limit = {limit}, period = 10 }}");
                }
            }
        }
    }
    for queue in worker.consumes {
        if let Some(delivery) = deploy.queues.get(queue.name()) {
            consumer(out, *queue, *delivery);
        }
    }
    crons(out, worker.crons);
}

/// A queue's consumer, and that of its dead letters, which only writes down what was given up.
fn consumer(out: &mut Toml, queue: Queue, delivery: Delivery) {
    out.item("queues.consumers");
    out.set("queue", queue.name());
    out.set("max_batch_size", delivery.batch);
    out.set("max_batch_timeout", delivery.batch_seconds);
    out.set("max_retries", delivery.retries);
    out.set("retry_delay", delivery.retry_seconds);
    out.set("dead_letter_queue", queue.dead_letters());
    out.item("queues.consumers");
    out.set("queue", queue.dead_letters());
    out.set("max_batch_size", 10);
    out.set("max_batch_timeout", 5);
    out.set("max_retries", 100);
    out.set("retry_delay", 60);
}

fn crons(out: &mut Toml, crons: &[Cron]) {
    if !crons.is_empty() {
        out.table("triggers");
        out.texts("crons", &crons.iter().map(|c| c.schedule()).collect::<Vec<_>>());
    }
}

/// The file of the switch. Locally it leads to every Worker with routes; what is deployed serves static files and nothing else,
/// since there the platform's own routes do the rest.
pub fn switch(deploy: &Deploy, tables: &[Table], patterns: &[Pattern]) -> String {
    let mut out = begin(deploy, SWITCH);
    switch_holdings(&mut out, deploy, Environment::Local);
    let mut targets: Vec<&str> = tables.iter().flat_map(|t| &t.prefixes).map(|p| p.worker.as_str()).collect();
    targets.sort_unstable();
    targets.dedup();
    targets.push(EMULATOR);
    targets.extend(crate::fleet::LOCAL_WORKERS.iter().map(|w| w.name));
    for target in targets {
        service(&mut out, &service_binding(target), &deploy.worker_name(Environment::Local, target));
    }
    begin_production(&mut out, deploy, SWITCH, patterns);
    switch_holdings(&mut out, deploy, Environment::Production);
    out.text
}

fn switch_holdings(out: &mut Toml, deploy: &Deploy, environment: Environment) {
    out.table("assets");
    out.set("directory", "public");
    out.set("binding", "ASSETS");
    out.set("run_worker_first", true);
    out.table("vars");
    for (name, value) in common_vars(deploy, environment) {
        out.set(name, value);
    }
}

/// The file of a Worker of the kernel's making that is local only, so without a production part.
pub fn local_worker(deploy: &Deploy, worker: &Worker) -> String {
    let mut out = begin(deploy, worker.name);
    holdings(&mut out, deploy, worker, Environment::Local);
    out.text
}

/// The file of the emulator: local only, so without a production part.
pub fn emulator(deploy: &Deploy) -> String {
    let mut out = begin(deploy, EMULATOR);
    out.table("vars");
    out.set("ENVIRONMENT", "local");
    // Whose webhooks it sends, it sends there: the Worker behind BILLING resolves hosts as always.
    out.set("API_HOST", deploy.local.hosts.api.as_str());
    own_vars(&mut out, deploy, Environment::Local, EMULATOR_VARS);
    out.table("secrets");
    out.texts("required", EMULATOR_SECRETS);
    out.item("kv_namespaces");
    out.set("binding", "KV");
    out.set("id", format!("{}-{EMULATOR}", deploy.resources.kv));
    service(&mut out, "BILLING", &deploy.worker_name(Environment::Local, BILLING));
    crons(&mut out, &[Cron::Minute]);
    out.text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_payments_stripes_secrets_are_not_required() {
        let text = include_str!("../../deploy.toml");
        let (on, off) =
            (Deploy::parse(text).unwrap(), Deploy::parse(&text.replacen("STRIPE_MODE = \"live\"", "STRIPE_MODE = \"off\"", 1)).unwrap());
        for worker in [&billing::WORKER, &jobs::WORKER] {
            assert_eq!(required(worker, &on, Environment::Production), secrets(worker));
            assert!(required(worker, &off, Environment::Production).iter().all(|name| !name.starts_with("STRIPE_")));
            assert_eq!(required(worker, &off, Environment::Local), secrets(worker));
        }
    }
}
