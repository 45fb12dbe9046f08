//! `cargo run -p xtask -- <command>`.

use std::{env, io, io::Write, process::ExitCode};
use xtask::{
    check,
    files::{self, Project},
    fleet, listing, plans,
};

const USAGE: &str = "usage: cargo run -p xtask -- <command>

  generate   writes the wrangler files, the switch and docs/workers.md from deploy.toml and the Workers' declarations
  check      fails when those files are out of date or a request could reach the wrong Worker
  plans      prints what Stripe is to hold, as JSON: prices, events, API version; npm run stripe:setup makes it
  routes     prints every route with all it states; --json: the same few facts for tests
";

fn main() -> ExitCode {
    let args: Vec<String> = env::args().skip(1).collect();
    let result = match args.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["generate"] => generate(),
        ["check"] => check(),
        ["plans"] => sold(),
        ["routes"] => say(&listing::routes(fleet::WORKERS)),
        ["routes", "--json"] => say(&listing::json(fleet::WORKERS)),
        ["help" | "--help" | "-h"] => say(USAGE),
        [] => Err(vec![USAGE.to_owned()]),
        [other, ..] => Err(vec![format!("no such command: {other}\n\n{USAGE}")]),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(findings) => {
            let mut text = String::new();
            for finding in findings {
                text.push_str(finding.trim_end());
                text.push('\n');
            }
            // There is nobody left to tell when even this fails.
            let _ = io::stderr().write_all(text.as_bytes());
            ExitCode::FAILURE
        }
    }
}

fn say(text: &str) -> Result<(), Vec<String>> {
    match io::stdout().write_all(text.as_bytes()) {
        // `… | head` has seen enough.
        Err(e) if e.kind() != io::ErrorKind::BrokenPipe => Err(vec![e.to_string()]),
        _ => Ok(()),
    }
}

fn sold() -> Result<(), Vec<String>> {
    let project = Project::read(&files::root())?;
    say(&plans::json(&project.deploy).map_err(|e| vec![e])?)
}

fn generate() -> Result<(), Vec<String>> {
    let root = files::root();
    let project = Project::read(&root)?;
    let written = files::write(&root, &project.files(&root)).map_err(|e| vec![e.to_string()])?;
    let mut text = String::new();
    for path in &written {
        text.push_str(&format!("wrote {path}\n"));
    }
    if written.is_empty() {
        text.push_str("everything is up to date\n");
    }
    say(&text)?;
    // Written all the same: the rest can be worked with while this is mended.
    if project.findings.is_empty() { Ok(()) } else { Err(project.findings) }
}

fn check() -> Result<(), Vec<String>> {
    let root = files::root();
    let project = Project::read(&root)?;
    let findings = check::findings(&project, &root);
    if !findings.is_empty() {
        return Err(findings);
    }
    let routes: usize = project.workers.iter().map(|w| w.routes.len()).sum();
    say(&format!("{} Workers, {routes} routes, {} Cloudflare routes: all in order\n", project.workers.len(), project.patterns.len()))
}
