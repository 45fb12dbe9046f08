//! What must come back, computed from what a route declares and what is true of the caller.

use crate::{
    Place,
    callers::{Caller, Credential, Facts, KeyState, SessionKind},
};
use kernel::{
    dispatch::{CHALLENGE, CONFIRM, SIGN_IN},
    error::Code,
    host::Surface,
    principal::{Ability, Duty, OperatorRole, Role},
    route::{Auth, Method, StepUp},
};
use testkit::{call::host, world::Org};

/// Whose ids stand in the path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ids {
    /// Of the caller's own organization (of the first one, where the caller has none), and the caller's own where it is a customer.
    Own,
    /// Of the caller's own organization, but somebody else's.
    Sibling,
    /// The caller's own organization, with another's things.
    Foreign,
    /// Another's organization with its own things, where the path names one.
    ForeignOrg,
    /// Of the right shape, and nobody's.
    Missing,
    /// Of no shape that an id has.
    Malformed,
}

/// What must come back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    /// The problem with that code, and nothing has changed.
    Refused(Code),
    /// The way to the form with that path, and nothing has changed.
    LedTo(&'static str),
    /// The handler's answer: done, or a conflict that only who is let in can run into.
    LetIn,
    /// The handler's answer to anybody: anything but a fault, and nothing of anybody's.
    Anybody,
}
impl Expected {
    /// Whether the caller must be kept out.
    pub fn is_refusal(self) -> bool {
        matches!(self, Self::Refused(_) | Self::LedTo(_))
    }
}

fn refused(code: Code) -> Expected {
    Expected::Refused(code)
}

/// The expectation for a cell. `org` is the organization that the path or the host names.
pub fn expected(place: &Place, caller: &Caller<'_>, ids: Ids, org: Option<&Org>, portal: &Org, suspended: &Org) -> Expected {
    let let_in = match place.route.auth {
        Auth::Public | Auth::Visitor => Expected::Anybody,
        // Nobody here can sign as a provider does.
        Auth::Provider(_) => refused(Code::SignatureInvalid),
        Auth::Key | Auth::KeyNow => by_key(place, caller),
        _ => by_session(place, caller, org, portal, suspended),
    };
    // Every organization is an operator's business.
    let ids = if matches!(place.route.auth, Auth::Operator(_)) && ids == Ids::Foreign { Ids::Own } else { ids };
    match (let_in, ids) {
        (Expected::LetIn, Ids::Sibling | Ids::Foreign | Ids::ForeignOrg | Ids::Missing | Ids::Malformed) => refused(Code::NotFound),
        // An inbox is read through its owner's memberships: who has none is told nothing.
        (Expected::LetIn, Ids::Own) if personal(place) && caller.roles.is_empty() => refused(Code::NotFound),
        (other, _) => other,
    }
}

/// Whether the path names a thing of the staff account's own.
fn personal(place: &Place) -> bool {
    place.surface == Surface::App && place.route.path.starts_with("/notifications/{")
}

fn by_key(place: &Place, caller: &Caller<'_>) -> Expected {
    match (&caller.credential, caller.facts) {
        (Credential::Bearer(_), Facts::Key(state, scopes)) => match state {
            KeyState::Good if scopes.allow(place.route.scope) => Expected::LetIn,
            KeyState::Good => refused(Code::ScopeMissing),
            KeyState::Revoked => refused(Code::KeyRevoked),
            KeyState::Expired => refused(Code::KeyExpired),
            KeyState::Suspended => refused(Code::OrgSuspended),
            KeyState::Unknown => refused(Code::KeyInvalid),
        },
        _ => refused(Code::KeyMissing),
    }
}

fn by_session(place: &Place, caller: &Caller<'_>, org: Option<&Org>, portal: &Org, suspended: &Org) -> Expected {
    if place.surface == Surface::Portal && portal.slug == suspended.slug {
        return refused(Code::PortalClosed);
    }
    let kind = match place.surface {
        Surface::App => SessionKind::Staff,
        Surface::Portal => SessionKind::Customer,
        Surface::Platform => SessionKind::Operator,
        Surface::Api => return refused(Code::SignInNeeded),
    };
    // A page leads to the form that helps; a form says what is missing.
    let or_form = |form: &'static str, code: Code| if place.route.method == Method::Get { Expected::LedTo(form) } else { refused(code) };
    let visitor = matches!(place.route.auth, Auth::Visitor);
    let here = caller.session().is_some_and(|s| s.host == host(place.surface, portal.slug));
    let challenge = matches!(place.route.auth, Auth::Challenge);
    match caller.facts {
        _ if visitor => return Expected::Anybody,
        Facts::Half(of) if here && of == kind => {
            return if challenge { Expected::LetIn } else { or_form(CHALLENGE, Code::SecondFactorNeeded) };
        }
        Facts::Session(of, true) | Facts::Stale(of) if here && of == kind && !challenge => {}
        _ => return or_form(SIGN_IN, Code::SignInNeeded),
    }
    let role = |of: Option<&Org>| of.and_then(|o| caller.roles.iter().find(|(slug, _)| *slug == o.slug)).map(|(_, role)| *role);
    let stale = matches!(caller.facts, Facts::Stale(_)) && place.route.step_up == StepUp::Recent;
    match place.route.auth {
        Auth::Staff(_) if role(org).is_some() && org.is_some_and(|o| o.slug == suspended.slug) => refused(Code::OrgSuspended),
        Auth::Staff(ability) => match role(org) {
            None => refused(Code::NotFound),
            Some(role) if enough(role, ability) && stale => or_form(CONFIRM, Code::StepUpNeeded),
            Some(role) if enough(role, ability) => Expected::LetIn,
            Some(_) => refused(Code::RoleMissing),
        },
        Auth::Operator(duty) if !caller.operator.is_some_and(|role| charged(role, duty)) => refused(Code::DutyMissing),
        _ if stale => or_form(CONFIRM, Code::StepUpNeeded),
        Auth::Account | Auth::Person | Auth::Customer | Auth::Operator(_) => Expected::LetIn,
        Auth::Public | Auth::Visitor | Auth::Challenge | Auth::Provider(_) | Auth::Key | Auth::KeyNow => Expected::Anybody,
    }
}

/// What each role may, as product.md §2 says it: written out, so that the product's own table is not compared with itself.
fn enough(role: Role, ability: Ability) -> bool {
    let may: &[Ability] = match role {
        Role::Owner => &[Ability::Read, Ability::Work, Ability::Pay, Ability::Manage, Ability::Own],
        Role::Admin => &[Ability::Read, Ability::Work, Ability::Pay, Ability::Manage],
        Role::Billing => &[Ability::Read, Ability::Pay],
        Role::Member => &[Ability::Read, Ability::Work],
        Role::Viewer => &[Ability::Read],
    };
    may.contains(&ability)
}

/// What each operator's role is charged with, as product.md §2 says it.
fn charged(role: OperatorRole, duty: Duty) -> bool {
    let may: &[Duty] = match role {
        OperatorRole::Admin => &[Duty::Look, Duty::Support, Duty::Billing, Duty::Administer],
        OperatorRole::Support => &[Duty::Look, Duty::Support],
        OperatorRole::Billing => &[Duty::Look, Duty::Billing],
        OperatorRole::Viewer => &[Duty::Look],
    };
    may.contains(&duty)
}
