//! Headers: those of every reply, errors included, and those of requests that pretend to come from inside.

use authorisation::{
    callers::{Caller, callers},
    expect::Ids,
    fill, headers, places, worker,
};
use kernel::{Reply, host::Surface};
use testkit::{Call, DbFault, Harness, Replied, get, post, request};
use xtask::fleet::WORKERS;

/// Headers by which proxies, frameworks and inner services speak to each other. None means anything here.
const PRETENDED: &[(&str, &str)] = &[
    ("x-forwarded-host", "contoso.localhost"),
    ("x-forwarded-server", "contoso.localhost"),
    ("x-forwarded-for", "10.0.0.1"),
    ("x-forwarded-proto", "https"),
    ("x-forwarded-prefix", "/internal"),
    ("forwarded", "for=10.0.0.1;host=contoso.localhost;proto=https"),
    ("x-original-url", "/jobs"),
    ("x-original-host", "contoso.localhost"),
    ("x-rewrite-url", "/jobs"),
    ("x-host", "contoso.localhost"),
    ("x-real-ip", "10.0.0.1"),
    ("true-client-ip", "10.0.0.1"),
    ("x-client-ip", "10.0.0.1"),
    ("x-http-method-override", "DELETE"),
    ("x-method-override", "DELETE"),
    ("x-http-method", "DELETE"),
    ("x-portico-org", "contoso"),
    ("x-portico-user", "usr_1"),
    ("x-portico-surface", "platform"),
    ("x-portico-internal", "1"),
    ("x-org-id", "contoso"),
    ("x-tenant", "contoso"),
    ("x-user-id", "usr_1"),
    ("x-role", "owner"),
    ("x-request-id", "req_00000000000000000000000000000000"),
    ("x-internal", "true"),
    ("cf-worker", "portico"),
    ("cf-access-authenticated-user-email", "operator@operators.example"),
    ("x-api-key", "portico_sk_live_x"),
];

/// All of a reply.
type Exact = (u16, Vec<(String, String)>, Vec<u8>);

fn exact(reply: Reply) -> Exact {
    let headers = reply.headers.iter().map(|(n, v)| (n.to_string(), v.clone())).collect();
    (reply.status, headers, reply.into_bytes())
}

fn once(h: &Harness, worker: &'static kernel::worker::Worker, call: Call) -> (Exact, Vec<String>) {
    h.forget();
    h.db.undone(|| {
        let reply = exact(h.call(worker, call));
        let mut after: Vec<String> = h.db.everything().into_iter().map(|(table, hash)| format!("{table} {hash}")).collect();
        after.extend(h.log.lines());
        (reply, after)
    })
}

#[test]
fn headers_that_pretend_to_come_from_inside_change_nothing() {
    let h = Harness::new();
    let world = h.world.clone();
    let all = callers(&world);
    let named = |name: &str| all.iter().find(|c| c.name == name).unwrap();
    let (mut compared, mut alone) = (0, 0);
    for place in places() {
        let insider = match place.surface {
            Surface::Api => named("key with every scope"),
            Surface::App => named("viewer"),
            Surface::Portal => named("customer"),
            Surface::Platform => named("operator"),
        };
        for caller in [named("nobody"), insider] {
            let path = fill::path(&place, Ids::Own, &world.team, &world.free);
            let call = |caller: &Caller<'_>| {
                caller
                    .sign(request(place.route.method.as_str(), &path).host(&caller.host(place.surface)))
                    .json(&serde_json::json!({"subject": "s", "body": "b"}))
            };
            let plain = once(&h, place.worker, call(caller));
            let pretending = PRETENDED.iter().fold(call(caller), |call, (name, value)| call.header(name, value));
            let pretended = once(&h, place.worker, pretending);
            compared += 1;
            if plain != pretended {
                // Which one was it?
                for (name, value) in PRETENDED {
                    assert_eq!(
                        once(&h, place.worker, call(caller).header(name, value)),
                        plain,
                        "{} as {}: {name}",
                        place.name(),
                        caller.name
                    );
                    alone += 1;
                }
            }
            assert_eq!(plain, pretended, "{} as {}", place.name(), caller.name);
        }
    }
    println!("{compared} pairs of requests, {} headers each, no difference ({alone} looked at alone)", PRETENDED.len());
}

#[test]
fn every_reply_has_its_headers_errors_included() {
    let h = Harness::new();
    let key = h.world.team.keys.full.clone();
    let api = worker("api");
    let long = format!("/v1/tickets?q={}", "x".repeat(9_000));
    let mut replies: Vec<(u16, Call)> = vec![
        (404, get("/nowhere")),
        (404, get("/v1/tickets").authority("evil.example")),
        (404, get("/v1/tickets").authority("bad host")),
        (404, get("/v1/tickets").portal("no-such-tenant")),
        (405, request("PUT", "/v1/tickets")),
        (405, request("BREW", "/v1/tickets")),
        (414, get(&long)),
        (401, get("/v1/tickets")),
        (400, get(&format!("/v1/tickets?api_key={}", key.token))),
        (400, post("/v1/tickets").key(&key).body("{").header("content-type", "application/json")),
        (400, post("/v1/tickets").key(&key).json(&serde_json::json!({})).broken()),
        (413, post("/v1/tickets").key(&key).body(vec![b'x'; 300_000]).header("content-type", "application/json")),
        (415, post("/v1/tickets").key(&key).body("a=b")),
        (422, post("/v1/tickets").key(&key).json(&serde_json::json!({}))),
        (200, request("HEAD", "/v1/tickets").key(&key)),
    ];
    for (status, call) in replies.drain(..) {
        let what = format!("{call:?}").chars().take(120).collect::<String>();
        let reply = h.call(api, call);
        assert_eq!((reply.status, headers::wrong(&reply)), (status, Vec::<String>::new()), "{what}");
    }
    h.bursts.set(testkit::bursts::Mood::Shut);
    let limited = h.call(api, get("/v1/tickets").key(&key));
    assert_eq!((limited.status, headers::wrong(&limited)), (429, Vec::<String>::new()));
    assert!(limited.header("retry-after").is_some());
    h.bursts.set(testkit::bursts::Mood::Open);
    h.db.fail_next(DbFault::Refused("D1_ERROR: no such table: something"));
    let broken = h.call(api, get("/v1/tickets").key(&key));
    assert_eq!((broken.status, broken.code().as_str(), headers::wrong(&broken)), (500, "internal", Vec::new()));
    assert!(!broken.text().unwrap().contains("something"), "the cause is logged, not shown");
    h.restart();
    h.kv.clear();
    h.db.go_down();
    let down = h.call(api, get("/v1/tickets").key(&key));
    assert_eq!((down.status, headers::wrong(&down)), (503, Vec::<String>::new()));
    assert!(down.header("retry-after").is_some());
}

#[test]
fn deployed_replies_ask_for_https_and_local_ones_do_not() {
    let h = Harness::new();
    for worker in WORKERS {
        for surface in Surface::ALL {
            let call = || get("/nowhere").host(&testkit::call::host(surface, h.world.team.slug));
            assert_eq!(h.call(worker, call()).header("strict-transport-security"), None);
        }
    }
    h.set("ENVIRONMENT", "production");
    h.set("API_ALIAS_HOST", "");
    h.set("MAIL_PROVIDER", "resend");
    for worker in WORKERS {
        for surface in Surface::ALL {
            let reply = h.call(worker, get("/nowhere").host(&testkit::call::host(surface, h.world.team.slug)));
            let value = reply.header("strict-transport-security").unwrap().to_owned();
            assert!(value.contains("max-age=63072000"), "{value}");
            // A portal may stand on a tenant's own domain: what is under it is not ours to speak for.
            assert_eq!(value.contains("includeSubDomains"), surface != Surface::Portal, "{} {value}", surface.as_str());
        }
    }
}

/// Methods that no route has, and one that is no method at all.
const OTHER_METHODS: &[&str] = &["OPTIONS", "PUT", "TRACE", "CONNECT", "PROPFIND", "QUERY", "get", "POST ", "DELETE\u{a0}"];

/// Every path × every method it does not have × somebody and nobody: refused before anything is read, with every header, and changed
/// by no override. HEAD is answered as GET is, without a body.
#[test]
fn a_method_that_a_path_does_not_have_is_refused() {
    let h = Harness::new();
    let world = h.world.clone();
    let all = callers(&world);
    let named = |name: &str| all.iter().find(|c| c.name == name).unwrap();
    let whole = h.db.everything();
    let (mut refused, mut heads) = (0, 0);
    for place in places() {
        let insider = match place.surface {
            Surface::Api => named("key with every scope"),
            Surface::App => named("owner"),
            Surface::Portal => named("customer"),
            Surface::Platform => named("operator"),
        };
        let path = fill::path(&place, Ids::Own, &world.team, &world.free);
        for caller in [named("nobody"), insider] {
            let call = |method: &str| caller.sign(request(method, &path).host(&caller.host(place.surface)));
            for method in OTHER_METHODS {
                let what = format!("{method:?} for {} as {}", place.name(), caller.name);
                h.forget();
                let reply = h.call(place.worker, call(method).header("x-http-method-override", place.route.method.as_str()));
                assert_eq!((reply.status, headers::wrong(&reply)), (405, Vec::<String>::new()), "{what}");
                let allowed = reply.header("allow").unwrap_or_default();
                assert!(allowed.split(", ").any(|m| m == place.route.method.as_str()), "{what}: Allow: {allowed}");
                assert!(reply.header("set-cookie").is_none() && reply.header("access-control-allow-origin").is_none(), "{what}");
                assert!(h.log.failures().is_empty(), "{what}: {:?}", h.log.failures());
                refused += 1;
            }
            let what = format!("HEAD for {} as {}", place.name(), caller.name);
            let get = once(&h, place.worker, call("GET")).0;
            let head = once(&h, place.worker, call("HEAD")).0;
            assert_eq!((head.0, head.2.len()), (get.0, 0), "{what}");
            heads += 1;
        }
    }
    assert_eq!(h.db.everything(), whole, "nothing was changed");
    println!("{refused} refused, {heads} HEADs");
    assert!(refused > 2_000);
}
