//! Three organizations with everything that belongs to one: the fixture of every native test.
//!
//! Every free text of an organization's rows holds its canary (`canary-<slug>-<table>-<column>`), so that a text that turns up
//! where it should not says where it came from. A module for each subject, with its rows.

mod billing;
mod exports;
mod invitations;
mod jobs;
mod keys;
mod mail;
mod notifications;
mod orgs;
mod people;
mod portals;
mod sessions;
mod tickets;
mod trail;
mod webhooks;

pub use jobs::dead_letter_id;
pub use keys::{ApiKey, Keys};
pub use mail::mail_of;
pub use notifications::entry_of;
pub use orgs::Org;
pub use people::{Member, PASSWORD, PASSWORD_HASH, Person, operator_id};
pub use sessions::Session;

use crate::{
    blobs::BlobStore,
    database::{Database, make},
    time::SeededRng,
};
use crypto::keyring::KeyRing;
use kernel::{
    Id, Millis,
    host::Surface,
    principal::{OperatorRole, Role},
    sql::Value,
    time::Span,
};
use orgs::Tenant;
use store::sessions::Reached;

/// Everybody.
#[derive(Clone)]
pub struct World {
    /// On the Team plan: `northwind`.
    pub team: Org,
    /// On the Free plan: `contoso`.
    pub free: Org,
    /// On the Team plan and suspended: `fabrikam`.
    pub suspended: Org,
    /// An operator with the role `admin`, signed in on the operators' host.
    pub operator: Member,
    /// Operators of the other roles, signed in there: support, billing, viewer.
    pub other_operators: [Member; 3],
    /// An operator whose session's absolute time is over.
    pub ended_operator: Member,
    /// Somebody who was an operator until a moment ago, still signed in.
    pub former_operator: Member,
    /// A staff account of no organization.
    pub outsider: Member,
    /// A key that looks right and was never made.
    pub unknown_key: ApiKey,
    /// Of the first organization's owner, its first customer and the operator: between the first factor and the second.
    pub half: [Session; 3],
    /// Of the same three: signed in, but their last proof is too old for what is sensitive.
    pub stale: [Session; 3],
}

struct Seed<'a> {
    db: &'a Database,
    blobs: &'a BlobStore,
    assets: &'a BlobStore,
    ring: &'a KeyRing,
    rng: SeededRng,
    now: Millis,
}

impl World {
    /// Everything, into an empty database.
    pub(crate) fn seed(db: &Database, blobs: &BlobStore, assets: &BlobStore, ring: &KeyRing, now: Millis) -> Self {
        let seed = Seed { db, blobs, assets, ring, rng: SeededRng::new(11), now };
        let operator = |slug: &str| {
            let member = seed.account(slug, "operators.example");
            seed.operator(&member.user, OperatorRole::Admin);
            Member { session: seed.operator_session(&member.user, slug, OperatorRole::Admin), ..member }
        };
        let other = |role: OperatorRole| {
            let name = format!("{}-operator", role.as_str());
            let member = seed.account_as(operator_id(role), &name, "operators.example");
            seed.operator(&member.user, role);
            Member { session: seed.operator_session(&member.user, &name, role), ..member }
        };
        let ended_operator = operator("ended-operator");
        let former_operator = operator("former-operator");
        db.execute("DELETE FROM operators WHERE user_id = ?1", &[(&former_operator.user).into()]);
        seed.end(&ended_operator.session);
        let (operator, team) = (operator("operator"), seed.org("northwind", "team", "active"));
        let three = [&team.member(Role::Owner).session, &team.customers[0].session, &operator.session];
        let half = three.map(|session| seed.again(session, Reached::Challenge, now));
        let reached = |at: usize| if at == 2 { Reached::TwoFactors } else { Reached::OneFactor };
        let old = now.minus(Span::minutes(11));
        let stale = [0, 1, 2].map(|at| seed.again(three[at], reached(at), old));
        seed.dead_letter();
        Self {
            operator,
            team,
            half,
            stale,
            free: seed.org("contoso", "free", "active"),
            suspended: seed.org("fabrikam", "team", "suspended"),
            outsider: seed.account("outsider", "nowhere.example"),
            unknown_key: seed.key_token(crypto::api_key::Env::Live),
            ended_operator,
            former_operator,
            other_operators: [OperatorRole::Support, OperatorRole::Billing, OperatorRole::Viewer].map(other),
        }
    }
    /// The operator of a role.
    pub fn operator_of(&self, role: OperatorRole) -> &Member {
        match role {
            OperatorRole::Admin => &self.operator,
            OperatorRole::Support => &self.other_operators[0],
            OperatorRole::Billing => &self.other_operators[1],
            OperatorRole::Viewer => &self.other_operators[2],
        }
    }
    /// Somebody on that surface between the first factor and the second.
    pub fn half_session(&self, surface: Surface) -> &Session {
        &self.half[at(surface)]
    }
    /// The three organizations.
    pub fn orgs(&self) -> [&Org; 3] {
        [&self.team, &self.free, &self.suspended]
    }
}

/// Where a surface's session stands among the three.
fn at(surface: Surface) -> usize {
    match surface {
        Surface::App | Surface::Api => 0,
        Surface::Portal => 1,
        Surface::Platform => 2,
    }
}

impl Seed<'_> {
    fn id<I: Id>(&self) -> I {
        make(&self.rng, self.now.minus(Span::days(1)))
    }
    fn ago(&self, span: Span) -> Value {
        self.now.minus(span).into()
    }
}
