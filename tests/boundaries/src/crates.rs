//! Dependencies point one way: `crypto ← kernel ← {domain, html, edge} ← store ← queues ← workers`, and `crypto ← stripe ← provider ← queues`.
//!
//! The kernel stands on `crypto`, which is pure; `edge` and `html` are side branches that only Workers (and `html`'s users)
//! take. Who may depend on what is a table of layers, not of crates, so that a new crate has its place by its folder.

use std::collections::BTreeMap;

/// A dependency as it is declared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dependency {
    /// Of which crate.
    pub name: String,
    /// Whether only tests, examples and benchmarks have it.
    pub dev: bool,
}
/// A crate of the workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Crate {
    /// Its name.
    pub name: String,
    /// Its folder from the root, such as `shared/kernel`.
    pub folder: String,
    /// What it depends on.
    pub dependencies: Vec<Dependency>,
}

/// Where a crate stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Layer {
    /// Pure cryptography.
    Crypto,
    /// The sealed core.
    Kernel,
    /// Pure rules.
    Domain,
    /// A thin client.
    Stripe,
    /// That client on the platform, in the domain's words.
    Provider,
    /// Pages.
    Html,
    /// Letters.
    Mail,
    /// The platform.
    Edge,
    /// Shared SQL.
    Store,
    /// What stands around pages.
    Shell,
    /// Consumers.
    Queue,
    /// Deployables.
    Worker,
    /// Native doubles and judges, for tests.
    Testkit,
    /// Generators.
    Xtask,
    /// Tests.
    Tests,
}

/// The layer of a folder. `None` for one that has no place yet.
pub fn layer(folder: &str) -> Option<Layer> {
    match folder.split_once('/') {
        Some(("queues", _)) => Some(Layer::Queue),
        Some(("workers", _)) => Some(Layer::Worker),
        Some(("tests", _)) => Some(Layer::Tests),
        None | Some(("xtask", _)) if folder.starts_with("xtask") => Some(Layer::Xtask),
        Some(("shared", name)) => match name {
            "crypto" => Some(Layer::Crypto),
            "kernel" => Some(Layer::Kernel),
            "domain" => Some(Layer::Domain),
            "stripe" => Some(Layer::Stripe),
            "provider" => Some(Layer::Provider),
            "html" => Some(Layer::Html),
            "mail" => Some(Layer::Mail),
            "edge" => Some(Layer::Edge),
            "store" => Some(Layer::Store),
            "shell" => Some(Layer::Shell),
            "testkit" | "stripe-spec" => Some(Layer::Testkit),
            _ => None,
        },
        _ => None,
    }
}

/// The layers that a layer may stand on.
pub const fn below(layer: Layer) -> &'static [Layer] {
    use Layer::{Crypto, Domain, Edge, Html, Kernel, Mail, Provider, Queue, Shell, Store, Stripe, Testkit, Tests, Worker, Xtask};
    match layer {
        Layer::Crypto => &[],
        Layer::Kernel | Layer::Stripe => &[Crypto],
        Layer::Domain => &[Crypto, Kernel],
        Layer::Html | Layer::Edge | Layer::Mail => &[Crypto, Kernel, Domain],
        Layer::Store => &[Crypto, Kernel, Domain, Mail],
        Layer::Shell => &[Crypto, Kernel, Domain, Html, Store],
        Layer::Provider => &[Crypto, Kernel, Domain, Stripe],
        Layer::Queue => &[Crypto, Kernel, Domain, Mail, Stripe, Provider, Store],
        Layer::Worker => &[Crypto, Kernel, Domain, Mail, Stripe, Provider, Html, Edge, Store, Shell, Queue],
        Layer::Testkit => &[Crypto, Kernel, Domain, Mail, Stripe, Provider, Store],
        Layer::Xtask => &[Crypto, Kernel, Domain, Mail, Stripe, Provider, Html, Store, Shell, Queue, Worker],
        Layer::Tests => &[Crypto, Kernel, Domain, Mail, Stripe, Provider, Html, Edge, Store, Shell, Queue, Worker, Testkit, Xtask, Tests],
    }
}

/// What is wrong with a workspace.
pub fn violations(crates: &[Crate]) -> Vec<String> {
    let layers: BTreeMap<&str, Option<Layer>> = crates.iter().map(|c| (c.name.as_str(), layer(&c.folder))).collect();
    let mut wrong = Vec::new();
    for this in crates {
        let Some(from) = layer(&this.folder) else {
            wrong.push(format!("{} has no layer: give it one in tests/boundaries/src/crates.rs", this.folder));
            continue;
        };
        for dependency in &this.dependencies {
            let name = dependency.name.as_str();
            if name == "worker" && this.name != "edge" {
                wrong.push(format!("{} depends on `worker`; only `edge` may: go through its ports", this.name));
            }
            let Some(Some(to)) = layers.get(name).copied() else { continue };
            if dependency.dev {
                wrong.extend(dev(this, from, name, to));
            } else if to == Layer::Testkit && from != Layer::Tests {
                wrong.push(format!("{} depends on {name} outside of its tests", this.name));
            } else if !below(from).contains(&to) {
                wrong.push(format!("{} ({from:?}) may not depend on {name} ({to:?})", this.name));
            }
        }
    }
    wrong
}

/// Tests may use the doubles and what stands beside the crate; a Worker only where Workers and their consumers are tested.
fn dev(this: &Crate, from: Layer, name: &str, to: Layer) -> Option<String> {
    let shared = !matches!(from, Layer::Queue | Layer::Worker | Layer::Xtask | Layer::Tests);
    match to {
        Layer::Worker if shared => Some(format!("the tests of {} depend on the Worker {name}; such tests belong in tests/", this.name)),
        Layer::Xtask | Layer::Tests | Layer::Edge => Some(format!("the tests of {} depend on {name}", this.name)),
        _ => None,
    }
}
