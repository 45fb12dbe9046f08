//! Sessions: whole, half, stale and over.

use super::Seed;
use crate::call::host;
use kernel::{
    Millis, OrgId, Principal, SessionId, UserId,
    host::Surface,
    principal::{Operator, OperatorRole, Proof, Staff},
    time::Span,
};
use store::sessions::{Begin, Browser, Reached};

/// A session with its cookie's value.
#[derive(Debug, Clone)]
pub struct Session {
    /// Who is signed in.
    pub principal: Principal,
    /// The cookie's value.
    pub token: String,
    /// The host it was made on.
    pub host: String,
}

impl Seed<'_> {
    /// A session as the sign-in makes it.
    pub(super) fn session(
        &self,
        kind: &'static str,
        principal: Principal,
        session: &SessionId,
        org: Option<&OrgId>,
        host: &str,
    ) -> Session {
        // Operators have a second factor, or they are none; of the others some have one, and this is nobody's test.
        let reached = if kind == "operator" { Reached::TwoFactors } else { Reached::OneFactor };
        let browser = Browser { host, ip: "203.0.113.7", user_agent: principal.label() };
        let of = Begin { kind, subject: principal.id(), org, method: "password", reached, browser };
        let begun = store::sessions::begin(session, of, self.now, self.rng.bytes());
        self.db.run(&begun.stmt).unwrap();
        Session { principal, token: begun.token, host: host.to_owned() }
    }
    /// Another session of the same account.
    pub(super) fn again(&self, like: &Session, reached: Reached, at: Millis) -> Session {
        let (mut principal, id): (_, SessionId) = (like.principal.clone(), self.id());
        match &mut principal {
            Principal::Staff(of) => of.session = id.clone(),
            Principal::Customer(of) => of.session = id.clone(),
            Principal::Operator(of) => of.session = id.clone(),
            _ => {}
        }
        let browser = Browser { host: &like.host, ip: "203.0.113.8", user_agent: "testkit" };
        let of = Begin { kind: principal.kind(), subject: principal.id(), org: principal.org(), method: "password", reached, browser };
        let begun = store::sessions::begin(&id, of, at, self.rng.bytes());
        self.db.run(&begun.stmt).unwrap();
        let seen = "UPDATE sessions SET seen_at = ?2, idle_until = ?3 WHERE token_hash = ?1";
        self.db.execute(seen, &[crypto::token::hash(&begun.token).into(), self.now.into(), self.now.plus(Span::minutes(9)).into()]);
        Session { principal, token: begun.token, host: like.host.clone() }
    }
    pub(super) fn staff_session(&self, user: &UserId, name: &str) -> Session {
        let session: SessionId = self.id();
        let principal = Principal::Staff(Staff {
            user: user.clone(),
            name: name.into(),
            email: String::new(),
            session: session.clone(),
            proof: Proof { at: self.now, second_factor: false },
            membership: None,
            factor_missing: false,
            suspended: false,
            orgs: Vec::new(),
            unread: 0,
        });
        self.session("staff", principal, &session, None, &host(Surface::App, ""))
    }
    pub(super) fn operator_session(&self, user: &UserId, name: &str, role: OperatorRole) -> Session {
        let session: SessionId = self.id();
        let principal = Principal::Operator(Operator {
            user: user.clone(),
            name: name.into(),
            email: String::new(),
            role,
            session: session.clone(),
            proof: Proof { at: self.now, second_factor: true },
            idle_until: self.now.plus(Span::minutes(30)),
            expires_at: self.now.plus(Span::hours(12)),
        });
        self.session("operator", principal, &session, None, &host(Surface::Platform, ""))
    }
    pub(super) fn end(&self, session: &Session) {
        let hash = crypto::token::hash(&session.token);
        let sql = "UPDATE sessions SET created_at = ?2, expires_at = ?3, idle_until = ?3 WHERE token_hash = ?1";
        assert_eq!(self.db.execute(sql, &[hash.into(), self.ago(Span::days(40)), self.ago(Span::days(1))]), 1);
    }
}
