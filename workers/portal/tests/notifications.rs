//! The inbox and the choices of a customer: of one tenant, and their own.

use kernel::Id;
use portal::WORKER;
use testkit::{Harness, get, post, world::entry_of};

#[test]
fn a_customer_reads_their_own_entries_and_chooses_for_themselves() {
    let h = Harness::new();
    let [one, two] = h.world.team.customers.clone();
    let page = |path: &str| h.call(&WORKER, get(path).portal("northwind").session(&one.session));
    let text = page("/notifications").text().unwrap().to_owned();
    assert!(text.contains("canary-northwind-inbox-title") && text.contains("Notifications, 1 unread"), "{text}");
    assert!(!text.contains("Organization</th>"), "a customer has one");
    let send =
        |path: &str, fields: &[(&str, &str)]| h.call(&WORKER, h.form(&WORKER, post(path).portal("northwind"), Some(&one.session), fields));
    let siblings = entry_of(two.id.as_str());
    assert_eq!(send(&format!("/notifications/{siblings}/open"), &[]).status, 404);
    let opened = send(&format!("/notifications/{}/open", entry_of(one.id.as_str())), &[]);
    assert_eq!((opened.status, opened.header("location")), (303, Some("/canary-northwind-inbox-path")));
    assert!(!page("/notifications").text().unwrap().contains("unread"));
    assert_eq!(send("/notifications/read", &[]).status, 303);
    let unread = "SELECT count(*) FROM inbox WHERE recipient = ?1 AND read_at IS NULL";
    assert_eq!(h.db.count(unread, &[(&two.id).into()]), 1, "the other customer's stay");
    assert_eq!(send("/account/notifications", &[("ticket_closed.mail", "on")]).status, 303);
    let text = page("/account/notifications").text().unwrap().to_owned();
    assert!(
        text.contains("name=\"ticket_closed.mail\" value=\"on\" checked")
            && !text.contains("name=\"ticket_reply.mail\" value=\"on\" checked")
    );
    assert!(!text.contains("ticket_created"), "what concerns staff is not offered");
    assert_eq!(send("/account/notifications", &[("ticket_created.mail", "on")]).status, 422);
}
