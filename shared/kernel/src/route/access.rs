//! Who passes a route.

use super::{Auth, Route, StepUp};
use crate::{
    Millis, Principal, Result,
    error::{Code, Error},
    time::Span,
};

/// How long a proof is recent.
pub const SUDO: Span = Span::minutes(10);

/// Whether the caller may use the route. Being let in is not yet seeing: statements carry the tenant.
///
/// # Errors
/// What the caller lacks.
pub(crate) fn authorize(route: &Route, principal: &Principal, now: Millis) -> Result<()> {
    match (route.auth, principal) {
        (Auth::Public | Auth::Visitor, _) | (Auth::Provider(_), Principal::System(..)) | (Auth::Challenge, Principal::Half(_)) => Ok(()),
        (Auth::Key | Auth::KeyNow, Principal::Key(key)) if key.scopes.allow(route.scope) => Ok(()),
        (Auth::Key | Auth::KeyNow, Principal::Key(_)) => Err(Error::from(Code::ScopeMissing).member("required_scope", route.scope.name())),
        (Auth::Key | Auth::KeyNow, _) => Err(Error::from(Code::KeyMissing).header("www-authenticate", "Bearer")),
        // Half a session opens the challenge and nothing else, not even what is there.
        (_, Principal::Half(_)) => Err(Code::SecondFactorNeeded.into()),
        (Auth::Staff(ability), Principal::Staff(staff)) => match &staff.membership {
            Some(_) if staff.suspended => Err(Code::OrgSuspended.into()),
            Some(_) if staff.factor_missing => Err(Code::SecondFactorRequired.into()),
            Some((_, role)) if role.may(ability) => recent(route, principal, now),
            Some(_) => Err(Code::RoleMissing.into()),
            // Not a member: the organization does not exist for them.
            None => Err(Code::NotFound.into()),
        },
        (Auth::Operator(duty), Principal::Operator(operator)) if !operator.role.may(duty) => Err(Code::DutyMissing.into()),
        (Auth::Account | Auth::Person, Principal::Staff(_))
        | (Auth::Customer | Auth::Person, Principal::Customer(_))
        | (Auth::Operator(_) | Auth::Person, Principal::Operator(_)) => recent(route, principal, now),
        (Auth::Operator(_), Principal::Anonymous) => Err(Code::SignInNeeded.into()),
        (Auth::Operator(_), _) => Err(Code::NotFound.into()),
        (Auth::Staff(_) | Auth::Account | Auth::Person | Auth::Customer | Auth::Challenge | Auth::Provider(_), _) => {
            Err(Code::SignInNeeded.into())
        }
    }
}

fn recent(route: &Route, principal: &Principal, now: Millis) -> Result<()> {
    match (route.step_up, principal.proof()) {
        (StepUp::Never, _) => Ok(()),
        (StepUp::Recent, Some(proof)) if now < proof.at.plus(SUDO) => Ok(()),
        (StepUp::Recent, _) => Err(Code::StepUpNeeded.into()),
    }
}
