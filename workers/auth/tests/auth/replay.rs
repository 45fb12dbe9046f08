//! Links out of mails, every purpose of them: a used one, an expired one, one of another purpose, host or account, and one that was
//! changed do nothing (security-and-ui.md §1.4; ASVS 6.5.1, 6.6.3).

use crate::browser::{Browser, NEW, deployment, link, to};
use kernel::{Reply, time::Span};
use std::collections::BTreeSet;
use store::tokens::Purpose;
use testkit::{Harness, world::PASSWORD};

const ADA: &str = "ada@nowhere.example";

/// How a link of each purpose comes to be, and where it is used.
struct Way {
    purpose: Purpose,
    /// Whether it is a customer's at the portal.
    portal: bool,
    /// Has it sent, by a browser that may use it; gives the path.
    ask: fn(&Harness, &Browser<'_>, &str) -> String,
    /// Where its form is sent.
    post: &'static str,
    fields: &'static [(&'static str, &'static str)],
}
fn sign_up(h: &Harness, b: &Browser<'_>, _: &str) -> String {
    b.send("/sign-up", "/sign-up", &[("name", "Ada"), ("email", ADA), ("password", NEW)]);
    link(h, ADA, "verify_address", "link")
}
fn sign_in(h: &Harness, b: &Browser<'_>, email: &str) -> String {
    b.send("/sign-in/link", "/sign-in/link", &[("email", email)]);
    link(h, email, "sign_in_link", "link")
}
fn reset(h: &Harness, b: &Browser<'_>, email: &str) -> String {
    b.send("/reset", "/reset", &[("email", email)]);
    link(h, email, "reset_password", "link")
}
fn new_address(h: &Harness, b: &Browser<'_>, email: &str) -> String {
    b.sign_in(email, PASSWORD);
    b.send("/account/email", "/account/email", &[("email", ADA)]);
    link(h, ADA, "confirm_new_address", "link")
}
fn undo(h: &Harness, b: &Browser<'_>, email: &str) -> String {
    let path = new_address(h, b, email);
    assert_eq!(b.send(&path, "/account/email/confirm", &[]).status, 303);
    link(h, email, "address_changed", "undo")
}
fn invitation(h: &Harness, _: &Browser<'_>, email: &str) -> String {
    // As the organization invites: issued for the customer, for the portal's host.
    let (org, id) = (&h.world.team.id, &h.world.team.customers[0].id);
    h.db.execute("UPDATE customers SET status = 'invited' WHERE id = ?1", &[id.into()]);
    let token = crypto::token::encode(&[0x21; 32]);
    let now = kernel::ports::Clock::now(&*h.clock);
    h.db.insert(
        "tokens",
        &[
            ("hash", crypto::token::hash(&token).into()),
            ("purpose", Purpose::CustomerInvitation.as_str().into()),
            ("subject", id.into()),
            ("org_id", org.into()),
            ("host", h.world.team.portal().into()),
            ("email", email.into()),
            ("created_at", now.into()),
            ("expires_at", now.plus(Purpose::CustomerInvitation.lasts()).into()),
        ],
    );
    format!("/invitations/accept?token={token}")
}

const WAYS: &[Way] = &[
    Way { purpose: Purpose::SignUp, portal: false, ask: sign_up, post: "/sign-up/verify", fields: &[] },
    Way { purpose: Purpose::SignIn, portal: false, ask: sign_in, post: "/sign-in/link/open", fields: &[] },
    Way { purpose: Purpose::SignIn, portal: true, ask: sign_in, post: "/sign-in/link/open", fields: &[] },
    Way { purpose: Purpose::Reset, portal: false, ask: reset, post: "/reset/choose", fields: &[("password", NEW)] },
    Way { purpose: Purpose::Reset, portal: true, ask: reset, post: "/reset/choose", fields: &[("password", NEW)] },
    Way { purpose: Purpose::NewAddress, portal: false, ask: new_address, post: "/account/email/confirm", fields: &[] },
    Way { purpose: Purpose::NewAddress, portal: true, ask: new_address, post: "/account/email/confirm", fields: &[] },
    Way { purpose: Purpose::UndoAddress, portal: false, ask: undo, post: "/account/email/undo", fields: &[] },
    Way { purpose: Purpose::UndoAddress, portal: true, ask: undo, post: "/account/email/undo", fields: &[] },
    Way {
        purpose: Purpose::CustomerInvitation,
        portal: true,
        ask: invitation,
        post: "/invitations/accept",
        fields: &[("name", "Ada"), ("password", NEW)],
    },
];

impl Way {
    fn host(&self, h: &Harness) -> String {
        if self.portal { h.world.team.portal() } else { "app.localhost".to_owned() }
    }
    fn email<'h>(&self, h: &'h Harness) -> &'h str {
        if self.portal { &h.world.team.customers[0].email } else { &h.world.team.members[1].email }
    }
    /// A deployment with a link that was just sent.
    fn begin<'h>(&self, h: &'h Harness) -> (Browser<'h>, String) {
        let b = Browser::new(h, &self.host(h));
        b.get("/sign-in");
        let path = (self.ask)(h, &b, self.email(h));
        (b, path.split("token=").nth(1).unwrap().to_owned())
    }
    /// Sends a link's form as it would be sent, with any token.
    fn use_it(&self, b: &Browser<'_>, token: &str) -> Reply {
        let csrf = b.csrf(self.post);
        let mut fields = vec![("csrf", csrf.as_str()), ("token", token)];
        fields.extend(self.fields);
        b.post(self.post, &fields)
    }
}

/// Everything but what counts tries and what tells of them; of sessions which there are, not when they were last seen.
fn state(h: &Harness) -> Vec<(String, String)> {
    let apart = ["rate_windows", "audit_events", "sessions"];
    let mut all: Vec<(String, String)> = h.db.everything().into_iter().filter(|(table, _)| !apart.contains(&table.as_str())).collect();
    let which = "SELECT COALESCE(group_concat(token_hash || state || second_factor), '') FROM (SELECT * FROM sessions ORDER BY id)";
    all.push(("sessions".into(), h.db.text(which, &[])));
    all
}

#[test]
fn a_link_does_one_thing_once_in_time_where_it_belongs() {
    let covered: BTreeSet<&str> = WAYS.iter().map(|w| w.purpose.as_str()).collect();
    assert_eq!(covered, Purpose::ALL.iter().map(|p| p.as_str()).collect(), "every purpose");
    let mut tried = 0;
    for way in WAYS {
        let name = format!("{} at {}", way.purpose.as_str(), if way.portal { "a portal" } else { "the app" });
        let mut refuse = |what: &str, h: &Harness, b: &Browser<'_>, token: &str| {
            let before = state(h);
            let reply = way.use_it(b, token);
            assert!(matches!(reply.status, 404 | 410 | 422), "{name}, {what}: {} {:?}", reply.status, to(&reply));
            assert!(
                !reply.headers.iter().any(|(n, v)| n == "set-cookie" && v.starts_with(&format!("{}=", store::sessions::COOKIE))),
                "{name}, {what}"
            );
            assert_eq!(state(h), before, "{name}, {what}");
            tried += 1;
        };
        // It works; then it does not any more.
        let h = deployment();
        let (b, token) = way.begin(&h);
        let done = way.use_it(&b, &token);
        assert_eq!(done.status, 303, "{name}: {:?}", done.text());
        b.keep(&done);
        refuse("used", &h, &b, &token);

        let h = deployment();
        let (b, token) = way.begin(&h);
        for (what, odd) in [
            ("empty", String::new()),
            ("cut", token[..42].to_owned()),
            ("longer", format!("{token}A")),
            (
                "changed",
                token
                    .chars()
                    .enumerate()
                    .map(|(at, c)| {
                        if at != 20 {
                            c
                        } else if c == 'A' {
                            'B'
                        } else {
                            'A'
                        }
                    })
                    .collect(),
            ),
            ("its hash", crypto::token::hash(&token)),
            ("another's", crypto::token::encode(&[1; 32])),
        ] {
            refuse(what, &h, &b, &odd);
        }
        // Of every other purpose: the same row, but for what it is for.
        let hash = crypto::token::hash(&token);
        for other in Purpose::ALL.into_iter().filter(|p| *p != way.purpose) {
            h.db.execute("UPDATE tokens SET purpose = ?2 WHERE hash = ?1", &[hash.as_str().into(), other.as_str().into()]);
            refuse(other.as_str(), &h, &b, &token);
        }
        h.db.execute("UPDATE tokens SET purpose = ?2 WHERE hash = ?1", &[hash.as_str().into(), way.purpose.as_str().into()]);
        // Of every other host.
        for host in
            ["platform.localhost", "contoso.localhost", "app.localhost", "northwind.localhost"].into_iter().filter(|at| *at != b.host)
        {
            h.db.execute("UPDATE tokens SET host = ?2 WHERE hash = ?1", &[hash.as_str().into(), host.into()]);
            refuse(host, &h, &b, &token);
        }
        h.db.execute("UPDATE tokens SET host = ?2 WHERE hash = ?1", &[hash.as_str().into(), b.host.as_str().into()]);
        // A moment before its end it works, and from its end on it does not.
        let end = h.db.count("SELECT expires_at FROM tokens WHERE hash = ?1", &[hash.as_str().into()]);
        let left = end - kernel::ports::Clock::now(&*h.clock).get();
        assert_eq!(left, way.purpose.lasts().as_millis(), "{name}");
        h.clock.advance(Span::millis(left));
        refuse("expired", &h, &b, &token);
    }
    println!("{} links, {tried} misuses", WAYS.len());
}

/// A link to confirm an address is its account's: whoever else holds it, signed in or not, changes nothing.
#[test]
fn a_link_of_another_account_does_nothing_for_one_s_own() {
    let h = deployment();
    let way = WAYS.iter().find(|w| w.purpose == Purpose::NewAddress && !w.portal).unwrap();
    let (_, token) = way.begin(&h);
    let thief = Browser::of(&h, &h.world.team.members[2].session);
    thief.get("/account");
    let before = state(&h);
    assert_ne!(way.use_it(&thief, &token).status, 303);
    assert_eq!(state(&h), before);
}
