//! Tenants' own domains: whether the TXT record that proves one is there, and what follows from that.
//!
//! A portal serves a domain only while it is `active` ([`crate::portals`]), and that takes two things: the record, which says whose the
//! host is, and a host name with a certificate at the edge ([`crate::hostnames`]). The record is looked up when somebody asks for it
//! and by cron; what the resolver could not tell changes nothing.

use crate::hostnames::{self, Standing};
use kernel::{
    Millis, Mutation, OrgId, Result,
    config::Config,
    db::Row,
    ports::{Http, Outgoing},
    sql::{Guard, Stmt},
    time::Span,
};

kernel::sql! {
    /// What a lookup came to, unless something else happened meanwhile.
    Write Org CHECKED(8) -> [] =
        "UPDATE domains SET state = ?3, checked_at = ?4, last_error = ?5, failing_since = ?6, proven_at = ?8 WHERE org_id = ?1 AND id = ?2 AND state = ?7";
    Write Org MOVE(4) -> [] = "UPDATE domains SET state = ?3 WHERE org_id = ?1 AND id = ?2 AND state = ?4";
    /// Those that wait are looked up every hour, those that serve every day.
    Read Global("cron looks after the domains of every organization")
    DUE(3) -> ["id", "host", "state", "proof", "failing_since", "created_at", "proven_at", "status", "certificate", "problem", "org_id"] =
        "SELECT d.id, d.host, d.state, d.proof, d.failing_since, d.created_at, d.proven_at, h.status, h.certificate, h.problem, d.org_id \
         FROM domains d JOIN orgs o ON o.id = d.org_id AND o.deleted_at IS NULL LEFT JOIN hostnames h ON h.host = d.host \
         WHERE d.state IN ('pending', 'active') AND d.checked_at <= ?1 AND (d.state = 'pending' OR d.checked_at <= ?2) ORDER BY d.checked_at LIMIT ?3";
    Read Org ONE(2) -> ["id", "host", "state", "proof", "failing_since", "created_at", "proven_at", "status", "certificate", "problem", "checked_at", "last_error"] =
        "SELECT d.id, d.host, d.state, d.proof, d.failing_since, d.created_at, d.proven_at, h.status, h.certificate, h.problem, d.checked_at, d.last_error \
         FROM domains d LEFT JOIN hostnames h ON h.host = d.host WHERE d.org_id = ?1 AND d.id = ?2 AND d.state <> 'removed'";
}

/// The setting: an `https://` address of DNS over HTTPS with JSON answers, or `local`.
pub const RESOLVER: &str = "DNS_RESOLVER_URL";
/// The label under which the proof stands.
pub const LABEL: &str = "_portico-challenge";
/// A domain that serves goes on that long without its record.
pub const PATIENCE: Span = Span::days(3);
/// One that waits is given up after that.
pub const WAIT: Span = Span::days(7);
/// A removed host is nobody else's for that long: its DNS may still point here.
pub const TOMBSTONE: Span = Span::days(30);

/// A domain, from the first ten columns of a statement such as [`DUE`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Domain {
    /// Its id.
    pub id: String,
    /// The host.
    pub host: String,
    /// As stored.
    pub state: String,
    /// What the record must hold.
    pub proof: String,
    /// Since when it is not found.
    pub failing_since: Option<Millis>,
    /// When it was added.
    pub created_at: Millis,
    /// When its record was first found; `None` while it proves nothing.
    pub proven_at: Option<Millis>,
    /// Where its host name stands at the edge.
    pub edge: Standing,
}
impl Domain {
    /// Reads `id, host, state, proof, failing_since, created_at, proven_at, status, certificate, problem`.
    ///
    /// # Errors
    /// An incident when a cell is of another type.
    pub fn of(row: &Row) -> Result<Self> {
        Ok(Self {
            id: row.text(0)?.to_owned(),
            host: row.text(1)?.to_owned(),
            state: row.text(2)?.to_owned(),
            proof: row.text(3)?.to_owned(),
            failing_since: row.opt_int(4)?.map(Millis::new),
            created_at: Millis::new(row.int(5)?),
            proven_at: row.opt_int(6)?.map(Millis::new),
            edge: Standing::of(row, 7)?,
        })
    }
    /// Where it stands, for whoever looks after it.
    pub fn step(&self) -> Step {
        match (self.state.as_str(), self.proven_at, self.failing_since) {
            ("active", _, None) => Step::Active,
            ("active", _, Some(since)) => Step::Fading(since),
            ("failed", ..) => Step::Failed,
            (_, Some(_), None) => Step::Certificate,
            _ => Step::Record,
        }
    }
    /// The name of the record that proves it.
    pub fn record(&self) -> String {
        format!("{LABEL}.{}", self.host)
    }
}

/// What a domain waits for, or has come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Its record is not there yet.
    Record,
    /// The record is there; the host name or its certificate is not ready.
    Certificate,
    /// It serves.
    Active,
    /// It serves, but its record is missing since then.
    Fading(Millis),
    /// It was given up.
    Failed,
}

/// What a lookup found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// The record with the proof.
    Proof,
    /// No such record, or another value; in words for the tenant.
    Nothing(String),
    /// The resolver could not tell.
    Trouble(String),
}

/// Looks the record up.
pub async fn look_up(http: &dyn Http, config: &Config, domain: &Domain) -> Found {
    let resolver = config.get(RESOLVER);
    if resolver == "local" {
        return local(config, domain);
    }
    let request = Outgoing {
        method: "GET",
        url: format!("{resolver}?name={}&type=TXT", domain.record()),
        headers: vec![("accept", "application/dns-json".to_owned())],
        body: Vec::new(),
        timeout_ms: 5_000,
        read_at_most: 64 * 1_024,
    };
    match http.send(request).await {
        Ok(answer) if answer.status == 200 => read(&answer.body, &domain.proof),
        Ok(answer) => Found::Trouble(format!("The resolver answered with status {}.", answer.status)),
        Err(_) => Found::Trouble("The resolver could not be reached.".to_owned()),
    }
}

/// On a developer's machine names under `.localhost` can't have records, and nothing is asked.
fn local(config: &Config, domain: &Domain) -> Found {
    let there = config.is_local() && domain.host.ends_with(".localhost") && !domain.host.starts_with("unproven.");
    if there { Found::Proof } else { Found::Nothing("No TXT record was found.".to_owned()) }
}

/// Reads the JSON of a resolver (the form that Google and Cloudflare have in common).
fn read(body: &[u8], proof: &str) -> Found {
    #[derive(serde::Deserialize)]
    struct Reply {
        #[serde(rename = "Status")]
        status: u16,
        #[serde(rename = "Answer", default)]
        answer: Vec<Record>,
    }
    #[derive(serde::Deserialize)]
    struct Record {
        #[serde(rename = "type")]
        kind: u16,
        data: String,
    }
    let Ok(reply) = serde_json::from_slice::<Reply>(body) else {
        return Found::Trouble("The resolver's answer could not be read.".to_owned());
    };
    // 0: found, possibly nothing; 3: there is no such name. Anything else says nothing about the record.
    if !matches!(reply.status, 0 | 3) {
        return Found::Trouble(format!("The domain's name servers answered with error {}.", reply.status));
    }
    // 16: TXT. A CNAME on the way to it is listed too.
    let values: Vec<String> = reply.answer.iter().filter(|r| r.kind == 16).map(|r| joined(&r.data)).collect();
    match values.first() {
        _ if values.iter().any(|v| v == proof) => Found::Proof,
        None => Found::Nothing("No TXT record was found.".to_owned()),
        Some(_) => Found::Nothing("A TXT record was found, but with another value.".to_owned()),
    }
}

/// A TXT value out of its quoted strings (RFC 1035 §3.3.14): `"ab" "cd"` is `abcd`.
fn joined(data: &str) -> String {
    if data.contains('"') { data.split('"').skip(1).step_by(2).collect() } else { data.trim().to_owned() }
}

/// What a lookup makes of a domain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Next {
    /// Its state.
    pub state: &'static str,
    /// Since when its record is missing.
    pub failing_since: Option<Millis>,
    /// When the record was first found.
    pub proven_at: Option<Millis>,
}

/// What becomes of a domain. One whose record is there serves once the edge is ready for it; one that was proven keeps that for
/// [`PATIENCE`] without its record.
pub fn next(domain: &Domain, found: &Found, now: Millis) -> Next {
    let same = match domain.state.as_str() {
        "active" => "active",
        "pending" => "pending",
        _ => "failed",
    };
    let proven_at = domain.proven_at;
    match found {
        Found::Proof => {
            let state = if same == "active" || domain.edge.ready() { "active" } else { "pending" };
            Next { state, failing_since: None, proven_at: Some(proven_at.unwrap_or(now)) }
        }
        Found::Trouble(_) => Next { state: same, failing_since: domain.failing_since, proven_at },
        Found::Nothing(_) => {
            let since = domain.failing_since.unwrap_or(now);
            let over = match (same, proven_at) {
                ("active", _) | (_, Some(_)) => now >= since.plus(PATIENCE),
                ("failed", None) => true,
                (_, None) => now >= domain.created_at.plus(WAIT),
            };
            if over {
                Next { state: "failed", failing_since: Some(since), proven_at: None }
            } else {
                Next { state: same, failing_since: Some(since), proven_at }
            }
        }
    }
}

/// Puts what was found into a change. Where it makes a difference for the host name, the edge is asked soon.
pub fn record(change: Mutation, org: &OrgId, domain: &Domain, found: &Found) -> Mutation {
    let now = change.at();
    let next = next(domain, found, now);
    let why = match found {
        Found::Proof => None,
        Found::Nothing(why) | Found::Trouble(why) => Some(why.as_str()),
    };
    let stmt = CHECKED.bind([
        org.into(),
        domain.id.as_str().into(),
        next.state.into(),
        now.into(),
        why.into(),
        next.failing_since.into(),
        domain.state.as_str().into(),
        next.proven_at.into(),
    ]);
    let mut change = change.then_guarded(Guard::State, stmt);
    if next.state == "pending" && next.proven_at.is_some() {
        change = change.then(hostnames::want(&domain.host, now));
    } else if domain.proven_at.is_some() && next.proven_at.is_none() {
        change = change.then(hostnames::look_again(&domain.host, now));
    }
    moved(change, org, domain, next.state)
}

/// Puts into a change that a domain is in another state because of what the edge says. Nothing when it is in that one.
pub fn follow(change: Mutation, org: &OrgId, domain: &Domain, state: &'static str) -> Mutation {
    let stmt = MOVE.bind([org.into(), domain.id.as_str().into(), state.into(), domain.state.as_str().into()]);
    moved(change.then_guarded(Guard::State, stmt), org, domain, state)
}

fn moved(change: Mutation, org: &OrgId, domain: &Domain, state: &str) -> Mutation {
    if state == domain.state {
        return change;
    }
    let told = serde_json::json!({"id": domain.id, "host": domain.host, "state": state}).to_string();
    change.event(org, domain::events::DOMAIN_UPDATED.name, told)
}

/// Asks for one that is not removed: the ten columns of [`Domain::of`], then when it was last looked up and what was wrong.
pub fn one(org: &OrgId, id: &kernel::DomainId) -> Stmt {
    ONE.bind([org.into(), id.into()])
}

/// Domains that are to be looked up by now.
pub fn due(now: Millis, most: i64) -> Stmt {
    DUE.bind([now.minus(Span::minutes(55)).into(), now.minus(Span::hours(24)).into(), most.into()])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn domain(state: &str, failing_since: Option<i64>, proven: bool, ready: bool) -> Domain {
        Domain {
            id: "dom_1".into(),
            host: "help.acme.example".into(),
            state: state.into(),
            proof: "portico=abc".into(),
            failing_since: failing_since.map(Millis::new),
            created_at: Millis::new(0),
            proven_at: proven.then(|| Millis::new(1)),
            edge: if ready {
                Standing { status: "active".into(), certificate: "active".into(), problem: None }
            } else {
                Standing::default()
            },
        }
    }

    #[test]
    fn an_answer_is_read_by_its_records() {
        let answer = |body: &str| read(body.as_bytes(), "portico=abc");
        assert_eq!(answer(r#"{"Status":0,"Answer":[{"type":5,"data":"x."},{"type":16,"data":"\"portico=\" \"abc\""}]}"#), Found::Proof);
        assert_eq!(answer(r#"{"Status":0,"Answer":[{"type":16,"data":"v=spf1"},{"type":16,"data":"portico=abc"}]}"#), Found::Proof);
        for (body, nothing) in [
            (r#"{"Status":3}"#, true),
            (r#"{"Status":0}"#, true),
            (r#"{"Status":0,"Answer":[{"type":16,"data":"\"portico=abcd\""}]}"#, true),
            // Another type with the right text proves nothing.
            (r#"{"Status":0,"Answer":[{"type":5,"data":"portico=abc"}]}"#, true),
            (r#"{"Status":2,"Answer":[{"type":16,"data":"\"portico=abc\""}]}"#, false),
            ("<html>", false),
            ("", false),
        ] {
            assert_eq!(matches!(answer(body), Found::Nothing(_)), nothing, "{body}");
            assert_eq!(matches!(answer(body), Found::Trouble(_)), !nothing, "{body}");
        }
    }

    #[test]
    fn a_domain_that_serves_is_given_time_and_trouble_changes_nothing() {
        let (gone, down) = (Found::Nothing(String::new()), Found::Trouble(String::new()));
        let day = |n: i64| Millis::new(0).plus(Span::days(n));
        let active = |since: Option<Millis>| domain("active", since.map(Millis::get), true, true);
        let came_to = |d: &Domain, found: &Found, now| {
            let next = next(d, found, now);
            (next.state, next.failing_since, next.proven_at.is_some())
        };
        assert_eq!(came_to(&active(None), &gone, day(9)), ("active", Some(day(9)), true));
        assert_eq!(came_to(&active(Some(day(9))), &gone, day(11)), ("active", Some(day(9)), true));
        assert_eq!(came_to(&active(Some(day(9))), &gone, day(12)), ("failed", Some(day(9)), false));
        assert_eq!(came_to(&active(Some(day(9))), &down, day(99)), ("active", Some(day(9)), true));
        assert_eq!(came_to(&active(Some(day(9))), &Found::Proof, day(11)), ("active", None, true));
        assert_eq!(came_to(&domain("pending", None, false, false), &gone, day(6)), ("pending", Some(day(6)), false));
        assert_eq!(came_to(&domain("pending", None, false, false), &gone, day(7)).0, "failed");
    }

    #[test]
    fn the_record_alone_does_not_make_a_domain_serve() {
        let now = Millis::new(9);
        for state in ["pending", "failed"] {
            let next_of = |ready| next(&domain(state, None, false, ready), &Found::Proof, now);
            assert_eq!(next_of(false), Next { state: "pending", failing_since: None, proven_at: Some(now) });
            assert_eq!(next_of(true), Next { state: "active", failing_since: None, proven_at: Some(now) });
        }
        // What waits for its certificate keeps its proof as long as one that serves.
        let since = Millis::new(0).plus(Span::days(30));
        let waiting = domain("pending", Some(since.get()), true, false);
        let gone = Found::Nothing(String::new());
        assert_eq!(next(&waiting, &gone, since.plus(Span::days(2))).state, "pending");
        assert_eq!(next(&waiting, &gone, since.plus(Span::days(3))), Next { state: "failed", failing_since: Some(since), proven_at: None });
    }

    #[test]
    fn a_domain_says_what_it_waits_for() {
        for (state, since, proven, step) in [
            ("pending", None, false, Step::Record),
            ("pending", Some(5), true, Step::Record),
            ("pending", None, true, Step::Certificate),
            ("active", None, true, Step::Active),
            ("active", Some(5), true, Step::Fading(Millis::new(5))),
            ("failed", Some(5), false, Step::Failed),
        ] {
            assert_eq!(domain(state, since, proven, false).step(), step, "{state}");
        }
    }
}
