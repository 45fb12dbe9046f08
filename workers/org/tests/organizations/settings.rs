//! General, address, portal, branding, security.

use crate::{form, see, send, text};
use kernel::ports::Clock;
use kernel::{principal::Role, time::Span};
use org::WORKER;
use testkit::{Harness, Replied, get};

fn version(h: &Harness) -> String {
    h.db.count("SELECT version FROM orgs WHERE id = ?1", &[(&h.world.team.id).into()]).to_string()
}

#[test]
fn what_somebody_else_saved_meanwhile_is_not_overwritten_unseen() {
    let h = Harness::new();
    let [owner, admin] = [Role::Owner, Role::Admin].map(|r| h.world.team.member(r).session.clone());
    let path = "/o/northwind/settings";
    assert!(text(&h, h.world.team.member(Role::Owner), path).contains("name=\"version\" value=\"1\""));
    assert_eq!(send(&h, &admin, path, &[("name", "Theirs"), ("version", "1")]).status, 303);
    let stale = send(&h, &owner, path, &[("name", "Mine"), ("version", "1")]);
    let page = stale.text().unwrap();
    assert!(stale.status == 409 && page.contains("Somebody else changed these settings"), "{page}");
    assert!(page.contains("value=\"Mine\"") && page.contains("name=\"version\" value=\"2\""), "what was typed is kept");
    // With a mistake in between the old version stays on the form: the conflict is not lost.
    let wrong = send(&h, &owner, path, &[("name", ""), ("version", "1")]);
    assert!(wrong.status == 422 && wrong.text().unwrap().contains("name=\"version\" value=\"1\""));
    assert_eq!(send(&h, &owner, path, &[("name", "Mine"), ("version", "2")]).status, 303);
    assert_eq!(h.db.text("SELECT name FROM orgs WHERE id = ?1", &[(&h.world.team.id).into()]), "Mine");
    assert_eq!(send(&h, &owner, path, &[("name", "No version")]).status, 409);
    let racing = ["A", "B", "C"].map(|name| form(&h, &owner, path, &[("name", name), ("version", "3")])).to_vec();
    let won = h.together(&WORKER, racing, 5).iter().filter(|r| r.status == 303).count();
    assert_eq!(won, 1);
}

#[test]
fn every_member_reads_the_settings_and_only_admins_and_owners_change_them() {
    let h = Harness::new();
    let form = "method=\"post\" action=\"/o/northwind/settings";
    for role in [Role::Viewer, Role::Member, Role::Billing] {
        let who = h.world.team.member(role);
        for (end, shows) in [
            ("", h.world.team.canary.as_str()),
            ("/portal", "Self sign-up"),
            ("/branding", "Colors"),
            ("/domains", "help.northwind.example"),
            ("/security", "Longest session"),
        ] {
            let page = text(&h, who, &format!("/o/northwind/settings{end}"));
            assert!(page.contains("Only admins and owners can change this.") && page.contains(shows), "{role:?} {end}");
            assert!(!page.contains(form) && !page.contains("settings/slug") && !page.contains("settings/danger"), "{role:?} {end}: {page}");
        }
        let domain = text(&h, who, &format!("/o/northwind/settings/domains/{}", h.world.team.domain));
        assert!(domain.contains("_portico-challenge.help.northwind.example") && !domain.contains("Check now"), "{domain}");
        for (end, field) in
            [("", "name"), ("/portal", "portal_open"), ("/branding", "primary"), ("/domains", "host"), ("/security", "session_hours")]
        {
            let refused = send(&h, &who.session, &format!("/o/northwind/settings{end}"), &[(field, "1")]);
            assert_eq!(refused.status, 403, "{role:?} {end}");
        }
        for page in ["slug", "danger", "delete"] {
            assert_eq!(see(&h, &who.session, &format!("/o/northwind/settings/{page}")).status, 403, "{role:?} {page}");
        }
    }
    let admin = text(&h, h.world.team.member(Role::Admin), "/o/northwind/settings");
    assert!(admin.contains(form) && !admin.contains("Only admins and owners"), "{admin}");
}

#[test]
fn an_old_address_is_nobody_else_s() {
    let h = Harness::new();
    let owner = h.world.team.member(Role::Owner).session.clone();
    let path = "/o/northwind/settings/slug";
    let portal = |slug: &str| h.elsewhere().call(&portal::WORKER, get("/brand.css").portal(slug)).code();
    for (slug, says) in [("contoso", "contoso is taken."), ("www", "reserved"), ("northwind", "the address already"), ("", "missing")] {
        let reply = send(&h, &owner, path, &[("slug", slug), ("version", "1")]);
        assert!(reply.status == 422 && reply.text().unwrap().contains(says), "{slug}: {:?}", reply.text());
    }
    assert_eq!(send(&h, &owner, path, &[("slug", "tailspin"), ("version", "7")]).status, 409);
    let moved = send(&h, &owner, path, &[("slug", "tailspin"), ("version", "1")]);
    assert_eq!((moved.status, moved.header("location")), (303, Some("/o/tailspin/settings")));
    assert_eq!((see(&h, &owner, "/o/northwind").status, see(&h, &owner, "/o/tailspin").status), (404, 200));
    assert_eq!((portal("northwind").as_str(), portal("tailspin").as_str()), ("unknown_host", "not_found"), "no colors, but a portal");
    let other = h.world.free.member(Role::Owner).session.clone();
    let taken = send(&h, &other, "/new", &[("name", "Impostor"), ("slug", "northwind")]);
    assert!(taken.status == 422 && taken.text().unwrap().contains("northwind is taken."));
    assert_eq!(send(&h, &other, "/o/contoso/settings/slug", &[("slug", "northwind"), ("version", "1")]).status, 422);
    assert_eq!(send(&h, &owner, "/o/tailspin/settings/slug", &[("slug", "northwind"), ("version", "2")]).status, 303, "taken back");
    assert_eq!(h.db.count("SELECT count(*) FROM retired_slugs WHERE slug = 'northwind'", &[]), 0);
    // Two organizations for one address at once.
    let calls = vec![
        form(&h, &owner, "/o/northwind/settings/slug", &[("slug", "fresh-one"), ("version", "3")]),
        form(&h, &other, "/o/contoso/settings/slug", &[("slug", "fresh-one"), ("version", "1")]),
    ];
    let mut statuses: Vec<u16> = h.together(&WORKER, calls, 3).iter().map(|r| r.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 422]);
}

const COLORS: [(&str, &str); 5] =
    [("primary", "#0b3d91"), ("link", "#0b3d91"), ("background", "#ffffff"), ("card", "#fafafa"), ("border", "#dddddd")];

#[test]
fn colors_that_can_be_read_are_the_portal_s_and_others_are_refused() {
    let h = Harness::new();
    let admin = h.world.team.member(Role::Admin).session.clone();
    let path = "/o/northwind/settings/branding";
    let with = |field: &str, value: &str| {
        let mut fields: Vec<(String, String)> = COLORS.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
        fields.push(("version".into(), version(&h)));
        match fields.iter_mut().find(|(n, _)| n == field) {
            Some(pair) => value.clone_into(&mut pair.1),
            None => fields.push((field.to_owned(), value.to_owned())),
        }
        let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        send(&h, &admin, path, &fields)
    };
    for (field, value, says) in [
        ("background", "#101010", "4.5:1 is needed"),
        ("card", "#999999", "4.5:1 is needed"),
        ("link", "#66aaff", "4.5:1 is needed"),
        ("primary", "#ffee99", "3:1 is needed"),
        ("border", "red", "This is not a color."),
        ("border", "#fff;}body{", "This is not a color."),
        ("card", "", "missing"),
    ] {
        let reply = with(field, value);
        assert!(reply.status == 422 && reply.text().unwrap().contains(says), "{field} {value}: {} {:?}", reply.status, reply.text());
    }
    let sheet = |h: &Harness, v: &str| h.call(&portal::WORKER, get(&format!("/brand.css?v={v}")).portal("northwind"));
    assert_eq!(sheet(&h.elsewhere(), "1").status, 404);
    let preview = with("do", "preview");
    assert!(preview.status == 200 && preview.text().unwrap().contains("fill=\"#0b3d91\""));
    assert_eq!(sheet(&h.elsewhere(), "1").status, 404, "a preview keeps nothing");
    assert_eq!(with("x", "y").status, 422, "a field that nobody asked for");
    assert_eq!(with("primary", "#0B3D91").status, 303);
    let at = h.db.count("SELECT branding_version FROM orgs WHERE slug = 'northwind'", &[]).to_string();
    let shown = sheet(&h.elsewhere(), &at);
    assert!(shown.text().unwrap().contains("--primary: light-dark(#0b3d91"), "{:?}", shown.text());
    assert_eq!(shown.header("cache-control"), Some("public, max-age=31536000, immutable"));
    assert_eq!(shown.header("content-type"), Some("text/css; charset=utf-8"));
    assert_eq!(sheet(&h.elsewhere(), "99").header("cache-control"), Some("no-cache"));
    h.db.execute("UPDATE orgs SET portal_open = 0", &[]);
    assert_eq!(sheet(&h.elsewhere(), &at).status, 200, "for the page that says so, too");
    assert_eq!(with("do", "reset").status, 303);
    assert_eq!(sheet(&h.elsewhere(), &at).status, 404);
}

#[test]
fn a_portal_is_closed_and_opened() {
    let h = Harness::new();
    let admin = h.world.team.member(Role::Admin).session.clone();
    let path = "/o/northwind/settings/portal";
    let customer = h.world.team.customers[0].session.clone();
    let home = || h.elsewhere().call(&portal::WORKER, get("/").session(&customer)).status;
    assert_eq!(home(), 200);
    assert_eq!(send(&h, &admin, path, &[("self_sign_up", "on"), ("version", "1")]).status, 303);
    h.clock.set(h.clock.now().plus(Span::seconds(61)));
    assert_eq!(home(), 403);
    let row = h.db.rows("SELECT portal_open, self_sign_up FROM orgs WHERE slug = 'northwind'", &[]);
    assert_eq!((row[0].int(0).unwrap(), row[0].int(1).unwrap()), (0, 1));
    assert!(text(&h, h.world.team.member(Role::Owner), "/o/northwind").contains("The portal is closed"));
}

#[test]
fn who_requires_a_second_factor_has_one() {
    let h = Harness::new();
    let owner = h.world.team.member(Role::Owner).clone();
    let path = "/o/northwind/settings/security";
    let fields = |hours| [("mfa_required", "on"), ("session_hours", hours), ("support_access", "act"), ("version", "1")];
    let alone = send(&h, &owner.session, path, &fields("24"));
    assert!(alone.status == 422 && alone.text().unwrap().contains("without a second factor yourself"), "{:?}", alone.text());
    for hours in ["0", "721", "x", ""] {
        let reply = send(&h, &owner.session, path, &fields(hours));
        assert!(reply.status == 422 && reply.text().unwrap().contains("Longest session"), "{hours}");
    }
    assert_eq!(send(&h, &h.world.stale[0], path, &fields("24")).code(), "step_up_needed");
    h.db.execute("UPDATE sessions SET second_factor = 1 WHERE subject = ?1", &[(&owner.user).into()]);
    assert_eq!(send(&h, &owner.session, path, &fields("24")).status, 303);
    assert_eq!(see(&h, &owner.session, "/o/northwind").status, 200);
    // The others, from their next request on.
    let member = &h.world.team.member(Role::Member).session;
    assert!(see(&h, member, "/o/northwind").header("location").unwrap().starts_with("/account/security/authenticator?next="));
    h.clock.set(h.clock.now().plus(Span::hours(25)));
    assert!(see(&h, &owner.session, "/o/northwind").header("location").unwrap().starts_with("/sign-in"), "the session is too old for it");
    assert_eq!(see(&h, &owner.session, "/").status, 200, "and for nothing else");
}
