//! Custom hostnames at Cloudflare: what is asked, in the form that its API documents, and what follows from each answer.

use jobs::{HANDLERS, WORKER};
use kernel::{
    ports::{Clock, HttpError, Outgoing},
    time::Span,
    worker::Cron,
};
use std::{cell::RefCell, rc::Rc};
use testkit::{
    Harness,
    http::{answer, header},
};

const BASE: &str = "https://api.cloudflare.com/client/v4/zones/0123456789abcdef0123456789abcdef/custom_hostnames";
const HOST: &str = "help.northwind.example";
const ID: &str = "0d89c70d-ad9f-4843-b99f-6cc0252067e9";

/// A custom hostname as the API shows it, shortened to what any answer has.
fn shown(status: &str, certificate: &str, more: &str, ssl_more: &str) -> String {
    format!(
        r#"{{"id":"{ID}","hostname":"{HOST}","status":"{status}","created_at":"2026-11-24T10:00:00.000000Z",
            "ownership_verification":{{"type":"txt","name":"_cf-custom-hostname.{HOST}","value":"5cc07c04-ea62-4a5a-95f0-419334a875a4"}},
            "ownership_verification_http":{{"http_url":"http://{HOST}/.well-known/cf-custom-hostname-challenge/{ID}","http_body":"5cc07c04-ea62-4a5a-95f0-419334a875a4"}},
            "ssl":{{"id":"0d89c70d-ad9f-4843-b99f-6cc0252067e8","type":"dv","method":"http","status":"{certificate}","wildcard":false,
              "settings":{{"min_tls_version":"1.2"}},"bundle_method":"ubiquitous","certificate_authority":"google"{ssl_more}}}{more}}}"#
    )
}
fn ok(result: &str) -> String {
    format!(r#"{{"result":{result},"success":true,"errors":[],"messages":[]}}"#)
}
fn wrong(code: i64, message: &str) -> String {
    format!(r#"{{"result":null,"success":false,"errors":[{{"code":{code},"message":"{message}"}}],"messages":[]}}"#)
}

/// A deployment whose domain has its record, and nothing at the edge.
fn proven(state: &str) -> Harness {
    let h = Harness::new();
    h.db.execute("DELETE FROM domains WHERE host <> ?1", &[HOST.into()]);
    h.db.execute("UPDATE domains SET state = ?1, proven_at = created_at, failing_since = NULL", &[state.into()]);
    h.db.execute("INSERT INTO hostnames(host, next_at, created_at) VALUES(?1, ?2, ?2)", &[HOST.into(), h.clock.now().into()]);
    h
}
fn minute(h: &Harness) -> Vec<Outgoing> {
    later(h, Span::minutes(0)).0
}
/// The cron's next run after a while: what it asked of Cloudflare, and whether it went well.
fn later(h: &Harness, wait: Span) -> (Vec<Outgoing>, bool) {
    h.clock.set(h.clock.now().plus(wait));
    h.http.take();
    let well = h.tick(&WORKER, &HANDLERS, Cron::Minute).is_ok();
    (h.http.take().into_iter().map(|(_, sent)| sent).filter(|sent| sent.url.starts_with("https://api.cloudflare.com/")).collect(), well)
}
fn state(h: &Harness) -> String {
    h.db.text("SELECT state FROM domains WHERE host = ?1", &[HOST.into()])
}
fn lines(sent: &[Outgoing]) -> Vec<String> {
    sent.iter().map(|s| format!("{} {}", s.method, s.url.strip_prefix(BASE).unwrap())).collect()
}

#[test]
fn a_proven_domain_serves_once_hostname_and_certificate_are_active() {
    let h = proven("pending");
    h.http.serve(|_| Ok(answer(201, &ok(&shown("pending", "initializing", "", "")))));
    let sent = minute(&h);
    assert_eq!(lines(&sent), ["POST "]);
    assert_eq!(header(&sent[0], "authorization"), "Bearer cf_testkit");
    assert_eq!(header(&sent[0], "content-type"), "application/json");
    let body: serde_json::Value = serde_json::from_slice(&sent[0].body).unwrap();
    assert_eq!(
        body,
        serde_json::json!({"hostname": HOST, "ssl": {"method": "http", "type": "dv", "settings": {"min_tls_version": "1.2"}}})
    );
    assert_eq!((state(&h).as_str(), minute(&h).len()), ("pending", 0), "not asked again at once");
    // One of the two is not enough, whichever.
    for (status, certificate) in [("active", "pending_validation"), ("pending", "active")] {
        h.http.serve(move |_| Ok(answer(200, &ok(&shown(status, certificate, "", "")))));
        assert_eq!(lines(&later(&h, Span::minutes(3)).0), [format!("GET /{ID}")]);
        assert_eq!(state(&h), "pending", "{status} {certificate}");
    }
    h.http.serve(|_| Ok(answer(200, &ok(&shown("active", "active", "", "")))));
    later(&h, Span::minutes(3));
    assert_eq!(state(&h), "active");
    let told = "SELECT count(*) FROM outbox WHERE type = 'domain.updated' AND payload LIKE '%\"active\"%'";
    assert_eq!(h.db.count(told, &[]), 1);
    assert_eq!(h.db.count("SELECT count(*) FROM audit_events WHERE action = 'domain.checked' AND actor_label = 'hostnames'", &[]), 1);
    assert_eq!(later(&h, Span::hours(23)).0.len(), 0, "once a day from now on");
    // The token is nowhere but on its way to Cloudflare.
    assert!(h.db.everything().values().chain(&h.log.lines()).all(|text| !text.contains("cf_testkit")));
}

#[test]
fn what_cloudflare_names_is_kept_for_the_tenant() {
    let h = proven("pending");
    let errors = r#","verification_errors":["None of the A or AAAA records are owned by this account."]"#;
    let ssl = r#","validation_errors":[{"message":"SERVFAIL looking up CAA for help.northwind.example"}]"#;
    h.http.serve(move |_| Ok(answer(201, &ok(&shown("pending", "pending_validation", errors, ssl)))));
    minute(&h);
    let problem = h.db.text("SELECT problem FROM hostnames", &[]);
    assert!(problem.contains("None of the A or AAAA records") && problem.contains("SERVFAIL"), "{problem}");
    // A certificate that was given up is asked for once more.
    h.http.serve(|_| Ok(answer(200, &ok(&shown("pending", "validation_timed_out", "", "")))));
    later(&h, Span::minutes(3));
    let again = later(&h, Span::minutes(3)).0;
    assert_eq!(lines(&again), [format!("PATCH /{ID}")]);
    assert_eq!(serde_json::from_slice::<serde_json::Value>(&again[0].body).unwrap()["ssl"]["method"], "http");
    // A host that it does not take is not asked for every minute.
    let refused = proven("pending");
    let body = wrong(1409, "Reserved top domain custom hostnames, such as 'test', 'example', 'invalid' or 'localhost', is not supported.");
    refused.http.serve(move |_| Ok(answer(400, &body)));
    minute(&refused);
    assert!(refused.db.text("SELECT problem FROM hostnames", &[]).contains("(1409)"));
    assert_eq!((state(&refused).as_str(), later(&refused, Span::hours(23)).0.len()), ("pending", 0));
}

#[test]
fn a_hostname_whose_answer_was_lost_is_found_by_its_name() {
    let h = proven("pending");
    h.http.serve(|sent| match sent.method {
        "POST" => Ok(answer(409, &wrong(1406, "Duplicate custom hostname found."))),
        // The filter is no exact one.
        _ => {
            let other = shown("active", "active", "", "").replace(HOST, "help.northwind.example.org").replace(ID, "other");
            Ok(answer(200, &ok(&format!("[{other},{}]", shown("active", "active", "", "")))))
        }
    });
    assert_eq!(lines(&minute(&h)), ["POST ".to_owned(), format!("GET ?hostname={HOST}")]);
    assert_eq!((state(&h), h.db.text("SELECT edge_id FROM hostnames", &[])), ("active".to_owned(), ID.to_owned()));
}

#[test]
fn what_could_not_be_told_changes_nothing_and_a_refused_token_is_the_operators_matter() {
    for before in ["pending", "active"] {
        let h = proven(before);
        let down: [fn() -> Result<kernel::ports::Answer, HttpError>; 5] = [
            || Err(HttpError::Timeout),
            || Ok(answer(500, "")),
            || Ok(answer(429, &wrong(971, "Please wait and consider throttling your request speed"))),
            || Ok(answer(200, "<html>")),
            || Ok(answer(403, &wrong(10_000, "Authentication error"))),
        ];
        for (n, reply) in down.into_iter().enumerate() {
            h.http.serve(move |_| reply());
            let (sent, well) = later(&h, Span::minutes(6));
            assert_eq!((sent.len(), state(&h).as_str(), well), (1, before, n < 4), "{n}");
        }
        assert_eq!(h.db.count("SELECT count(*) FROM hostnames WHERE edge_id IS NOT NULL OR checked_at > 0", &[]), 0);
    }
}

#[test]
fn a_domain_that_serves_stops_when_its_host_leads_away_or_is_gone() {
    for (status, certificate, stays) in
        [("active", "pending_validation", true), ("moved", "active", false), ("blocked", "active", false), ("active", "expired", false)]
    {
        let h = proven("active");
        h.db.execute("UPDATE hostnames SET edge_id = ?1, status = 'active', certificate = 'active'", &[ID.into()]);
        h.http.serve(move |_| Ok(answer(200, &ok(&shown(status, certificate, "", "")))));
        minute(&h);
        assert_eq!(state(&h), if stays { "active" } else { "pending" }, "{status} {certificate}");
    }
    // Removed in the dashboard: it is registered anew, and serves when that is ready.
    let h = proven("active");
    h.db.execute("UPDATE hostnames SET edge_id = 'gone', status = 'active', certificate = 'active'", &[]);
    h.http.serve(|sent| match sent.method {
        "GET" => Ok(answer(404, &wrong(1436, "The custom hostname was not found."))),
        _ => Ok(answer(201, &ok(&shown("pending", "initializing", "", "")))),
    });
    assert_eq!(lines(&minute(&h)), ["GET /gone", "POST "]);
    assert_eq!((state(&h), h.db.text("SELECT edge_id FROM hostnames", &[])), ("pending".to_owned(), ID.to_owned()));
}

#[test]
fn a_host_that_nobody_wants_is_let_go_and_not_forgotten_before() {
    for (edge_id, how) in [(Some("known"), "removed"), (None, "failed"), (Some("known"), "gone")] {
        let h = proven("active");
        h.db.execute("UPDATE hostnames SET edge_id = ?1", &[edge_id.into()]);
        match how {
            "removed" => h.db.execute("UPDATE domains SET state = 'removed', removed_at = 1", &[]),
            "failed" => h.db.execute("UPDATE domains SET state = 'failed', proven_at = NULL", &[]),
            _ => h.db.execute("DELETE FROM domains", &[]),
        };
        h.http.serve_status(503);
        minute(&h);
        assert_eq!(h.db.count("SELECT count(*) FROM hostnames", &[]), 1, "until Cloudflare let it go");
        let asked: Rc<RefCell<Vec<String>>> = Rc::default();
        let seen = asked.clone();
        h.http.serve(move |sent| {
            seen.borrow_mut().push(sent.method.to_owned());
            Ok(match sent.method {
                "DELETE" => answer(200, &format!(r#"{{"id":"{ID}"}}"#)),
                _ => answer(200, &ok(&format!("[{}]", shown("active", "active", "", "")))),
            })
        });
        let sent = later(&h, Span::minutes(6)).0;
        let expected = match edge_id {
            Some(id) => vec![format!("DELETE /{id}")],
            None => vec![format!("GET ?hostname={HOST}"), format!("DELETE /{ID}")],
        };
        assert_eq!((lines(&sent), h.db.count("SELECT count(*) FROM hostnames", &[])), (expected, 0), "{how}");
    }
}

#[test]
fn locally_hosts_are_ready_at_once_except_those_that_say_that_they_wait() {
    let h = proven("pending");
    h.set("CUSTOM_HOSTNAMES", "local");
    assert!(minute(&h).is_empty());
    assert_eq!(state(&h), "active");
    let h = proven("pending");
    h.set("CUSTOM_HOSTNAMES", "local");
    for table in ["domains", "hostnames"] {
        h.db.execute(&format!("UPDATE {table} SET host = 'pending.northwind.localhost'"), &[]);
    }
    minute(&h);
    assert_eq!(h.db.text("SELECT state FROM domains", &[]), "pending");
    assert_eq!(h.db.text("SELECT certificate FROM hostnames", &[]), "pending_validation");
}
