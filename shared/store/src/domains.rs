//! Tenants' own domains: whether the TXT record that proves one is there, and what follows from that.
//!
//! A portal serves a domain only while it is `active` ([`crate::portals`]). The record is looked up when somebody asks for it and by
//! cron; what the resolver could not tell changes nothing.

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
    Write Org CHECKED(7) -> [] =
        "UPDATE domains SET state = ?3, checked_at = ?4, last_error = ?5, failing_since = ?6 WHERE org_id = ?1 AND id = ?2 AND state = ?7";
    /// Those that wait are looked up every hour, those that serve every day.
    Read Global("cron looks after the domains of every organization")
    DUE(3) -> ["id", "host", "state", "proof", "failing_since", "created_at", "org_id", "slug"] =
        "SELECT d.id, d.host, d.state, d.proof, d.failing_since, d.created_at, d.org_id, o.slug FROM domains d JOIN orgs o ON o.id = d.org_id AND o.deleted_at IS NULL \
         WHERE d.state IN ('pending', 'active') AND d.checked_at <= ?1 AND (d.state = 'pending' OR d.checked_at <= ?2) ORDER BY d.checked_at LIMIT ?3";
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

/// A domain, from the first six columns of a statement such as [`DUE`].
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
}
impl Domain {
    /// Reads `id, host, state, proof, failing_since, created_at`.
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
        })
    }
    /// The name of the record that proves it.
    pub fn record(&self) -> String {
        format!("{LABEL}.{}", self.host)
    }
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

/// What becomes of a domain: its state, and since when its record is missing.
pub fn next(domain: &Domain, found: &Found, now: Millis) -> (&'static str, Option<Millis>) {
    let same = match domain.state.as_str() {
        "active" => "active",
        "pending" => "pending",
        _ => "failed",
    };
    match found {
        Found::Proof => ("active", None),
        Found::Trouble(_) => (same, domain.failing_since),
        Found::Nothing(_) => {
            let since = domain.failing_since.unwrap_or(now);
            let over = match same {
                "active" => now >= since.plus(PATIENCE),
                _ => now >= domain.created_at.plus(WAIT),
            };
            (if over { "failed" } else { same }, Some(since))
        }
    }
}

/// Puts what was found into a change.
pub fn record(change: Mutation, org: &OrgId, domain: &Domain, found: &Found) -> Mutation {
    let now = change.at();
    let (state, since) = next(domain, found, now);
    let why = match found {
        Found::Proof => None,
        Found::Nothing(why) | Found::Trouble(why) => Some(why.as_str()),
    };
    let stmt = CHECKED.bind([
        org.into(),
        domain.id.as_str().into(),
        state.into(),
        now.into(),
        why.into(),
        since.into(),
        domain.state.as_str().into(),
    ]);
    let change = change.then_guarded(Guard::State, stmt);
    if state == domain.state {
        return change;
    }
    let told = serde_json::json!({"id": domain.id, "host": domain.host, "state": state}).to_string();
    change.event(org, domain::events::DOMAIN_UPDATED.name, told)
}

/// Domains that are to be looked up by now.
pub fn due(now: Millis, most: i64) -> Stmt {
    DUE.bind([now.minus(Span::minutes(55)).into(), now.minus(Span::hours(24)).into(), most.into()])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn domain(state: &str, failing_since: Option<i64>) -> Domain {
        Domain {
            id: "dom_1".into(),
            host: "help.acme.example".into(),
            state: state.into(),
            proof: "portico=abc".into(),
            failing_since: failing_since.map(Millis::new),
            created_at: Millis::new(0),
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
        assert_eq!(next(&domain("active", None), &gone, day(9)), ("active", Some(day(9))));
        assert_eq!(next(&domain("active", Some(day(9).get())), &gone, day(11)), ("active", Some(day(9))));
        assert_eq!(next(&domain("active", Some(day(9).get())), &gone, day(12)), ("failed", Some(day(9))));
        assert_eq!(next(&domain("active", Some(day(9).get())), &down, day(99)), ("active", Some(day(9))));
        assert_eq!(next(&domain("active", Some(day(9).get())), &Found::Proof, day(11)), ("active", None));
        assert_eq!(next(&domain("pending", None), &gone, day(6)), ("pending", Some(day(6))));
        assert_eq!(next(&domain("pending", None), &gone, day(7)).0, "failed");
        assert_eq!(next(&domain("failed", None), &Found::Proof, day(70)), ("active", None));
    }
}
