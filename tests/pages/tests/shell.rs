//! What stands around pages: the navigation of a role, the switcher, the message of the form before, the choice of colors.

#![expect(clippy::unwrap_used, reason = "helpers of tests; what goes wrong in them must stop the test")]

use kernel::{Reply, flash};
use pages::problems;
use testkit::{Harness, Replied, get};

fn text(reply: &Reply) -> &str {
    reply.text().unwrap()
}

#[test]
fn the_switcher_lists_one_s_organizations_and_marks_the_one_one_is_in() {
    let h = Harness::new();
    let staff = &h.world.team.members[0].session;
    let inside = h.call(&org::WORKER, get("/o/northwind").session(staff));
    let page = text(&inside);
    assert_eq!(page.matches("href=\"/o/northwind\" aria-current=\"true\"").count(), 1, "in the switcher");
    // Beside the page, and in the menu of small screens.
    assert_eq!(page.matches("href=\"/o/northwind\" aria-current=\"page\"").count(), 2);
    assert!(!page.contains("/o/contoso"), "another's organization");
    let outside = h.call(&org::WORKER, get("/").session(staff));
    assert!(text(&outside).contains("href=\"/o/northwind\"") && !text(&outside).contains("aria-current=\"true\""));
    let nobody = h.call(&org::WORKER, get("/").session(&h.world.outsider.session));
    assert!(problems(text(&nobody)).is_empty() && !text(&nobody).contains("/o/northwind"));
}

#[test]
fn a_message_is_shown_once_and_taken_away() {
    let h = Harness::new();
    let staff = &h.world.team.members[0].session;
    for (tone, role) in [(flash::Tone::Done, "status"), (flash::Tone::Failed, "alert")] {
        let set = Reply::see_other("/").flash(tone, "Ada & <b>Grace</b> are told.");
        let cookie = set.cookie(flash::COOKIE).unwrap();
        let shown = h.call(&org::WORKER, get("/").session(staff).cookie(flash::COOKIE, &cookie));
        assert!(text(&shown).contains("Ada &amp; &lt;b&gt;Grace&lt;/b&gt; are told.") && problems(text(&shown)).is_empty());
        assert!(text(&shown).contains(&format!("role=\"{role}\"")), "{role}");
        assert_eq!(shown.cookie(flash::COOKIE).as_deref(), Some(""), "taken away");
    }
    let none = h.call(&org::WORKER, get("/").session(staff));
    assert_eq!(none.cookie(flash::COOKIE), None);
    assert!(!text(&none).contains("class=\"flash"));
}

#[test]
fn the_theme_is_chosen_by_a_form_and_rendered_by_the_server() {
    let h = Harness::new();
    let staff = &h.world.team.members[0].session;
    let page = h.call(&org::WORKER, get("/").session(staff));
    assert!(text(&page).contains("<html lang=\"en\">") && text(&page).contains("method=\"post\" action=\"/theme\""));
    assert!(text(&page).contains("value=\"system\" aria-pressed=\"true\""));
    let dark = h.call(&org::WORKER, get("/").session(staff).cookie(html::theme::COOKIE, "dark"));
    assert!(text(&dark).contains("<html lang=\"en\" data-theme=\"dark\">") && text(&dark).contains("value=\"dark\" aria-pressed=\"true\""));
}

#[test]
fn every_form_on_a_page_carries_the_same_token_and_the_cookie_it_is_bound_to() {
    let h = Harness::new();
    let page = h.call(&auth::WORKER, get("/sign-in").host("app.localhost"));
    let tokens: std::collections::BTreeSet<&str> =
        text(&page).split("name=\"csrf\" value=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    assert_eq!(tokens.len(), 1);
    assert!(page.cookie(store::sessions::FORM_COOKIE).is_some());
    let home = h.call(&org::WORKER, get("/").session(&h.world.team.members[0].session));
    assert!(text(&home).matches("name=\"csrf\"").count() >= 2);
    let tokens: std::collections::BTreeSet<&str> =
        text(&home).split("name=\"csrf\" value=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    assert_eq!(tokens.len(), 1, "one page, one token");
}
