//! Every form of the product, taken from the pages that show it, with whatever can be wrong with it: nothing is a fault, nothing that
//! is refused changes anything, the refusal names the field, and what was written comes back (never a password).

use kernel::{Id, Reply, host::Surface, route::Payload};
use pages::{
    forms::{Control, Filled, Offered, forms_of, offered, takers},
    problems,
    stage::deployment,
};
use std::collections::{BTreeMap, BTreeSet};
use store::sessions::{COOKIE, FORM_FIELD};
use testkit::{Call, Harness, Replied};

/// Forms that no page shows as it stands: what shows them is the answer to another form, or a state that their own tests make.
const UNSEEN: &[(&str, &str)] = &[
    ("/billing/{org}/active", "the list shows it where a plan is over its limit: workers/billing/tests/pages/choosing.rs"),
    ("/billing/{org}/change", "the preview shows it: workers/billing/tests/pages/changing.rs"),
    ("/billing/{org}/checkout/done", "Stripe leads back to it: workers/billing/tests/pages/buying.rs"),
    ("/billing/orgs/{id}/repair", "the dry run shows it: workers/billing/tests/console.rs"),
];
/// Forms that are refused as they are filled in here, with the reason.
const REFUSED: &[(&str, &str)] = &[
    ("/account/security/authenticator", "its code comes from the secret on the page: workers/auth/tests/auth/fixation.rs"),
    ("/billing/{org}/change/preview", "Stripe does not answer here: workers/billing/tests/pages/changing.rs"),
];

/// Tables that count tries and tell of them: a refusal may write there.
const BOOKKEEPING: &[&str] = &["rate_windows", "audit_events", "sessions"];
/// Refusals that write more: (route, table, why).
const COUNTED: &[(&str, &str, &str)] = &[
    ("/sign-in", "nobody", "tries at an address that nobody has count as those at one that somebody has"),
    ("/sign-in", "users", "an account counts what was tried at it"),
    ("/sign-in", "customers", "an account counts what was tried at it"),
    ("/o/{org}/settings/branding/logo", "logos", "the row stands before the object; one that is not used is removed by retention"),
];
/// Fields whose text does not come back as it was written: (route, field, why).
const NOT_KEPT: &[(&str, &str, &str)] = &[
    ("/privacy/delete", "confirm", "it is typed anew each time: that is its purpose"),
    ("/o/{org}/settings/delete", "confirm", "it is typed anew each time: that is its purpose"),
    ("/billing/{org}/checkout", "seats", "twenty characters of a number are enough to see what was wrong"),
    ("/billing/{org}/change/preview", "seats", "twenty characters of a number are enough to see what was wrong"),
    ("/o/{org}/settings/branding", "*", "forty characters of a color are enough to see what was wrong"),
];
/// What changed that a refusal must not change.
fn changed(form: &Offered, before: &BTreeMap<String, String>, now: &BTreeMap<String, String>) -> Vec<String> {
    let counted = |t: &str| BOOKKEEPING.contains(&t) || COUNTED.iter().any(|(path, table, _)| *path == form.to.route.path && *table == t);
    now.keys().filter(|t| now.get(*t) != before.get(*t) && !counted(t)).cloned().collect()
}

fn forms(h: &Harness) -> Vec<Offered> {
    offered(h, &takers()).0
}
fn text(reply: &Reply) -> &str {
    reply.text().unwrap_or_default()
}
/// Sends a form by a state of its own, and undoes what it did.
fn each<T>(h: &Harness, form: &Offered, then: impl FnOnce(Filled) -> T) -> T {
    h.forget();
    h.db.undone(|| then(form.fill(h)))
}

#[test]
fn every_form_stands_on_a_page_and_is_accepted_as_somebody_fills_it_in() {
    let h = deployment();
    let (all, nowhere) = offered(&h, &takers());
    let nowhere: BTreeSet<&str> = nowhere.iter().filter_map(|name| name.split(' ').next_back()).collect();
    assert_eq!(nowhere, UNSEEN.iter().map(|(path, _)| *path).collect(), "on no page: add the state that shows it to pages::stage");
    let mut refused = BTreeSet::new();
    for form in &all {
        let reply = each(&h, form, |filled| h.call(form.to.worker, filled.call(&form.to)));
        let page = reply.status == 200 && text(&reply).contains("<main");
        if !(reply.status == 303 || page) {
            assert!(
                REFUSED.iter().any(|(path, _)| *path == form.to.route.path),
                "{} on {}: {} {:?}",
                form.name(),
                form.on.name(),
                reply.status,
                text(&reply).split("class=\"summary\"").nth(1).unwrap_or_default().chars().take(400).collect::<String>()
            );
            refused.insert(form.to.route.path);
        }
    }
    assert_eq!(refused, REFUSED.iter().map(|(path, _)| *path).collect(), "is accepted now: take the row out");
    println!("{} forms, {} that no page shows as it stands", all.len(), UNSEEN.len());
}

/// A form that is sent with a text in one of its fields that does not belong there.
struct Odd<'a> {
    form: &'a Offered,
    filled: &'a Filled,
    field: &'a Control,
    sent: &'a str,
    keeps: bool,
}

/// What is wrong with the answer.
fn wrong(h: &Harness, odd: &Odd<'_>) -> Vec<String> {
    let Odd { form, filled, field, sent, keeps } = *odd;
    let mut wrong = Vec::new();
    let free = &h.world.free;
    let whole = h.db.everything();
    let reply = h.call(form.to.worker, filled.clone().with(&field.name, sent).call(&form.to));
    let page = text(&reply);
    let mut must = |holds: bool, what: String| {
        if !holds {
            wrong.push(format!("{}, {} = {:?}: {what}", form.name(), field.name, cut(sent)));
        }
    };
    must(reply.status < 500 && h.log.failures().is_empty(), format!("{} {:?}", reply.status, h.log.failures()));
    must(!page.contains(&free.canary) && !h.log.lines().concat().contains(&free.canary), "shows another's".into());
    if reply.status >= 400 {
        let changed = changed(form, &whole, &h.db.everything());
        must(changed.is_empty() && h.queues.sent().is_empty(), format!("{} and changed {changed:?}", reply.status));
        let html = reply.header("content-type").is_some_and(|t| t.starts_with("text/html"));
        must(html, format!("{} is no page: {:?}", reply.status, reply.header("content-type")));
        let found = problems(page);
        must(!html || found.is_empty(), format!("{} {found:?}", reply.status));
    }
    let names = |all: &[Control]| all.iter().map(|c| c.name.clone()).collect::<BTreeSet<_>>();
    let again = forms_of_or_none(page).into_iter().find(|f| names(&f.controls) == names(&form.form.controls));
    if let (422, Some(again)) = (reply.status, again) {
        must(page.contains("class=\"summary\""), "comes back without a summary".into());
        let not_kept = |name: &str| NOT_KEPT.iter().any(|(path, f, _)| *path == form.to.route.path && (*f == name || *f == "*"));
        for control in again.controls.iter().filter(|c| c.is_seen() && !not_kept(&c.name)) {
            let odd = control.name == field.name;
            let written = if odd { Some(sent) } else { filled.value(&control.name) };
            if control.is_secret() {
                must(control.value.as_deref().unwrap_or_default().is_empty(), format!("{} is shown again", control.name));
            } else if let (Some(written), true) = (written, keeps || !odd)
                && matches!(control.kind.as_str(), "text" | "email" | "url" | "lines" | "search" | "number" | "color" | "date")
            {
                // Addresses and hosts are the same in whatever case.
                let same = |text: &str| text.trim().to_lowercase();
                let kept = control.value.clone().unwrap_or_default();
                must(same(&kept) == same(written), format!("{} lost {:?}, and holds {:?}", control.name, cut(written), cut(&kept)));
            }
        }
    }
    wrong
}
fn cut(text: &str) -> String {
    text.chars().take(40).collect()
}
fn forms_of_or_none(page: &str) -> Vec<pages::forms::Shown> {
    if page.starts_with("<!DOCTYPE html>") { forms_of(page) } else { Vec::new() }
}
/// What no field may hold, and whether what was written is worth showing again: control characters are not.
fn odd() -> Vec<(String, bool)> {
    let kept = [
        "",
        " ",
        "-1",
        "0",
        "99999999999999999999999999",
        "1e9",
        "0x10",
        "NaN",
        "null",
        "undefined",
        "[]",
        "{}",
        "true",
        "' OR 1=1 --",
        "<script>alert(1)</script>",
        "\"><img src=x>",
        "=cmd|'/c calc'!A0",
        "../../etc/passwd",
        "%00%0d%0a",
        "{{7*7}}",
        "ａｄｍｉｎ",
        "👩\u{200d}👩\u{200d}👧",
        "ada@example.com, eve@evil.example",
        "ada@example.com\u{2028}",
        "//evil.example",
        "javascript:alert(1)",
    ];
    let lost = ["\0", "a\0b", "a\u{7}b", "a\r\nBcc: eve@evil.example", "\u{202e}txt.exe", "\u{feff}", "\u{85}"];
    let mut all: Vec<(String, bool)> = kept.iter().map(|t| ((*t).to_owned(), true)).collect();
    all.extend(lost.iter().map(|t| ((*t).to_owned(), false)));
    all.push(("x".repeat(900), true));
    all.push(("é".repeat(1_500), true));
    all
}

#[test]
fn no_field_of_any_form_takes_what_it_must_not() {
    let h = deployment();
    let forms = forms(&h);
    let free = &h.world.free;
    // Another tenant's, a sibling's, of another kind: as if they stood in a list of the page.
    let ids = [
        free.id.to_string(),
        free.slug.to_owned(),
        free.tickets[0].to_string(),
        free.customers[0].id.to_string(),
        free.members[0].user.to_string(),
        free.keys.full.id.to_string(),
        free.endpoint.to_string(),
        free.invitation.to_string(),
        free.domain.to_string(),
    ];
    let (mut sent, mut found) = (0, Vec::new());
    for form in &forms {
        each(&h, form, |filled| {
            let others = h.db.of_org(&free.id);
            for field in form.form.controls.iter().filter(|c| c.name != FORM_FIELD && c.kind != "file") {
                for (text, keeps) in odd().into_iter().chain(ids.iter().map(|id| (id.clone(), true))) {
                    h.forget();
                    let whole = h.db.everything();
                    h.db.undone(|| {
                        found.extend(wrong(&h, &Odd { form, filled: &filled, field, sent: &text, keeps }));
                        // An operator's business is every organization.
                        if form.to.surface != Surface::Platform && h.db.everything() != whole && h.db.of_org(&free.id) != others {
                            found.push(format!("{}, {} = {:?}: another organization changed", form.name(), field.name, cut(&text)));
                        }
                    });
                    sent += 1;
                }
            }
        });
    }
    println!("{} forms, {sent} sent with a field that is odd", forms.len());
    assert!(found.is_empty(), "{} wrong:\n{}", found.len(), found.join("\n"));
    assert!(sent > 3_000);
}

/// Names by which other frameworks let a sender set what is not theirs to set.
const MASS: &[&str] = &[
    "id",
    "org_id",
    "user_id",
    "customer_id",
    "is_admin",
    "operator",
    "state",
    "created_at",
    "_method",
    "__proto__",
    "name[]",
    "csrf_token",
];

#[test]
fn no_form_takes_a_field_that_its_page_does_not_have() {
    let h = deployment();
    let (mut sent, mut found) = (0, Vec::new());
    for form in forms(&h) {
        each(&h, &form, |filled| {
            let whole = h.db.everything();
            for name in MASS.iter().filter(|name| !form.form.controls.iter().any(|c| c.name == **name)) {
                sent += 1;
                h.forget();
                h.db.undone(|| {
                    let reply = h.call(form.to.worker, filled.clone().with(name, h.world.free.id.as_str()).call(&form.to));
                    let changed = changed(&form, &whole, &h.db.everything());
                    if reply.status != 422 || !changed.is_empty() || !text(&reply).contains("There is no such field") {
                        found.push(format!("{} with {name}: {} and changed {changed:?}", form.name(), reply.status));
                    }
                });
            }
        });
    }
    println!("{sent} sent");
    assert!(found.is_empty(), "{} wrong:\n{}", found.len(), found.join("\n"));
}

#[test]
fn no_form_is_read_from_a_body_that_is_none() {
    let h = deployment();
    let (mut sent, mut found) = (0, Vec::new());
    for form in forms(&h) {
        let cap = match form.to.route.payload {
            Payload::Form(cap) | Payload::Upload(cap) => cap,
            _ => 0,
        };
        let upload = matches!(form.to.route.payload, Payload::Upload(_));
        let urlencoded = "application/x-www-form-urlencoded";
        let bodies: Vec<(&str, &str, Vec<u8>, &[u16])> = vec![
            ("no type", "", b"a=b".to_vec(), &[415]),
            ("JSON", "application/json", b"{}".to_vec(), &[415]),
            ("text", "text/plain", b"a=b".to_vec(), &[415]),
            ("the other kind of form", if upload { urlencoded } else { "multipart/form-data; boundary=x" }, b"a=b".to_vec(), &[415]),
            ("too large", if upload { "multipart/form-data; boundary=x" } else { urlencoded }, vec![b'x'; cap + 1], &[413]),
            ("not UTF-8", if upload { "multipart/form-data; boundary=x" } else { urlencoded }, vec![0xff, b'=', 0xfe], &[400, 403]),
            ("empty", if upload { "multipart/form-data; boundary=x" } else { urlencoded }, Vec::new(), &[400, 403]),
            ("no boundary", if upload { "multipart/form-data" } else { urlencoded }, b"%=%&&=&%zz".to_vec(), &[400, 403]),
        ];
        each(&h, &form, |filled| {
            let whole = h.db.everything();
            for (what, media, body, statuses) in bodies {
                sent += 1;
                h.forget();
                h.db.undone(|| {
                    let call: Call = filled.bare(&form.to).body(body);
                    let call = if media.is_empty() { call } else { call.header("content-type", media) };
                    let reply = h.call(form.to.worker, call);
                    let changed = changed(&form, &whole, &h.db.everything());
                    let faults = authorisation::headers::wrong(&reply);
                    if !statuses.contains(&reply.status) || !changed.is_empty() || !faults.is_empty() || !h.log.failures().is_empty() {
                        found.push(format!(
                            "{}, {what}: {}, changed {changed:?}, {faults:?} {:?}",
                            form.name(),
                            reply.status,
                            h.log.failures()
                        ));
                    }
                });
            }
        });
    }
    println!("{sent} sent");
    assert!(found.is_empty(), "{} wrong:\n{}", found.len(), found.join("\n"));
}

/// Tables with a row for each try or each telling, where a second one is no second effect: (route, table, why).
const TWICE: &[(&str, &str, &str)] = &[
    ("/account/email", "tokens", AGAIN),
    ("/account/email", "mails", AGAIN),
    ("/account/password", "mails", "two at once have each proved the password; the account is told of each"),
    ("/account/security/recovery-codes", "mails", "each time there is a new set, and the account is told"),
    ("/o/{org}/customers/{id}/invitation", "tokens", AGAIN),
    ("/o/{org}/customers/{id}/invitation", "mails", AGAIN),
    ("/o/{org}/invitations/{id}/resend", "mails", AGAIN),
    ("/o/{org}/settings/branding/logo", "logos", "the row stands before the object; one that is not used is removed by retention"),
    ("/reset", "mails", AGAIN),
    ("/sign-in", "devices", "two browsers sign in"),
    ("/sign-in", "sessions", "two browsers sign in"),
    ("/sign-in", "mails", "two browsers sign in"),
    ("/sign-in/link", "mails", AGAIN),
    ("/sign-up", "mails", AGAIN),
    ("/sign-up/resend", "mails", AGAIN),
    ("/users/{id}/ban", "mails", "a ban in place of one gives another reason and end, and the account is told"),
    ("/users/{id}/end-sessions", "mails", "two at once have each found the session"),
    ("/users/{id}/reset", "tokens", AGAIN),
    ("/users/{id}/reset", "mails", AGAIN),
];
/// What is asked for by mail may be asked for again, as often as its limit allows.
const AGAIN: &str = "asked for twice, it is sent twice, within its limit";

/// How many rows each table has, but for what counts tries and tells of them.
fn rows(h: &Harness) -> Vec<(String, i64)> {
    let tables = h.db.tables().into_keys().filter(|t| !matches!(t.as_str(), "rate_windows" | "audit_events"));
    tables.map(|t| (t.clone(), h.db.count(&format!("SELECT count(*) FROM {t}"), &[]))).collect()
}

#[test]
fn a_form_that_is_sent_twice_has_one_effect() {
    let h = deployment();
    let (mut sent, mut found, mut used) = (0, BTreeSet::new(), BTreeSet::new());
    for form in forms(&h) {
        let once = each(&h, &form, |filled| {
            h.call(form.to.worker, filled.call(&form.to));
            rows(&h)
        });
        let mut compare = |how: &str, twice: Vec<(String, i64)>, replies: Vec<Reply>| {
            sent += 1;
            for reply in &replies {
                if reply.status >= 500 {
                    found.insert(format!("{} {how}: {}", form.name(), reply.status));
                }
            }
            for ((table, one), (_, two)) in once.iter().zip(&twice) {
                if one != two {
                    match TWICE.iter().find(|(path, t, _)| *path == form.to.route.path && t == table) {
                        Some(row) => drop(used.insert(*row)),
                        None => drop(found.insert(format!("{} {how}: {one} and then {two} rows of {table}", form.name()))),
                    }
                }
            }
        };
        for seed in 0..4 {
            let (twice, replies) = each(&h, &form, |filled| {
                let replies = h.together(form.to.worker, vec![filled.call(&form.to), filled.call(&form.to)], seed);
                (rows(&h), replies)
            });
            compare("at once", twice, replies);
        }
        // Back to the form, and once more.
        let (twice, replies) = each(&h, &form, |filled| {
            let first = h.call(form.to.worker, filled.call(&form.to));
            let mut again = filled.clone();
            // The browser has the session that it was given, if any.
            if let (Some(token), Some(session)) = (first.cookie(COOKIE), again.session.as_mut())
                && !token.is_empty()
            {
                session.token = token;
            }
            let second = h.call(form.to.worker, again.call(&form.to));
            (rows(&h), vec![first, second])
        });
        compare("by the back button", twice, replies);
    }
    println!("{sent} pairs");
    assert!(found.is_empty(), "{} wrong:\n{}", found.len(), found.into_iter().collect::<Vec<_>>().join("\n"));
    assert_eq!(used.len(), TWICE.len(), "takes no effect twice now: take the row out");
}
