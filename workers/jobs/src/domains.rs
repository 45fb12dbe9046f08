//! Tenants' own domains, looked up again: those that wait for their record every hour, those that serve every day. What one lookup comes
//! to is one change with its audit event; what the resolver can't tell changes nothing but the time of the attempt.

use crate::cron::Report;
use domain::actions::DOMAIN_CHECKED;
use kernel::{OrgId, Result, error::Code, task::Task};
use serde_json::{Value, json};
use store::domains::{self, Domain, Found};

/// At most that many in one run: each may take as long as the resolver lets it.
const MOST: i64 = 100;

/// Looks up what is due.
pub(crate) async fn run(task: &Task<'_>, report: &mut Report) {
    report.add("domains", check_due(&Task { app: task.app, ports: task.ports, name: "domains" }).await);
}

async fn check_due(task: &Task<'_>) -> Result<Value> {
    let due = task.rows(domains::due(task.now(), MOST)).await?;
    let (mut found, mut missing, mut trouble) = (0, 0, 0);
    for row in &due {
        let (domain, org) = (Domain::of(row)?, OrgId::stored(row.text(10)?)?);
        let seen = domains::look_up(&*task.ports.http, &task.app.config, &domain).await;
        match seen {
            Found::Proof => found += 1,
            Found::Nothing(_) => missing += 1,
            Found::Trouble(_) => trouble += 1,
        }
        let state = domains::next(&domain, &seen, task.now()).state;
        let detail = json!({"host": domain.host, "found": seen == Found::Proof, "state": state}).to_string();
        let change = task.mutation(&org, DOMAIN_CHECKED, &domain.id).detail(detail);
        match task.commit(domains::record(change, &org, &domain, &seen)).await {
            // Removed or looked up by its owner meanwhile, or served for another organization: theirs stands.
            Err(e) if matches!(e.code(), Code::WrongState | Code::AlreadyExists) => {}
            other => other?,
        }
    }
    Ok(json!({"found": found, "missing": missing, "trouble": trouble}))
}
