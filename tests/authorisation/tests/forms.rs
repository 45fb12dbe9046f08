//! Every form proves that it came from our own page: each route that asks for it × origins × tokens (security-and-ui.md §1.8).

#![expect(clippy::panic, reason = "helpers of tests stop the test")]

use authorisation::{Place, fill, places};
use kernel::{
    error::Code,
    host::Surface,
    principal::Role,
    route::{Auth, Csrf, Payload},
};
use testkit::{Call, Harness, Replied, request, world::Session};

/// Somebody whom the route lets in, and somebody else of the same kind.
fn two(h: &Harness, place: &Place) -> (Option<Session>, Option<Session>) {
    let (team, free) = (&h.world.team, &h.world.free);
    match place.route.auth {
        Auth::Public => (None, Some(team.member(Role::Owner).session.clone())),
        // One token is the visitor's own, the other that of somebody who is signed in.
        Auth::Visitor | Auth::Person if place.surface == Surface::App => {
            (Some(team.member(Role::Owner).session.clone()), Some(free.member(Role::Owner).session.clone()))
        }
        Auth::Visitor | Auth::Person if place.surface == Surface::Portal => {
            (Some(team.customers[0].session.clone()), Some(team.customers[1].session.clone()))
        }
        Auth::Visitor | Auth::Person => (Some(h.world.operator.session.clone()), Some(h.world.ended_operator.session.clone())),
        Auth::Challenge => (Some(h.world.half_session(place.surface).clone()), Some(team.member(Role::Owner).session.clone())),
        Auth::Staff(_) | Auth::Account => (Some(team.member(Role::Owner).session.clone()), Some(free.member(Role::Owner).session.clone())),
        Auth::Customer => (Some(team.customers[0].session.clone()), Some(team.customers[1].session.clone())),
        Auth::Operator(_) => (Some(h.world.operator.session.clone()), Some(h.world.ended_operator.session.clone())),
        Auth::Key | Auth::KeyNow | Auth::Provider(_) => panic!("{}: a key sends no form", place.name()),
    }
}

struct Sent<'a> {
    origin: Option<&'a str>,
    site: Option<&'a str>,
    token: &'a str,
    browser: &'a str,
    good: bool,
}

#[test]
fn a_form_from_anywhere_else_is_refused_and_changes_nothing() {
    let h = Harness::new();
    let whole = h.db.everything();
    let (mut routes, mut sent) = (0, 0);
    for place in places().into_iter().filter(|p| p.route.csrf == Csrf::OriginAndToken) {
        routes += 1;
        assert!(
            matches!(place.route.payload, Payload::Form(_) | Payload::Upload(_)),
            "{}: what proves itself by a token is a form",
            place.name()
        );
        let body = fill::body(&place, &|_| serde_json::Value::Null);
        let fill::Body::Form(own_fields) = body else { panic!("{}: no form", place.name()) };
        let (session, other) = two(&h, &place);
        let host = testkit::call::host(place.surface, h.world.team.slug);
        let here = format!("http://{host}:{}", testkit::call::PORT);
        let path = fill::path(&place, authorisation::expect::Ids::Own, &h.world.team, &h.world.free);
        let (browser, token) = h.form_token(place.worker, session.as_ref());
        let (_, others_token) = h.form_token(place.worker, other.as_ref());
        let another_browser = crypto::token::encode(&[7; 32]);
        let (secure, port) = (here.replace("http:", "https:"), here.replace(":8787", ":8788"));
        let upper = here.to_uppercase();
        let cut = token.get(..token.len() - 1).unwrap_or_default();
        let base = |origin, site, good| Sent { origin, site, token: &token, browser: &browser, good };
        let own = |token, browser| Sent { origin: Some(here.as_str()), site: Some("same-origin"), token, browser, good: false };
        let all = [
            base(Some(here.as_str()), Some("same-origin"), true),
            base(Some(here.as_str()), None, true),
            base(None, Some("same-origin"), true),
            // Our own page of a one-time link, which tells nobody where it is.
            base(Some("null"), Some("same-origin"), true),
            base(Some("null"), None, false),
            base(Some("https://evil.example"), Some("cross-site"), false),
            // What a browser sends does not excuse the origin.
            base(Some("https://evil.example"), Some("same-origin"), false),
            base(Some("http://contoso.localhost:8787"), Some("same-site"), false),
            base(Some("null"), Some("cross-site"), false),
            base(Some(secure.as_str()), Some("same-site"), false),
            base(Some(port.as_str()), Some("same-site"), false),
            base(Some(upper.as_str()), Some("same-origin"), false),
            base(Some(""), Some("same-origin"), false),
            base(None, Some("same-site"), false),
            base(None, Some("cross-site"), false),
            base(None, Some("none"), false),
            base(None, None, false),
            own("", &browser),
            own("t1.AAAA", &browser),
            own(cut, &browser),
            own(&others_token, &browser),
            own(&token, &another_browser),
            own(&token, ""),
        ];
        for form in all {
            let mut fields = own_fields.clone();
            fields.push((store::sessions::FORM_FIELD, form.token));
            let mut call: Call = fill::put_form(&place, request(place.route.method.as_str(), &path).host(&host), &fields);
            call = session.as_ref().map_or(call.clone(), |s| call.session_cookie(s));
            call = if form.browser.is_empty() { call } else { call.cookie(store::sessions::FORM_COOKIE, form.browser) };
            call = form.origin.map_or(call.clone(), |o| call.header("origin", o));
            call = form.site.map_or(call.clone(), |s| call.header("sec-fetch-site", s));
            h.forget();
            sent += 1;
            let what = format!("{} from {:?} ({:?}), token {:?}", place.name(), form.origin, form.site, form.token);
            h.db.undone(|| {
                let reply = h.call(place.worker, call);
                if form.good {
                    assert_ne!(reply.code(), Code::CsrfRefused.slug(), "{what}");
                    // The form was let in. That what it speaks of is gone or closed is another matter.
                    assert!(reply.status < 500, "{what}: {reply:?}");
                } else {
                    let now = h.db.everything();
                    let changed: Vec<&String> = now.keys().filter(|t| now.get(*t) != whole.get(*t) && *t != "audit_events").collect();
                    assert_eq!((reply.status, reply.code().as_str()), (403, Code::CsrfRefused.slug()), "{what}");
                    assert_eq!(changed, Vec::<&String>::new(), "{what}");
                }
            });
        }
    }
    println!("{routes} forms, {sent} sent");
    assert!(routes >= 6);
}

#[test]
fn only_forms_without_cookies_go_without_a_token() {
    for place in places() {
        let cookie = place.route.auth.by_cookie();
        if place.is_command() && (cookie || place.surface != Surface::Api) {
            assert_eq!(place.route.csrf, Csrf::OriginAndToken, "{}", place.name());
        }
    }
}
