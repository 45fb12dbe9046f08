//! The portal's pages as they are read, and what signing in has to do with them.

#![expect(clippy::unwrap_used, reason = "helpers of tests; what goes wrong in them must stop the test")]

use kernel::{Id, Reply};
use pages::{field, problems};
use portal::WORKER;
use store::sessions::{COOKIE, FORM_COOKIE};
use testkit::{
    Harness, Replied, get, post,
    world::{Org, PASSWORD, Person},
};

fn deployment() -> Harness {
    let h = Harness::new();
    h.set_error_page(html::error_page);
    h
}
fn text(reply: &Reply) -> &str {
    reply.text().unwrap()
}
fn see(h: &Harness, path: &str, who: &Person) -> Reply {
    h.call(&WORKER, get(path).session(&who.session))
}
fn send(h: &Harness, path: &str, who: &Person, fields: &[(&str, &str)]) -> Reply {
    h.call(&WORKER, h.form(&WORKER, post(path).host(&who.session.host), Some(&who.session), fields))
}
/// Signs in at an organization's portal, as a browser does.
fn sign_in(h: &Harness, org: &Org, email: &str) -> Reply {
    let page = h.call(&auth::WORKER, get("/sign-in").host(&org.portal()));
    let token = field(text(&page), "csrf").unwrap().to_owned();
    let form = post("/sign-in").host(&org.portal()).cookie(FORM_COOKIE, &page.cookie(FORM_COOKIE).unwrap()).same_origin();
    h.call(&auth::WORKER, form.form(&[("email", email), ("password", PASSWORD), ("csrf", &token)]))
}
fn home(h: &Harness, org: &Org, token: &str) -> Reply {
    h.call(&WORKER, get("/").host(&org.portal()).cookie(COOKIE, token))
}

#[test]
fn every_page_is_well_formed_also_with_what_was_wrong() {
    let h = deployment();
    let team = &h.world.team;
    let [me, other] = &team.customers;
    let ticket = format!("/tickets/{}", team.tickets[0]);
    h.db.execute("UPDATE tickets SET status = 'pending' WHERE id = ?1", &[(&team.tickets[0]).into()]);
    let pages =
        ["/", "/tickets", "/tickets?status=pending", "/tickets?status=closed", "/tickets/new", &ticket, "/privacy", "/privacy/delete"];
    for path in pages {
        let page = see(&h, path, me);
        assert_eq!((page.status, problems(text(&page))), (200, vec![]), "{path}");
        assert!(text(&page).contains("canary-northwind-orgs-name") && !text(&page).contains("Portico ·"), "{path}: in the tenant's name");
    }
    assert!(text(&see(&h, "/", me)).contains("1 ticket waits for your reply"));
    h.db.execute("UPDATE tickets SET status = 'closed'", &[]);
    assert!(text(&see(&h, &ticket, me)).contains("Reply and reopen"));
    h.db.execute("UPDATE tickets SET customer_id = NULL", &[]);
    for path in ["/", "/tickets"] {
        assert_eq!(problems(text(&see(&h, path, other))), Vec::<String>::new(), "{path} of who has nothing");
    }
    h.db.execute("UPDATE tickets SET customer_id = ?1 WHERE id = ?2", &[(&me.id).into(), (&team.tickets[0]).into()]);
    for (path, fields) in [
        ("/tickets", vec![("subject", "<x>"), ("priority", "huge")]),
        (&*format!("{ticket}/comments"), vec![("body", "")]),
        ("/privacy/delete", vec![("confirm", "\"><script>")]),
    ] {
        let page = send(&h, path, me, &fields);
        assert_eq!((page.status, problems(text(&page))), (422, vec![]), "{path}");
    }
    for path in ["/nowhere", "/tickets/nothing"] {
        let page = see(&h, path, me);
        assert_eq!((page.status, problems(text(&page))), (404, vec![]), "{path}");
        assert!(text(&page).contains("canary-northwind-orgs-name"), "errors stand in the tenant's name too");
    }
}

#[test]
fn the_same_address_at_two_organizations_is_two_accounts() {
    let h = deployment();
    let (team, free) = (&h.world.team, &h.world.free);
    let (here, there) = (&team.customers[0], &free.customers[0]);
    h.db.execute("UPDATE customers SET email = 'same@example.com' WHERE id IN (?1, ?2)", &[(&here.id).into(), (&there.id).into()]);
    let tokens: Vec<String> = [team, free].map(|org| sign_in(&h, org, "same@example.com").cookie(COOKIE).unwrap()).into();
    let [at_team, at_free] = &*tokens else { panic!("two") };
    // Each sees their own, and neither cookie opens the other's portal.
    assert!(
        text(&home(&h, team, at_team)).contains(team.tickets[0].as_str())
            && text(&home(&h, free, at_free)).contains(free.tickets[0].as_str())
    );
    for (org, token) in [(team, at_free), (free, at_team)] {
        let reply = home(&h, org, token);
        assert!(reply.status == 303 && reply.header("location").unwrap().starts_with("/sign-in"));
    }
    // A password of one, a block of one, is not the other's.
    h.db.execute("UPDATE customers SET password_hash = NULL WHERE id = ?1", &[(&here.id).into()]);
    assert!(sign_in(&h, team, "same@example.com").status == 422 && sign_in(&h, free, "same@example.com").status == 303);
    h.db.execute("UPDATE customers SET status = 'blocked' WHERE id = ?1", &[(&here.id).into()]);
    assert_eq!((home(&h, team, at_team).status, home(&h, free, at_free).status), (303, 200), "blocked at once, and only there");
}

#[test]
fn a_deleted_account_can_not_sign_in_and_its_namesake_can() {
    let h = deployment();
    let (team, free) = (&h.world.team, &h.world.free);
    let (here, there) = (&team.customers[0], &free.customers[0]);
    h.db.execute("UPDATE customers SET email = ?1 WHERE id = ?2", &[here.email.as_str().into(), (&there.id).into()]);
    let token = sign_in(&h, team, &here.email).cookie(COOKIE).unwrap();
    assert_eq!(send(&h, "/privacy/delete", here, &[("confirm", &here.email)]).status, 303);
    assert_eq!(home(&h, team, &token).status, 303, "every session has ended");
    let unknown = sign_in(&h, team, "nobody@example.com");
    let gone = sign_in(&h, team, &here.email);
    let emptied = sign_in(&h, team, &format!("deleted-{}@deleted.invalid", here.id));
    assert_eq!((unknown.status, gone.status, emptied.status), (422, 422, 422), "answered like an account that never was");
    assert!(gone.cookie(COOKIE).is_none() && emptied.cookie(COOKIE).is_none());
    assert_eq!(sign_in(&h, free, &here.email).status, 303);
    assert_eq!(see(&h, "/", there).status, 200);
}
