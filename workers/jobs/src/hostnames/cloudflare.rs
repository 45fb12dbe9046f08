//! Cloudflare for SaaS: custom hostnames of our zone, as its API has them (<https://developers.cloudflare.com/api/resources/custom_hostnames/>).
//! Thin: requests, and what the answers say.
//!
//! The certificate is validated by HTTP: once the tenant's CNAME leads to us, Cloudflare answers the challenge itself, and the tenant has
//! no further record to set.

use super::Said;
use kernel::ports::{Answer, Http, Outgoing};
use serde_json::json;
use store::hostnames::Standing;

const API: &str = "https://api.cloudflare.com/client/v4";
/// "Duplicate custom hostname found": an earlier answer was lost, or somebody made it by hand.
const DUPLICATE: i64 = 1_406;
/// A problem is shown to tenants: that much of it, in characters.
const PROBLEM_AT_MOST: usize = 300;

/// Custom hostnames of one zone.
pub(super) struct Cloudflare<'a> {
    pub http: &'a dyn Http,
    pub zone: &'a str,
    /// May edit SSL and certificates of that zone, and nothing else.
    pub token: &'a str,
}

impl Cloudflare<'_> {
    /// Registers a host, or finds it where it was registered already.
    pub async fn register(&self, host: &str) -> Said {
        let body = json!({"hostname": host, "ssl": ssl()});
        match self.send("POST", "", Some(&body)).await {
            Ok(answer) if duplicate(&answer) => self.find(host).await,
            Ok(answer) => one(&answer),
            Err(trouble) => trouble,
        }
    }
    /// How a host name stands.
    pub async fn get(&self, id: &str) -> Said {
        self.send("GET", &format!("/{id}"), None).await.map_or_else(|trouble| trouble, |answer| one(&answer))
    }
    /// Asks for the validation of its certificate once more: sending the settings that it has is how one asks.
    pub async fn renew(&self, id: &str) -> Said {
        let body = json!({"ssl": ssl()});
        self.send("PATCH", &format!("/{id}"), Some(&body)).await.map_or_else(|trouble| trouble, |answer| one(&answer))
    }
    /// Looks a host up by its name. The filter also finds names that only contain it.
    pub async fn find(&self, host: &str) -> Said {
        match self.send("GET", &format!("?hostname={host}"), None).await {
            Ok(answer) => many(&answer, host),
            Err(trouble) => trouble,
        }
    }
    /// Lets a host name go; one that is gone already is gone.
    pub async fn remove(&self, id: &str) -> Said {
        match self.send("DELETE", &format!("/{id}"), None).await {
            Ok(answer) if answer.status == 200 => Said::Gone,
            Ok(answer) => one(&answer),
            Err(trouble) => trouble,
        }
    }

    async fn send(&self, method: &'static str, end: &str, body: Option<&serde_json::Value>) -> Result<Answer, Said> {
        let mut headers = vec![("authorization", format!("Bearer {}", self.token)), ("accept", "application/json".to_owned())];
        if body.is_some() {
            headers.push(("content-type", "application/json".to_owned()));
        }
        let request = Outgoing {
            method,
            url: format!("{API}/zones/{}/custom_hostnames{end}", self.zone),
            headers,
            body: body.map(|b| b.to_string().into_bytes()).unwrap_or_default(),
            timeout_ms: 10_000,
            read_at_most: 256 * 1_024,
        };
        self.http.send(request).await.map_err(|e| Said::Trouble(format!("Cloudflare could not be reached: {e}.")))
    }
}

fn ssl() -> serde_json::Value {
    json!({"method": "http", "type": "dv", "settings": {"min_tls_version": "1.2"}})
}

#[derive(serde::Deserialize)]
struct Envelope<T> {
    result: Option<T>,
    #[serde(default)]
    errors: Vec<Complaint>,
}
#[derive(serde::Deserialize)]
struct Complaint {
    #[serde(default)]
    code: i64,
    #[serde(default)]
    message: String,
}
#[derive(serde::Deserialize)]
struct Hostname {
    id: String,
    hostname: String,
    #[serde(default)]
    status: String,
    ssl: Option<Ssl>,
    #[serde(default)]
    verification_errors: Vec<String>,
}
#[derive(serde::Deserialize)]
struct Ssl {
    #[serde(default)]
    status: String,
    #[serde(default)]
    validation_errors: Vec<Complaint>,
}
impl Hostname {
    fn said(self) -> Said {
        let (certificate, errors) = self.ssl.map_or_else(Default::default, |ssl| (ssl.status, ssl.validation_errors));
        let problems: Vec<String> = self.verification_errors.into_iter().chain(errors.into_iter().map(|e| e.message)).collect();
        let problem = Some(short(&problems.join(" "))).filter(|p| !p.is_empty());
        Said::Has(self.id, Standing { status: self.status, certificate, problem })
    }
}

fn short(text: &str) -> String {
    text.trim().chars().filter(|c| !c.is_control()).take(PROBLEM_AT_MOST).collect()
}

fn errors(answer: &Answer) -> Vec<Complaint> {
    serde_json::from_slice::<Envelope<serde_json::Value>>(&answer.body).map(|e| e.errors).unwrap_or_default()
}
fn duplicate(answer: &Answer) -> bool {
    answer.status == 409 || (answer.status >= 400 && errors(answer).iter().any(|e| e.code == DUPLICATE))
}

/// What an answer about one host name says.
fn one(answer: &Answer) -> Said {
    match answer.status {
        200..=299 => match serde_json::from_slice::<Envelope<Hostname>>(&answer.body).ok().and_then(|e| e.result) {
            Some(hostname) => hostname.said(),
            None => unread(answer),
        },
        404 => Said::Gone,
        _ => refused(answer),
    }
}
/// What a list says of one host.
fn many(answer: &Answer, host: &str) -> Said {
    if !(200..=299).contains(&answer.status) {
        return refused(answer);
    }
    match serde_json::from_slice::<Envelope<Vec<Hostname>>>(&answer.body).ok().and_then(|e| e.result) {
        Some(list) => list.into_iter().find(|h| h.hostname.eq_ignore_ascii_case(host)).map_or(Said::Gone, Hostname::said),
        None => unread(answer),
    }
}

fn unread(answer: &Answer) -> Said {
    Said::Trouble(format!("Cloudflare's answer with status {} could not be read.", answer.status))
}
fn refused(answer: &Answer) -> Said {
    let all: Vec<String> = errors(answer).into_iter().map(|e| format!("{} ({})", e.message, e.code)).collect();
    let why = short(&all.join(" "));
    match answer.status {
        401 | 403 => Said::Denied(format!(
            "Cloudflare does not let us edit custom hostnames: check CLOUDFLARE_API_TOKEN and CLOUDFLARE_ZONE_ID. {why}"
        )),
        400..=428 | 430..=499 => Said::Refuses(if why.is_empty() { format!("Refused with status {}.", answer.status) } else { why }),
        status => Said::Trouble(format!("Cloudflare answered with status {status}. {why}")),
    }
}
