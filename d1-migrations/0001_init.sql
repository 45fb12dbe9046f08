-- Portico's ground. Forward only; expand and contract (d1-migrations/README.md).
-- Every table is STRICT. Ids are TEXT (prefix and UUIDv7), times are INTEGER Unix milliseconds, hashes are hex TEXT.
-- A table with org_id belongs to a tenant: its key begins with org_id, and every statement on it takes the org as ?1.

-- ── People and tenants ──────────────────────────────────────────────────────────────────────────────────────────────

CREATE TABLE orgs (
  id TEXT PRIMARY KEY,
  slug TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  plan TEXT NOT NULL DEFAULT 'free' CONSTRAINT org_plan CHECK (plan IN ('free', 'team', 'business')),
  status TEXT NOT NULL DEFAULT 'active' CONSTRAINT org_status CHECK (status IN ('active', 'suspended')),
  portal_open INTEGER NOT NULL DEFAULT 1 CONSTRAINT org_portal_open CHECK (portal_open IN (0, 1)),
  shard TEXT NOT NULL DEFAULT 'main',
  created_at INTEGER NOT NULL
) STRICT;

-- A staff account, global by e-mail. Operators are staff accounts with a row in operators.
CREATE TABLE users (
  id TEXT PRIMARY KEY,
  email TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  password_hash TEXT,
  email_verified_at INTEGER,
  created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE memberships (
  org_id TEXT NOT NULL REFERENCES orgs(id),
  user_id TEXT NOT NULL REFERENCES users(id),
  role TEXT NOT NULL CONSTRAINT membership_role CHECK (role IN ('owner', 'admin', 'billing', 'member', 'viewer')),
  created_at INTEGER NOT NULL,
  PRIMARY KEY (org_id, user_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX memberships_by_user ON memberships(user_id, org_id);

CREATE TABLE operators (
  user_id TEXT PRIMARY KEY REFERENCES users(id),
  role TEXT NOT NULL CONSTRAINT operator_role CHECK (role IN ('admin', 'support', 'billing', 'viewer')),
  created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- A customer belongs to one organization; the same person at two tenants is two accounts.
CREATE TABLE customers (
  org_id TEXT NOT NULL REFERENCES orgs(id),
  id TEXT NOT NULL,
  email TEXT NOT NULL,
  name TEXT NOT NULL,
  password_hash TEXT,
  status TEXT NOT NULL DEFAULT 'active' CONSTRAINT customer_status CHECK (status IN ('active', 'invited', 'blocked')),
  created_at INTEGER NOT NULL,
  PRIMARY KEY (org_id, id),
  UNIQUE (org_id, email)
) STRICT, WITHOUT ROWID;

-- ── API keys ────────────────────────────────────────────────────────────────────────────────────────────────────────

CREATE TABLE api_keys (
  org_id TEXT NOT NULL REFERENCES orgs(id),
  id TEXT NOT NULL,
  name TEXT NOT NULL,
  hash TEXT NOT NULL UNIQUE,
  hint TEXT NOT NULL,
  live INTEGER NOT NULL CONSTRAINT api_key_live CHECK (live IN (0, 1)),
  scopes TEXT NOT NULL,
  -- Goes up with every change that narrows or widens the key: a write under an older reading of it is refused.
  generation INTEGER NOT NULL DEFAULT 1,
  created_by TEXT,
  expires_at INTEGER,
  revoked_at INTEGER,
  revoked_reason TEXT,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (org_id, id)
) STRICT, WITHOUT ROWID;

-- ── Tickets, the reference resource ─────────────────────────────────────────────────────────────────────────────────

CREATE TABLE tickets (
  org_id TEXT NOT NULL REFERENCES orgs(id),
  id TEXT NOT NULL,
  subject TEXT NOT NULL,
  body TEXT NOT NULL,
  status TEXT NOT NULL DEFAULT 'open' CONSTRAINT ticket_status CHECK (status IN ('open', 'pending', 'closed')),
  priority TEXT NOT NULL DEFAULT 'normal' CONSTRAINT ticket_priority CHECK (priority IN ('low', 'normal', 'high', 'urgent')),
  customer_id TEXT,
  assignee_id TEXT,
  version INTEGER NOT NULL DEFAULT 1,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (org_id, id),
  FOREIGN KEY (org_id, customer_id) REFERENCES customers(org_id, id),
  FOREIGN KEY (org_id, assignee_id) REFERENCES memberships(org_id, user_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX tickets_by_status ON tickets(org_id, status, id);
CREATE INDEX tickets_by_customer ON tickets(org_id, customer_id, id);

CREATE TABLE ticket_comments (
  org_id TEXT NOT NULL,
  ticket_id TEXT NOT NULL,
  id TEXT NOT NULL,
  author_kind TEXT NOT NULL CONSTRAINT comment_author CHECK (author_kind IN ('api_key', 'staff', 'customer')),
  author_id TEXT NOT NULL,
  author_name TEXT NOT NULL,
  body TEXT NOT NULL,
  internal INTEGER NOT NULL CONSTRAINT comment_internal CHECK (internal IN (0, 1)),
  created_at INTEGER NOT NULL,
  PRIMARY KEY (org_id, ticket_id, id),
  FOREIGN KEY (org_id, ticket_id) REFERENCES tickets(org_id, id)
) STRICT, WITHOUT ROWID;

-- ── Audit ───────────────────────────────────────────────────────────────────────────────────────────────────────────

-- org_id is an organization's, or 'platform' for what belongs to none; it outlives the organization.
CREATE TABLE audit_events (
  org_id TEXT NOT NULL,
  id TEXT NOT NULL,
  occurred_at INTEGER NOT NULL,
  action TEXT NOT NULL,
  actor_kind TEXT NOT NULL,
  actor_id TEXT NOT NULL,
  actor_label TEXT NOT NULL,
  target TEXT NOT NULL,
  outcome TEXT NOT NULL CONSTRAINT audit_outcome CHECK (outcome IN ('success', 'denied')),
  request_id TEXT,
  ip TEXT NOT NULL,
  user_agent TEXT NOT NULL,
  detail TEXT,
  PRIMARY KEY (org_id, id)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER audit_events_are_never_changed BEFORE UPDATE ON audit_events
BEGIN SELECT RAISE(ABORT, 'audit events are append-only'); END;
CREATE TRIGGER audit_events_are_never_removed BEFORE DELETE ON audit_events
BEGIN SELECT RAISE(ABORT, 'audit events are append-only'); END;

-- ── The machine's own bookkeeping ───────────────────────────────────────────────────────────────────────────────────

-- A condition inside a batch: INSERT INTO guard(name, ok) SELECT 'one', changes() = 1. The view stores nothing; where ok is
-- not 1 its trigger raises the guard's name and the batch is rolled back (kernel::sql::Guard).
CREATE VIEW guard(name, ok) AS SELECT NULL, NULL WHERE 0;
CREATE TRIGGER guard_refuses INSTEAD OF INSERT ON guard WHEN NEW.ok IS NOT 1
BEGIN
  SELECT RAISE(ABORT, 'guard:one') WHERE NEW.name = 'one';
  SELECT RAISE(ABORT, 'guard:version') WHERE NEW.name = 'version';
  SELECT RAISE(ABORT, 'guard:credential') WHERE NEW.name = 'credential';
  SELECT RAISE(ABORT, 'guard:limit') WHERE NEW.name = 'limit';
  SELECT RAISE(ABORT, 'guard:plan') WHERE NEW.name = 'plan';
  SELECT RAISE(ABORT, 'guard:idempotency') WHERE NEW.name = 'idempotency';
  SELECT RAISE(ABORT, 'guard:lease') WHERE NEW.name = 'lease';
  SELECT RAISE(ABORT, 'guard:state') WHERE NEW.name = 'state';
  SELECT RAISE(ABORT, 'guard:unknown');
END;

-- Domain events, written in the batch of their change. Everything outside (webhooks, inbox, mail) starts from here.
CREATE TABLE outbox (
  org_id TEXT NOT NULL,
  id TEXT NOT NULL PRIMARY KEY,
  type TEXT NOT NULL,
  payload TEXT NOT NULL,
  occurred_at INTEGER NOT NULL,
  request_id TEXT,
  dispatched_at INTEGER
) STRICT;
CREATE INDEX outbox_due ON outbox(occurred_at) WHERE dispatched_at IS NULL;
CREATE INDEX outbox_done ON outbox(dispatched_at) WHERE dispatched_at IS NOT NULL;

-- Background work: one open job for each (kind, subject).
CREATE TABLE jobs (
  id TEXT NOT NULL PRIMARY KEY,
  kind TEXT NOT NULL,
  subject TEXT NOT NULL,
  org_id TEXT,
  state TEXT NOT NULL CONSTRAINT job_state CHECK (state IN ('queued', 'running', 'done', 'dead', 'canceled')),
  -- How often it was asked for since it last began: more than the worker saw means that it must run again.
  dirty INTEGER NOT NULL DEFAULT 1,
  claim INTEGER NOT NULL DEFAULT 0,
  attempts INTEGER NOT NULL DEFAULT 0,
  max_attempts INTEGER NOT NULL,
  next_at INTEGER NOT NULL,
  lease_until INTEGER NOT NULL DEFAULT 0,
  progress TEXT,
  last_error TEXT,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  UNIQUE (kind, subject)
) STRICT;
CREATE INDEX jobs_due ON jobs(next_at) WHERE state IN ('queued', 'running');
CREATE INDEX jobs_by_state ON jobs(state, updated_at);

-- The answer to a request under an Idempotency-Key, committed with its change.
CREATE TABLE idempotency (
  org_id TEXT NOT NULL,
  key TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  status INTEGER NOT NULL,
  headers TEXT NOT NULL,
  body TEXT NOT NULL,
  request_id TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  PRIMARY KEY (org_id, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX idempotency_expired ON idempotency(expires_at);

-- Exact sliding windows, for what is dear or dangerous.
CREATE TABLE rate_windows (
  subject TEXT NOT NULL,
  cell INTEGER NOT NULL,
  used INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  PRIMARY KEY (subject, cell)
) STRICT, WITHOUT ROWID;
CREATE INDEX rate_windows_expired ON rate_windows(expires_at);

CREATE TABLE cron_runs (
  cron TEXT NOT NULL PRIMARY KEY,
  lease_until INTEGER NOT NULL,
  started_at INTEGER NOT NULL,
  finished_at INTEGER,
  report TEXT
) STRICT, WITHOUT ROWID;

-- One row for each run of each retention rule.
CREATE TABLE retention_runs (
  id TEXT NOT NULL PRIMARY KEY,
  rule TEXT NOT NULL,
  started_at INTEGER NOT NULL,
  took_ms INTEGER NOT NULL,
  examined INTEGER NOT NULL,
  removed INTEGER NOT NULL,
  steps INTEGER NOT NULL,
  finished INTEGER NOT NULL CONSTRAINT retention_finished CHECK (finished IN (0, 1))
) STRICT;
CREATE INDEX retention_runs_by_time ON retention_runs(started_at);

-- Queue messages that no consumer could use; the rows they spoke of are swept all the same.
CREATE TABLE dead_letters (
  id TEXT NOT NULL PRIMARY KEY,
  queue TEXT NOT NULL,
  body TEXT NOT NULL,
  received_at INTEGER NOT NULL
) STRICT;

-- ── Webhooks out ────────────────────────────────────────────────────────────────────────────────────────────────────

CREATE TABLE webhook_endpoints (
  org_id TEXT NOT NULL REFERENCES orgs(id),
  id TEXT NOT NULL,
  url TEXT NOT NULL,
  description TEXT NOT NULL,
  events TEXT NOT NULL,
  -- Sealed with the key ring; bound to this organization and endpoint.
  secret TEXT NOT NULL,
  status TEXT NOT NULL DEFAULT 'enabled' CONSTRAINT endpoint_status CHECK (status IN ('enabled', 'paused', 'disabled')),
  disabled_reason TEXT,
  -- Since when it is disabled: for a while what happens is held for it.
  disabled_at INTEGER,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (org_id, id)
) STRICT, WITHOUT ROWID;

-- One message for each event that some endpoint wants: the exact bytes that are signed.
CREATE TABLE webhook_messages (
  org_id TEXT NOT NULL,
  id TEXT NOT NULL,
  type TEXT NOT NULL,
  payload TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  PRIMARY KEY (org_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX webhook_messages_expired ON webhook_messages(expires_at);

CREATE TABLE webhook_deliveries (
  org_id TEXT NOT NULL,
  id TEXT NOT NULL UNIQUE,
  message_id TEXT NOT NULL,
  endpoint_id TEXT NOT NULL,
  status TEXT NOT NULL CONSTRAINT delivery_status CHECK (status IN ('pending', 'sending', 'succeeded', 'exhausted', 'held', 'aborted')),
  step INTEGER NOT NULL DEFAULT 0,
  claim INTEGER NOT NULL DEFAULT 0,
  next_at INTEGER NOT NULL,
  lease_until INTEGER NOT NULL DEFAULT 0,
  last_status INTEGER,
  last_error TEXT,
  created_at INTEGER NOT NULL,
  finished_at INTEGER,
  PRIMARY KEY (org_id, message_id, endpoint_id)
) STRICT, WITHOUT ROWID;
-- What is open at one endpoint: the number under way, the next to wake, and the fair sweep. An endpoint's id is unique everywhere.
CREATE INDEX webhook_deliveries_open ON webhook_deliveries(endpoint_id, status, next_at) WHERE status IN ('pending', 'sending');
CREATE INDEX webhook_deliveries_by_endpoint ON webhook_deliveries(org_id, endpoint_id, id);
CREATE INDEX webhook_deliveries_by_time ON webhook_deliveries(org_id, id);
CREATE INDEX webhook_deliveries_by_status ON webhook_deliveries(org_id, status, id);

CREATE TABLE webhook_attempts (
  org_id TEXT NOT NULL,
  delivery_id TEXT NOT NULL,
  id TEXT NOT NULL,
  number INTEGER NOT NULL,
  started_at INTEGER NOT NULL,
  took_ms INTEGER NOT NULL,
  status INTEGER,
  error TEXT,
  response TEXT,
  next_at INTEGER,
  PRIMARY KEY (org_id, delivery_id, id)
) STRICT, WITHOUT ROWID;

-- ── Billing ─────────────────────────────────────────────────────────────────────────────────────────────────────────

-- The organization's customer at Stripe.
CREATE TABLE billing_customers (
  org_id TEXT NOT NULL PRIMARY KEY REFERENCES orgs(id),
  stripe_customer_id TEXT NOT NULL UNIQUE,
  created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- The organization's one subscription slot, as last read from Stripe.
CREATE TABLE subscriptions (
  org_id TEXT NOT NULL PRIMARY KEY REFERENCES orgs(id),
  stripe_subscription_id TEXT NOT NULL,
  status TEXT NOT NULL,
  price_lookup_key TEXT,
  quantity INTEGER,
  current_period_end INTEGER,
  cancel_at_period_end INTEGER NOT NULL CONSTRAINT subscription_cancel CHECK (cancel_at_period_end IN (0, 1)),
  -- When the reading began: an older reading never overwrites a newer one.
  read_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Events as they came: stored before they are acknowledged, a hint to sync.
CREATE TABLE stripe_events (
  id TEXT NOT NULL PRIMARY KEY,
  type TEXT NOT NULL,
  created INTEGER NOT NULL,
  customer_id TEXT,
  object_id TEXT,
  payload TEXT NOT NULL,
  state TEXT NOT NULL CONSTRAINT stripe_event_state CHECK (state IN ('received', 'processed', 'ignored')),
  received_at INTEGER NOT NULL,
  processed_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX stripe_events_open ON stripe_events(customer_id, received_at) WHERE state = 'received';

-- ── Exports ─────────────────────────────────────────────────────────────────────────────────────────────────────────

CREATE TABLE exports (
  org_id TEXT NOT NULL REFERENCES orgs(id),
  id TEXT NOT NULL,
  kind TEXT NOT NULL CONSTRAINT export_kind CHECK (kind IN ('tickets')),
  format TEXT NOT NULL CONSTRAINT export_format CHECK (format IN ('csv')),
  state TEXT NOT NULL CONSTRAINT export_state CHECK (state IN ('queued', 'running', 'ready', 'failed', 'expired')),
  -- The newest row that belongs to it, taken at the request.
  until_id TEXT NOT NULL,
  rows INTEGER NOT NULL DEFAULT 0,
  bytes INTEGER NOT NULL DEFAULT 0,
  sha256 TEXT,
  object_key TEXT NOT NULL,
  -- Where the next slice goes on: {after, upload, parts, tail, hash}.
  cursor TEXT,
  requested_by TEXT NOT NULL,
  error TEXT,
  created_at INTEGER NOT NULL,
  finished_at INTEGER,
  expires_at INTEGER,
  PRIMARY KEY (org_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX exports_expired ON exports(expires_at) WHERE state = 'ready';
CREATE INDEX exports_by_time ON exports(org_id, created_at);

-- ── Sessions ────────────────────────────────────────────────────────────────────────────────────────────────────────

-- One table, three kinds; a session is bound to the host it was made on.
CREATE TABLE sessions (
  id TEXT NOT NULL PRIMARY KEY,
  token_hash TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL CONSTRAINT session_kind CHECK (kind IN ('staff', 'customer', 'operator')),
  subject TEXT NOT NULL,
  org_id TEXT,
  host TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  idle_until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX sessions_expired ON sessions(expires_at);
CREATE INDEX sessions_by_subject ON sessions(subject);
