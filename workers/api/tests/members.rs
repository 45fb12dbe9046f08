//! Members by API: read only, and of the key's own organization.

use api::WORKER;
use kernel::{Id, principal::Role};
use serde_json::{Value, json};
use testkit::{Harness, Replied, get};

#[test]
fn members_are_listed_page_by_page_and_by_role() {
    let h = Harness::new();
    let team = &h.world.team;
    let list = |query: &str| h.call(&WORKER, get(&format!("/v1/members{query}")).key(&team.keys.read)).json();
    let all = list("");
    let ids = |page: &Value| page["data"].as_array().unwrap().iter().map(|m| m["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>();
    let mut own: Vec<String> = team.members.iter().map(|m| m.user.to_string()).collect();
    own.sort_by(|a, b| b.cmp(a));
    assert_eq!(ids(&all), own, "and nobody of another organization");
    let owner = team.member(Role::Owner);
    h.db.execute("INSERT INTO authenticators(subject, secret, created_at, confirmed_at) VALUES(?1, 's', 1, 1)", &[(&owner.user).into()]);
    let found = list("?role=owner");
    let shown = &found["data"][0];
    assert_eq!(
        (&shown["id"], &shown["role"], &shown["email"], &shown["second_factor"]),
        (&json!(owner.user.as_str()), &json!("owner"), &json!(owner.email), &json!(true))
    );
    assert!(shown["joined_at"].as_str().unwrap().ends_with('Z') && found["data"].as_array().unwrap().len() == 1);
    let first = list("?limit=3");
    let rest = list(&format!("?limit=3&cursor={}", first["next_cursor"].as_str().unwrap()));
    assert_eq!([ids(&first), ids(&rest)].concat(), own);
    assert_eq!((&first["has_more"], &rest["has_more"]), (&json!(true), &json!(false)));
    assert_eq!(list("?role=king")["code"], "validation_failed");
    assert_eq!(h.call(&WORKER, get("/v1/members").key(&team.keys.none)).code(), "scope_missing");
}
