//! What must hold between the declarations and the committed files.

use crate::{
    deploy::Environment,
    files::{File, Project},
    patterns::{self, SWITCH},
    routing::{ASSETS, examples, on},
    wrangler,
};
use kernel::host::Surface;
use std::{fs, path::Path};

/// The command that mends most of what is found here.
const REMEDY: &str = "cargo run -p xtask -- generate";

/// Everything that is wrong, one finding a line; empty when nothing is.
pub fn findings(project: &Project, root: &Path) -> Vec<String> {
    let mut found = project.findings.clone();
    found.extend(reachability(project));
    let files = project.files(root);
    found.extend(files.iter().filter_map(|file| stale(root, file)));
    found.extend(strangers(root, &files));
    for file in files.iter().filter(|f| f.path.ends_with("wrangler.toml")) {
        // The committed text, not the generated one: this must hold whatever the generator does.
        let text = fs::read_to_string(root.join(&file.path)).unwrap_or_default();
        found.extend(configuration(project, &file.path, &text));
    }
    found
}

/// Sends every route, every fallback and the static files through the tables and through Cloudflare's routes.
pub fn reachability(project: &Project) -> Vec<String> {
    let mut found = Vec::new();
    for surface in Surface::ALL {
        let (fallback, places) = on(project.workers, surface);
        let Some(table) = project.tables.iter().find(|t| t.surface == surface) else { continue };
        let (host, zone) = patterns::example_hosts(&project.deploy, surface);
        let mut expect = |path: &str, owner: &str, what: &str, in_table: bool| {
            if in_table && table.owner(path) != Some(owner) {
                found.push(format!(
                    "{}: the switch sends {path} to {}, but {what}",
                    surface.as_str(),
                    table.owner(path).unwrap_or("nobody")
                ));
            }
            match patterns::reached(&project.patterns, zone, &host, path) {
                Ok(Some(worker)) if worker == owner => {}
                Ok(reached) => found.push(format!("Cloudflare sends {host}{path} to {}, but {what}", reached.unwrap_or("nobody"))),
                Err(why) => found.push(format!("Cloudflare's routes: {why}")),
            }
        };
        for place in &places {
            for path in examples(place.path) {
                expect(&path, place.worker, &format!("{} {} is a route of {}", place.method, place.path, place.worker), true);
            }
        }
        if let [fallback] = fallback.as_slice() {
            for path in ["/no/such/route", "/favicon.ico"] {
                expect(path, fallback, &format!("{fallback} answers what no route matches"), true);
            }
        }
        if surface != Surface::Api && !table.prefixes.is_empty() {
            expect(&format!("{ASSETS}app.css"), SWITCH, "static files are served by the switch", false);
        }
    }
    found
}

fn stale(root: &Path, file: &File) -> Option<String> {
    match fs::read_to_string(root.join(&file.path)) {
        Ok(there) if there == file.text => None,
        Ok(there) => {
            let line = there.lines().zip(file.text.lines()).take_while(|(a, b)| a == b).count().saturating_add(1);
            Some(format!("{}:{line} is not what the declarations say; run: {REMEDY}", file.path))
        }
        Err(_) => Some(format!("{} is missing; run: {REMEDY}", file.path)),
    }
}

/// Wrangler files of Workers that nobody declares: they would be deployed all the same.
fn strangers(root: &Path, files: &[File]) -> Vec<String> {
    let Ok(folders) = fs::read_dir(root.join("workers")) else { return vec!["workers/ can't be read".into()] };
    let mut found: Vec<String> = folders
        .filter_map(Result::ok)
        .map(|folder| format!("workers/{}", folder.file_name().to_string_lossy()))
        .filter(|folder| root.join(folder).join("wrangler.toml").exists())
        .filter(|folder| !files.iter().any(|f| f.path == format!("{folder}/wrangler.toml")))
        .map(|folder| format!("{folder}/wrangler.toml belongs to no Worker of xtask/src/fleet.rs"))
        .collect();
    found.sort();
    found
}

/// What a wrangler file must never hold, and the secrets it must.
pub fn configuration(project: &Project, path: &str, text: &str) -> Vec<String> {
    let Ok(config) = text.parse::<toml::Table>() else { return vec![format!("{path} is no TOML")] };
    let mut found = Vec::new();
    for key in ["route", "routes"] {
        if config.contains_key(key) {
            found.push(format!("{path} has `{key}` at its top level: local development would rewrite Host and Origin"));
        }
    }
    if config.contains_key("build") {
        found.push(format!("{path} has [build]: npm run build builds everything once"));
    }
    let production = config.get("env").and_then(|env| env.get("production"));
    let secrets = |of: Option<&toml::Value>| -> Vec<String> {
        let list = of.and_then(|s| s.get("required")).and_then(toml::Value::as_array);
        list.into_iter().flatten().filter_map(toml::Value::as_str).map(str::to_owned).collect()
    };
    for worker in project.workers.iter().filter(|w| path == format!("workers/{}/wrangler.toml", w.name)) {
        let parts = [
            ("the top level", Environment::Local, config.get("secrets")),
            ("[env.production]", Environment::Production, production.and_then(|p| p.get("secrets"))),
        ];
        for (part, environment, table) in parts {
            let wanted = wrangler::required(worker, &project.deploy, environment);
            if secrets(table) != wanted {
                found.push(format!("{path}: {part} requires the secrets {:?}, the Worker declares {wanted:?}", secrets(table)));
            }
        }
    }
    let only_local = std::iter::once(wrangler::EMULATOR).chain(crate::fleet::LOCAL_WORKERS.iter().map(|w| w.name));
    for name in only_local.filter(|name| path == format!("workers/{name}/wrangler.toml")) {
        if config.contains_key("env") {
            found.push(format!("{path} has an environment: {name} is never deployed"));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{deploy::Deploy, fleet, routing::Prefix};

    fn project() -> Project {
        Project::of(Deploy::parse(include_str!("../../deploy.toml")).unwrap(), fleet::WORKERS)
    }

    #[test]
    fn every_route_reaches_its_owner() {
        let project = project();
        assert_eq!(reachability(&project), Vec::<String>::new());
        assert!(project.workers.iter().any(|w| !w.routes.is_empty()), "there is something to reach");
    }

    #[test]
    fn a_wrong_table_is_found() {
        let mut project = project();
        let api = project.tables.iter_mut().find(|t| t.surface == Surface::Api).unwrap();
        api.prefixes.insert(0, Prefix { path: "/v1/tickets".into(), worker: "exports".into() });
        assert!(reachability(&project).iter().any(|f| f.contains("the switch sends /v1/tickets to exports")));
        let mut project = self::project();
        project.patterns.retain(|p| p.worker != "exports");
        assert!(reachability(&project).iter().any(|f| f.contains("/v1/exports to api, but")));
        let mut project = self::project();
        let mut double = project.patterns.iter().find(|p| p.worker == "api").unwrap().clone();
        double.worker = "webhooks".into();
        project.patterns.push(double);
        assert!(reachability(&project).iter().any(|f| f.contains("leads to both api and webhooks")));
    }

    #[test]
    fn a_configuration_that_was_edited_by_hand_is_found() {
        let project = project();
        let api = project.workers.iter().find(|w| w.name == "api").unwrap();
        let path = "workers/api/wrangler.toml";
        let text = wrangler::worker(&project.deploy, api, &project.patterns);
        assert_eq!(configuration(&project, path, &text), Vec::<String>::new());
        let found = |from: &str, to: &str| {
            assert!(text.contains(from), "{text}");
            configuration(&project, path, &text.replace(from, to)).join("\n")
        };
        assert!(found("workers_dev = false\n\n[vars]", "routes = []\n\n[vars]").contains("at its top level"));
        assert!(found("[vars]", "[build]\n\n[vars]").contains("[build]"));
        assert!(found("\"SIGNING_KEYS\"", "\"SIGNING_KEYS\", \"STRIPE_SECRET_KEY\"").contains("[env.production] requires the secrets"));
        let emulator = format!("{}\n[env.production]\n", wrangler::emulator(&project.deploy));
        assert!(configuration(&project, "workers/stripe-emulator/wrangler.toml", &emulator).join("").contains("never deployed"));
        let dev = wrangler::local_worker(&project.deploy, crate::fleet::LOCAL_WORKERS[0]);
        assert_eq!(configuration(&project, "workers/dev/wrangler.toml", &dev), Vec::<String>::new());
        let dev = format!("{dev}\n[env.production]\n");
        assert!(configuration(&project, "workers/dev/wrangler.toml", &dev).join("").contains("never deployed"));
    }

    #[test]
    fn a_file_that_is_behind_is_named_with_its_line() {
        let folder = std::env::temp_dir().join(format!("portico-xtask-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("a.toml"), "one\ntwo\nthree\n").unwrap();
        let file = |path: &str, text: &str| File { path: path.into(), text: text.into() };
        assert_eq!(stale(&folder, &file("a.toml", "one\ntwo\nthree\n")), None);
        assert!(stale(&folder, &file("a.toml", "one\n2\nthree\n")).unwrap().starts_with("a.toml:2 is not"));
        assert!(stale(&folder, &file("b.toml", "")).unwrap().contains("is missing"));
        fs::remove_dir_all(&folder).unwrap();
    }
}
