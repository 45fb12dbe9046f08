//! Deleting an organization, and bringing it back.

use crate::{letter, see, send, text};
use kernel::ports::Clock;
use kernel::{Id, principal::Role, time::Span};
use org::WORKER;
use serde_json::json;
use testkit::{Harness, Replied, get, post};

#[test]
fn nothing_is_deleted_while_a_subscription_is_live_or_by_mistake() {
    let h = Harness::new();
    let owner = h.world.team.member(Role::Owner).clone();
    let path = "/o/northwind/settings/delete";
    assert!(text(&h, &owner, path).contains("There is an active subscription"));
    let live = send(&h, &owner.session, path, &[("confirm", "northwind")]);
    assert!(live.status == 409 && live.text().unwrap().contains("Cancel it first"));
    for status in ["past_due", "unpaid", "paused", "trialing", "incomplete"] {
        h.db.execute("UPDATE subscriptions SET status = ?1", &[status.into()]);
        assert_eq!(send(&h, &owner.session, path, &[("confirm", "northwind")]).status, 409, "{status}");
    }
    h.db.execute("UPDATE subscriptions SET status = 'canceled'", &[]);
    for typed in ["", "Northwind", "contoso"] {
        assert_eq!(send(&h, &owner.session, path, &[("confirm", typed)]).status, 422, "{typed}");
    }
    assert_eq!(send(&h, &h.world.stale[0], path, &[("confirm", "northwind")]).code(), "step_up_needed");
    assert_eq!(send(&h, &h.world.team.member(Role::Admin).session, path, &[("confirm", "northwind")]).status, 403);
    assert_eq!(h.db.count("SELECT count(*) FROM orgs WHERE deleted_at IS NOT NULL", &[]), 0);
}

#[test]
fn a_deleted_organization_is_gone_for_everybody_at_once_and_an_owner_brings_it_back() {
    let h = Harness::new();
    let free = &h.world.free;
    let owner = free.member(Role::Owner).clone();
    let call = |h: &Harness, portal: bool| {
        if portal {
            h.call(&portal::WORKER, get("/").session(&free.customers[0].session))
        } else {
            h.call(&api::WORKER, get("/v1/tickets").key(&free.keys.full))
        }
    };
    let write = |h: &Harness| h.call(&api::WORKER, post("/v1/tickets").key(&free.keys.full).json(&json!({"subject": "s", "body": "b"})));
    // Everything is cached where it can be.
    assert_eq!((call(&h, true).status, call(&h, false).status, write(&h).status), (200, 200, 201));
    let before = h.db.count("SELECT count(*) FROM tickets WHERE org_id = ?1", &[(&free.id).into()]);
    assert_eq!(send(&h, &owner.session, "/o/contoso/settings/delete", &[("confirm", "contoso")]).header("location"), Some("/"));
    for role in Role::ALL {
        assert_eq!(see(&h, &free.member(role).session, "/o/contoso").status, 404, "{role:?}");
        assert!(!see(&h, &free.member(role).session, "/").text().unwrap().contains("/o/contoso"), "{role:?}");
    }
    let portal = call(&h, true);
    assert!(portal.status == 303 && portal.header("location").unwrap().starts_with("/sign-in"), "the session opens nothing");
    assert_ne!(write(&h).status, 201, "a write asks anew");
    assert_eq!(h.db.count("SELECT count(*) FROM tickets WHERE org_id = ?1", &[(&free.id).into()]), before);
    // What was cached for reading is over within a minute, and elsewhere it never was.
    assert_eq!((call(&h.elsewhere(), false).status, call(&h.elsewhere(), false).code().as_str()), (200, ""), "KV still has the record");
    h.clock.set(h.clock.now().plus(Span::seconds(61)));
    assert_eq!((call(&h, false).code().as_str(), call(&h, true).code().as_str()), ("key_invalid", "portal_closed"));

    assert!(letter(&h, &owner.email, "org_deletion_scheduled").unwrap().contains("http://app.localhost:8787/deleted"));
    let list = see(&h, &owner.session, "/deleted");
    assert!(list.text().unwrap().contains("canary-contoso-orgs-name"));
    assert!(text(&h, &owner, "/").contains("organization of yours is being deleted"));
    let admin = &free.member(Role::Admin).session;
    assert!(!see(&h, admin, "/deleted").text().unwrap().contains("canary-contoso-orgs-name"), "owners only");
    let id = free.id.as_str().to_owned();
    for who in [admin, &h.world.team.member(Role::Owner).session] {
        let reply = send(&h, who, "/deleted/restore", &[("id", &id)]);
        assert!(reply.status == 303 && reply.cookie(kernel::flash::COOKIE).unwrap().starts_with('f'));
    }
    assert_eq!(see(&h, &owner.session, "/o/contoso").status, 404);
    let slug = send(&h, &h.world.outsider.session, "/new", &[("name", "Contoso"), ("slug", "contoso")]);
    assert_eq!(slug.status, 422, "its address is kept");
    assert_eq!(send(&h, &owner.session, "/deleted/restore", &[("id", &id)]).header("location"), Some("/o/contoso"));
    assert_eq!(see(&h, admin, "/o/contoso").status, 200);
    assert_eq!(call(&h.elsewhere(), false).status, 200);
    assert!(letter(&h, &owner.email, "org_deletion_canceled").is_some());
    let again = send(&h, &owner.session, "/deleted/restore", &[("id", &id)]);
    assert_eq!(again.header("location"), Some("/deleted"), "twice");
}

#[test]
fn after_thirty_days_nobody_brings_it_back() {
    let h = Harness::new();
    let free = &h.world.free;
    let owner = free.member(Role::Owner).session.clone();
    let over = h.clock.now().minus(Span::days(30));
    h.db.execute("UPDATE orgs SET deleted_at = ?2 WHERE id = ?1", &[(&free.id).into(), over.into()]);
    let reply = h.call(&WORKER, crate::form(&h, &owner, "/deleted/restore", &[("id", free.id.as_str())]));
    assert_eq!(reply.header("location"), Some("/deleted"));
    assert_eq!(h.db.count("SELECT count(*) FROM orgs WHERE deleted_at IS NOT NULL", &[]), 1);
}
