//! Making an organization.

use crate::{form, see, send, text};
use kernel::principal::Role;
use org::WORKER;
use testkit::{Harness, Replied};

#[test]
fn whoever_makes_one_is_its_owner_and_lands_in_it() {
    let h = Harness::new();
    let who = h.world.outsider.clone();
    assert!(text(&h, &who, "/").contains("You are not in an organization yet"));
    let reply = send(&h, &who.session, "/new", &[("name", " Tailspin Toys "), ("slug", "tailspin")]);
    assert_eq!((reply.status, reply.header("location")), (303, Some("/o/tailspin")));
    let page = text(&h, &who, "/o/tailspin");
    assert!(
        page.contains("Tailspin Toys") && page.contains("First steps") && page.contains("0 of 5 done") && page.contains("Free plan"),
        "{page}"
    );
    assert!(text(&h, &who, "/").contains("/o/tailspin"));
    let id = h.db.text("SELECT id FROM orgs WHERE slug = 'tailspin'", &[]);
    let role = "SELECT role FROM memberships WHERE org_id = ?1";
    assert_eq!(h.db.text(role, &[id.as_str().into()]), "owner");
    let of = |sql: &str| h.db.count(sql, &[id.as_str().into()]);
    assert_eq!(of("SELECT count(*) FROM outbox WHERE org_id = ?1 AND type = 'organization.created'"), 1);
    assert_eq!(of("SELECT count(*) FROM audit_events WHERE org_id = ?1 AND action = 'organization.created' AND actor_kind = 'staff'"), 1);
    // The checklist follows what there is, and can be put away.
    assert_eq!(send(&h, &who.session, "/o/tailspin/members/invite", &[("email", "ada@example.com"), ("role", "admin")]).status, 303);
    assert!(text(&h, &who, "/o/tailspin").contains("1 of 5 done"));
    assert_eq!(send(&h, &who.session, "/o/tailspin/steps/hide", &[]).status, 303);
    assert!(!text(&h, &who, "/o/tailspin").contains("First steps"));
}

#[test]
fn a_slug_comes_from_the_name_and_a_bad_one_brings_the_form_back() {
    let h = Harness::new();
    let who = h.world.outsider.session.clone();
    assert_eq!(send(&h, &who, "/new", &[("name", "Ada's Café & Co.")]).header("location"), Some("/o/adas-cafe-co"));
    h.db.execute("INSERT INTO retired_slugs(org_id, slug, retired_at) VALUES(?1, 'once-ours', 1)", &[(&h.world.team.id).into()]);
    for (name, slug, says) in [
        ("Acme", "www", "This address is reserved."),
        ("Acme", "p0rtico", "could be mistaken for one of ours"),
        ("Acme", "Acme Inc", "characters that an address can&#39;t have"),
        ("Acme", "ab", "3 to 40 characters"),
        ("Acme", "northwind", "northwind is taken."),
        ("Acme", "once-ours", "once-ours is taken."),
        ("日本", "", "No address could be made from this name."),
        ("", "acme", "Name is missing."),
        (&"x".repeat(81), "acme", "at most 80 are allowed"),
    ] {
        let reply = send(&h, &who, "/new", &[("name", name), ("slug", slug)]);
        let page = reply.text().unwrap();
        let unescaped = page.replace("&#39;", "'");
        assert!(reply.status == 422 && unescaped.contains(&says.replace("&#39;", "'")), "{name} {slug}: {} {page}", reply.status);
        assert!(page.contains(&format!("value=\"{slug}\"")) || slug.is_empty(), "{slug} is kept");
        assert!(name.is_empty() || page.contains(&format!("value=\"{name}\"")), "{name} is kept");
    }
    let said = |slug: &str| see(&h, &who, &format!("/new/slug?slug={slug}")).text().unwrap().to_owned();
    assert_eq!(said("tailspin"), "tailspin is free.");
    assert_eq!(said("northwind"), "northwind is taken. Choose another one.");
    assert!(said("api").contains("reserved") && said("").contains("3 to 40"));
}

#[test]
fn of_two_who_take_an_address_at_once_one_gets_it() {
    for seed in 0..6 {
        let h = Harness::new();
        let [one, two] = [h.world.team.member(Role::Owner), h.world.free.member(Role::Viewer)];
        let fields = [("name", "Tailspin"), ("slug", "tailspin")];
        let calls = [one, two].map(|who| form(&h, &who.session, "/new", &fields)).to_vec();
        let mut statuses: Vec<u16> = h.together(&WORKER, calls, seed).iter().map(|r| r.status).collect();
        statuses.sort_unstable();
        assert_eq!(statuses, [303, 422]);
        assert_eq!(h.db.count("SELECT count(*) FROM memberships m JOIN orgs o ON o.id = m.org_id WHERE o.slug = 'tailspin'", &[]), 1);
    }
}

#[test]
fn five_an_hour() {
    let h = Harness::new();
    let who = h.world.outsider.session.clone();
    for n in 0..5 {
        assert_eq!(send(&h, &who, "/new", &[("name", "Acme"), ("slug", &format!("acme-{n}"))]).status, 303);
    }
    let reply = send(&h, &who, "/new", &[("name", "Acme"), ("slug", "acme-6")]);
    assert_eq!((reply.status, reply.code().as_str()), (429, "rate_limited"));
    assert_eq!(h.db.count("SELECT count(*) FROM orgs WHERE slug LIKE 'acme-%'", &[]), 5);
}
