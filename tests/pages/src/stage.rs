//! Every page that people open, with whoever it lets in, in a state in which it has something to show. For the tests that go through
//! the route tables of the fleet.

use authorisation::{Place, expect::Ids, fill, places};
use kernel::{
    Id,
    host::Surface,
    principal::Role,
    route::{Auth, Method},
    time::Span,
};
use mail::{Letter, Mail};
use store::{
    sessions::FORM_COOKIE,
    tokens::{Issue, Purpose},
};
use testkit::{
    Call, Harness, request,
    world::{Org, Session},
};
use xtask::fleet::LOCAL_WORKERS;

/// What must be there before a page has something to show: (path, SQL).
pub const STATES: &[(&str, &str)] = &[
    ("/account/security/authenticator/remove", AUTHENTICATORS),
    ("/account/security/recovery-codes", AUTHENTICATORS),
    ("/billing/{org}/choose", "DELETE FROM subscriptions"),
    ("/billing/{org}/keep", "UPDATE subscriptions SET cancel_at_period_end = 1"),
    (
        "/billing/{org}/customer",
        "INSERT INTO billing_findings(org_id, kind, detail, since, seen_at) SELECT id, 'customer_missing', '{}', 1, 1 FROM orgs",
    ),
    ("/brand.css", BRANDED),
    ("/brand/logo", BRANDED),
    ("/o/{org}/settings/branding/logo", BRANDED),
    ("/jobs/{id}/cancel", "UPDATE jobs SET state = 'dead'"),
    ("/o/{org}/customers/{id}/invitation/cancel", "UPDATE customers SET status = 'invited'"),
    ("/orgs/{id}/resume", "UPDATE orgs SET status = 'suspended'"),
    ("/setup", "DELETE FROM operators"),
    ("/sign-up", "UPDATE orgs SET self_sign_up = 1"),
    ("/sign-up/sent", "UPDATE orgs SET self_sign_up = 1"),
    (
        "/users/{id}/unban",
        "UPDATE users SET banned_until = 253402300799999, ban_reason = 'A reason' WHERE id NOT IN (SELECT user_id FROM operators)",
    ),
];
const AUTHENTICATORS: &str = "INSERT OR IGNORE INTO authenticators(subject, secret, created_at, confirmed_at) \
    SELECT id, 'sealed', 1, 1 FROM users UNION ALL SELECT id, 'sealed', 1, 1 FROM customers";
/// Gives every organization colors and takes its logo into use.
const BRANDED: &str = "UPDATE orgs SET branding = json_object('primary', '#0b3d91', 'link', '#0b3d91', 'background', '#ffffff', \
    'card', '#ffffff', 'border', '#dddddd', 'logo', json_object('key', (SELECT key FROM logos WHERE org_id = orgs.id), 'type', 'image/png'))";
/// Pages that only lead on unless more is said: (path, what is added to the address).
pub const ADDRESSED: &[(&str, &str)] = &[
    ("/account/sessions/end", "?session=ses_00000000000000000000000000000000"),
    ("/billing/{org}/checkout/done", "?session_id=cs_test_northwind"),
];
/// The pages of one-time links, with what the link is for.
pub const LINKS: &[(&str, Purpose)] = &[
    ("/sign-in/link/open", Purpose::SignIn),
    ("/reset/choose", Purpose::Reset),
    ("/sign-up/verify", Purpose::SignUp),
    ("/account/email/confirm", Purpose::NewAddress),
    ("/account/email/undo", Purpose::UndoAddress),
    ("/invitations/accept", Purpose::CustomerInvitation),
];
/// What shows a form that no page shows as it is: (path, what else is true, whether somebody is signed in who need not be).
const OTHERWISE: &[(&str, &str, bool)] = &[
    ("/account/email/confirm", "", true),
    (
        "/billing/{org}",
        "INSERT INTO billing_findings(org_id, kind, detail, since, seen_at) SELECT id, 'portal_not_configured', '{}', 1, 1 FROM orgs",
        false,
    ),
    ("/billing/{org}", OPEN_CHECKOUT, false),
    ("/challenge", "", false),
    ("/deleted", "UPDATE orgs SET deleted_at = 1764000000000", false),
    (
        "/o/{org}",
        "DELETE FROM invitations; UPDATE orgs SET steps_hidden_at = NULL; DELETE FROM subscriptions; DELETE FROM webhook_endpoints",
        false,
    ),
    ("/o/{org}/customers/{id}", "UPDATE customers SET status = 'invited'", false),
    ("/o/{org}/customers/{id}", "UPDATE customers SET status = 'blocked'", false),
    ("/o/{org}/members/leave", "UPDATE memberships SET role = 'owner'", false),
    ("/o/{org}/settings/branding", BRANDED, false),
    ("/o/{org}/settings/delete", "DELETE FROM subscriptions", false),
    ("/o/{org}/settings/domains", "DELETE FROM domains", false),
    ("/o/{org}/tickets/{id}", "UPDATE tickets SET status = 'closed'", false),
    ("/jobs", "UPDATE mails SET state = 'dead'", false),
    ("/jobs/{id}", "UPDATE jobs SET state = 'dead'", false),
];
const OPEN_CHECKOUT: &str = "DELETE FROM subscriptions; DELETE FROM checkouts; INSERT INTO checkouts SELECT o.id, 'chk_' || o.id, 'portico_team_monthly', 3, 'open', \
    'cs_test_x', 'http://stripe.localhost:8787/x', u.id, 1764000000000, 253402300799999 FROM orgs o, users u GROUP BY o.id";

/// A page in a state.
#[derive(Clone, Copy)]
pub struct View {
    /// The page.
    pub place: Place,
    more: &'static str,
    signed_in: bool,
}
impl View {
    /// For messages.
    pub fn name(&self) -> String {
        self.place.name()
    }
    /// Who looks at it.
    pub fn session<'h>(&self, h: &'h Harness) -> Option<&'h Session> {
        let (team, guest) = guest(h, &self.place);
        match self.place.surface {
            _ if !self.signed_in => guest,
            Surface::Portal => Some(&team.customers[0].session),
            Surface::Platform => Some(&h.world.operator.session),
            Surface::App | Surface::Api => Some(&team.member(Role::Owner).session),
        }
    }
    /// Opens it, in a browser that has its form cookie, with what it speaks of there.
    pub fn open(&self, h: &Harness) -> kernel::Reply {
        let token = prepare(h, &self.place);
        h.db.execute_batch(self.more);
        if self.place.route.path == "/challenge"
            && let Some(session) = self.session(h)
        {
            enroll(h, session.principal.id());
        }
        let (org, _) = guest(h, &self.place);
        let call = request("GET", &address(h, &self.place, &token)).host(&testkit::call::host(self.place.surface, org.slug));
        let call = call.cookie(FORM_COOKIE, BROWSER);
        h.call(self.place.worker, self.session(h).map_or(call.clone(), |session| call.session_cookie(session)))
    }
}
/// Every page, in every state in which it shows a form.
pub fn views() -> Vec<View> {
    let of = |place: Place| {
        let plain = View { place, more: "", signed_in: false };
        let otherwise = OTHERWISE.iter().filter(move |(path, ..)| *path == place.route.path);
        std::iter::once(plain).chain(otherwise.map(move |(_, more, signed_in)| View { place, more, signed_in: *signed_in }))
    };
    shown().into_iter().filter(|p| !p.route.path.starts_with("/dev/")).flat_map(of).collect()
}

/// The secret of the authenticator that an account gets here.
pub const AUTHENTICATOR: [u8; 20] = [7; 20];
/// Gives an account an authenticator.
pub fn enroll(h: &Harness, subject: &str) {
    let keys = &h.app(&auth::WORKER).config.keys;
    let place = crypto::seal::Place { tenant: "", table: "authenticators", column: "secret", row: subject };
    let sealed = crypto::seal::seal(keys, &place, &AUTHENTICATOR, [9; 12]).unwrap_or_else(|_| panic!("no seal for {subject}"));
    h.db.execute("DELETE FROM authenticators WHERE subject = ?1", &[subject.into()]);
    h.db.insert(
        "authenticators",
        &[("subject", subject.into()), ("secret", sealed.into()), ("created_at", 1_i64.into()), ("confirmed_at", 1_i64.into())],
    );
}

/// The form cookie of the browser that looks, and that asked for a link.
pub const BROWSER: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// A deployment in which a mail was sent, and whose errors are pages where people are.
pub fn deployment() -> Harness {
    let h = Harness::new();
    h.set_error_page(html::error_page);
    let sent = h.work(&jobs::WORKER, async |task| {
        let letter = Letter::AccountDeleted { name: "Ada".into(), at: task.now() };
        let change = task.mutation(&h.world.team.id, kernel::Action::new("session.ended"), "x");
        task.commit(store::mail::post(change, task.app, &Mail::new("ada@example.com", letter))?).await
    });
    assert!(sent.is_ok(), "{:?}", sent.err());
    h.drain(&jobs::WORKER, &jobs::HANDLERS);
    // The dice begin anew with each page: what they make differs by its time.
    h.clock.advance(Span::seconds(1));
    h
}

/// The row of a list that is a place's.
pub fn of<'r, T>(rows: &'r [T], place: &Place, path: impl Fn(&'r T) -> &'r str) -> Option<&'r T> {
    rows.iter().find(|row| path(row) == place.route.path)
}

/// Every route where people are, those for developers too.
pub fn everywhere() -> Vec<Place> {
    let mut all = places();
    for worker in LOCAL_WORKERS {
        for entry in worker.routes {
            all.extend(entry.route.surfaces.iter().map(|surface| Place { worker, route: &entry.route, surface: *surface }));
        }
    }
    all.into_iter().filter(|p| p.surface != Surface::Api).collect()
}
/// Every GET where people are.
pub fn shown() -> Vec<Place> {
    everywhere().into_iter().filter(|p| p.route.method == Method::Get).collect()
}

/// Somebody whom the route lets in, and their organization.
pub fn guest<'h>(h: &'h Harness, place: &Place) -> (&'h Org, Option<&'h Session>) {
    let team = &h.world.team;
    let known = match place.surface {
        Surface::App => &team.member(Role::Owner).session,
        Surface::Portal => &team.customers[0].session,
        Surface::Platform => &h.world.operator.session,
        Surface::Api => panic!("{}: no page", place.name()),
    };
    let who = match place.route.auth {
        Auth::Public | Auth::Visitor => None,
        Auth::Challenge => Some(h.world.half_session(place.surface)),
        Auth::Person | Auth::Account | Auth::Staff(_) | Auth::Customer | Auth::Operator(_) => Some(known),
        Auth::Key | Auth::KeyNow | Auth::Provider(_) => panic!("{}: no page is opened with a key", place.name()),
    };
    (team, who)
}

/// The address of a page, for who looks at it.
pub fn address(h: &Harness, place: &Place, token: &str) -> String {
    let (org, who) = guest(h, place);
    let mut path = if place.route.path.starts_with("/dev/") {
        let sent = h.db.text("SELECT id FROM mails WHERE recipient = 'ada@example.com'", &[]);
        place.route.path.replace("{id}", &sent)
    } else {
        fill::path_of(place, Ids::Own, org, &h.world.free, who.map(|s| s.principal.id()))
    };
    if let Some((_, more)) = of(ADDRESSED, place, |(path, _)| path) {
        path.push_str(more);
    }
    if of(LINKS, place, |(path, _)| path).is_some() {
        path.push_str(&format!("?token={token}"));
    }
    path
}

/// Looks at a page, as whoever it lets in. Only who came by a link has a form cookie.
pub fn look(h: &Harness, method: &str, place: &Place, token: &str) -> Call {
    let (org, who) = guest(h, place);
    let call = request(method, &address(h, place, token)).host(&testkit::call::host(place.surface, org.slug));
    let call = if of(LINKS, place, |(path, _)| path).is_some() { call.cookie(FORM_COOKIE, BROWSER) } else { call };
    who.map_or(call.clone(), |session| call.session_cookie(session))
}

/// What the page speaks of is there. The token of its link, if it is the page of one.
pub fn prepare(h: &Harness, place: &Place) -> String {
    if let Some((_, sql)) = of(STATES, place, |(path, _)| path) {
        h.db.execute(sql, &[]);
    }
    let Some((_, purpose)) = of(LINKS, place, |(path, _)| path) else { return String::new() };
    let org = &h.world.team;
    let (account, own) = match place.surface {
        Surface::Portal => (org.customers[0].id.as_str(), &org.customers[0].email),
        Surface::Platform => (h.world.operator.user.as_str(), &h.world.operator.email),
        Surface::App | Surface::Api => (org.member(Role::Owner).user.as_str(), &org.member(Role::Owner).email),
    };
    // What proves the address that the account has is sent there; what is about another one, to that.
    let has = matches!(purpose, Purpose::SignIn | Purpose::Reset | Purpose::CustomerInvitation);
    let email = if has { own.as_str() } else { "somebody@example.com" };
    let host = testkit::call::host(place.surface, org.slug);
    // What each keeps beside it is read by its own Worker.
    let detail = match purpose {
        Purpose::SignUp => {
            &format!("{{\"name\":\"Ada\",\"password_hash\":\"x\",\"browser\":\"{}\",\"next\":\"\"}}", crypto::token::hash(BROWSER))
        }
        Purpose::SignIn => &format!("{{\"browser\":\"{}\",\"next\":\"\"}}", crypto::token::hash(BROWSER)),
        Purpose::NewAddress => own,
        _ => email,
    };
    let issue = Issue {
        purpose: *purpose,
        subject: if *purpose == Purpose::SignUp { email } else { account },
        org: (place.surface == Surface::Portal).then_some(&org.id),
        host: &host,
        email,
        detail: Some(detail),
    };
    let token = h.work(&auth::WORKER, async |task| {
        let change = task.mutation(&org.id, kernel::Action::new("link.issued"), "x");
        let (change, issued) = store::tokens::issue(change, task.app, &issue)?;
        task.commit(change).await.map(|_| issued.token)
    });
    let token = token.unwrap_or_else(|e| panic!("{}: {e}", place.name()));
    // A member's invitation is a row of its own.
    h.db.execute("UPDATE invitations SET token_hash = ?1 WHERE org_id = ?2", &[crypto::token::hash(&token).into(), (&org.id).into()]);
    if *purpose == Purpose::CustomerInvitation {
        h.db.execute("UPDATE customers SET status = 'invited' WHERE id = ?1", &[account.into()]);
    }
    h.db.execute("UPDATE orgs SET self_sign_up = 1", &[]);
    token
}
