//! Every letter, with what hostile people call themselves: harmless, whole, and with its link in both parts.

#![expect(clippy::unwrap_used, reason = "what goes wrong in a test must stop it")]

use kernel::Millis;
use mail::{
    Address, Among, Asked, Brand, Content, Letter, Link, Message, Standing, Wish, Written,
    provider::{Parcel, Verdict, cloudflare, resend},
    render::{MOST_BYTES, render},
};
use proptest::prelude::*;
use serde_json::{Value, json};

const AT: Millis = Millis::new(1_795_464_526_007);

/// Every letter, with one text wherever people write one. Exhaustive by the match at its end.
fn letters(text: &str, link: &Link) -> Vec<Letter> {
    let (t, l, at) = (|| text.to_owned(), || link.clone(), AT);
    let all = vec![
        Letter::VerifyAddress { name: t(), link: l(), expires: at },
        Letter::AlreadyRegistered { sign_in: l(), reset: l() },
        Letter::SignInLink { link: l(), expires: at },
        Letter::ResetPassword { name: t(), link: l(), expires: at },
        Letter::PasswordChanged { name: t(), at, account: l() },
        Letter::PasswordOff { name: t(), at, reset: l() },
        Letter::NewDevice { name: t(), at, device: t(), ip: t(), account: l() },
        Letter::ConfirmNewAddress { name: t(), link: l(), expires: at },
        Letter::AddressChanged { name: t(), new_address: t(), undo: l(), expires: at },
        Letter::FactorAdded { name: t(), factor: t(), at, account: l() },
        Letter::FactorRemoved { name: t(), factor: t(), at, account: l() },
        Letter::RecoveryCodeUsed { name: t(), left: 1, at, account: l() },
        Letter::RecoveryCodesReplaced { name: t(), at, account: l() },
        Letter::AllSessionsEnded { name: t(), at, account: l() },
        Letter::Invitation { org: t(), inviter: t(), role: t(), link: l(), expires: at },
        Letter::InvitationAccepted { org: t(), member: t(), role: t(), link: l() },
        Letter::MemberRemoved { org: t(), at },
        Letter::RoleChanged { org: t(), role: t(), link: l() },
        Letter::OwnershipTransferred { org: t(), from: t(), to: t(), at, link: l() },
        Letter::OrgDeletionScheduled { org: t(), by: t(), until: at, link: l() },
        Letter::OrgDeletionCanceled { org: t(), by: t(), link: l() },
        Letter::CustomerInvitation { org: t(), link: l(), expires: at },
        Letter::AccountDeleted { name: t(), at },
        Letter::TicketReply { subject: t(), author: t(), link: l() },
        Letter::TicketAssigned { subject: t(), org: t(), link: l() },
        Letter::TicketCreated { subject: t(), org: t(), link: l() },
        Letter::TicketClosed { subject: t(), link: l() },
        Letter::AccountBanned { name: t(), reason: t(), until: Some(at) },
        Letter::OrgSuspended { org: t(), reason: t() },
        Letter::OrgResumed { org: t(), link: l() },
        Letter::ExportReady { org: t(), link: l() },
        Letter::ExportFailed { org: t(), link: l() },
        Letter::EndpointDisabled { org: t(), reason: t(), link: l() },
        Letter::SubscriptionChanged { org: t(), plan: t(), link: l() },
        Letter::Billing { news: mail::BillingNews::PaymentFailed, org: t(), plan: t(), on: Some(at), link: l() },
        Letter::Notice { line: t(), org: t(), about: t(), link: l() },
    ];
    // As many as the source declares: a new variant without a row here fails.
    let source = include_str!("../src/letter.rs");
    let names = source.split("pub const fn template").nth(1).unwrap().split("/// Whether it goes out").next().unwrap();
    assert_eq!(all.len(), names.matches("Self::").count());
    all
}
fn link() -> Link {
    Link::new("https://app.example/links/s3cret?a=1&b=2").unwrap()
}
fn content(letter: Letter, brand: &str) -> Content {
    let manage = Some(Link::new("https://app.example/account/notifications").unwrap());
    Content { letter, brand: Brand { accent: Some("#ff0000\"><script>".into()), ..Brand::named(brand) }, manage }
}
/// Letters that lead nowhere, because there is nowhere left to go.
fn has_no_step(letter: &Letter) -> bool {
    matches!(
        letter,
        Letter::MemberRemoved { .. } | Letter::AccountDeleted { .. } | Letter::AccountBanned { .. } | Letter::OrgSuspended { .. }
    )
}

/// What holds for every mail that leaves.
fn check(letter: &Letter, message: &Message) {
    let what = letter.template();
    for line in [&message.subject, &message.from_name] {
        assert!(!line.contains(|c: char| c.is_control()), "{what}: {line:?}");
        assert!(line.chars().count() <= 200 && !line.is_empty(), "{what}: {line:?}");
        assert!(!line.contains(['\u{202e}', '\u{202d}', '\u{200f}', '\u{2028}']), "{what}: {line:?}");
    }
    let (text, html) = (&message.text, &message.html);
    assert!(text.len() + html.len() < MOST_BYTES, "{what}");
    assert!(!text.contains('\r') && !html.contains("<script") && !html.contains("<b>") && !html.contains("onerror=\""), "{what}: {html}");
    assert!(!html.contains("http-equiv") && html.matches("<img").count() == 0, "{what}: nothing is loaded");
    if !has_no_step(letter) {
        assert!(text.contains("\nhttps://app.example/links/s3cret?a=1&b=2\n"), "{what}: {text}");
        let address = "https://app.example/links/s3cret?a=1&amp;b=2";
        assert!(html.contains(&format!("href=\"{address}\"")) && html.contains(&format!(">{address}</a>")), "{what}: {html}");
    }
    assert!(text.contains("You get this e-mail because") || text.contains("Such notices are always sent"), "{what}: says why");
    assert_eq!(message.unsubscribe.is_some(), !letter.is_security(), "{what}");
    assert_eq!(html.contains("/account/notifications"), !letter.is_security(), "{what}");
    assert!(!format!("{letter:?} {message:?}").contains("s3cret"), "{what}: Debug shows no token");
}

#[test]
fn every_letter_is_whole_whoever_wrote_the_names() {
    let long = "n".repeat(300);
    for name in [
        "Ada",
        "a\r\nBcc: victim@example.com\r\n\r\n<b>hi</b>",
        "<b>bold</b><script>alert(1)</script>\" onerror=\"x",
        "\u{202e}gnp.exe שלום עולם",
        &long,
        "",
        "Free prizes at https://evil.example/x and www.evil.example",
    ] {
        for letter in letters(name, &link()) {
            let message = render(&content(letter.clone(), if name.is_empty() { "Portico" } else { name })).unwrap();
            check(&letter, &message);
            assert!(!message.text.contains("https://evil.example"), "a stranger's link is no link: {}", message.text);
            let stored: Letter = serde_json::from_value(serde_json::to_value(&letter).unwrap()).unwrap();
            assert_eq!(stored, letter);
        }
    }
}

#[test]
fn what_expires_says_when_and_words_are_calm() {
    for letter in letters("Ada", &link()) {
        let parts = letter.parts("Portico");
        let message = render(&content(letter.clone(), "Portico")).unwrap();
        if parts.steps.iter().any(|step| step.expires.is_some()) {
            assert!(message.text.contains("This link works until 23 November 2026, 20:08 UTC."), "{}", message.text);
            assert!(message.html.contains("This link works until 23 November 2026, 20:08 UTC."), "{}", message.html);
        }
        let all = format!("{} {} {}", message.subject, parts.preheader, message.text);
        let lower = all.to_lowercase();
        assert!(!all.contains('!') && !lower.contains("please") && !lower.contains("successfully"), "{all}");
        assert!(message.html.contains(&maud::html! { (parts.preheader) }.into_string()));
        assert!(message.html.contains("role=\"presentation\"") && message.html.contains("lang=\"en\""));
    }
}

/// The decision for each letter, as it was taken: a change of it is a change of this list.
#[test]
fn what_a_letters_leaving_hangs_on_is_decided_for_each() {
    let mut by: [(&str, Vec<&str>); 4] = [("always", vec![]), ("opens", vec![]), ("account", vec![]), ("part", vec![])];
    let all = letters("x", &link());
    for letter in &all {
        let at = match letter.standing() {
            Standing::Always => 0,
            Standing::Opens(leads) => {
                assert!(letter.parts("x").steps.first().is_some_and(|step| step.link == *leads && step.expires.is_some()));
                1
            }
            Standing::Account => 2,
            Standing::Part(leads) => {
                assert!(letter.parts("x").steps.first().is_some_and(|step| step.link == *leads));
                3
            }
        };
        by[at].1.push(letter.template());
    }
    assert_eq!(by[1].1, ["verify_address", "sign_in_link", "reset_password", "confirm_new_address", "invitation", "customer_invitation"]);
    assert_eq!(by[2].1, ["already_registered"]);
    // Whoever took an account over can't stop these by what they do with it.
    let told: Vec<&str> =
        all.iter().filter(|l| l.is_security() && matches!(l.standing(), Standing::Always)).map(Letter::template).collect();
    assert_eq!(by[0].1, told, "only what is always sent leaves always");
    for danger in
        ["password_changed", "password_off", "new_device", "address_changed", "factor_removed", "all_sessions_ended", "account_deleted"]
    {
        assert!(told.contains(&danger), "{danger}");
    }
}

#[test]
fn what_was_asked_for_is_told_from_a_letter_and_debug_keeps_what_goes_with_it() {
    let asked = Asked {
        wish: Wish::SignUp,
        among: Among::Staff,
        host: "app.example".into(),
        detail: Some("hash-of-a-password".into()),
        brand: Brand::default(),
    };
    let written = Written::Asked(Box::new(asked));
    assert!(!format!("{written:?}").contains("hash-of"));
    let text = serde_json::to_string(&written).unwrap();
    assert_eq!(serde_json::from_str::<Written>(&text).unwrap(), written);
    assert_eq!(written.letter(), None);
    for letter in letters("x", &link()) {
        let content = content(letter, "Acme");
        // As rows that were written before held it.
        let text = serde_json::to_string(&content).unwrap();
        assert_eq!(serde_json::from_str::<Written>(&text).unwrap().letter(), Some(content));
    }
}

#[test]
fn a_sign_in_from_an_unknown_address_names_none() {
    let said = |ip: &str| {
        let letter = Letter::NewDevice { name: "Ada".into(), at: AT, device: "Chrome on Linux".into(), ip: ip.into(), account: link() };
        // Without what keeps programs from making a link of an address.
        render(&content(letter, "Portico")).unwrap().text.replace('\u{2060}', "")
    };
    assert!(said("192.0.2.7").contains(", with Chrome on Linux, from the address 192.0.2.7."), "{}", said("192.0.2.7"));
    assert!(said("").contains(", with Chrome on Linux.") && !said("").contains("from the address"), "{}", said(""));
}

#[test]
fn a_tenants_colors_are_colors_or_ours() {
    let html = |accent: &str| {
        let mut content = content(Letter::TicketClosed { subject: "x".into(), link: link() }, "Acme");
        content.brand.accent = Some(accent.into());
        render(&content).unwrap().html
    };
    assert!(html("#0a7f5a").contains("background-color:#0a7f5a") && html("#0a7f5a").contains("color:#ffffff;\">Open the ticket"));
    assert!(html("#ffe000").contains("color:#0b0c0f;\">Open the ticket"), "readable on yellow");
    for wrong in ["red", "#fff", "#12345g", "#000000;x"] {
        assert!(html(wrong).contains("background-color:#4b45d6"), "{wrong}");
    }
}

fn parcel<'a>(message: &'a Message, to: &'a Address, from: &'a str) -> Parcel<'a> {
    Parcel { id: "mai_0199a3c4d5e67f89a0b1c2d3e4f50617", to, from, message }
}

#[test]
fn resend_is_asked_as_its_documentation_says() {
    let message =
        render(&content(Letter::TicketReply { subject: "Broken".into(), author: "Ada".into(), link: link() }, "Acme, Inc.")).unwrap();
    let to = Address::parse("customer@example.com").unwrap();
    let sent = resend::request("re_key", &parcel(&message, &to, "Portico <no-reply@portico.example>")).unwrap();
    assert_eq!((sent.method, sent.url.as_str()), ("POST", "https://api.resend.com/emails"));
    let headers: Vec<(&str, &str)> = sent.headers.iter().map(|(n, v)| (*n, v.as_str())).collect();
    assert_eq!(
        headers,
        [
            ("authorization", "Bearer re_key"),
            ("content-type", "application/json"),
            ("idempotency-key", "mai_0199a3c4d5e67f89a0b1c2d3e4f50617"),
            ("user-agent", "Portico/1"),
        ]
    );
    let body: Value = serde_json::from_slice(&sent.body).unwrap();
    assert_eq!(
        body,
        json!({
            "from": "Acme Inc. <no-reply@portico.example>",
            "to": ["customer@example.com"],
            "subject": "New reply: Broken",
            "text": message.text,
            "html": message.html,
            "headers": {
                "Auto-Submitted": "auto-generated",
                "List-Unsubscribe": "<https://app.example/account/notifications>",
                "X-Entity-Ref-ID": "mai_0199a3c4d5e67f89a0b1c2d3e4f50617",
            },
        })
    );
}

#[test]
fn resends_answers_are_read_as_its_documentation_says() {
    use kernel::ports::{Answer, HttpError};
    let read = |status: u16, body: &str| resend::read(&Ok(Answer { status, headers: Vec::new(), body: body.as_bytes().to_vec() }));
    assert_eq!(read(200, "{\"id\":\"49a3999c\"}"), Verdict::Sent("49a3999c".into()));
    assert_eq!(
        read(422, r#"{"statusCode":422,"name":"validation_error","message":"Invalid `to` field."}"#),
        Verdict::Never("422 validation_error Invalid `to` field.".into())
    );
    for status in [401, 403, 408, 409, 429, 500, 502, 503] {
        assert!(matches!(read(status, "{}"), Verdict::Later(_)), "{status}");
    }
    assert_eq!(read(409, r#"{"name":"invalid_idempotent_request"}"#), Verdict::Sent(String::new()), "an earlier attempt was taken");
    for status in [400, 404, 405, 413, 451] {
        assert!(matches!(read(status, "not json"), Verdict::Never(_)), "{status}");
    }
    assert_eq!(resend::read(&Err(HttpError::Timeout)), Verdict::Later("timed out".into()));
}

#[test]
fn cloudflare_is_handed_a_structured_message() {
    let message = render(&content(Letter::SignInLink { link: link(), expires: AT }, "Portico")).unwrap();
    let to = Address::parse("ada@example.com").unwrap();
    let mail = cloudflare::mail(&parcel(&message, &to, "no-reply@portico.example")).unwrap();
    assert_eq!((mail.from_name.as_str(), mail.from.as_str(), mail.to.as_str()), ("Portico", "no-reply@portico.example", "ada@example.com"));
    assert_eq!((mail.subject.as_str(), &mail.text, &mail.html), ("Sign in to Portico", &message.text, &message.html));
    let names: Vec<&str> = mail.headers.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, ["Auto-Submitted", "X-Entity-Ref-ID"], "a security letter can't be unsubscribed from");
    assert!(cloudflare::mail(&parcel(&message, &to, "nobody")).is_err());
}

proptest! {
    #[test]
    fn no_text_breaks_a_letter(text in "\\PC{0,120}|[\\x00-\\x7f]{0,120}") {
        for letter in letters(&text, &link()) {
            let message = render(&content(letter.clone(), "Portico")).unwrap();
            prop_assert!(!message.subject.contains(|c: char| c.is_control()));
            prop_assert!(!message.html.contains("<script"));
        }
    }
}

/// Each turn of a payment has words of its own, with the organization, and the day where there is one.
#[test]
fn billing_letters_say_what_happened_and_until_when() {
    use mail::BillingNews::{Canceled, Ending, GraceEnding, GrantEnded, PaymentFailed, Recovered, UnderReview, Unpaid};
    let all = [PaymentFailed, GraceEnding, Unpaid, GrantEnded, UnderReview, Recovered, Ending, Canceled];
    let mut texts = std::collections::BTreeSet::new();
    for news in all {
        let (subject, says) = news.says("Acme", "Team", Some(AT));
        assert!(subject.contains("Acme") && says.iter().all(|s| s.ends_with('.')), "{news:?}");
        let dated = says.join(" ").contains("23 November 2026");
        assert_eq!(dated, matches!(news, PaymentFailed | GraceEnding | Ending), "{news:?}");
        texts.insert(says.join(" "));
        let (_, undated) = news.says("Acme", "Team", None);
        assert!(!undated.join(" ").contains("  ") && !undated.is_empty());
    }
    assert_eq!(texts.len(), all.len());
}
