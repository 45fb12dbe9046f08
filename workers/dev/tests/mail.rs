//! Mail that stayed on the machine can be read there, and nowhere else.

#![expect(clippy::unwrap_used, reason = "what goes wrong in a test must stop it")]

use kernel::{host::Surface, time::Span};
use mail::{Among, Asked, Brand, Letter, Link, Mail, Wish};
use serde_json::Value;
use testkit::{Harness, Replied, get};

/// Posts and sends a letter to each address, a minute apart.
fn sent(to: &[&str]) -> Harness {
    let h = Harness::new();
    for address in to {
        h.work(&jobs::WORKER, async |task| {
            let link = Link::new("http://app.localhost:8787/reset/tok<en".replace('<', "-").as_str())?;
            let letter = Letter::PasswordChanged { name: "<b>Ada</b>".into(), at: task.now(), account: link };
            let change = task.mutation(&h.world.team.id, kernel::Action::new("session.ended"), "x");
            task.commit(store::mail::post(change, task.app, &Mail::new(address, letter))?).await
        })
        .unwrap();
        h.drain(&jobs::WORKER, &jobs::HANDLERS);
        h.clock.advance(Span::minutes(1));
    }
    h
}

#[test]
fn the_newest_is_first_and_tests_find_their_own() {
    let h = sent(&["ada@example.com", "bob@example.com", "ada@example.com"]);
    let all = h.call(&dev::WORKER, get("/dev/mail.json").on(Surface::App)).json();
    let to: Vec<&str> = all.as_array().unwrap().iter().map(|m| m["to"].as_str().unwrap()).collect();
    assert_eq!(to, ["ada@example.com", "bob@example.com", "ada@example.com"]);
    assert!(all[0]["at"].as_str().unwrap() > all[2]["at"].as_str().unwrap());
    let bobs = h.call(&dev::WORKER, get("/dev/mail.json?to=bob%40example.com").on(Surface::App)).json();
    assert_eq!(bobs.as_array().unwrap().len(), 1);
    let one: &Value = &bobs[0];
    assert_eq!((one["template"].as_str(), one["subject"].as_str()), (Some("password_changed"), Some("Your Portico password was changed")));
    assert!(one["text"].as_str().unwrap().contains("http://app.localhost:8787/reset/tok-en"));
    assert!(one["html"].as_str().unwrap().contains("&lt;b&gt;Ada"));
}

#[test]
fn what_was_only_asked_for_is_not_shown_before_it_is_a_letter() {
    let h = Harness::new();
    let id = h
        .work(&jobs::WORKER, async |task| {
            let id: kernel::MailId = task.id();
            let asked =
                Asked { wish: Wish::Reset, among: Among::Staff, host: "app.localhost".into(), detail: None, brand: Brand::default() };
            let change = task.mutation(&h.world.team.id, kernel::Action::new("password_reset.requested"), "x");
            task.commit(store::mail::ask(change, task.app, &id, None, "ada@example.com", asked)?).await.map(|()| id)
        })
        .unwrap();
    let list = h.call(&dev::WORKER, get("/dev/mail.json").on(Surface::App));
    assert_eq!((list.status, list.json()), (200, serde_json::json!([])));
    assert_eq!(h.call(&dev::WORKER, get(&format!("/dev/mail/{id}")).on(Surface::App)).status, 404);
}

#[test]
fn a_mail_is_shown_in_a_frame_that_runs_nothing() {
    let h = sent(&["ada@example.com"]);
    let list = h.call(&dev::WORKER, get("/dev/mail").on(Surface::App));
    let href = list
        .text()
        .unwrap()
        .split("href=\"")
        .find(|part| part.starts_with("/dev/mail/mai_"))
        .unwrap()
        .split('"')
        .next()
        .unwrap()
        .to_owned();
    let page = h.call(&dev::WORKER, get(&href).on(Surface::App));
    let text = page.text().unwrap();
    assert!(text.contains(&format!("src=\"{href}/html\"")) && text.contains("sandbox=\"allow-popups"), "{text}");
    assert!(!text.contains("allow-scripts") && !text.contains("allow-same-origin"));
    assert!(text.contains("<a href=\"http://app.localhost:8787/reset/tok-en\">"), "the link of the text part leads on");
    assert!(page.header("content-security-policy").unwrap().contains("frame-src 'self'"));
    let html = h.call(&dev::WORKER, get(&format!("{href}/html")).on(Surface::App));
    let policy = html.header("content-security-policy").unwrap();
    assert!(policy.contains("default-src 'none'") && policy.contains("sandbox allow-popups") && !policy.contains("script"), "{policy}");
    assert!(policy.contains("frame-ancestors 'self'"));
    assert!(html.text().unwrap().contains("href=\"http://app.localhost:8787/reset/tok-en\""));
}

#[test]
fn an_empty_inbox_says_what_will_be_there_and_a_wrong_id_is_not_found() {
    let h = Harness::new();
    assert!(h.call(&dev::WORKER, get("/dev/mail").on(Surface::App)).text().unwrap().contains("No mail yet"));
    for path in ["/dev/mail/mai_0", "/dev/mail/mai_0199a3c4d5e67f89a0b1c2d3e4f50617/html", "/dev/mail/x"] {
        assert_eq!(h.call(&dev::WORKER, get(path).on(Surface::App)).status, 404, "{path}");
    }
}

#[test]
fn deployed_by_mistake_it_shows_nothing() {
    let h = sent(&["ada@example.com"]);
    h.set("ENVIRONMENT", "production");
    h.set("API_ALIAS_HOST", "");
    for path in ["/dev/mail", "/dev/mail.json", "/dev/mail/mai_0199a3c4d5e67f89a0b1c2d3e4f50617"] {
        assert_eq!(h.call(&dev::WORKER, get(path).on(Surface::App)).status, 404, "{path}");
    }
}
