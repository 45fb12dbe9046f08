//! A plan with room for less than there is: the owner chooses what stays active.

use crate::stage::{HOME, Stage, said};
use billing::WORKER;
use kernel::{Id, Reply, host::Surface, principal::Role};
use testkit::post;

const KEYS: &str = "SELECT count(*) FROM api_keys WHERE org_id = ?1 AND over_plan_at IS NULL AND revoked_at IS NULL AND expires_at IS NULL";

fn choose(s: &Stage, kind: &str, id: &str, what: &str) -> Reply {
    s.send(&format!("{HOME}/active"), &[("kind", kind), ("id", id), ("do", what)])
}
fn page(s: &Stage) -> String {
    s.see(&format!("{HOME}/active")).text().unwrap().to_owned()
}

#[test]
fn of_more_keys_than_the_plan_has_the_owner_keeps_one() {
    let s = Stage::new();
    let keys = &s.h.world.free.keys;
    let ids = [&keys.full, &keys.read, &keys.none, &keys.test].map(|k| k.id.as_str().to_owned());
    // Nothing is paused yet: all of them can be, before the plan's next look does it.
    assert!(page(&s).contains("The Free plan allows 1 API key. 4 are active."), "{}", page(&s));
    assert_eq!(page(&s).matches(">Pause<").count(), 4);
    for id in &ids[1..] {
        assert!(said(&choose(&s, "api_keys", id, "pause")).starts_with('d'));
    }
    assert_eq!(s.count(KEYS), 1);
    assert!(page(&s).contains("1 is active.") && page(&s).contains("Pause another first"));
    // Its place is taken, whoever asks, and a second press finds it paused.
    let full = choose(&s, "api_keys", &ids[2], "wake");
    assert_eq!(full.status, 409);
    assert!(full.text().unwrap().contains("Every place is taken"), "{:?}", full.text());
    assert_eq!(choose(&s, "api_keys", &ids[1], "pause").status, 409);
    assert_eq!(s.count(KEYS), 1);
    // Another one in its place.
    assert!(said(&choose(&s, "api_keys", &ids[0], "pause")).contains("paused"));
    assert_eq!(page(&s).matches(">Activate<").count(), 4);
    assert!(said(&choose(&s, "api_keys", &ids[3], "wake")).contains("active now"));
    let sql = "SELECT id FROM api_keys WHERE org_id = ?1 AND over_plan_at IS NULL AND revoked_at IS NULL AND expires_at IS NULL";
    assert_eq!(s.value(sql), ids[3]);
    // With more room everything can be active, and nothing has to be chosen.
    s.h.db.execute("UPDATE orgs SET plan = 'team' WHERE id = ?1", &[(&s.h.world.free.id).into()]);
    for id in &ids[..3] {
        assert!(said(&choose(&s, "api_keys", id, "wake")).starts_with('d'));
    }
    assert_eq!(s.count(KEYS), 4);
    assert!(!page(&s).contains(">Pause<"));
    assert_eq!(choose(&s, "api_keys", &ids[0], "pause").status, 409, "the plan has room for all of them");
    assert!(s.h.db.faults().is_empty());
}

#[test]
fn two_that_are_activated_at_once_get_the_one_place() {
    for seed in 0..8 {
        let s = Stage::new();
        s.h.db.execute("UPDATE api_keys SET over_plan_at = 1 WHERE org_id = ?1", &[(&s.h.world.free.id).into()]);
        let keys = &s.h.world.free.keys;
        let form = |id: &str| s.form(&format!("{HOME}/active"), &[("kind", "api_keys"), ("id", id), ("do", "wake")]);
        let replies = s.h.together(&WORKER, vec![form(keys.full.id.as_str()), form(keys.read.id.as_str())], seed);
        let mut statuses: Vec<u16> = replies.iter().map(|r| r.status).collect();
        statuses.sort_unstable();
        assert_eq!((statuses, s.count(KEYS)), (vec![303, 409], 1), "seed {seed}");
    }
}

#[test]
fn events_of_an_endpoint_wait_while_it_is_paused() {
    let s = Stage::new();
    let org = &s.h.world.free.id;
    let first = s.value("SELECT id FROM webhook_endpoints WHERE org_id = ?1");
    let second = kernel::EndpointId::make(kernel::Millis::new(1), [7; 10]).as_str().to_owned();
    s.h.db.execute(
        "INSERT INTO webhook_endpoints(org_id, id, url, description, events, secret, status, created_at) \
         SELECT org_id, ?2, 'https://second.example/', description, events, secret, 'enabled', created_at + 1 FROM webhook_endpoints WHERE org_id = ?1",
        &[org.into(), second.as_str().into()],
    );
    assert!(page(&s).contains("The Free plan allows 1 webhook endpoint. 2 are active."), "{}", page(&s));
    assert!(said(&choose(&s, "webhook_endpoints", &first, "pause")).starts_with('d'));
    let status = |id: &str| s.h.db.text("SELECT status FROM webhook_endpoints WHERE id = ?1", &[id.into()]);
    assert_eq!((status(&first).as_str(), status(&second).as_str()), ("paused", "enabled"));
    assert_eq!(choose(&s, "webhook_endpoints", &first, "wake").status, 409);
    assert!(said(&choose(&s, "webhook_endpoints", &second, "pause")).starts_with('d'));
    assert!(said(&choose(&s, "webhook_endpoints", &first, "wake")).starts_with('d'));
    assert_eq!((status(&first).as_str(), status(&second).as_str()), ("enabled", "paused"));
    assert!(s.h.db.faults().is_empty());
}

#[test]
fn nobody_chooses_for_others_or_without_the_right_to() {
    let s = Stage::new();
    let before = s.h.db.everything();
    let other = s.h.world.team.keys.full.id.as_str().to_owned();
    for id in [other.as_str(), "key_none", ""] {
        let refused = choose(&s, "api_keys", id, "pause");
        assert!(matches!(refused.status, 404 | 409 | 422), "{id}: {}", refused.status);
    }
    let billing = s.who(Role::Billing);
    let fields = [("kind", "api_keys"), ("id", s.h.world.free.keys.full.id.as_str()), ("do", "pause")];
    let form = s.h.form(&WORKER, post(&format!("{HOME}/active")).on(Surface::App), Some(&billing), &fields);
    assert_eq!(s.h.call(&WORKER, form).status, 403);
    let after = s.h.db.everything();
    for table in ["api_keys", "webhook_endpoints"] {
        assert_eq!(before.get(table), after.get(table), "{table}");
    }
}
