//! A portal that does not serve its customers.

use crate::{deployment, see, text};
use kernel::time::Span;

#[test]
fn a_portal_that_is_off_suspended_or_leaving_opens_no_page_and_says_why() {
    let h = deployment();
    let me = &h.world.team.customers[0];
    let mut pages = Vec::new();
    for (change, back) in
        [("portal_open = 0", "portal_open = 1"), ("status = 'suspended'", "status = 'active'"), ("deleted_at = 1", "deleted_at = NULL")]
    {
        assert_eq!(see(&h, "/", me).status, 200);
        h.db.execute(&format!("UPDATE orgs SET {change} WHERE slug = 'northwind'"), &[]);
        h.clock.advance(Span::minutes(2));
        for path in ["/", "/tickets", "/privacy/export", "/tickets/new"] {
            let page = see(&h, path, me);
            assert_eq!(page.status, 403, "{change} {path}");
            let body = text(&page);
            assert!(body.contains("canary-northwind-orgs-name in another way") && !body.contains("Go to the home page"), "{body}");
            pages.push(body.replace(page.header("x-request-id").unwrap(), ""));
        }
        h.db.execute(&format!("UPDATE orgs SET {back} WHERE slug = 'northwind'"), &[]);
        h.clock.advance(Span::minutes(2));
    }
    pages.dedup();
    assert_eq!(pages.len(), 3, "each has its own words, on every page the same");
}
