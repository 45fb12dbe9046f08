//! Secrets stay secret: no password, code, token, session or TOTP key in a log line, an audit event, a row in the clear or a `Debug`
//! (ASVS 14.2.1, 16.2.5; security-and-ui.md §1.1 S1, §1.4, §1.11).

use crate::{
    browser::{Browser, NEW, OTHER, code, deployment, link, to},
    challenge::unbase32,
};
use auth::WORKER;
use kernel::time::Span;
use testkit::{Harness, world::PASSWORD};

/// Everything that a person does, and every secret that came up on the way.
fn live(h: &Harness) -> Vec<(&'static str, String)> {
    let mut secrets = vec![("a password", PASSWORD.to_owned()), ("a new password", NEW.to_owned()), ("a third password", OTHER.to_owned())];
    let token_of = |path: &str| path.split("token=").nth(1).unwrap().to_owned();
    let (member, ada) = (&h.world.team.members[1], "ada@nowhere.example");
    let b = Browser::new(h, "app.localhost");
    let mut session = |b: &Browser<'_>| secrets.push(("a session", b.token().unwrap()));

    // Signing up, in by password, in by link.
    b.send("/sign-up", "/sign-up", &[("name", "Ada"), ("email", ada), ("password", NEW)]);
    let verify = link(h, ada, "verify_address", "link");
    b.send(&verify, "/sign-up/verify", &[]);
    session(&b);
    b.send("/account", "/sign-out", &[]);
    b.sign_in(&member.email, "a wrong password, wrong");
    assert_eq!(to(&b.sign_in(&member.email, PASSWORD)).0, 303);
    session(&b);
    let c = Browser::new(h, "app.localhost");
    c.send("/sign-in/link", "/sign-in/link", &[("email", &member.email)]);
    let sign_in = link(h, &member.email, "sign_in_link", "link");
    c.send(&sign_in, "/sign-in/link/open", &[]);
    session(&c);
    // The second factor, its recovery codes, a challenge, a recovery.
    let page = b.get("/account/security/authenticator");
    let key =
        page.text().unwrap().split("data-copy=\"Key for the authenticator app\">").nth(1).unwrap().split('<').next().unwrap().to_owned();
    let plain = key.replace(' ', "");
    let used = code(h, &unbase32(&plain));
    let done = h.call(&WORKER, b.filled_on(&page, "/account/security/authenticator", &[("code", &used)]));
    b.keep(&done);
    session(&b);
    let shown = b.get(done.header("location").unwrap());
    let text = shown.text().unwrap().to_owned();
    let codes: Vec<String> = text
        .split(|c: char| !c.is_ascii_alphanumeric() && c != '-')
        .filter(|word| {
            word.len() >= 24 && word.contains('-') && word.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'-')
        })
        .map(str::to_owned)
        .collect();
    assert!(codes.len() >= 10, "ten recovery codes: {codes:?}");
    h.clock.advance(Span::minutes(6));
    let d = Browser::new(h, "app.localhost");
    assert_eq!(to(&d.sign_in(&member.email, PASSWORD)), (303, "/challenge"));
    session(&d);
    let challenge = code(h, &unbase32(&plain));
    d.send("/challenge", "/challenge", &[("code", "000000")]);
    d.send("/challenge", "/challenge", &[("code", &challenge)]);
    session(&d);
    let e = Browser::new(h, "app.localhost");
    e.sign_in(&member.email, PASSWORD);
    assert_eq!(e.send("/challenge", "/challenge", &[("code", &codes[0])]).status, 303);
    session(&e);
    // Another password, another address, a reset.
    d.send("/account/password", "/account/password", &[("current", PASSWORD), ("password", OTHER)]);
    session(&d);
    d.send("/account/email", "/account/email", &[("email", "new@nowhere.example")]);
    let address = link(h, "new@nowhere.example", "confirm_new_address", "link");
    d.send(&address, "/account/email/confirm", &[]);
    session(&d);
    let undo = link(h, &member.email, "address_changed", "undo");
    h.clock.advance(Span::minutes(6));
    let f = Browser::new(h, "app.localhost");
    f.send("/reset", "/reset", &[("email", "new@nowhere.example")]);
    let reset = link(h, "new@nowhere.example", "reset_password", "link");
    // One as a scanner would ask for it, and one that is wrong.
    f.get(&reset);
    f.get(&format!("{reset}x"));
    f.send(&reset, "/reset/choose", &[("password", NEW)]);
    secrets.push(("a TOTP key", plain));
    secrets.push(("a TOTP key", key));
    secrets.extend(codes.into_iter().flat_map(|code| [("a recovery code", code.replace('-', "")), ("a recovery code", code)]));
    secrets.extend([verify, sign_in, address, undo, reset].map(|path| ("a link's token", token_of(&path))));
    secrets.sort_unstable();
    secrets.dedup();
    secrets
}

#[test]
fn no_secret_is_written_anywhere() {
    let h = deployment();
    let secrets = live(&h);
    let log = h.log.lines().join("\n");
    assert!(log.contains("/reset/choose") && log.contains("/challenge"), "the log is of what was done");
    for (what, secret) in &secrets {
        assert!(!log.contains(secret.as_str()), "{what} in the log");
    }
    assert_eq!(h.log.failures(), Vec::<String>::new());
    // Codes have six digits: too short to be looked for everywhere, but no audit detail holds one.
    let mut cells = 0;
    for (table, columns) in h.db.tables() {
        for (column, _) in columns.iter().filter(|(_, kind)| kind == "TEXT") {
            for row in h.db.rows(&format!("SELECT {column} FROM {table} WHERE {column} IS NOT NULL"), &[]) {
                let text = row.text(0).unwrap();
                for (what, secret) in &secrets {
                    assert!(!text.contains(secret.as_str()), "{what} in {table}.{column}");
                }
                cells += 1;
            }
        }
    }
    for row in h.db.rows("SELECT action, detail FROM audit_events WHERE detail IS NOT NULL", &[]) {
        let (action, detail) = (row.text(0).unwrap(), row.text(1).unwrap());
        assert!(!detail.contains("token") && !detail.contains("secret") && !detail.contains("\"code\":\"0"), "{action}: {detail}");
    }
    println!("{} secrets, {cells} texts and {} log lines: none holds one", secrets.len(), h.log.lines().len());
    assert!(secrets.len() > 30);
}

#[test]
fn an_overlong_password_is_refused_before_it_is_hashed() {
    let h = deployment();
    let b = Browser::new(&h, "app.localhost");
    let email = h.world.team.members[1].email.clone();
    let hashes = auth::password::computed();
    for (characters, status) in [(129, 422), (2_000, 422), (32 * 1_024, 413), (500_000, 413)] {
        let secret = "é".repeat(characters);
        let fields = [("email", email.as_str()), ("password", &secret), ("name", "Ada")];
        for (path, fields) in [("/sign-in", &fields[..2]), ("/sign-up", &fields[..])] {
            let reply = b.send(path, path, fields);
            assert_eq!(reply.status, status, "{path} with {characters} characters");
            assert!(!reply.text().unwrap().contains("ééé"), "it is not shown again");
        }
        h.clock.advance(Span::minutes(2));
    }
    assert_eq!(auth::password::computed() - hashes, 0);
    // The longest there may be is taken as it is, and not cut.
    let longest = "tidal lantern ".repeat(9) + "é!";
    assert_eq!(longest.chars().count(), 128);
    let c = Browser::of(&h, &h.world.team.members[1].session);
    c.send("/account/password", "/account/password", &[("current", PASSWORD), ("password", &longest)]);
    h.clock.advance(Span::minutes(2));
    assert_eq!(b.sign_in(&email, &longest[..longest.len() - 1]).status, 422);
    assert_eq!(b.sign_in(&email, &longest).status, 303);
}
