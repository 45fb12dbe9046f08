//! No way of getting in leads to another host: every route that takes `next`, with every text that would.

use crate::{
    browser::{Browser, NEW, code, deployment, enroll, link, to},
    challenge::unbase32,
    vectors::{hostile, stays},
};
use auth::WORKER;
use kernel::{Id, Reply, host::Surface, route::Method, time::Span};
use std::cell::Cell;
use testkit::{Harness, get, world::PASSWORD};

const APP: &str = "app.localhost";

/// Each way, as the address that it ends at when `next` is that text.
type Way = (&'static str, fn(&Harness, &str) -> Reply);
const WAYS: &[Way] = &[
    ("sign-in", |h, next| {
        let b = Browser::new(h, APP);
        b.send("/sign-in", "/sign-in", &[("email", &h.world.team.members[1].email), ("password", PASSWORD), ("next", next)])
    }),
    ("customer's sign-in", |h, next| {
        let b = Browser::new(h, &h.world.team.portal());
        b.send("/sign-in", "/sign-in", &[("email", &h.world.team.customers[0].email), ("password", PASSWORD), ("next", next)])
    }),
    ("second factor", |h, next| {
        let member = &h.world.team.members[1];
        let secret = enroll(h, member.user.as_str());
        let b = Browser::new(h, APP);
        b.sign_in(&member.email, PASSWORD);
        b.send("/challenge", "/challenge", &[("code", &code(h, &secret)), ("next", next)])
    }),
    ("proof", |h, next| {
        let b = Browser::of(h, &h.world.team.members[1].session);
        b.send("/confirm", "/confirm", &[("password", PASSWORD), ("next", next)])
    }),
    ("link", |h, next| {
        let b = Browser::new(h, APP);
        let email = &h.world.team.members[1].email;
        b.send("/sign-in/link", "/sign-in/link", &[("email", email), ("next", next)]);
        b.send(&link(h, email, "sign_in_link", "link"), "/sign-in/link/open", &[])
    }),
    ("sign-up", |h, next| {
        let b = Browser::new(h, APP);
        let fields = [("name", "Ada"), ("email", "ada@nowhere.example"), ("password", NEW), ("next", next)];
        b.send("/sign-up", "/sign-up", &fields);
        b.send(&link(h, "ada@nowhere.example", "verify_address", "link"), "/sign-up/verify", &[])
    }),
    ("theme", |h, next| Browser::of(h, &h.world.team.members[1].session).send("/account", "/theme", &[("theme", "dark"), ("next", next)])),
    ("recovery codes, after the authenticator", |h, next| {
        let b = Browser::of(h, &h.world.team.members[1].session);
        let page = b.get("/account/security/authenticator");
        let text = page.text().unwrap();
        let key = text.split("data-copy=\"Key for the authenticator app\">").nth(1).unwrap().split('<').next().unwrap().replace(' ', "");
        let fields = [("code", code(h, &unbase32(&key))), ("next", next.to_owned())];
        let fields = fields.each_ref().map(|(n, v)| (*n, v.as_str()));
        let done = h.call(&WORKER, b.filled_on(&page, "/account/security/authenticator", &fields));
        b.keep(&done);
        let shown = b.get(done.header("location").unwrap());
        let way = shown.text().unwrap().split("class=\"button primary\" href=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
        Reply::see_other(&way)
    }),
];

#[test]
fn no_way_in_leads_to_another_host() {
    let tried = Cell::new(0);
    for (what, way) in WAYS {
        // A page of this host is led to: what is refused below is refused for what it is.
        let h = deployment();
        assert_eq!(to(&way(&h, "/account?x=1")), (303, "/account?x=1"), "{what}");
        // What holds a NUL is no field's text: the form comes back.
        for next in hostile().into_iter().filter(|next| !next.contains('\0')) {
            let h = deployment();
            let reply = way(&h, &next);
            let (status, location) = to(&reply);
            assert!(status == 303 && stays(location) && !location.contains("evil"), "{what} with {next:?} leads to {location:?}");
            tried.set(tried.get() + 1);
        }
    }
    println!("{} ways × {} texts = {} sign-ins", WAYS.len(), hostile().len(), tried.get());
}

/// Whatever page is asked for with such a text: it does not lead there, nor repeat it in a link or a field.
#[test]
fn no_page_passes_another_host_on() {
    let h = deployment();
    let world = h.world.clone();
    let mut looked = 0;
    for entry in WORKER.routes.iter().filter(|e| e.route.method == Method::Get) {
        for surface in entry.route.surfaces {
            let session = match surface {
                Surface::App => &world.team.members[1].session,
                Surface::Portal => &world.team.customers[0].session,
                Surface::Platform => &world.operator.session,
                Surface::Api => continue,
            };
            for signed_in in [false, true] {
                for next in hostile() {
                    let encoded: String = next.bytes().map(|b| format!("%{b:02X}")).collect();
                    let call = get(&format!("{}?next={encoded}", entry.route.path)).host(&testkit::call::host(*surface, "northwind"));
                    let reply = h.call(&WORKER, if signed_in { call.session_cookie(session) } else { call });
                    let what = format!("{} {} with {next:?}", surface.as_str(), entry.route.path);
                    if let Some(location) = reply.header("location") {
                        // The whole of what was asked for may be kept as the way back: it is a path of this host.
                        let kept = location.split_once("?next=").map_or("/", |(_, kept)| kept);
                        assert!(
                            stays(location) && (kept == "/" || kept.starts_with("%2F")) && !kept.starts_with("%2F%2F"),
                            "{what}: {location}"
                        );
                    }
                    assert!(!reply.text().unwrap_or_default().contains("evil"), "{what}");
                    looked += 1;
                }
            }
        }
    }
    h.clock.advance(Span::minutes(1));
    println!("{looked} pages looked at");
    assert!(looked > 1_000);
}
