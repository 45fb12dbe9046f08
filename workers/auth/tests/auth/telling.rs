//! What an answer tells of an address: nothing. The same bytes, the same hashing, the same statements and as many rows written in each
//! table, whether or not there is such an account (security-and-ui.md §1.3 T4; ASVS 6.3.8).

use crate::browser::{Browser, NEW, deployment};
use auth::{WORKER, password};
use kernel::{Reply, time::Span};
use testkit::{Harness, database::Trip};

/// A form that takes an address from anybody.
struct Way {
    page: &'static str,
    post: &'static str,
    fields: &'static [(&'static str, &'static str)],
}
const WAYS: &[Way] = &[
    Way { page: "/sign-in", post: "/sign-in", fields: &[("password", "not the password at all")] },
    Way { page: "/sign-in/link", post: "/sign-in/link", fields: &[] },
    Way { page: "/reset", post: "/reset", fields: &[] },
    Way { page: "/sign-up", post: "/sign-up", fields: &[("name", "Ada"), ("password", NEW)] },
    Way { page: "/sign-up/sent", post: "/sign-up/resend", fields: &[] },
];

/// A kind of address: with an account, one that is blocked, banned or only invited, and none.
fn addresses(h: &Harness, portal: bool) -> Vec<(&'static str, String)> {
    let team = &h.world.team;
    let now = kernel::ports::Clock::now(&*h.clock);
    if portal {
        h.db.execute("UPDATE customers SET status = 'invited', password_hash = NULL WHERE id = ?1", &[(&team.customers[1].id).into()]);
        vec![
            ("an account", team.customers[0].email.clone()),
            ("a blocked account", team.blocked.email.clone()),
            ("an invited account", team.customers[1].email.clone()),
            ("another organization's", h.world.free.customers[0].email.clone()),
            ("nobody", "nobody@nowhere.example".into()),
        ]
    } else {
        let until = now.plus(Span::days(9));
        h.db.execute("UPDATE users SET banned_until = ?2, ban_reason = 'r' WHERE id = ?1", &[(&team.members[2].user).into(), until.into()]);
        h.db.execute("UPDATE users SET failures = 500 WHERE id = ?1", &[(&team.members[0].user).into()]);
        vec![
            ("an account", team.members[1].email.clone()),
            ("an account whose password is off", team.members[0].email.clone()),
            ("a banned account", team.members[2].email.clone()),
            ("a customer's", team.customers[0].email.clone()),
            ("nobody", "nobody@nowhere.example".into()),
        ]
    }
}

/// What an answer shows, without what is the browser's own, and the address that was typed.
fn shown(reply: &Reply, email: &str) -> (u16, Vec<(String, String)>, String) {
    let headers = reply.headers.iter().filter(|(n, _)| n != "x-request-id").map(|(n, v)| (n.to_string(), v.clone())).collect();
    let text = reply.text().unwrap().replace(email, "ADDRESS");
    let token = text.split("name=\"csrf\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or("no token").to_owned();
    (reply.status, headers, text.replace(&token, "TOKEN"))
}

struct Answer {
    shown: (u16, Vec<(String, String)>, String),
    hashes: u64,
    script: Vec<Trip>,
    /// How many rows were added to each table that changed, and how many were written in all.
    rows: (Vec<(String, i64)>, u64),
}
/// How many rows each table has, and how many were ever written.
fn rows(h: &Harness) -> (Vec<(String, i64)>, u64) {
    let count = |table: String| (h.db.count(&format!("SELECT count(*) FROM {table}"), &[]), table);
    let all = h.db.tables().into_keys().map(count).map(|(rows, table)| (table, rows)).collect();
    (all, h.db.with(|conn| conn.total_changes()))
}
fn ask(h: &Harness, host: &str, way: &Way, email: &str) -> Answer {
    let b = Browser::new(h, host);
    b.get("/sign-in");
    let mut fields = way.fields.to_vec();
    fields.push(("email", email));
    let call = b.filled(way.page, way.post, &fields);
    let (before, written) = rows(h);
    h.db.reset_counts();
    let hashes = password::computed();
    let reply = h.call(&WORKER, call);
    let (hashes, script) = (password::computed() - hashes, h.db.script());
    let (after, all) = rows(h);
    let added = after.into_iter().zip(before).map(|((table, n), (_, old))| (table, n - old)).filter(|(_, n)| *n != 0).collect();
    Answer { shown: shown(&reply, email), hashes, script, rows: (added, all - written) }
}

#[test]
fn an_answer_says_nothing_of_the_address() {
    let mut compared = 0;
    for way in WAYS {
        for portal in [false, true] {
            let mut first: Option<(Answer, &str)> = None;
            let world = deployment();
            let kinds = addresses(&world, portal).len();
            for at in 0..kinds {
                // One deployment each: none counts against another.
                let h = deployment();
                h.db.execute("UPDATE orgs SET self_sign_up = 1", &[]);
                let host = if portal { h.world.team.portal() } else { "app.localhost".to_owned() };
                let (kind, email) = addresses(&h, portal).swap_remove(at);
                let answer = ask(&h, &host, way, &email);
                let Some((known, named)) = &first else {
                    first = Some((answer, kind));
                    continue;
                };
                let what = format!("{} at {host}: {named} and {kind}", way.post);
                assert_eq!(answer.shown, known.shown, "{what}");
                assert_eq!(answer.hashes, known.hashes, "{what}");
                assert_eq!(answer.script, known.script, "{what}: the same statements in the same round trips");
                assert_eq!(answer.rows, known.rows, "{what}: as many rows in each table");
                assert!(!answer.script.is_empty() && answer.rows.1 > 0, "{what}");
                compared += 1;
            }
        }
    }
    println!("{compared} pairs of answers: the same bytes, hashes, statements and rows");
}
