//! Who calls: the kinds of caller there are, with what is true of each.

use kernel::{
    host::Surface,
    principal::{OperatorRole, Role, Scopes},
};
use testkit::{
    Call, World,
    call::host,
    world::{ApiKey, Org, Session},
};

/// What stands in the request.
#[derive(Clone)]
pub enum Credential {
    /// Nothing.
    None,
    /// A bearer token.
    Bearer(String),
    /// A session's cookie.
    Cookie(Box<Session>),
}
/// What is true of an API key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyState {
    /// It works.
    Good,
    /// It was revoked.
    Revoked,
    /// Its time is over.
    Expired,
    /// Its organization is suspended.
    Suspended,
    /// It was never made, or is no key at all.
    Unknown,
}
/// What is true of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionKind {
    /// Of a staff account.
    Staff,
    /// Of a customer.
    Customer,
    /// Of an operator.
    Operator,
}
/// What is true of a caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Facts {
    /// Nobody we know.
    Nobody,
    /// A key.
    Key(KeyState, Scopes),
    /// A session, and whether it still stands: not ended, its account still allowed.
    Session(SessionKind, bool),
    /// A session whose second factor is outstanding.
    Half(SessionKind),
    /// A session that stands, whose last proof is too old for what is sensitive.
    Stale(SessionKind),
}

/// A kind of caller.
#[derive(Clone)]
pub struct Caller<'w> {
    /// What it is, for messages.
    pub name: String,
    /// What it sends.
    pub credential: Credential,
    /// What is true of it.
    pub facts: Facts,
    /// The organization it belongs to, if any.
    pub home: Option<&'w Org>,
    /// Its roles, by organization's slug.
    pub roles: Vec<(&'static str, Role)>,
    /// Its role as an operator, if it is one.
    pub operator: Option<OperatorRole>,
    /// The slug of the portal it calls, where the surface is one.
    pub portal: &'static str,
}

impl Caller<'_> {
    /// The host it calls on a surface.
    pub fn host(&self, surface: Surface) -> String {
        host(surface, self.portal)
    }
    /// Adds what it sends.
    pub fn sign(&self, call: Call) -> Call {
        match &self.credential {
            Credential::None => call,
            Credential::Bearer(token) => call.bearer(token),
            Credential::Cookie(session) => call.session_cookie(session),
        }
    }
    /// Its session, if it sends one.
    pub fn session(&self) -> Option<&Session> {
        match &self.credential {
            Credential::Cookie(session) => Some(session),
            _ => None,
        }
    }
}

fn new<'w>(name: &str, credential: Credential, facts: Facts, home: Option<&'w Org>) -> Caller<'w> {
    Caller {
        name: name.to_owned(),
        credential,
        facts,
        roles: Vec::new(),
        operator: None,
        portal: home.map_or("northwind", |o| o.slug),
        home,
    }
}

fn keys<'w>(world: &'w World) -> Vec<Caller<'w>> {
    let read = Scopes::parse(&kernel::principal::Resource::ALL.map(|r| format!("{}:read", r.as_str())).join(" "));
    let key = |name: &str, key: &ApiKey, state: KeyState, scopes: Scopes, home: Option<&'w Org>| {
        new(name, Credential::Bearer(key.token.clone()), Facts::Key(state, scopes), home)
    };
    let (team, all) = (&world.team, Scopes::all());
    let wrong_sum = format!("{}x", team.keys.full.token.get(..51).unwrap_or_default());
    vec![
        key("key with every scope", &team.keys.full, KeyState::Good, all, Some(team)),
        key("key that reads only", &team.keys.read, KeyState::Good, read, Some(team)),
        key("key without scope", &team.keys.none, KeyState::Good, Scopes::default(), Some(team)),
        key("key of test mode", &team.keys.test, KeyState::Good, all, Some(team)),
        key("revoked key", &team.keys.revoked, KeyState::Revoked, all, Some(team)),
        key("expired key", &team.keys.expired, KeyState::Expired, all, Some(team)),
        key("key of another organization", &world.free.keys.full, KeyState::Good, all, Some(&world.free)),
        key("key of a suspended organization", &world.suspended.keys.full, KeyState::Suspended, all, Some(&world.suspended)),
        key("key that was never made", &world.unknown_key, KeyState::Unknown, all, None),
        new("key with a wrong checksum", Credential::Bearer(wrong_sum), Facts::Key(KeyState::Unknown, all), None),
        new("session token as a key", Credential::Bearer(world.operator.session.token.clone()), Facts::Key(KeyState::Unknown, all), None),
    ]
}

fn people<'w>(world: &'w World) -> Vec<Caller<'w>> {
    let session = |name: &str, session: &Session, kind: SessionKind, live: bool, home: Option<&'w Org>| {
        new(name, Credential::Cookie(Box::new(session.clone())), Facts::Session(kind, live), home)
    };
    let member = |org: &'w Org, role: Role, name: &str| Caller {
        roles: vec![(org.slug, role)],
        ..session(name, &org.member(role).session, SessionKind::Staff, true, Some(org))
    };
    let (team, free, suspended) = (&world.team, &world.free, &world.suspended);
    let mut all: Vec<Caller<'w>> = Role::ALL.into_iter().map(|role| member(team, role, role.as_str())).collect();
    let forged = Session { token: crypto::token::encode(&[9; 32]), ..team.member(Role::Owner).session.clone() };
    all.extend([
        member(free, Role::Owner, "owner of another organization"),
        member(suspended, Role::Owner, "owner of a suspended organization"),
        session("member removed a moment ago", &team.removed.session, SessionKind::Staff, true, None),
        session("staff without an organization", &world.outsider.session, SessionKind::Staff, true, None),
        session("staff whose session has ended", &team.ended.session, SessionKind::Staff, false, None),
        session("made-up session", &forged, SessionKind::Staff, false, None),
        session("customer", &team.customers[0].session, SessionKind::Customer, true, Some(team)),
        session("blocked customer", &team.blocked.session, SessionKind::Customer, false, None),
        session("customer of another organization", &free.customers[0].session, SessionKind::Customer, true, Some(free)),
        session("customer of a suspended organization", &suspended.customers[0].session, SessionKind::Customer, true, Some(suspended)),
        // Their cookie on the host of a portal that it was not made on.
        Caller {
            portal: "contoso",
            ..session("customer on another's portal", &team.customers[0].session, SessionKind::Customer, true, None)
        },
        session("operator whose session has ended", &world.ended_operator.session, SessionKind::Operator, false, None),
        session("former operator", &world.former_operator.session, SessionKind::Operator, false, None),
    ]);
    all.extend(OperatorRole::ALL.into_iter().map(|role| {
        let name = if role == OperatorRole::Admin { "operator".to_owned() } else { format!("operator with the role {}", role.as_str()) };
        let session = session(&name, &world.operator_of(role).session, SessionKind::Operator, true, None);
        Caller { operator: Some(role), ..session }
    }));
    let kinds = [SessionKind::Staff, SessionKind::Customer, SessionKind::Operator];
    for (kind, (half, stale)) in kinds.into_iter().zip(world.half.iter().zip(&world.stale)) {
        let home = (kind != SessionKind::Operator).then_some(team);
        let roles = if kind == SessionKind::Staff { vec![(team.slug, Role::Owner)] } else { Vec::new() };
        let name = |what: &str| format!("{kind:?} {what}").to_lowercase();
        let of = |what: &str, session: &Session, facts: Facts| Caller {
            roles: roles.clone(),
            ..new(&name(what), Credential::Cookie(Box::new(session.clone())), facts, home)
        };
        all.push(of("between two factors", half, Facts::Half(kind)));
        let operator = (kind == SessionKind::Operator).then_some(OperatorRole::Admin);
        all.push(Caller { operator, ..of("whose proof is old", stale, Facts::Stale(kind)) });
    }
    all
}

/// Every kind of caller.
pub fn callers(world: &World) -> Vec<Caller<'_>> {
    let mut all = vec![new("nobody", Credential::None, Facts::Nobody, None)];
    all.extend(keys(world));
    all.extend(people(world));
    all
}
