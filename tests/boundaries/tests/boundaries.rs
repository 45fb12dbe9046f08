//! The project keeps its boundaries, and the rules catch projects that don't.

#![expect(clippy::unwrap_used, reason = "helpers of tests stop the test")]

use boundaries::{
    crates::{Crate, Dependency, violations},
    routes::{Place, clashes, fallbacks, places},
    secrets,
};
use kernel::{
    host::Surface,
    worker::{Binding, Worker},
};
use std::path::Path;
use xtask::{
    fleet::{LOCAL_WORKERS, WORKERS},
    wrangler::LOCAL_PREFIX,
};

/// The workspace as cargo knows it, dependencies for wasm only included.
fn workspace() -> Vec<Crate> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap();
    let metadata = cargo_metadata::MetadataCommand::new()
        .manifest_path(root.join("Cargo.toml"))
        .no_deps()
        .other_options(vec!["--offline".into()])
        .exec()
        .unwrap();
    let one = |package: &cargo_metadata::Package| Crate {
        name: package.name.to_string(),
        folder: package.manifest_path.parent().unwrap().as_std_path().strip_prefix(&root).unwrap().to_string_lossy().into_owned(),
        dependencies: package
            .dependencies
            .iter()
            .map(|d| Dependency { name: d.name.clone(), dev: d.kind == cargo_metadata::DependencyKind::Development })
            .collect(),
    };
    metadata.packages.iter().map(one).collect()
}

#[test]
fn dependencies_point_one_way() {
    let crates = workspace();
    assert_eq!(violations(&crates), Vec::<String>::new());
    let edges: usize = crates.iter().map(|c| c.dependencies.iter().filter(|d| crates.iter().any(|o| o.name == d.name)).count()).sum();
    println!("{} crates, {edges} dependencies among them", crates.len());
    assert!(crates.len() > 20 && edges > 60, "the metadata is whole");
}

#[test]
fn no_external_crate_comes_in_by_git_or_path() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let lock = std::fs::read_to_string(root.join("Cargo.lock")).unwrap();
    let foreign: Vec<&str> = lock.lines().filter(|l| l.starts_with("source = ") && !l.contains("registry+")).collect();
    assert_eq!(foreign, Vec::<&str>::new());
}

#[test]
fn no_two_routes_clash() {
    let all = places(WORKERS);
    assert_eq!(clashes(&all), Vec::<String>::new());
    println!("{} places of routes, no clash", all.len());
    assert!(all.len() > 10);
}

#[test]
fn each_surface_has_one_worker_for_the_rest() {
    assert_eq!(fallbacks(WORKERS), Vec::<String>::new());
}

#[test]
fn each_worker_holds_only_what_it_needs() {
    assert_eq!(secrets::violations(WORKERS), Vec::<String>::new());
}

#[test]
fn each_worker_has_a_folder_of_its_name_and_the_fleet_is_whole() {
    let crates = workspace();
    let folders: Vec<&str> = crates.iter().filter_map(|c| c.folder.strip_prefix("workers/")).filter(|n| *n != "stripe-emulator").collect();
    let mut names: Vec<&str> = WORKERS.iter().chain(LOCAL_WORKERS).map(|w| w.name).collect();
    names.sort_unstable();
    let mut folders_sorted = folders.clone();
    folders_sorted.sort_unstable();
    assert_eq!(folders_sorted, names);
}

/// What is for developers stays on their machines: no wrangler environment, no route of a deployed Worker in its place, no fallback,
/// and nothing in the list that `npm run deploy` goes through.
#[test]
fn what_is_for_developers_is_never_deployed() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let list = std::fs::read_to_string(root.join("tools/check-deploy.mjs")).unwrap();
    let local_only = list.lines().find(|l| l.starts_with("export const LOCAL_ONLY = ")).unwrap();
    for worker in LOCAL_WORKERS {
        assert!(WORKERS.iter().all(|w| w.name != worker.name), "{} is in the fleet", worker.name);
        assert!(local_only.contains(&format!("\"{}\"", worker.name)), "{local_only}");
        let config = std::fs::read_to_string(root.join(format!("workers/{}/wrangler.toml", worker.name))).unwrap();
        assert!(!config.contains("[env") && !config.contains("routes ="), "{config}");
        assert!(!worker.routes.is_empty() && worker.fallback.is_empty() && worker.secrets.is_empty());
        for place in places(&[worker]) {
            assert!(place.surface == Surface::App && place.path.starts_with(LOCAL_PREFIX), "{place:?}");
        }
    }
    let deployed = places(WORKERS);
    assert!(deployed.iter().all(|place| !place.path.starts_with(LOCAL_PREFIX)), "a deployed route stands where the local ones do");
    let both: Vec<&Worker> = WORKERS.iter().chain(LOCAL_WORKERS).copied().collect();
    assert_eq!(clashes(&places(&both)), Vec::<String>::new());
}

// ── The rules can fail ──────────────────────────────────────────────────────────────────────────────────────────────────

fn made_up(name: &str, folder: &str, on: &[(&str, bool)]) -> Crate {
    let dependencies = on.iter().map(|(name, dev)| Dependency { name: (*name).to_owned(), dev: *dev }).collect();
    Crate { name: name.into(), folder: folder.into(), dependencies }
}

#[test]
fn a_crate_that_reaches_the_wrong_way_is_named() {
    let base = || {
        vec![
            made_up("kernel", "shared/kernel", &[]),
            made_up("edge", "shared/edge", &[("worker", false), ("kernel", false)]),
            made_up("store", "shared/store", &[("kernel", false), ("testkit", true)]),
            made_up("testkit", "shared/testkit", &[("kernel", false), ("store", false)]),
            made_up("queue-x", "queues/x", &[("store", false)]),
            made_up("api", "workers/api", &[("store", false), ("edge", false), ("queue-x", false)]),
        ]
    };
    assert_eq!(violations(&base()), Vec::<String>::new());
    for (guilty, folder, on) in [
        ("a", "shared/kernel", ("store", false)),
        ("a", "shared/store", ("api", false)),
        ("a", "shared/store", ("api", true)),
        ("a", "queues/a", ("api", false)),
        ("a", "queues/a", ("edge", false)),
        ("a", "queues/a", ("queue-x", false)),
        ("a", "workers/a", ("api", false)),
        ("a", "workers/a", ("worker", false)),
        ("a", "workers/a", ("worker", true)),
        ("a", "workers/a", ("testkit", false)),
        ("a", "xtask", ("testkit", false)),
        ("a", "shared/new", ("kernel", false)),
    ] {
        let mut crates = base();
        crates.push(made_up(guilty, folder, &[on]));
        assert_eq!(violations(&crates).len(), 1, "{folder} on {on:?}: {:?}", violations(&crates));
    }
}

#[test]
fn routes_that_clash_are_named() {
    let place = |worker, method, path| Place { worker, surface: Surface::Api, method, path };
    assert_eq!(clashes(&[place("a", "GET", "/x/{id}"), place("a", "POST", "/x/{id}"), place("b", "GET", "/x")]), Vec::<String>::new());
    for pair in [
        [place("a", "GET", "/x"), place("a", "GET", "/x")],
        [place("a", "GET", "/x"), place("b", "POST", "/x")],
        [place("a", "GET", "/x/{id}"), place("b", "GET", "/x/{name}")],
    ] {
        assert!(!clashes(&pair).is_empty(), "{pair:?}");
    }
    let other = Place { surface: Surface::App, ..place("b", "GET", "/x") };
    assert_eq!(clashes(&[place("a", "GET", "/x"), other]), Vec::<String>::new(), "another surface is another host");
}

#[test]
fn a_worker_that_holds_too_much_is_named() {
    const PLAIN: Worker =
        Worker { name: "api", routes: &[], fallback: &[], bindings: &[], vars: &[], secrets: &[], consumes: &[], crons: &[] };
    let found = |worker: Worker| secrets::violations(&[&worker]).len();
    assert_eq!(found(PLAIN), 0);
    assert_eq!(found(Worker { secrets: &["STRIPE_SECRET_KEY"], ..PLAIN }), 1);
    assert_eq!(found(Worker { secrets: &["STRIPE_WEBHOOK_SECRETS"], ..PLAIN }), 1);
    assert_eq!(found(Worker { secrets: &["SOMETHING_NEW"], ..PLAIN }), 1);
    assert_eq!(found(Worker { vars: &["MAIL_TOKEN"], ..PLAIN }), 1);
    assert_eq!(found(Worker { bindings: &[Binding::Exports], ..PLAIN }), 1);
    assert_eq!(found(Worker { name: "jobs", secrets: &["STRIPE_SECRET_KEY"], bindings: &[Binding::Exports], ..PLAIN }), 0);
}

/// docs/security/asvs.md claims nothing that no test says: each test that it names exists, and so does each file.
#[test]
fn what_the_security_table_claims_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let table = std::fs::read_to_string(root.join("docs/security/asvs.md")).unwrap();
    let mut sources = String::new();
    let mut folders: Vec<_> = ["shared", "workers", "queues", "tests"].map(|name| root.join(name)).into();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") {
                sources.push_str(&std::fs::read_to_string(path).unwrap());
            }
        }
    }
    let rows: Vec<&str> = table.lines().filter(|l| l.starts_with("| ") && l.contains('`')).collect();
    let mut wrong = Vec::new();
    for row in &rows {
        let cells: Vec<&str> = row.split(" | ").collect();
        let [id, _, place, tests] = cells.as_slice() else { panic!("a row of another shape: {row}") };
        let named = |cell: &str| cell.split('`').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>();
        let missing = named(place).into_iter().filter(|p| p.contains('/') && !root.join(p).exists());
        wrong.extend(missing.map(|path| format!("{id}: no {path}")));
        assert!(!named(tests).is_empty(), "{id} names no test");
        let untested = named(tests).into_iter().filter(|name| {
            let parts: Vec<&str> = sources.split(&format!("fn {name}()")).collect();
            !parts.iter().rev().skip(1).any(|before| before.trim_end().ends_with("#[test]"))
        });
        wrong.extend(untested.map(|name| format!("{id}: no test {name}")));
    }
    println!("{} requirements", rows.len());
    assert_eq!(wrong, Vec::<String>::new());
    assert!(rows.len() > 30);
}

/// Marks that our texts don't use: one apostrophe and one quotation mark throughout, those of the keyboard.
const CURLY: [char; 4] = ['\u{2018}', '\u{2019}', '\u{201c}', '\u{201d}'];

/// Files below a folder that hold texts for people, as paths and texts.
fn texts(folder: &Path, found: &mut Vec<(String, String)>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() && !matches!(name.as_str(), "build" | "target" | "node_modules") {
            texts(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs" || e == "js" || e == "mjs") {
            found.push((path.display().to_string(), std::fs::read_to_string(&path).unwrap()));
        }
    }
}

#[test]
fn texts_have_one_kind_of_apostrophe_and_quotation_mark() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut found = Vec::new();
    for folder in ["shared", "workers", "queues"] {
        texts(&root.join(folder), &mut found);
    }
    assert!(found.len() > 300 && found.iter().any(|(path, _)| path.ends_with("app.js")), "{} files", found.len());
    let curly: Vec<String> = found
        .iter()
        .flat_map(|(path, text)| text.lines().enumerate().map(move |(at, line)| (path, at + 1, line)))
        .filter(|(_, _, line)| line.contains(CURLY))
        .map(|(path, at, line)| format!("{path}:{at}: {}", line.trim()))
        .collect();
    assert!(curly.is_empty(), "{}", curly.join("\n"));
}
