//! How much of what its plan limits an organization uses: the same numbers in the app, in the API's refusals and on the operators' console.

use domain::{
    plans::Plan,
    quotas::{Quota, Standing},
};
use kernel::{
    Millis, OrgId, Result, Write,
    db::Rows,
    error::{Code, Error},
    sql::Stmt,
};

/// A key of `?1` that works at `?2`, but for the plan.
#[macro_export]
macro_rules! living_key {
    () => {
        "org_id = ?1 AND (revoked_at IS NULL OR revoked_at > ?2) AND (expires_at IS NULL OR expires_at > ?2)"
    };
}

kernel::sql! {
    /// Over indexes that begin with the organization. What is paused for a plan is counted: it takes a place.
    Read Org USES(3) -> ["plan", "seats", "members", "invited", "customers", "keys", "endpoints", "exports", "domains"] =
        "SELECT o.plan, o.seats, \
           (SELECT count(*) FROM memberships WHERE org_id = ?1) AS members, \
           (SELECT count(*) FROM invitations WHERE org_id = ?1 AND accepted_at IS NULL AND canceled_at IS NULL AND expires_at > ?2) AS invited, \
           (SELECT count(*) FROM customers WHERE org_id = ?1 AND deleted_at IS NULL) AS customers, \
           (SELECT count(*) FROM api_keys WHERE org_id = ?1 AND (revoked_at IS NULL OR revoked_at > ?2) AND (expires_at IS NULL OR expires_at > ?2)) AS keys, \
           (SELECT count(*) FROM webhook_endpoints WHERE org_id = ?1) AS endpoints, \
           (SELECT count(*) FROM exports WHERE org_id = ?1 AND created_at >= ?3) AS exports, \
           (SELECT count(*) FROM domains WHERE org_id = ?1 AND state <> 'removed') AS domains \
         FROM orgs o WHERE o.id = ?1";
}

/// Gives a refusal by a plan's guard its words, from what holds now: of the call that was refused, and not on the way of those that go
/// through.
///
/// # Errors
/// What the database refused.
pub async fn explain(cx: &Write<'_>, quota: Quota, refused: Error) -> Result<Error> {
    let rows = cx.rows(Usage::stmt(cx.org()?, cx.now())).await?;
    Ok(Usage::of(&rows)?.standing(quota)?.explain(refused))
}

/// What an organization uses.
#[derive(Debug, Clone)]
pub struct Usage {
    /// The plan whose limits hold.
    pub plan: Plan,
    /// Members.
    pub members: i64,
    /// Open invitations, which hold seats too.
    pub invited: i64,
    standings: Vec<Standing>,
}

impl Usage {
    /// The statement that [`Usage::of`] reads the answer to.
    pub fn stmt(org: &OrgId, now: Millis) -> Stmt {
        USES.bind([org.into(), now.into(), now.month_start().into()])
    }
    /// Reads the answer.
    ///
    /// # Errors
    /// Not found, when the organization is not there; an incident when the row can't be read.
    pub fn of(rows: &Rows) -> Result<Self> {
        let row = rows.first().ok_or(Code::NotFound)?;
        let plan = Plan::parse(row.text(0)?);
        let (seats, limits) = (u32::try_from(row.int(1)?).unwrap_or(0), plan.limits());
        let (members, invited) = (row.int(2)?, row.int(3)?);
        let mut standings = Vec::with_capacity(Quota::ALL.len());
        for quota in Quota::ALL {
            let (used, allowed) = match quota {
                Quota::Seats => (members.saturating_add(invited), Some(seats)),
                Quota::Customers => (row.int(4)?, quota.of(&limits)),
                Quota::ApiKeys => (row.int(5)?, quota.of(&limits)),
                Quota::WebhookEndpoints => (row.int(6)?, quota.of(&limits)),
                Quota::ExportsAMonth => (row.int(7)?, quota.of(&limits)),
                Quota::Domains => (row.int(8)?, quota.of(&limits)),
            };
            standings.push(Standing { quota, plan, used, allowed });
        }
        Ok(Self { plan, members, invited, standings })
    }
    /// Everything that is limited, in the order in which it is shown.
    pub fn standings(&self) -> &[Standing] {
        &self.standings
    }
    /// One of them.
    ///
    /// # Errors
    /// An incident, which can't happen: each has its entry.
    pub fn standing(&self, quota: Quota) -> Result<Standing> {
        let found = self.standings.iter().find(|s| s.quota == quota).copied();
        found.ok_or_else(|| Error::incident("a limit's use", quota.as_str()))
    }
    /// As they would stand under another plan with so many seats: for the preview of a change.
    #[must_use]
    pub fn under(&self, plan: Plan, seats: u32) -> Self {
        let limits = plan.limits();
        let standings = self
            .standings
            .iter()
            .map(|s| Standing { plan, allowed: if s.quota == Quota::Seats { Some(seats) } else { s.quota.of(&limits) }, ..*s })
            .collect();
        Self { plan, standings, ..*self }
    }
}
