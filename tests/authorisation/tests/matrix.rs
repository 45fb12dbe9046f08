//! Every route × every kind of caller × every kind of id.

#![expect(clippy::unwrap_used, reason = "helpers of tests stop the test")]

use authorisation::{
    Place,
    callers::{Caller, callers},
    expect::{Expected, Ids, expected},
    fill::{self, Body},
    headers, places,
};
use kernel::{Reply, error::Code, host::Surface, principal::Role, route::Auth};
use serde_json::Value;
use std::collections::BTreeMap;
use testkit::{
    Call, Harness, Replied, request,
    world::{Org, World},
};

/// One cell.
struct Cell<'w> {
    place: Place,
    caller: &'w Caller<'w>,
    ids: Ids,
}

/// The organization whose ids are the caller's own, and another one.
fn sides<'w>(world: &'w World, caller: &Caller<'w>) -> (&'w Org, &'w Org) {
    let own = caller.home.unwrap_or(&world.team);
    (own, if own.slug == world.team.slug { &world.free } else { &world.team })
}
fn portal<'w>(world: &'w World, caller: &Caller<'_>) -> &'w Org {
    world.orgs().into_iter().find(|o| o.slug == caller.portal).unwrap()
}

fn build(h: &Harness, cell: &Cell<'_>, body: &Body) -> Call {
    let (own, other) = sides(&h.world, cell.caller);
    let me = cell.caller.session().map(|s| s.principal.id());
    let path = fill::path_of(&cell.place, cell.ids, own, other, me);
    let call = cell.caller.sign(request(cell.place.route.method.as_str(), &path).host(&cell.caller.host(cell.place.surface)));
    match body {
        Body::Form(fields) => {
            // As the page would show it to this caller: with a session that does not stand, as to nobody.
            let signed = !matches!(cell.place.route.auth, Auth::Public);
            let (browser, token) = h.form_token(cell.place.worker, cell.caller.session().filter(|_| signed));
            let email = cell.caller.session().map_or("", |s| s.principal.email());
            let own = |(name, value): &(&'static str, &'static str)| (*name, if *value == fill::MY_EMAIL { email } else { *value });
            let mut all: Vec<(&str, &str)> = fields.iter().map(own).collect();
            all.push((store::sessions::FORM_FIELD, &token));
            fill::put_form(&cell.place, call.cookie(store::sessions::FORM_COOKIE, &browser).same_origin(), &all)
        }
        other => other.put(call),
    }
}

/// Status, text and headers.
type Shown = (u16, String, Vec<(String, String)>);

/// A reply without what differs between two requests.
fn same_but_for_the_request(reply: &Reply) -> Shown {
    let id = reply.header("x-request-id").unwrap_or_default().to_owned();
    let keep = |name: &str| !matches!(name, "x-request-id" | "ratelimit" | "location");
    let headers = reply.headers.iter().filter(|(n, _)| keep(n)).map(|(n, v)| (n.to_string(), v.clone())).collect();
    (reply.status, reply.text().unwrap_or("a file").replace(&id, "req"), headers)
}

/// What a reply shows, and what went elsewhere while it was made.
fn seen(h: &Harness, reply: Reply) -> String {
    let mut all: Vec<String> = reply.headers.iter().map(|(n, v)| format!("{n}: {v}")).collect();
    all.push(String::from_utf8_lossy(&reply.into_bytes()).into_owned());
    all.extend(h.log.lines());
    all.extend(h.queues.sent().into_iter().map(|m| m.body));
    all.extend(h.http.sent().into_iter().map(|(_, sent)| format!("{} {}", sent.url, String::from_utf8_lossy(&sent.body))));
    all.join("\n")
}

struct Matrix {
    h: Harness,
    whole: BTreeMap<String, String>,
    objects: Vec<String>,
    cells: usize,
    refused: usize,
    let_in: usize,
    failures: Vec<String>,
    statuses: BTreeMap<u16, usize>,
}

impl Matrix {
    fn new() -> Self {
        let h = Harness::new();
        // Each has a logo, so that there is one to be seen.
        h.db.execute(
            "UPDATE orgs SET branding_version = 1, branding = json_object('primary', '#0b3d91', 'link', '#0b3d91', 'background', '#ffffff', \
             'card', '#ffffff', 'border', '#dddddd', \
             'logo', json_object('key', (SELECT key FROM logos WHERE org_id = orgs.id), 'type', 'image/png'))",
            &[],
        );
        let (whole, objects) = (h.db.everything(), h.blobs.keys());
        Self { h, whole, objects, cells: 0, refused: 0, let_in: 0, failures: Vec::new(), statuses: BTreeMap::new() }
    }
    fn fail(&mut self, cell: &Cell<'_>, what: String) {
        self.failures.push(format!("{} as {} with {:?} ids: {what}", cell.place.name(), cell.caller.name, cell.ids));
    }

    /// Sends one cell, holds the reply and the database against the expectation, and undoes what it did.
    fn run(&mut self, cell: &Cell<'_>, body: &Body, missing: &mut Option<Shown>) {
        let h = self.h.elsewhere();
        h.forget();
        let (own, other) = sides(&h.world, cell.caller);
        let org = fill::named(cell.ids, cell.place.route.path, own, other);
        let want = expected(&cell.place, cell.caller, cell.ids, org, portal(&h.world, cell.caller), &h.world.suspended);
        let call = build(&h, cell, body);
        // What a cell that was let in stored stays there: the database alone is undone.
        let assets = h.assets.keys();
        let db = h.db.clone();
        let wrong = db.undone(|| {
            let reply = h.call(cell.place.worker, call);
            self.cells += 1;
            *self.statuses.entry(reply.status).or_default() += 1;
            let mut wrong = self.judge(&h, cell, want, &reply);
            wrong.extend(headers::wrong(&reply));
            if want == Expected::Refused(Code::NotFound) && cell.ids != Ids::Own {
                // Another's, a sibling's, nobody's: nothing tells them apart.
                let shown = same_but_for_the_request(&reply);
                match missing {
                    Some(first) if *first != shown => wrong.push(format!("differs from the answer to other ids: {first:?} and {shown:?}")),
                    Some(_) => {}
                    None => *missing = Some(shown),
                }
            }
            wrong.extend(self.changed(&h, cell, want));
            if want.is_refusal() && h.assets.keys() != assets {
                wrong.push("stored something".into());
            }
            wrong.extend(leaked(&h, cell, seen(&h, reply)));
            wrong
        });
        for what in wrong {
            self.fail(cell, what);
        }
    }

    fn judge(&mut self, h: &Harness, cell: &Cell<'_>, want: Expected, reply: &Reply) -> Vec<String> {
        let (status, code) = (reply.status, reply.code());
        let mut wrong = Vec::new();
        let ok = match want {
            Expected::Refused(problem) => status == problem.status() && code == problem.slug(),
            Expected::LedTo(form) => {
                status == 303 && reply.header("location").is_some_and(|to| to == form || to.starts_with(&format!("{form}?next=")))
            }
            Expected::LetIn => matches!(status, 200..=299 | 303 | 409) || matches!(code.as_str(), "plan_limit_reached"),
            Expected::Anybody => status < 500 && status != 405,
        };
        if want.is_refusal() {
            self.refused += 1;
        } else {
            self.let_in += 1;
        }
        if !ok {
            wrong.push(format!(
                "wanted {want:?}, got {status} {code} {}",
                reply.text().unwrap_or_default().chars().take(300).collect::<String>()
            ));
        }
        if matches!(want, Expected::LetIn) && status == 303 && reply.header("location").is_some_and(|to| to.contains("next=")) {
            wrong.push("was led to the sign-in form".into());
        }
        if !h.log.failures().is_empty() {
            wrong.push(format!("failed: {:?}", h.log.failures()));
        }
        // A known caller who is refused leaves a trace; nobody else writes one.
        let denied = h.db.count("SELECT count(*) FROM audit_events WHERE action = 'access.denied' AND outcome = 'denied'", &[]);
        let due = i64::from(audited(cell, want));
        if want.is_refusal() && denied != due {
            wrong.push(format!("{denied} denials in the audit log, wanted {due}"));
        }
        if cell.place.surface == Surface::Api && status >= 400 && reply.header("content-type") != Some("application/problem+json") {
            wrong.push(format!("is no problem document: {:?}", reply.header("content-type")));
        }
        wrong
    }

    /// What changed that should not have.
    fn changed(&self, h: &Harness, cell: &Cell<'_>, want: Expected) -> Vec<String> {
        let mut wrong = Vec::new();
        let now = h.db.everything();
        let different: Vec<&String> =
            now.iter().filter(|(table, hash)| self.whole.get(*table) != Some(hash)).map(|(table, _)| table).collect();
        let reads_only = !cell.place.is_command() && matches!(cell.place.route.audit, kernel::route::Audit::ReadOnly);
        if want.is_refusal() || reads_only {
            let other: Vec<&&String> = different.iter().filter(|t| !(audited(cell, want) && **t == "audit_events")).collect();
            if !other.is_empty() {
                wrong.push(format!("changed {other:?}"));
            }
            if !h.queues.sent().is_empty() || h.blobs.keys() != self.objects || !h.http.sent().is_empty() {
                wrong.push("had an effect outside of the database".into());
            }
        } else if cell.place.is_command()
            && want == Expected::LetIn
            && !different.is_empty()
            && !different.iter().any(|t| *t == "audit_events")
        {
            wrong.push(format!("changed {different:?} without an audit event"));
        }
        wrong
    }
}

/// Whether a refusal leaves a trace: the caller is known and may not. The key of a suspended organization is nobody's any more.
fn audited(cell: &Cell<'_>, want: Expected) -> bool {
    match want {
        Expected::Refused(Code::OrgSuspended) => cell.place.surface != Surface::Api,
        Expected::Refused(code) => code.status() == 403 && !matches!(code, Code::PortalClosed | Code::CsrfRefused),
        _ => false,
    }
}

/// Texts of other organizations in what was shown or sent.
fn leaked(h: &Harness, cell: &Cell<'_>, seen: String) -> Vec<String> {
    let operator = cell.place.surface == Surface::Platform && cell.caller.operator.is_some();
    let mut wrong = Vec::new();
    for org in h.world.orgs() {
        let name = format!("{}-orgs-name", org.canary);
        let own = cell.caller.home.is_some_and(|home| home.slug == org.slug);
        // A portal says whose it is, to anybody.
        let said = cell.place.surface == Surface::Portal && cell.caller.portal == org.slug;
        let text = if said { seen.replace(&name, "") } else { seen.clone() };
        // And a page says who is signed in, to them.
        let text = cell.caller.session().map_or(text.clone(), |s| text.replace(s.principal.label(), ""));
        if !own && !operator && text.contains(&org.canary) {
            let at = text.find(&org.canary).unwrap();
            wrong.push(format!("shows {:?}", text.get(at..).unwrap().chars().take(60).collect::<String>()));
        }
        if cell.place.surface == Surface::Portal && (text.contains("-internal") || text.contains("customers-name-two")) {
            wrong.push("shows a customer what is not theirs".into());
        }
        for secret in [&org.keys.full.token, &org.keys.none.token, &org.customers[0].session.token, &org.member(Role::Owner).session.token]
        {
            if seen.contains(secret.as_str()) {
                wrong.push("shows a credential".into());
            }
        }
    }
    wrong
}

/// The bodies that routes accept, found by asking with the strongest caller there is.
fn body_of(h: &Harness, place: &Place, callers: &[Caller<'_>]) -> Body {
    let strongest = callers.iter().find(|c| c.name == "key with every scope").unwrap();
    let ask = |body: &Value| {
        h.forget();
        let cell = Cell { place: *place, caller: strongest, ids: Ids::Own };
        h.db.undone(|| h.call(place.worker, build(h, &cell, &Body::Json(body.clone()))).json())
    };
    fill::body(place, &ask)
}

/// Runs every cell of a caller.
fn run_for(matrix: &mut Matrix, places: &[Place], bodies: &[Body], caller: &Caller<'_>) {
    for (place, body) in places.iter().zip(bodies) {
        let mut missing = None;
        for ids in fill::kinds(place.route.path) {
            matrix.run(&Cell { place: *place, caller, ids }, body, &mut missing);
        }
    }
}

/// How many parts the matrix has, so that they run side by side.
const PARTS: usize = 6;

/// The callers of a part.
fn part<'c, 'w>(callers: &'c [Caller<'w>], number: usize) -> impl Iterator<Item = &'c Caller<'w>> {
    callers.iter().enumerate().filter(move |(at, _)| at % PARTS == number).map(|(_, caller)| caller)
}

/// Every route for the callers of a part with every kind of id.
#[expect(clippy::print_stdout, reason = "each part says how much it tried")]
fn run_part(number: usize) {
    let mut matrix = Matrix::new();
    let world = matrix.h.world.clone();
    let (places, callers) = (places(), callers(&world));
    let bodies: Vec<Body> = places.iter().map(|place| body_of(&matrix.h, place, &callers)).collect();
    let mine: Vec<&Caller<'_>> = part(&callers, number).collect();
    for caller in &mine {
        run_for(&mut matrix, &places, &bodies, caller);
    }
    println!(
        "{} routes × {} of {} callers × kinds of ids = {} cells ({} refused, {} let in), 0 unclassified; statuses {:?}",
        places.len(),
        mine.len(),
        callers.len(),
        matrix.cells,
        matrix.refused,
        matrix.let_in,
        matrix.statuses,
    );
    assert!(matrix.failures.is_empty(), "{} cells are wrong:\n{}", matrix.failures.len(), matrix.failures.join("\n"));
    assert!(matrix.cells >= places.len() * mine.len() && matrix.cells > 1_000 && matrix.let_in > 100);
    assert_eq!(matrix.h.db.everything(), matrix.whole, "the matrix undid what it did");
}

/// A test for each part, and the list of what there is.
macro_rules! parts {
    ($($name:ident: $number:literal),+ $(,)?) => {
        $(#[test]
        fn $name() {
            run_part($number);
        })+
        const RUN: &[usize] = &[$($number),+];
    };
}
parts! {
    every_route_for_every_caller_with_every_kind_of_id_1: 0,
    every_route_for_every_caller_with_every_kind_of_id_2: 1,
    every_route_for_every_caller_with_every_kind_of_id_3: 2,
    every_route_for_every_caller_with_every_kind_of_id_4: 3,
    every_route_for_every_caller_with_every_kind_of_id_5: 4,
    every_route_for_every_caller_with_every_kind_of_id_6: 5,
}

#[test]
fn the_parts_are_all_callers() {
    let h = Harness::new();
    let callers = callers(&h.world);
    assert!(callers.len() >= 14);
    let mut run: Vec<&str> = RUN.iter().flat_map(|number| part(&callers, *number)).map(|caller| caller.name.as_str()).collect();
    let mut all: Vec<&str> = callers.iter().map(|caller| caller.name.as_str()).collect();
    run.sort_unstable();
    all.sort_unstable();
    assert_eq!(run, all, "each caller is in exactly one part");
}

/// Breaks the product behind the matrix's back, one thing at a time: the cells of the callers it concerns must turn wrong.
#[test]
fn the_matrix_notices() {
    let member = "INSERT INTO memberships SELECT o.id, u.id, 'viewer', 1 FROM orgs o, users u \
        WHERE o.slug = 'northwind' AND u.name LIKE '%northwind%-removed'";
    let moved = "UPDATE api_keys SET org_id = (SELECT id FROM orgs WHERE slug = 'northwind') WHERE name LIKE 'canary-contoso-%-full'";
    let elsewhere = "UPDATE sessions SET host = 'contoso.localhost', org_id = (SELECT id FROM orgs WHERE slug = 'contoso') \
        WHERE kind = 'customer'";
    let siblings = "UPDATE tickets SET customer_id = (SELECT c.id FROM customers c WHERE c.org_id = tickets.org_id \
        AND c.name LIKE '%-one') WHERE customer_id IS NOT NULL";
    for (what, sql, caller) in [
        ("a revoked key works", "UPDATE api_keys SET revoked_at = NULL", "revoked key"),
        ("an expired key works", "UPDATE api_keys SET expires_at = NULL", "expired key"),
        ("a key without scope has all", "UPDATE api_keys SET scopes = '*'", "key without scope"),
        ("a key writes that only reads", "UPDATE api_keys SET scopes = '*'", "key that reads only"),
        ("a key belongs to another organization", moved, "key of another organization"),
        ("a suspended organization's key goes on", "UPDATE orgs SET status = 'active'", "key of a suspended organization"),
        ("a suspended organization's portal is open", "UPDATE orgs SET status = 'active'", "customer of a suspended organization"),
        ("who was removed is a member", member, "member removed a moment ago"),
        ("a member is none", "DELETE FROM memberships WHERE role = 'viewer'", "viewer"),
        (
            "an ended session goes on",
            "UPDATE sessions SET expires_at = 9000000000000, idle_until = 9000000000000",
            "staff whose session has ended",
        ),
        ("a blocked customer comes in", "UPDATE customers SET status = 'active'", "blocked customer"),
        ("a session is good on another host", elsewhere, "customer"),
        ("a sibling's ticket is the customer's", siblings, "customer"),
        ("another's text stands in one's own", "UPDATE tickets SET subject = 'canary-contoso-x'", "key with every scope"),
        (
            "a former operator comes in",
            "INSERT INTO operators SELECT id, 'admin', 1 FROM users WHERE name = 'former-operator'",
            "former operator",
        ),
    ] {
        let mut matrix = Matrix::new();
        let world = matrix.h.world.clone();
        let all = callers(&world);
        let places = places();
        let bodies: Vec<Body> = places.iter().map(|place| body_of(&matrix.h, place, &all)).collect();
        matrix.h.db.execute(sql, &[]);
        matrix.whole = matrix.h.db.everything();
        let caller = all.iter().find(|c| c.name == caller).unwrap();
        run_for(&mut matrix, &places, &bodies, caller);
        println!("{what}: {} findings in {} cells", matrix.failures.len(), matrix.cells);
        assert!(!matrix.failures.is_empty(), "{what}: nobody noticed");
    }
}
