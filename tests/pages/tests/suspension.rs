//! What an operator stops is stopped everywhere: at once where the database is asked, within the lease where a record is cached.

use kernel::{principal::Role, time::Span};
use testkit::{Harness, Replied, get, post};

const REASON: &str = "Chargebacks on three cards";

/// What each way into the first organization answers, from wherever `h` is.
fn ways(h: &Harness) -> [u16; 4] {
    let org = &h.world.team;
    [
        h.call(&org::WORKER, get("/o/northwind").session(&org.member(Role::Owner).session)).status,
        h.call(&api::WORKER, get("/v1/tickets").key(&org.keys.full)).status,
        h.call(
            &api::WORKER,
            post("/v1/tickets").key(&org.keys.full).body("{\"subject\":\"s\",\"body\":\"b\"}").header("content-type", "application/json"),
        )
        .status,
        h.call(&portal::WORKER, get("/").session(&org.customers[0].session)).status,
    ]
}
fn send(h: &Harness, path: &str, reason: &str) -> u16 {
    let operator = &h.world.operator.session;
    h.call(&platform::WORKER, h.form(&platform::WORKER, post(path), Some(operator), &[("reason", reason)])).status
}

#[test]
fn a_suspended_organization_is_closed_on_every_way_in_and_opens_again() {
    let h = Harness::new();
    let (suspend, resume) = (format!("/orgs/{}/suspend", h.world.team.id), format!("/orgs/{}/resume", h.world.team.id));
    assert_eq!(ways(&h), [200, 200, 201, 200]);
    assert_eq!(send(&h, &suspend, REASON), 303);
    // An isolate that knows nothing yet, at a location that knows nothing either.
    let fresh = h.elsewhere();
    fresh.kv.clear();
    assert_eq!(ways(&fresh), [403, 403, 403, 403]);
    // One that holds records of before: members and writes are stopped now, reads and the portal when the lease is over.
    let held = ways(&h);
    assert_eq!((held[0], held[2]), (403, 403));
    h.clock.advance(Span::seconds(60));
    assert_eq!(ways(&h), [403, 403, 403, 403]);
    assert_eq!(h.call(&api::WORKER, get("/v1/me").key(&h.world.team.keys.full)).code(), "org_suspended");
    // Nobody else is touched.
    assert_eq!(h.call(&api::WORKER, get("/v1/tickets").key(&h.world.free.keys.full)).status, 200);
    assert_eq!(send(&h, &resume, "The bank settled the matter"), 303);
    h.clock.advance(Span::seconds(60));
    assert_eq!(ways(&h), [200, 200, 201, 200]);
}

#[test]
fn a_banned_person_is_out_of_every_organization_and_of_the_console() {
    let h = Harness::new();
    let owner = h.world.team.member(Role::Owner);
    let open = |session| h.call(&org::WORKER, get("/o/northwind").session(session)).status;
    assert_eq!(open(&owner.session), 200);
    assert_eq!(send(&h, &format!("/users/{}/ban", owner.user), REASON), 303);
    assert_eq!(open(&owner.session), 303, "to the sign-in form");
    assert_eq!(h.call(&org::WORKER, get("/").session(&owner.session)).status, 303);
    assert_eq!(open(&h.world.team.member(Role::Admin).session), 200);
    let support = &h.world.other_operators[0];
    assert_eq!(h.call(&platform::WORKER, get("/").session(&support.session)).status, 200);
    assert_eq!(send(&h, &format!("/users/{}/ban", support.user), REASON), 303);
    assert_eq!(h.call(&platform::WORKER, get("/").session(&support.session)).status, 303);
}
