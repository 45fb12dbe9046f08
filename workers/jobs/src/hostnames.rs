//! Keeps the edge's host names in line with the domains that tenants have proven: each wanted one is registered and asked about until it
//! and its certificate are ready, and now and then afterwards; one that nobody wants any more is let go.
//!
//! Runs every minute over what is due, so that somebody who has just checked their record sees the next step soon. What the edge
//! could not tell changes nothing but the time of the next attempt.

mod cloudflare;
mod local;

use crate::cron::Report;
use cloudflare::Cloudflare;
use domain::actions::DOMAIN_CHECKED;
use kernel::{
    Millis, Result,
    error::{Code, Error},
    task::Task,
    time::Span,
};
use serde_json::{Value, json};
use store::{
    domains::{self, Domain, Step},
    hostnames::{self, Standing},
};

/// The setting that says who serves tenants' hosts: `cloudflare` (Cloudflare for SaaS), or `local` on a developer's machine.
pub(crate) const PROVIDER: &str = "CUSTOM_HOSTNAMES";
/// The setting with the id of the zone that custom hostnames belong to.
pub(crate) const ZONE: &str = "CLOUDFLARE_ZONE_ID";
/// The secret that may edit them.
pub(crate) const TOKEN: &str = "CLOUDFLARE_API_TOKEN";

/// At most that many in one run; each is one or two requests.
const MOST: i64 = 40;
/// What could not be told is asked again after that.
const RETRY: Span = Span::minutes(5);
/// What is settled, one way or the other.
const SETTLED: Span = Span::hours(24);

/// What the edge answers about one host name.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Said {
    /// It has it, under this id, and it stands so.
    Has(String, Standing),
    /// It has none.
    Gone,
    /// It does not take it, and says why.
    Refuses(String),
    /// It could not tell.
    Trouble(String),
    /// It does not let us ask.
    Denied(String),
}

/// Who serves tenants' hosts.
enum Edge<'a> {
    Cloudflare(Cloudflare<'a>),
    Local,
}
impl<'a> Edge<'a> {
    fn of(task: &'a Task<'a>) -> Self {
        let config = &task.app.config;
        match config.get(PROVIDER) {
            "local" => Self::Local,
            _ => Self::Cloudflare(Cloudflare { http: &*task.ports.http, zone: config.get(ZONE), token: config.get(TOKEN) }),
        }
    }
    async fn register(&self, host: &str) -> Said {
        match self {
            Self::Cloudflare(edge) => edge.register(host).await,
            Self::Local => local::seen(host),
        }
    }
    /// How one stands. `anew`: the certificate was given up, and is to be tried once more.
    async fn ask(&self, host: &str, id: &str, anew: bool) -> Said {
        match self {
            Self::Cloudflare(edge) if anew => edge.renew(id).await,
            Self::Cloudflare(edge) => edge.get(id).await,
            Self::Local => local::seen(host),
        }
    }
    /// Lets one go. An id that is not known may still exist: the answer that named it may have been lost.
    async fn remove(&self, host: &str, id: Option<&str>) -> Said {
        match (self, id) {
            (Self::Local, _) => Said::Gone,
            (Self::Cloudflare(edge), Some(id)) => edge.remove(id).await,
            (Self::Cloudflare(edge), None) => match edge.find(host).await {
                Said::Has(id, _) => edge.remove(&id).await,
                other => other,
            },
        }
    }
}

/// A host that is due.
struct Due {
    host: String,
    id: Option<String>,
    standing: Standing,
    created_at: Millis,
    wanted: bool,
}

/// Asks about what is due.
pub(crate) async fn run(task: &Task<'_>, report: &mut Report) {
    report.add("hostnames", sweep(&Task { app: task.app, ports: task.ports, name: "hostnames" }).await);
}

async fn sweep(task: &Task<'_>) -> Result<Value> {
    let due = task.rows(hostnames::due(task.now(), MOST)).await?;
    let edge = Edge::of(task);
    let (mut asked, mut removed, mut trouble) = (0, 0, 0);
    let mut denied = None;
    for row in &due {
        let due = Due {
            host: row.text(0)?.to_owned(),
            id: row.opt_text(1)?.map(str::to_owned),
            standing: Standing::of(row, 2)?,
            created_at: Millis::new(row.int(5)?),
            wanted: row.int(6)? == 1,
        };
        let said = if due.wanted { ask(task, &edge, &due).await? } else { let_go(task, &edge, &due).await? };
        match said {
            Said::Trouble(_) => trouble += 1,
            Said::Denied(why) => {
                trouble += 1;
                denied.get_or_insert(why);
            }
            _ if due.wanted => asked += 1,
            _ => removed += 1,
        }
    }
    match denied {
        // Nothing that a tenant could mend: operators see the run as failed.
        Some(why) => Err(Error::incident("custom hostnames", why)),
        None => Ok(json!({"asked": asked, "removed": removed, "trouble": trouble})),
    }
}

async fn ask(task: &Task<'_>, edge: &Edge<'_>, due: &Due) -> Result<Said> {
    let mut lost = false;
    let mut said = match &due.id {
        Some(id) => edge.ask(&due.host, id, due.standing.gave_up()).await,
        None => edge.register(&due.host).await,
    };
    if due.id.is_some() && said == Said::Gone {
        lost = true;
        said = edge.register(&due.host).await;
    }
    let (now, known) = (task.now(), due.id.as_deref());
    match &said {
        Said::Has(id, standing) => {
            let next = if standing.ready() { SETTLED } else { pause(now.since(due.created_at)) };
            task.bookkeep(vec![hostnames::heard(&due.host, Some(id), standing, now, now.plus(next))]).await?;
            follow(task, due, standing, lost || standing.over()).await?;
        }
        Said::Refuses(why) => {
            let standing = Standing { problem: Some(why.clone()), ..Standing::default() };
            task.bookkeep(vec![hostnames::heard(&due.host, None, &standing, now, now.plus(SETTLED))]).await?;
            follow(task, due, &standing, true).await?;
        }
        Said::Gone => {
            task.bookkeep(vec![hostnames::heard(&due.host, None, &Standing::default(), now, now.plus(RETRY))]).await?;
        }
        Said::Trouble(why) | Said::Denied(why) => {
            kernel::log::best_effort(&*task.ports.log, now, "custom_hostname_not_told", why);
            let later = hostnames::later(&due.host, now.plus(if known.is_some() { RETRY } else { Span::minutes(2) }));
            task.bookkeep(vec![later]).await?;
        }
    }
    Ok(said)
}

async fn let_go(task: &Task<'_>, edge: &Edge<'_>, due: &Due) -> Result<Said> {
    let said = edge.remove(&due.host, due.id.as_deref()).await;
    let now = task.now();
    let stmt = match &said {
        Said::Trouble(why) | Said::Denied(why) | Said::Refuses(why) => {
            kernel::log::best_effort(&*task.ports.log, now, "custom_hostname_not_removed", why);
            hostnames::later(&due.host, now.plus(RETRY))
        }
        Said::Has(..) | Said::Gone => hostnames::forget(&due.host),
    };
    task.bookkeep(vec![stmt]).await?;
    Ok(said)
}

/// How long until a host that is not ready is asked about again: its tenant watches at first, and forgets about it later.
const fn pause(age: Span) -> Span {
    match age.as_millis() {
        ..3_600_000 => Span::minutes(2),
        3_600_000..86_400_000 => Span::minutes(15),
        _ => Span::hours(1),
    }
}

/// Brings the domains that named the host where it stands now: whoever proved it first serves there once it is ready.
async fn follow(task: &Task<'_>, due: &Due, standing: &Standing, lost: bool) -> Result<()> {
    for row in &task.rows(hostnames::claims(&due.host)).await? {
        let (domain, org) = (Domain::of(row)?, hostnames::claimant(row)?);
        let state = match domain.step() {
            Step::Certificate if standing.ready() => "active",
            Step::Active | Step::Fading(_) if lost => "pending",
            _ => continue,
        };
        let detail = json!({"host": domain.host, "hostname": standing.status, "certificate": standing.certificate, "state": state});
        let change = task.mutation(&org, DOMAIN_CHECKED, &domain.id).detail(detail.to_string());
        match task.commit(domains::follow(change, &org, &domain, state)).await {
            // Removed or looked up meanwhile, or another organization proved it first: theirs stands.
            Err(e) if matches!(e.code(), Code::WrongState | Code::AlreadyExists) => {}
            other => other?,
        }
    }
    Ok(())
}
