//! Organizations that were deleted a month ago, with everything that belongs to them. Their audit log stays.
//!
//! One step removes a bounded number of rows of one table, those first that refer to others; the organization's own row goes last. So a
//! run that broke off is gone on with where it was, and an organization that was brought back in time loses nothing: every step asks for
//! that within its batch. What of an organization has a rule of its own (events, mails, jobs, links) goes by that.

use super::{Plan, Run};
use domain::{
    actions::ORG_PURGED,
    retention::{ORGS, STEP_EXPORTS, STEP_ROWS},
};
use kernel::{Millis, OrgId, Result, Sql, audit::AuditLog, error::Error, sql::Stmt};
use serde_json::json;

kernel::sql! {
    Read Global("retention goes through every organization")
    FIND(1) -> ["id", "name", "slug", "deleted_at"] = "SELECT id, name, slug, deleted_at FROM orgs WHERE deleted_at <= ?1 ORDER BY deleted_at LIMIT 1";
    Read Global("retention goes through every organization")
    DUE(1) -> ["due"] = "SELECT count(*) AS due FROM (SELECT 1 FROM orgs WHERE deleted_at <= ?1 LIMIT 100000)";
    /// It was not brought back meanwhile.
    Bookkeep Org STILL_DELETED(2) -> [] = "INSERT INTO guard(name, ok) SELECT 'state', EXISTS (SELECT 1 FROM orgs WHERE id = ?1 AND deleted_at <= ?2)";
    /// The first table that still has rows of it.
    Read Org NEXT(1) -> ["part"] =
        "SELECT CASE WHEN EXISTS (SELECT 1 FROM inbox WHERE org_id = ?1) THEN 'inbox' \
           WHEN EXISTS (SELECT 1 FROM ticket_comments WHERE org_id = ?1) THEN 'ticket_comments' \
           WHEN EXISTS (SELECT 1 FROM tickets WHERE org_id = ?1) THEN 'tickets' \
           WHEN EXISTS (SELECT 1 FROM customers WHERE org_id = ?1) THEN 'customers' \
           WHEN EXISTS (SELECT 1 FROM webhook_attempts WHERE org_id = ?1) THEN 'webhook_attempts' \
           WHEN EXISTS (SELECT 1 FROM webhook_deliveries WHERE org_id = ?1) THEN 'webhook_deliveries' \
           WHEN EXISTS (SELECT 1 FROM webhook_messages WHERE org_id = ?1) THEN 'webhook_messages' \
           WHEN EXISTS (SELECT 1 FROM webhook_endpoints WHERE org_id = ?1) THEN 'webhook_endpoints' \
           WHEN EXISTS (SELECT 1 FROM exports WHERE org_id = ?1) THEN 'exports' \
           WHEN EXISTS (SELECT 1 FROM api_keys WHERE org_id = ?1) THEN 'api_keys' \
           WHEN EXISTS (SELECT 1 FROM invitations WHERE org_id = ?1) THEN 'invitations' \
           WHEN EXISTS (SELECT 1 FROM logos WHERE org_id = ?1) THEN 'logos' \
           WHEN EXISTS (SELECT 1 FROM domains WHERE org_id = ?1) THEN 'domains' \
           WHEN EXISTS (SELECT 1 FROM retired_slugs WHERE org_id = ?1) THEN 'retired_slugs' \
           WHEN EXISTS (SELECT 1 FROM billing_findings WHERE org_id = ?1) THEN 'billing_findings' \
           WHEN EXISTS (SELECT 1 FROM billing_ledger WHERE org_id = ?1) THEN 'billing_ledger' \
           WHEN EXISTS (SELECT 1 FROM billing_reads WHERE org_id = ?1) THEN 'billing_reads' \
           WHEN EXISTS (SELECT 1 FROM billing_requests WHERE org_id = ?1) THEN 'billing_requests' \
           WHEN EXISTS (SELECT 1 FROM checkouts WHERE org_id = ?1) THEN 'checkouts' \
           WHEN EXISTS (SELECT 1 FROM limit_notices WHERE org_id = ?1) THEN 'limit_notices' \
           WHEN EXISTS (SELECT 1 FROM plan_overrides WHERE org_id = ?1) THEN 'plan_overrides' \
           WHEN EXISTS (SELECT 1 FROM subscriptions WHERE org_id = ?1) THEN 'subscriptions' \
           WHEN EXISTS (SELECT 1 FROM billing_customers WHERE org_id = ?1) THEN 'billing_customers' \
           WHEN EXISTS (SELECT 1 FROM memberships WHERE org_id = ?1) THEN 'memberships' ELSE 'orgs' END AS part";
    Write Org INBOX(2) -> [] = "DELETE FROM inbox WHERE org_id = ?1 AND id IN (SELECT id FROM inbox WHERE org_id = ?1 LIMIT ?2)";
    Write Org COMMENTS(2) -> [] =
        "DELETE FROM ticket_comments WHERE org_id = ?1 AND (ticket_id, id) IN (SELECT ticket_id, id FROM ticket_comments WHERE org_id = ?1 LIMIT ?2)";
    Write Org TICKETS(2) -> [] = "DELETE FROM tickets WHERE org_id = ?1 AND id IN (SELECT id FROM tickets WHERE org_id = ?1 LIMIT ?2)";
    Write Org ATTEMPTS(2) -> [] =
        "DELETE FROM webhook_attempts WHERE org_id = ?1 AND (delivery_id, id) IN (SELECT delivery_id, id FROM webhook_attempts WHERE org_id = ?1 LIMIT ?2)";
    Write Org DELIVERIES(2) -> [] =
        "DELETE FROM webhook_deliveries WHERE org_id = ?1 AND (message_id, endpoint_id) IN (SELECT message_id, endpoint_id FROM webhook_deliveries WHERE org_id = ?1 LIMIT ?2)";
    Write Org MESSAGES(2) -> [] =
        "DELETE FROM webhook_messages WHERE org_id = ?1 AND id IN (SELECT id FROM webhook_messages WHERE org_id = ?1 LIMIT ?2)";
    Write Org ENDPOINTS(2) -> [] =
        "DELETE FROM webhook_endpoints WHERE org_id = ?1 AND id IN (SELECT id FROM webhook_endpoints WHERE org_id = ?1 LIMIT ?2)";
    Write Org KEYS(2) -> [] = "DELETE FROM api_keys WHERE org_id = ?1 AND id IN (SELECT id FROM api_keys WHERE org_id = ?1 LIMIT ?2)";
    Write Org INVITATIONS(2) -> [] =
        "DELETE FROM invitations WHERE org_id = ?1 AND id IN (SELECT id FROM invitations WHERE org_id = ?1 LIMIT ?2)";
    Write Org DOMAINS(2) -> [] = "DELETE FROM domains WHERE org_id = ?1 AND id IN (SELECT id FROM domains WHERE org_id = ?1 LIMIT ?2)";
    Write Org SLUGS(2) -> [] =
        "DELETE FROM retired_slugs WHERE org_id = ?1 AND slug IN (SELECT slug FROM retired_slugs WHERE org_id = ?1 LIMIT ?2)";
    Write Org FINDINGS(2) -> [] =
        "DELETE FROM billing_findings WHERE org_id = ?1 AND kind IN (SELECT kind FROM billing_findings WHERE org_id = ?1 LIMIT ?2)";
    Write Org LEDGER(2) -> [] =
        "DELETE FROM billing_ledger WHERE org_id = ?1 AND (kind, object_id) IN (SELECT kind, object_id FROM billing_ledger WHERE org_id = ?1 LIMIT ?2)";
    Write Org REQUESTS(2) -> [] =
        "DELETE FROM billing_requests WHERE org_id = ?1 AND id IN (SELECT id FROM billing_requests WHERE org_id = ?1 LIMIT ?2)";
    Write Org NOTICES(2) -> [] =
        "DELETE FROM limit_notices WHERE org_id = ?1 AND (name, percent) IN (SELECT name, percent FROM limit_notices WHERE org_id = ?1 LIMIT ?2)";
    Write Org READS(1) -> [] = "DELETE FROM billing_reads WHERE org_id = ?1";
    Write Org CHECKOUT(1) -> [] = "DELETE FROM checkouts WHERE org_id = ?1";
    Write Org OVERRIDE(1) -> [] = "DELETE FROM plan_overrides WHERE org_id = ?1";
    Write Org SUBSCRIPTION(1) -> [] = "DELETE FROM subscriptions WHERE org_id = ?1";
    Write Org BILLING(1) -> [] = "DELETE FROM billing_customers WHERE org_id = ?1";
    Write Org MEMBERS(2) -> [] =
        "DELETE FROM memberships WHERE org_id = ?1 AND user_id IN (SELECT user_id FROM memberships WHERE org_id = ?1 LIMIT ?2)";
    Read Org FILES(2) -> ["id", "object_key"] = "SELECT id, object_key FROM exports WHERE org_id = ?1 ORDER BY id LIMIT ?2";
    Write Org EXPORTS(2) -> [] = "DELETE FROM exports WHERE org_id = ?1 AND id IN (SELECT value FROM json_each(?2))";
    Read Org LOGOS(2) -> ["key"] = "SELECT key FROM logos WHERE org_id = ?1 ORDER BY key LIMIT ?2";
    Write Org LOGOS_GONE(2) -> [] = "DELETE FROM logos WHERE org_id = ?1 AND key IN (SELECT value FROM json_each(?2))";
    Read Org PEOPLE(2) -> ["id"] = "SELECT id FROM customers WHERE org_id = ?1 ORDER BY id LIMIT ?2";
    Write Org CUSTOMERS(2) -> [] = "DELETE FROM customers WHERE org_id = ?1 AND id IN (SELECT value FROM json_each(?2))";
    Write Global("ids of customers are unique everywhere")
    SESSIONS(1) -> [] = "DELETE FROM sessions WHERE subject IN (SELECT value FROM json_each(?1))";
    Write Global("ids of customers are unique everywhere")
    AUTHENTICATORS(1) -> [] = "DELETE FROM authenticators WHERE subject IN (SELECT value FROM json_each(?1))";
    Write Global("ids of customers are unique everywhere")
    RECOVERY(1) -> [] = "DELETE FROM recovery_codes WHERE subject IN (SELECT value FROM json_each(?1))";
    Write Global("ids of customers are unique everywhere")
    DEVICES(1) -> [] = "DELETE FROM devices WHERE subject IN (SELECT value FROM json_each(?1))";
    Write Global("ids of customers are unique everywhere")
    TOKENS(1) -> [] = "DELETE FROM tokens WHERE subject IN (SELECT value FROM json_each(?1))";
    Write Global("ids of customers are unique everywhere")
    CHOICES(1) -> [] = "DELETE FROM notification_choices WHERE recipient IN (SELECT value FROM json_each(?1))";
    Write Org GONE(2) -> [] = "DELETE FROM orgs WHERE id = ?1 AND deleted_at <= ?2";
}

/// Tables whose rows go by one statement.
const PLAIN: &[(&str, Sql)] = &[
    ("inbox", INBOX),
    ("ticket_comments", COMMENTS),
    ("tickets", TICKETS),
    ("webhook_attempts", ATTEMPTS),
    ("webhook_deliveries", DELIVERIES),
    ("webhook_messages", MESSAGES),
    ("webhook_endpoints", ENDPOINTS),
    ("api_keys", KEYS),
    ("invitations", INVITATIONS),
    ("domains", DOMAINS),
    ("retired_slugs", SLUGS),
    ("billing_findings", FINDINGS),
    ("billing_ledger", LEDGER),
    ("billing_requests", REQUESTS),
    ("limit_notices", NOTICES),
    ("memberships", MEMBERS),
];
/// Tables that have one row of an organization at most.
const SINGLE: &[(&str, Sql)] = &[
    ("billing_reads", READS),
    ("checkouts", CHECKOUT),
    ("plan_overrides", OVERRIDE),
    ("subscriptions", SUBSCRIPTION),
    ("billing_customers", BILLING),
];
/// What belongs to customers and bears no organization.
const OF_CUSTOMERS: [Sql; 6] = [SESSIONS, AUTHENTICATORS, RECOVERY, DEVICES, TOKENS, CHOICES];

pub(super) const PLAN: Plan =
    Plan { rule: ORGS, rows: 1, audited: true, step: |run| Box::pin(step(run)), count: |before| DUE.bind([before.into()]) };

async fn step(run: &Run<'_>) -> Result<i64> {
    let Some(row) = run.task.first(FIND.bind([run.before().into()])).await? else { return Ok(0) };
    let org = OrgId::stored(row.text(0)?)?;
    let next = run.task.first(NEXT.bind([(&org).into()])).await?;
    let part = next.as_ref().map_or(Ok("orgs"), |row| row.text(0))?;
    match part {
        "orgs" => {
            let detail =
                json!({"run": run.id, "name": row.text(1)?, "slug": row.text(2)?, "deleted_at": Millis::new(row.int(3)?)}).to_string();
            let gone = GONE.bind([(&org).into(), run.before().into()]);
            let last = run.task.mutation_in(AuditLog::Org(org.clone()), ORG_PURGED, &org.to_string()).detail(detail);
            run.task.commit(last.then_one(gone).then(run.count())).await?;
        }
        "customers" => customers(run, &org).await?,
        "exports" => exports(run, &org).await?,
        "logos" => logos(run, &org).await?,
        table => {
            let named = |tables: &[(&str, Sql)]| tables.iter().find(|(name, _)| *name == table).map(|(_, sql)| *sql);
            let stmt = match (named(SINGLE), named(PLAIN)) {
                (Some(sql), _) => sql.bind([(&org).into()]),
                (None, Some(sql)) => sql.bind([(&org).into(), STEP_ROWS.into()]),
                (None, None) => return Err(Error::incident("a table that is purged", table)),
            };
            remove(run, &org, part, vec![stmt]).await?;
        }
    }
    Ok(1)
}

/// One batch: the organization is still deleted, and each statement counts what it removed.
async fn remove(run: &Run<'_>, org: &OrgId, part: &str, stmts: Vec<Stmt>) -> Result<()> {
    let detail = json!({"run": run.id, "org": org, "table": part, "before": run.before()}).to_string();
    let mut change = run.mutation(1).detail(detail).then(STILL_DELETED.bind([org.into(), run.before().into()]));
    for (at, stmt) in stmts.into_iter().enumerate() {
        change = change.then(stmt).then(if at == 0 { run.count() } else { run.count_more() });
    }
    run.task.commit(change).await
}

/// Customers, with what is theirs and bears no organization.
async fn customers(run: &Run<'_>, org: &OrgId) -> Result<()> {
    let found = run.task.rows(PEOPLE.bind([org.into(), STEP_ROWS.into()])).await?;
    let ids = json!(found.iter().map(|row| row.text(0)).collect::<Result<Vec<_>>>()?).to_string();
    let mut stmts = vec![CUSTOMERS.bind([org.into(), ids.as_str().into()])];
    stmts.extend(OF_CUSTOMERS.map(|sql| sql.bind([ids.as_str().into()])));
    remove(run, org, "customers", stmts).await
}

/// Exports: the file goes first, then the row; after a crash in between the next run finds the row again.
async fn exports(run: &Run<'_>, org: &OrgId) -> Result<()> {
    let found = run.task.rows(FILES.bind([org.into(), STEP_EXPORTS.into()])).await?;
    let mut ids = Vec::with_capacity(found.len());
    for row in &found {
        super::exports::remove_file(run, row.text(1)?).await?;
        ids.push(row.text(0)?);
    }
    remove(run, org, "exports", vec![EXPORTS.bind([org.into(), json!(ids).to_string().into()])]).await
}

/// Logos, as exports: the one in use too.
async fn logos(run: &Run<'_>, org: &OrgId) -> Result<()> {
    let found = run.task.rows(LOGOS.bind([org.into(), STEP_EXPORTS.into()])).await?;
    let mut keys = Vec::with_capacity(found.len());
    for row in &found {
        run.task.ports.assets.delete(row.text(0)?).await?;
        keys.push(row.text(0)?);
    }
    remove(run, org, "logos", vec![LOGOS_GONE.bind([org.into(), json!(keys).to_string().into()])]).await
}
