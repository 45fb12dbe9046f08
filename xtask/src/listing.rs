//! The printed route table: what a reviewer reads.

use kernel::{
    host::Surface,
    limit::Limit,
    route::{Audit, Auth, Csrf, Idempotency, Payload, Route, StepUp},
    worker::Worker,
};

const HEAD: [&str; 12] =
    ["METHOD", "PATH", "SURFACES", "AUTH", "PROOF", "SCOPE", "LIMIT", "AUDIT", "BODY", "CSRF", "IDEMPOTENCY", "WORKER"];

/// The table of every route, by surface and path.
pub fn routes(workers: &[&Worker]) -> String {
    let mut routes: Vec<(&Route, &str)> = workers.iter().flat_map(|w| w.routes.iter().map(move |e| (&e.route, w.name))).collect();
    routes.sort_by_key(|(route, _)| (route.surfaces.first().copied(), route.path, route.method));
    let mut rows = vec![HEAD.map(str::to_owned)];
    rows.extend(routes.iter().map(|(route, worker)| cells(route, worker)));
    let mut widths = [0_usize; HEAD.len()];
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let mut out = String::new();
    for row in &rows {
        let line: Vec<String> = row.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
        out.push_str(line.join("  ").trim_end());
        out.push('\n');
    }
    for surface in Surface::ALL {
        let names: Vec<&str> = workers.iter().filter(|w| w.fallback.contains(&surface)).map(|w| w.name).collect();
        let whom = if names.is_empty() { "nobody".into() } else { names.join(", ") };
        out.push_str(&format!("{:<8} what no route matches is answered by {whom}\n", surface.as_str()));
    }
    out.push_str(&format!("{} routes\n", routes.len()));
    out
}

/// Method, surface, path and Worker of every route, as JSON: for tests that must reach all of them.
pub fn json(workers: &[&Worker]) -> String {
    let rows: Vec<serde_json::Value> = workers
        .iter()
        .flat_map(|w| w.routes.iter().map(move |e| (&e.route, w.name)))
        .flat_map(|(route, worker)| {
            route.surfaces.iter().map(move |surface| {
                serde_json::json!({
                    "method": route.method.as_str(),
                    "surface": surface.as_str(),
                    "path": route.path,
                    "worker": worker,
                    "csrf": route.csrf == Csrf::OriginAndToken,
                })
            })
        })
        .collect();
    format!("{}\n", serde_json::Value::from(rows))
}

fn cells(route: &Route, worker: &str) -> [String; HEAD.len()] {
    let surfaces: Vec<&str> = route.surfaces.iter().map(|s| s.as_str()).collect();
    [
        route.method.as_str().to_owned(),
        route.path.to_owned(),
        surfaces.join(","),
        auth(route.auth),
        match route.step_up {
            StepUp::Never => "-",
            StepUp::Recent => "recent",
        }
        .to_owned(),
        or_dash(route.scope.name()),
        limit(route.limit),
        audit(route.audit),
        payload(route.payload),
        match route.csrf {
            Csrf::Cookieless => "no cookie",
            Csrf::OriginAndToken => "origin+token",
            Csrf::SafeMethod => "-",
        }
        .to_owned(),
        match route.idempotency {
            Idempotency::Natural => "-",
            Idempotency::Key => "key",
        }
        .to_owned(),
        worker.to_owned(),
    ]
}

fn or_dash(text: String) -> String {
    if text.is_empty() { "-".into() } else { text }
}

fn auth(auth: Auth) -> String {
    match auth {
        Auth::Public => "public".into(),
        Auth::Provider(name) => format!("signature of {name}"),
        Auth::Key => "key".into(),
        Auth::KeyNow => "key, read now".into(),
        Auth::Staff(ability) => format!("staff who may {}", ability.as_str()),
        Auth::Visitor => "anybody, known".into(),
        Auth::Challenge => "half a session".into(),
        Auth::Person => "any person".into(),
        Auth::Account => "any account".into(),
        Auth::Customer => "customer".into(),
        Auth::Operator(duty) => format!("operator who may {}", duty.as_str()),
    }
}

fn limit(limit: Limit) -> String {
    let base = match limit {
        Limit::Api(cost) => format!("api x{cost}"),
        Limit::ApiExact(_) => "api x1".into(),
        Limit::Address | Limit::AddressExact(_) => "address".into(),
        Limit::AccountExact(_) => "account".into(),
        Limit::Provider => "provider".into(),
    };
    match limit.exact() {
        Some(exact) => format!("{base}, {} {}/{}s", exact.name, exact.limit, exact.window_seconds),
        None => base,
    }
}

fn audit(audit: Audit) -> String {
    match audit {
        Audit::ReadOnly => "-".into(),
        Audit::Disclosure(action) => format!("discloses {}", action.as_str()),
        Audit::Records(actions) => actions.iter().map(|a| a.as_str()).collect::<Vec<_>>().join(","),
        Audit::Intake(table) => format!("intake {table}"),
    }
}

fn payload(payload: Payload) -> String {
    match payload {
        Payload::None => "-".into(),
        Payload::Json(cap) => format!("json {cap}"),
        Payload::Form(cap) => format!("form {cap}"),
        Payload::Upload(cap) => format!("upload {cap}"),
        Payload::Raw(cap) => format!("raw {cap}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fleet::WORKERS;

    #[test]
    fn every_route_has_its_line() {
        let text = routes(WORKERS);
        let count: usize = WORKERS.iter().map(|w| w.routes.len()).sum();
        assert!(text.contains(&format!("\n{count} routes\n")), "{text}");
        assert_eq!(text.lines().count(), count + 1 + Surface::ALL.len() + 1);
        let line = text.lines().find(|l| l.starts_with("POST") && l.contains(" /v1/exports ")).unwrap();
        assert!(line.contains("exports:write") && line.contains("export.requested") && line.ends_with("exports"), "{line}");
    }
}
