-- Billing: what is held of Stripe, what follows from it, what is wrong, and what was asked for.

-- How many seats may be used: those paid for, at most the plan's. Written with the plan, and read by every statement that takes a seat.
ALTER TABLE orgs ADD COLUMN seats INTEGER NOT NULL DEFAULT 3 CONSTRAINT org_seats CHECK (seats >= 0);
UPDATE orgs SET seats = CASE plan WHEN 'team' THEN 10 WHEN 'business' THEN 50 ELSE 3 END;
-- Goes up with every change of what is granted and of what it follows from: a change that was judged by an older state is refused.
ALTER TABLE orgs ADD COLUMN billing_version INTEGER NOT NULL DEFAULT 0;
-- When what is granted must be judged again without a new reading: an override or a grace period ends.
ALTER TABLE orgs ADD COLUMN entitled_until INTEGER;
CREATE INDEX orgs_entitled_until ON orgs(entitled_until) WHERE entitled_until IS NOT NULL;

-- How reading an organization's customer at Stripe goes.
CREATE TABLE billing_reads (
  org_id TEXT NOT NULL PRIMARY KEY REFERENCES orgs(id),
  -- When it last succeeded.
  synced_at INTEGER,
  -- Since when it fails, how often in a row, and why.
  failing_since INTEGER,
  failures INTEGER NOT NULL DEFAULT 0,
  last_error TEXT
) STRICT, WITHOUT ROWID;

-- The rest of the subscription as last read.
ALTER TABLE subscriptions ADD COLUMN item_id TEXT;
ALTER TABLE subscriptions ADD COLUMN price_id TEXT;
-- The plan that the price sells, by its lookup key or because an operator mapped it. NULL: one that nobody knows.
ALTER TABLE subscriptions ADD COLUMN plan TEXT CONSTRAINT subscription_plan CHECK (plan IN ('free', 'team', 'business'));
UPDATE subscriptions SET plan = CASE price_lookup_key WHEN 'portico_team_monthly' THEN 'team' WHEN 'portico_business_monthly' THEN 'business' END;
-- For one seat, in the currency's minor unit.
ALTER TABLE subscriptions ADD COLUMN seat_cents INTEGER;
ALTER TABLE subscriptions ADD COLUMN currency TEXT;
ALTER TABLE subscriptions ADD COLUMN interval TEXT CONSTRAINT subscription_interval CHECK (interval IN ('month', 'year'));
ALTER TABLE subscriptions ADD COLUMN cancel_at INTEGER;
ALTER TABLE subscriptions ADD COLUMN trial_end INTEGER;
-- When a payment was first seen overdue: the grace period runs from here.
ALTER TABLE subscriptions ADD COLUMN overdue_since INTEGER;
-- When people were told that the grace period nears its end, once for each.
ALTER TABLE subscriptions ADD COLUMN grace_warned_at INTEGER;
CREATE INDEX subscriptions_unwarned ON subscriptions(overdue_since) WHERE overdue_since IS NOT NULL AND grace_warned_at IS NULL;

-- What is wrong with an organization's billing, one row a kind (`domain::billing::Finding`).
CREATE TABLE billing_findings (
  org_id TEXT NOT NULL REFERENCES orgs(id),
  kind TEXT NOT NULL,
  -- The facts that show it: JSON.
  detail TEXT NOT NULL,
  since INTEGER NOT NULL,
  seen_at INTEGER NOT NULL,
  PRIMARY KEY (org_id, kind)
) STRICT, WITHOUT ROWID;

CREATE INDEX billing_findings_by_kind ON billing_findings(kind, seen_at);

-- What an operator granted beside the subscription, for a time.
CREATE TABLE plan_overrides (
  org_id TEXT NOT NULL PRIMARY KEY REFERENCES orgs(id),
  plan TEXT NOT NULL CONSTRAINT override_plan CHECK (plan IN ('free', 'team', 'business')),
  until INTEGER NOT NULL,
  reason TEXT NOT NULL,
  -- The operator.
  granted_by TEXT NOT NULL REFERENCES users(id),
  created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Prices at Stripe that sell a plan although their lookup key doesn't say so: an operator's decision.
CREATE TABLE price_plans (
  price_id TEXT NOT NULL PRIMARY KEY,
  plan TEXT NOT NULL CONSTRAINT price_plan CHECK (plan IN ('team', 'business')),
  reason TEXT NOT NULL,
  mapped_by TEXT NOT NULL REFERENCES users(id),
  created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- The one checkout that an organization may have under way. Its id is the idempotency key at Stripe.
CREATE TABLE checkouts (
  org_id TEXT NOT NULL PRIMARY KEY REFERENCES orgs(id),
  id TEXT NOT NULL UNIQUE,
  price_lookup_key TEXT NOT NULL,
  seats INTEGER NOT NULL CONSTRAINT checkout_seats CHECK (seats > 0),
  state TEXT NOT NULL CONSTRAINT checkout_state CHECK (state IN ('starting', 'open', 'completed', 'expired')),
  -- At Stripe, once it is open.
  session_id TEXT,
  url TEXT,
  -- The member who began it.
  started_by TEXT NOT NULL REFERENCES users(id),
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX checkouts_open ON checkouts(expires_at) WHERE state IN ('starting', 'open');

-- What was asked of Stripe, written down before it is asked, so that a crash in between is seen and read again.
CREATE TABLE billing_requests (
  org_id TEXT NOT NULL REFERENCES orgs(id),
  -- Also the idempotency key at Stripe.
  id TEXT NOT NULL,
  action TEXT NOT NULL,
  -- What was asked for: JSON.
  detail TEXT NOT NULL,
  state TEXT NOT NULL CONSTRAINT billing_request_state CHECK (state IN ('asked', 'done', 'refused', 'unknown')),
  -- Why it was refused, for people.
  refusal TEXT,
  asked_by TEXT NOT NULL REFERENCES users(id),
  created_at INTEGER NOT NULL,
  finished_at INTEGER,
  PRIMARY KEY (org_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX billing_requests_open ON billing_requests(created_at) WHERE state = 'asked';

-- Money that moved, once for each fact at Stripe, whatever number of events told of it.
CREATE TABLE billing_ledger (
  org_id TEXT NOT NULL REFERENCES orgs(id),
  kind TEXT NOT NULL CONSTRAINT ledger_kind CHECK (kind IN ('checkout', 'payment', 'refund', 'dispute')),
  -- The checkout session, invoice, refund or dispute at Stripe.
  object_id TEXT NOT NULL,
  -- In the currency's minor unit; below zero for what was given back.
  amount INTEGER NOT NULL,
  currency TEXT NOT NULL,
  event_id TEXT NOT NULL,
  happened_at INTEGER NOT NULL,
  PRIMARY KEY (org_id, kind, object_id)
) STRICT, WITHOUT ROWID;

-- How an event came: delivered by Stripe, or found by asking for it.
ALTER TABLE stripe_events ADD COLUMN source TEXT NOT NULL DEFAULT 'delivery' CONSTRAINT stripe_event_source CHECK (source IN ('delivery', 'catch_up'));
CREATE INDEX stripe_events_received ON stripe_events(received_at);

-- How far the machine is in what it does in steps: asking Stripe for its events, and comparing every customer.
CREATE TABLE billing_cursors (
  name TEXT NOT NULL PRIMARY KEY,
  -- What happened before is dealt with.
  done_until INTEGER,
  -- The place in what is under way: JSON.
  place TEXT
) STRICT, WITHOUT ROWID;

-- Notices that a limit is nearly or wholly used up, one for each time that happens.
CREATE TABLE limit_notices (
  org_id TEXT NOT NULL REFERENCES orgs(id),
  -- As in `domain::plans::Limits`: seats, customers, api_keys, ….
  name TEXT NOT NULL,
  percent INTEGER NOT NULL CONSTRAINT limit_notice_percent CHECK (percent IN (80, 100)),
  at INTEGER NOT NULL,
  PRIMARY KEY (org_id, name, percent)
) STRICT, WITHOUT ROWID;

-- Keys and endpoints over a plan's number are paused, the newest first unless the owner chose; a larger plan wakes them.
ALTER TABLE api_keys ADD COLUMN over_plan_at INTEGER;
ALTER TABLE webhook_endpoints ADD COLUMN over_plan_at INTEGER;
