//! Domains of an organization's own.

use crate::{send, text};
use kernel::ports::Clock;
use kernel::{Id, OrgId, Reply, principal::Role};
use testkit::{Harness, Replied, get, http::answer};

const PATH: &str = "/o/northwind/settings/domains";

fn state(h: &Harness, host: &str) -> String {
    h.db.text("SELECT state FROM domains WHERE host = ?1 AND state <> 'removed'", &[host.into()])
}
fn failed(reply: &Reply) -> bool {
    reply.cookie(kernel::flash::COOKIE).unwrap().starts_with('f')
}
/// Room for five.
fn business(h: &Harness, org: &OrgId) {
    h.db.execute("UPDATE orgs SET plan = 'business' WHERE id = ?1", &[org.into()]);
}

#[test]
fn a_domain_serves_once_its_record_is_found() {
    let h = Harness::new();
    let team = &h.world.team;
    business(&h, &team.id);
    let admin = team.member(Role::Admin).session.clone();
    let added = send(&h, &admin, PATH, &[("host", " Support.Tailspin.example. ")]);
    let page = added.header("location").unwrap().to_owned();
    assert_eq!((added.status, state(&h, "support.tailspin.example").as_str()), (303, "pending"));
    let shown = text(&h, team.member(Role::Admin), &page);
    let proof = h.db.text("SELECT proof FROM domains WHERE host = 'support.tailspin.example'", &[]);
    assert!(shown.contains("_portico-challenge.support.tailspin.example") && shown.contains(&proof), "{shown}");
    let portal = || h.elsewhere().call(&portal::WORKER, get("/brand.css").host("support.tailspin.example")).code();
    assert_eq!(portal(), "unknown_host");

    let check = format!("{page}/check");
    h.http.serve(|_| Ok(answer(200, r#"{"Status":3}"#)));
    assert!(failed(&send(&h, &admin, &check, &[])));
    assert!(text(&h, team.member(Role::Admin), &page).contains("No TXT record was found."));
    h.http.serve_status(500);
    assert!(failed(&send(&h, &admin, &check, &[])));
    assert_eq!((state(&h, "support.tailspin.example").as_str(), portal().as_str()), ("pending", "unknown_host"));
    let body = serde_json::json!({"Status": 0, "Answer": [{"type": 16, "data": format!("\"{proof}\"")}]}).to_string();
    h.http.serve(move |_| Ok(answer(200, &body)));
    h.http.take();
    assert!(!failed(&send(&h, &admin, &check, &[])));
    let sent = h.http.take();
    assert_eq!(sent[0].1.url, "https://dns.example/dns-query?name=_portico-challenge.support.tailspin.example&type=TXT");
    // The record is one half; the other is the edge's.
    assert_eq!((state(&h, "support.tailspin.example").as_str(), portal().as_str()), ("pending", "unknown_host"));
    let shown = text(&h, team.member(Role::Admin), &page);
    assert!(
        shown.contains("the certificate is on its way") && shown.contains("tailspin") && shown.contains("not asked for yet"),
        "{shown}"
    );
    let edge = |status: &str, certificate: &str, problem: &str| {
        let params = [status.into(), certificate.into(), problem.into()];
        h.db.execute("UPDATE hostnames SET status = ?1, certificate = ?2, problem = NULLIF(?3, '')", &params);
    };
    edge("pending", "pending_validation", "CAA forbids <it>");
    assert!(text(&h, team.member(Role::Viewer), &page).contains("CAA forbids &lt;it&gt;"));
    assert!(!failed(&send(&h, &admin, &check, &[])));
    assert_eq!(state(&h, "support.tailspin.example"), "pending");
    edge("active", "active", "");
    assert!(!failed(&send(&h, &admin, &check, &[])));
    assert_eq!((state(&h, "support.tailspin.example").as_str(), portal().as_str()), ("active", "not_found"), "a portal, without colors");
    assert_eq!(h.db.count("SELECT count(*) FROM outbox WHERE type = 'domain.updated' AND org_id = ?1", &[(&team.id).into()]), 1);
}

#[test]
fn a_host_is_one_organization_s_and_a_removed_one_nobody_s_for_a_while() {
    let h = Harness::new();
    let (team, free) = (&h.world.team, &h.world.free);
    business(&h, &free.id);
    let [owner, other] = [team, free].map(|o| o.member(Role::Owner).session.clone());
    let theirs = "/o/contoso/settings/domains";
    let add = || send(&h, &other, theirs, &[("host", "help.northwind.example")]);
    assert!(add().text().unwrap().contains("in use, or was until a while ago"));
    h.db.execute("INSERT INTO hostnames(host, next_at, created_at) VALUES('help.northwind.example', ?1, 0)", &[i64::MAX.into()]);
    let removed = send(&h, &owner, &format!("{PATH}/{}/remove", team.domain), &[]);
    assert_eq!(removed.status, 303);
    assert_eq!(h.db.count("SELECT count(*) FROM hostnames WHERE next_at <= ?1", &[h.clock.now().into()]), 1, "the edge is told soon");
    h.db.execute("DELETE FROM hostnames", &[]);
    assert_eq!(send(&h, &owner, &format!("{PATH}/{}/check", team.domain), &[]).status, 404);
    assert_eq!(add().status, 422, "its DNS may still point here");
    assert_eq!(send(&h, &owner, PATH, &[("host", "help.northwind.example")]).status, 303, "whose it was may have it back");
    h.db.execute("DELETE FROM domains WHERE host = 'help.northwind.example' AND state = 'pending'", &[]);
    h.db.execute("UPDATE domains SET removed_at = removed_at - 30 * 86400000 - 1 WHERE state = 'removed'", &[]);
    assert_eq!(add().status, 303);
    // Both wait for it; whoever proves it first has it.
    h.db.execute("DELETE FROM domains WHERE host = 'help.northwind.example'", &[]);
    let mine = send(&h, &owner, PATH, &[("host", "help.northwind.example")]).header("location").unwrap().to_owned();
    let also = add().header("location").unwrap().to_owned();
    let proofs: Vec<serde_json::Value> =
        h.db.rows("SELECT proof FROM domains WHERE host = 'help.northwind.example'", &[])
            .iter()
            .map(|r| serde_json::json!({"type": 16, "data": r.text(0).unwrap()}))
            .collect();
    let body = serde_json::json!({"Status": 0, "Answer": proofs}).to_string();
    h.http.serve(move |_| Ok(answer(200, &body)));
    h.db.execute(
        "INSERT INTO hostnames(host, status, certificate, next_at, created_at) VALUES('help.northwind.example', 'active', 'active', 0, 0)",
        &[],
    );
    assert!(!failed(&send(&h, &owner, &format!("{mine}/check"), &[])));
    assert!(failed(&send(&h, &other, &format!("{also}/check"), &[])));
    assert_eq!(h.db.text("SELECT org_id FROM domains WHERE host = 'help.northwind.example' AND state = 'active'", &[]), team.id.as_str());
}

#[test]
fn what_can_t_be_added_is_refused_with_a_reason() {
    let h = Harness::new();
    let admin = h.world.team.member(Role::Admin).session.clone();
    let full = send(&h, &admin, PATH, &[("host", "support.tailspin.example")]);
    assert!(full.status == 409 && full.text().unwrap().contains("The Business plan includes 5."), "{:?}", full.text());
    // The only place, once it is free: other organizations' domains take none of it.
    h.db.execute("DELETE FROM domains WHERE org_id = ?1", &[(&h.world.team.id).into()]);
    assert_eq!(send(&h, &admin, PATH, &[("host", "help.northwind.example")]).status, 303);
    business(&h, &h.world.team.id);
    for host in [
        "",
        "tailspin",
        "https://a.example",
        "a.example/x",
        "1.2.3.4",
        "app.localhost",
        "x.app.localhost",
        "tailspin.localhost",
        "bücher.example",
    ] {
        let reply = send(&h, &admin, PATH, &[("host", host)]);
        assert_eq!(reply.status, 422, "{host}");
        assert!(host.is_empty() || reply.text().unwrap().contains(&format!("value=\"{host}\"")), "{host} is kept");
    }
    let twice = send(&h, &admin, PATH, &[("host", "help.northwind.example")]);
    assert!(twice.status == 422 && twice.text().unwrap().contains("in the list already"));
    assert_eq!(send(&h, &h.world.stale[0], PATH, &[("host", "b.example")]).code(), "step_up_needed");
}

#[test]
fn what_a_limit_refuses_is_counted_for_operators() {
    let h = Harness::new();
    let admin = h.world.team.member(Role::Admin);
    let check = format!("{PATH}/{}/check", h.world.team.domain);
    h.http.serve_status(503);
    let replies: Vec<u16> = (0..33).map(|_| send(&h, &admin.session, &check, &[]).status).collect();
    assert_eq!((replies[29], replies[30], replies[32]), (303, 429, 429));
    let counted = |policy: &str| {
        let sum = "SELECT COALESCE(sum(refused), 0) FROM refusals WHERE policy = ?1 AND whom = ?2";
        h.db.count(sum, &[policy.into(), (&admin.user).into()])
    };
    assert_eq!(counted("domain_checks"), 1, "the first is written at once, the others with whoever comes later");
    h.clock.set(h.clock.now().plus(kernel::time::Span::seconds(11)));
    text(&h, admin, PATH);
    assert_eq!(counted("domain_checks"), 3);
}
