//! Accounts: staff, operators, customers.

use super::{Seed, Session, Tenant};
use crate::call::host;
use kernel::{
    CustomerId, Id, Principal, SessionId, UserId,
    host::Surface,
    principal::{Customer, OperatorRole, Proof},
    time::Span,
};

/// The password of everybody.
pub const PASSWORD: &str = "correct horse battery staple";
/// Its hash.
pub const PASSWORD_HASH: &str = "$argon2id$v=19$m=19456,t=2,p=1$BwcHBwcHBwcHBwcHBwcHBw$eZ8SueF3EIJEgtgpg1rLafWpNVv3dMTwc0KCOxG5CSg";

/// A staff account.
#[derive(Debug, Clone)]
pub struct Member {
    /// The account.
    pub user: UserId,
    /// How to sign in; the password is [`PASSWORD`].
    pub email: String,
    /// A session on the app's host.
    pub session: Session,
}
/// A customer account.
#[derive(Debug, Clone)]
pub struct Person {
    /// The account.
    pub id: CustomerId,
    /// How to sign in; the password is [`PASSWORD`].
    pub email: String,
    /// A session on the portal's host.
    pub session: Session,
}

/// The account of the operator of a role other than `admin`: known without a world, for what fills paths.
pub fn operator_id(role: OperatorRole) -> UserId {
    UserId::make(crate::time::START, [0xa0 | role as u8; 10])
}

impl Seed<'_> {
    pub(super) fn account(&self, name: &str, domain: &str) -> Member {
        self.account_as(self.id(), name, domain)
    }
    pub(super) fn account_as(&self, user: UserId, name: &str, domain: &str) -> Member {
        let email = format!("{name}@{domain}");
        self.db.insert(
            "users",
            &[
                ("id", (&user).into()),
                ("email", email.as_str().into()),
                ("name", name.into()),
                ("password_hash", PASSWORD_HASH.into()),
                ("email_verified_at", self.ago(Span::days(30))),
                ("created_at", self.ago(Span::days(30))),
            ],
        );
        Member { session: self.staff_session(&user, name), user, email }
    }
    pub(super) fn operator(&self, user: &UserId, role: OperatorRole) {
        let row = [("user_id", user.into()), ("role", role.as_str().into()), ("created_at", self.now.into())];
        self.db.insert("operators", &row);
    }
    pub(super) fn customer(&self, of: &Tenant<'_>, name: &str, state: &str) -> Person {
        let (id, email): (CustomerId, _) = (self.id(), format!("{}-customers-{name}@example.com", of.canary));
        let label = format!("{}-customers-name-{name}", of.canary);
        self.db.insert(
            "customers",
            &[
                ("org_id", of.id.into()),
                ("id", (&id).into()),
                ("email", email.as_str().into()),
                ("name", label.as_str().into()),
                ("password_hash", PASSWORD_HASH.into()),
                ("status", state.into()),
                ("blocked_reason", (state == "blocked").then(|| of.text("customers-blocked_reason")).into()),
                ("created_at", self.ago(Span::days(10))),
            ],
        );
        let session: SessionId = self.id();
        let principal = Principal::Customer(Customer {
            id: id.clone(),
            name: label,
            email: email.clone(),
            org: of.id.clone(),
            session: session.clone(),
            proof: Proof { at: self.now, second_factor: false },
            unread: 0,
        });
        Person { session: self.session("customer", principal, &session, Some(of.id), &host(Surface::Portal, of.slug)), id, email }
    }
}
