//! Least privilege: which Worker may hold what.

use kernel::{
    route::Auth,
    worker::{Binding, Worker},
};

/// A secret with the Workers that may hold it. A secret that stands in no row may be held by none.
const SECRETS: &[(&str, &[&str])] = &[
    ("STRIPE_WEBHOOK_SECRETS", &["billing"]),
    ("STRIPE_SECRET_KEY", &["jobs", "billing"]),
    ("RESEND_API_KEY", &["jobs"]),
    ("CLOUDFLARE_API_TOKEN", &["jobs"]),
    ("PLATFORM_BOOTSTRAP_TOKEN", &["auth"]),
];
/// The Workers that may hold the export bucket.
const EXPORTS: &[&str] = &["exports", "jobs"];

/// The Workers that may hold the bucket of logos: one stores, one shows, one removes.
const ASSETS: &[&str] = &["org", "portal", "jobs"];

/// What is wrong with what the Workers hold.
pub fn violations(workers: &[&Worker]) -> Vec<String> {
    let mut wrong = Vec::new();
    for worker in workers {
        for secret in worker.secrets {
            let allowed = SECRETS.iter().find(|(name, _)| name == secret).map_or(&[][..], |(_, names)| names);
            if !allowed.contains(&worker.name) {
                wrong.push(format!("{} holds the secret {secret}; {allowed:?} may", worker.name));
            }
        }
        for name in worker.vars {
            let looks_secret = ["SECRET", "PASSWORD", "TOKEN", "_KEY", "SIGNING"].iter().any(|word| name.contains(word));
            if looks_secret {
                wrong.push(format!("{} has {name} among its variables: it looks like a secret", worker.name));
            }
        }
        if worker.bindings.contains(&Binding::Exports) && !EXPORTS.contains(&worker.name) {
            wrong.push(format!("{} holds the export bucket; {EXPORTS:?} may", worker.name));
        }
        if worker.bindings.contains(&Binding::Assets) && !ASSETS.contains(&worker.name) {
            wrong.push(format!("{} holds the bucket of logos; {ASSETS:?} may", worker.name));
        }
        let background = !worker.consumes.is_empty() || !worker.crons.is_empty();
        if background && !worker.routes.is_empty() {
            wrong.push(format!("{} has public routes beside its queues or crons", worker.name));
        }
        let provider = worker.routes.iter().any(|entry| matches!(entry.route.auth, Auth::Provider(_)));
        if worker.secrets.contains(&"STRIPE_WEBHOOK_SECRETS") && !worker.routes.is_empty() && !provider {
            wrong.push(format!("{} holds a provider's secret without a route of that provider", worker.name));
        }
    }
    wrong
}
