//! Hosts: an odd one is nobody's and gets no cookie, none leads to a default tenant, and no mail follows what a request says of its
//! own host (security-and-ui.md §1.7 H1, §1.4).

use authorisation::{headers, worker};
use kernel::host::Surface;
use std::collections::BTreeSet;
use testkit::{Harness, Replied, get, post};
use xtask::fleet::WORKERS;

/// What a request may say where its host should stand, and none of which is a host of ours.
const ODD: &[&str] = &[
    "evil.example",
    "app.localhost.evil.example",
    "evil-app.localhost",
    "app.localhost@evil.example",
    "user:pass@app.localhost",
    "northwind.localhost@evil.example",
    "app.localhost..",
    "..app.localhost",
    ".app.localhost",
    "app..localhost",
    "app.localhost:port",
    "app.localhost:80:80",
    "app.localhost:-1",
    "app.localhost ",
    " app.localhost",
    "app.localhost%00",
    "app.localhost%2eevil.example",
    "app.localhost%20",
    "app.localhost,evil.example",
    "app.localhost;evil.example",
    "app.localhost\\evil.example",
    "app_.localhost",
    "-app.localhost",
    "app-.localhost",
    "\u{ff41}pp.localhost",
    "app\u{3002}localhost",
    "арр.localhost",
    "xn--pp-7kc.localhost",
    "127.0.0.1",
    "127.0.0.1:8787",
    "[::1]",
    "[::1]:8787",
    "0x7f000001",
    "2130706433",
    "app",
    "*.localhost",
    "a.northwind.localhost",
    "northwind.contoso.localhost",
    "no-such-tenant.localhost",
    "www.localhost",
    "admin.localhost",
    "portal.localhost",
    "help.northwind.example.evil.example",
    "xhelp.northwind.example",
    "null",
    "undefined",
    "",
];

fn long() -> String {
    format!("{}.localhost", "a".repeat(64))
}

#[test]
fn an_odd_host_is_nobody_s() {
    let h = Harness::new();
    let whole = h.db.everything();
    let session = h.world.team.customers[0].session.clone();
    let mut looked = 0;
    for worker in WORKERS {
        for host in ODD.iter().map(|h| (*h).to_owned()).chain([long(), "x.".repeat(130) + "localhost"]) {
            for path in ["/", "/sign-in", "/brand.css", "/v1/me", "/o/northwind", "/nowhere"] {
                for call in [get(path), post(path).form(&[("email", "ada@example.com")])] {
                    let reply = h.call(worker, call.authority(&host).session_cookie(&session));
                    let what = format!("{} at {host:?}{path}", worker.name);
                    assert!(matches!(reply.status, 400 | 404), "{what}: {}", reply.status);
                    assert!(matches!(reply.code().as_str(), "unknown_host" | "bad_request"), "{what}: {}", reply.code());
                    assert!(reply.header("set-cookie").is_none() && reply.header("location").is_none(), "{what}");
                    assert_eq!(headers::wrong(&reply), Vec::<String>::new(), "{what}");
                    let text = String::from_utf8(reply.into_bytes()).unwrap();
                    assert!(h.world.orgs().iter().all(|org| !text.contains(&org.canary)), "{what}");
                    looked += 1;
                }
            }
        }
    }
    assert_eq!(h.db.everything(), whole);
    println!("{} hosts × {} Workers: {looked} requests, no page and no cookie", ODD.len() + 2, WORKERS.len());
    assert!(ODD.iter().collect::<BTreeSet<_>>().len() > 30);
}

#[test]
fn a_host_is_the_same_however_it_is_written() {
    let h = Harness::new();
    let wrote = ["APP.localhost:8787", "app.localhost:", "app.LOCALHOST", "app.localhost.", "app.localhost.:8787", "app.localhost:443"];
    for host in wrote {
        assert_eq!(h.call(worker("auth"), get("/sign-in").authority(host)).status, 200, "{host}");
    }
    // Each portal shows its own tenant and nobody else, by its slug and by its own proven domain.
    for org in [&h.world.team, &h.world.free] {
        for host in [format!("{}.localhost", org.slug), format!("{}.LocalHost.", org.slug), format!("help.{}.example", org.slug)] {
            let page = h.call(worker("auth"), get("/sign-in").authority(&host));
            let text = page.text().unwrap().to_owned();
            assert!(page.status == 200 && text.contains(&format!("{}-orgs-name", org.canary)), "{host}: {}", page.status);
            let others = h.world.orgs().into_iter().filter(|o| o.slug != org.slug);
            assert!(others.into_iter().all(|other| !text.contains(&other.canary)), "{host}");
        }
    }
    // A domain that is not proven, or was removed, is none.
    for state in ["pending", "failed", "removed"] {
        let h = Harness::new();
        h.db.with(|conn| drop(conn.execute("UPDATE OR IGNORE domains SET state = ?1", [state])));
        let standing = h.db.count("SELECT count(*) FROM domains WHERE state = 'active'", &[]);
        let status = h.call(worker("auth"), get("/sign-in").authority("help.northwind.example")).status;
        assert!(standing > 0 || status == 404, "{state}: {status}");
    }
}

/// The path of every form that sends a mail, with what it asks for.
const MAILING: &[(&str, &[(&str, &str)])] =
    &[("/reset", &[]), ("/sign-in/link", &[]), ("/sign-up", &[("name", "Ada"), ("password", "tidal-lantern-orchard")])];

#[test]
fn no_mail_follows_what_a_request_says_of_its_host() {
    let pretended = [
        ("host", "evil.example"),
        ("x-forwarded-host", "evil.example"),
        ("x-forwarded-server", "evil.example"),
        ("x-host", "evil.example"),
        ("x-original-host", "evil.example"),
        ("x-http-host-override", "evil.example"),
        ("forwarded", "host=evil.example;proto=http"),
        ("x-forwarded-proto", "ftp"),
        ("x-forwarded-port", "6666"),
        ("referer", "https://evil.example/"),
    ];
    let mut sent = 0;
    for (path, more) in MAILING {
        for surface in [Surface::App, Surface::Portal] {
            let h = Harness::new();
            h.db.execute("UPDATE orgs SET self_sign_up = 1", &[]);
            let host = testkit::call::host(surface, "northwind");
            let known = if surface == Surface::App { &h.world.team.members[1].email } else { &h.world.team.customers[0].email };
            let email = if *path == "/sign-up" { "ada@example.com" } else { known.as_str() };
            let mut fields = more.to_vec();
            fields.push(("email", email));
            let call = h.form(worker("auth"), post(path).authority(&format!("{}:6666", host.to_uppercase())), None, &fields);
            let call = pretended.iter().fold(call, |call, (name, value)| call.header(name, value));
            let reply = h.call(worker("auth"), call);
            assert_eq!(reply.status, 303, "{path} at {host}: {:?}", reply.text());
            h.drain(&jobs::WORKER, &jobs::HANDLERS);
            let posted = h.posted();
            let letters: Vec<String> = posted.iter().map(|p| format!("{} {}", p.message.text, p.message.html)).collect();
            let letter = letters.iter().find(|text| text.contains("token=")).unwrap_or_else(|| panic!("{path}: no letter with a link"));
            assert!(!letters.concat().contains("evil") && !letters.concat().contains("6666"), "{path}: {letter}");
            // The port is that of the configuration, not that of the request.
            assert!(letter.contains(&format!("http://{host}:8787/")), "{path} at {host}: {letter}");
            sent += 1;
        }
    }
    println!("{sent} mails, each with links to the host that configuration names");
}
