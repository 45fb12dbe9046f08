//! `docs/workers.md`: what each Worker may hold, for those who review and those who set secrets.

use crate::{
    deploy::Environment,
    files::Project,
    patterns::{Pattern, SWITCH},
    wrangler,
};
use kernel::{
    ports::Queue,
    worker::{Binding, LIMITERS, Worker},
};
use std::{fmt::Write as _, fs, path::Path};

/// The document's text.
pub fn workers(project: &Project, root: &Path) -> String {
    let mut out = String::from(
        "<!-- Generated from deploy.toml and the Workers' own declarations. Don't edit: cargo run -p xtask -- generate -->\n\n\
         # Workers\n\n\
         What each Worker answers and what it may hold: no binding, variable or secret beyond these is in its wrangler file, and\n\
         `cargo run -p xtask -- check` (part of `npm test`) fails when they differ. `cargo run -p xtask -- routes` lists every route.\n\n\
         | Worker | for | routes | bindings | variables of its own | secrets | consumes | crons |\n\
         | --- | --- | --- | --- | --- | --- | --- | --- |\n",
    );
    for worker in project.workers {
        let cells = [
            code(&[worker.name]),
            description(root, worker.name),
            routes(worker),
            bindings(worker),
            code(worker.vars),
            code(&wrangler::secrets(worker)),
            code(&worker.consumes.iter().map(|q| q.name()).collect::<Vec<_>>()),
            code(&worker.crons.iter().map(|c| c.schedule()).collect::<Vec<_>>()),
        ];
        row(&mut out, &cells);
    }
    row(
        &mut out,
        &[
            code(&[SWITCH]),
            "Static files; locally also stands in for Cloudflare's routes.".into(),
            "none".into(),
            "`ASSETS`; locally a service binding to every Worker with routes".into(),
            String::new(),
            String::new(),
            String::new(),
            String::new(),
        ],
    );
    row(
        &mut out,
        &[
            code(&[wrangler::EMULATOR]),
            "A small Stripe for local development and tests. Never deployed: it has no `[env.production]`.".into(),
            "none".into(),
            "`KV`, service `BILLING`".into(),
            code(wrangler::EMULATOR_VARS),
            code(wrangler::EMULATOR_SECRETS),
            String::new(),
            code(&["* * * * *"]),
        ],
    );
    for worker in crate::fleet::LOCAL_WORKERS {
        row(
            &mut out,
            &[
                code(&[worker.name]),
                "Pages for developers, at `/dev/…` of the app's host. Never deployed: it has no `[env.production]`.".into(),
                "`app` `/dev/…`".into(),
                code(&["DB", "KV"]),
                String::new(),
                code(&wrangler::secrets(worker)),
                String::new(),
                String::new(),
            ],
        );
    }
    let common: Vec<&str> = wrangler::common_vars(&project.deploy, Environment::Production).iter().map(|(name, _)| *name).collect();
    let _ = write!(
        out,
        "\nEvery Worker also has the variables {}. Values are in `deploy.toml`.\n\n\
         Locally the Workers with `STRIPE_API_BASE` have a service binding `{}` to the emulator; it is in no deployed configuration.\n",
        code(&common),
        wrangler::EMULATOR_BINDING,
    );
    out.push_str("\n## Secrets\n\n| secret | held by |\n| --- | --- |\n");
    let mut names: Vec<&str> = project.workers.iter().flat_map(|w| wrangler::secrets(w)).collect();
    names.sort_unstable();
    names.dedup();
    for name in names {
        let holders: Vec<&str> = project.workers.iter().filter(|w| wrangler::secrets(w).contains(&name)).map(|w| w.name).collect();
        row(&mut out, &[code(&[name]), if holders.len() == project.workers.len() { "every Worker above".into() } else { code(&holders) }]);
    }
    out.push_str("\n## Queues\n\n| queue | sent by | consumed by | dead letters | batch | waits | deliveries |\n| --- | --- | --- | --- | --- | --- | --- |\n");
    for queue in Queue::ALL {
        let senders: Vec<&str> = project.workers.iter().filter(|w| w.bindings.contains(&Binding::Send(queue))).map(|w| w.name).collect();
        let consumers: Vec<&str> = project.workers.iter().filter(|w| w.consumes.contains(&queue)).map(|w| w.name).collect();
        let numbers = project.deploy.queues.get(queue.name()).map_or_else(Default::default, |d| {
            [d.batch.to_string(), format!("{} s", d.batch_seconds), format!("{}, {} s apart", d.retries.saturating_add(1), d.retry_seconds)]
        });
        let [batch, waits, deliveries] = numbers;
        let cells = [code(&[queue.name()]), code(&senders), code(&consumers), code(&[queue.dead_letters()]), batch, waits, deliveries];
        row(&mut out, &cells);
    }
    out.push_str("\n## Burst limiters\n\nPer location of Cloudflare, approximate; see `store::limits`.\n\n| binding | requests in 10 s |\n| --- | --- |\n");
    for (name, limit) in LIMITERS {
        row(&mut out, &[code(&[name]), limit.to_string()]);
    }
    out.push_str("\n## Cloudflare routes\n\n| pattern | Worker |\n| --- | --- |\n");
    for pattern in &project.patterns {
        row(&mut out, &[code(&[&Pattern::text(pattern)]), code(&[&pattern.worker])]);
    }
    out
}

fn row(out: &mut String, cells: &[String]) {
    let _ = writeln!(out, "| {} |", cells.join(" | "));
}

fn code<S: AsRef<str>>(names: &[S]) -> String {
    names.iter().map(|n| format!("`{}`", n.as_ref())).collect::<Vec<_>>().join(", ")
}

fn routes(worker: &Worker) -> String {
    let fallback: Vec<&str> = worker.fallback.iter().map(|s| s.as_str()).collect();
    match (worker.routes.len(), fallback.is_empty()) {
        (0, true) => "none".into(),
        (count, true) => count.to_string(),
        (count, false) => format!("{count}, and the rest of {}", fallback.join(", ")),
    }
}

fn bindings(worker: &Worker) -> String {
    let names: Vec<String> = worker
        .bindings
        .iter()
        .map(|binding| match binding {
            Binding::Db => "`DB`".into(),
            Binding::Kv => "`KV`".into(),
            Binding::Exports => "`EXPORTS`".into(),
            Binding::Assets => "`BRAND_ASSETS`".into(),
            Binding::Send(queue) => format!("`{}`", queue.binding()),
            Binding::Limiters => "limiters".into(),
            Binding::Mailer => "`EMAIL`, deployed only".into(),
        })
        .collect();
    names.join(", ")
}

/// What the crate says it is for.
fn description(root: &Path, name: &str) -> String {
    #[derive(serde::Deserialize)]
    struct Manifest {
        package: Package,
    }
    #[derive(serde::Deserialize)]
    struct Package {
        #[serde(default)]
        description: String,
    }
    let text = fs::read_to_string(root.join("workers").join(name).join("Cargo.toml")).unwrap_or_default();
    toml::from_str::<Manifest>(&text).map_or_else(|_| String::new(), |m| m.package.description)
}
