//! Every page of getting in and of one's account, on each of its surfaces, for whoever may open it.

use kernel::{
    Id,
    host::Surface,
    route::{Auth, Method},
};
use pages::problems;
use testkit::{Harness, Replied, call::host, get};

fn deployment() -> Harness {
    let h = Harness::new();
    h.set_error_page(html::error_page);
    h
}

#[test]
fn every_page_is_well_formed_whoever_opens_it() {
    let h = deployment();
    let signed = [&h.world.team.members[4].session, &h.world.team.customers[0].session, &h.world.operator.session];
    let mut seen = 0;
    for entry in auth::ROUTES.iter().filter(|e| e.route.method == Method::Get) {
        for surface in entry.route.surfaces {
            let at = [Surface::App, Surface::Portal, Surface::Platform].iter().position(|s| s == surface).unwrap();
            let host = host(*surface, "northwind");
            for session in [None, Some(signed[at]), Some(&h.world.half[at])] {
                let call = get(&format!("{}?token=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", entry.route.path)).host(&host);
                let reply = h.call(&auth::WORKER, session.map_or(call.clone(), |s| call.session_cookie(s)));
                let wrong = if reply.status == 303 { Vec::new() } else { problems(reply.text().unwrap()) };
                assert!(wrong.is_empty() && reply.status < 500, "{} on {host}: {} {wrong:?}", entry.route.path, reply.status);
                if session.is_none() && !matches!(entry.route.auth, Auth::Public | Auth::Visitor) {
                    assert!(reply.header("location").unwrap().starts_with("/sign-in"), "{}", entry.route.path);
                }
                seen += usize::from(reply.status == 200);
            }
        }
    }
    assert!(seen > 80, "{seen}");
}

#[test]
fn recovery_codes_are_well_formed_too_and_gone_after_a_look() {
    let h = deployment();
    let member = &h.world.team.members[4];
    let keys = &h.app(&auth::WORKER).config.keys;
    let cookie = auth::codes::cookie(keys, member.user.as_str(), &["AAAA-BBBB".to_owned()], [1; 12]).unwrap();
    let (name, value) = cookie.split(';').next().unwrap().split_once('=').unwrap();
    let page = |session| h.call(&auth::WORKER, get(auth::codes::SHOWN).session(session).cookie(name, value));
    let reply = page(&member.session);
    assert_eq!((reply.status, problems(reply.text().unwrap())), (200, vec![]));
    assert!(reply.text().unwrap().contains("AAAA-BBBB") && reply.cookie(name).as_deref() == Some(""));
    assert_eq!(page(&h.world.team.members[3].session).status, 303, "another account's codes are not shown");
}
