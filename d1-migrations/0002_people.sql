-- People: what accounts, sessions, invitations, factors and organizations need beyond the ground.

-- ── Organizations ───────────────────────────────────────────────────────────────────────────────────────────────────

ALTER TABLE orgs ADD COLUMN suspended_reason TEXT;
-- Since when it is being deleted: nothing of it is served, and after thirty days it is purged.
ALTER TABLE orgs ADD COLUMN deleted_at INTEGER;
-- Whether people may make themselves a customer account at the portal.
ALTER TABLE orgs ADD COLUMN self_sign_up INTEGER NOT NULL DEFAULT 0 CONSTRAINT org_self_sign_up CHECK (self_sign_up IN (0, 1));
-- Whether members need a second factor.
ALTER TABLE orgs ADD COLUMN mfa_required INTEGER NOT NULL DEFAULT 0 CONSTRAINT org_mfa_required CHECK (mfa_required IN (0, 1));
-- The longest session of a member, hours.
ALTER TABLE orgs ADD COLUMN session_hours INTEGER NOT NULL DEFAULT 720 CONSTRAINT org_session_hours CHECK (session_hours BETWEEN 1 AND 720);
-- What operators and support may do in it.
ALTER TABLE orgs ADD COLUMN support_access TEXT NOT NULL DEFAULT 'read' CONSTRAINT org_support_access CHECK (support_access IN ('off', 'read', 'act'));
-- Six colors and the logo's key as JSON; the version stands in the stylesheet's address.
ALTER TABLE orgs ADD COLUMN branding TEXT;
ALTER TABLE orgs ADD COLUMN branding_version INTEGER NOT NULL DEFAULT 0;
ALTER TABLE orgs ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
-- Since when the checklist of first steps is put away.
ALTER TABLE orgs ADD COLUMN steps_hidden_at INTEGER;

CREATE INDEX orgs_deleted ON orgs(deleted_at) WHERE deleted_at IS NOT NULL;

-- Slugs that an organization had before: nobody else gets one, because old links and bookmarks still name it.
CREATE TABLE retired_slugs (
  org_id TEXT NOT NULL REFERENCES orgs(id),
  slug TEXT NOT NULL UNIQUE,
  retired_at INTEGER NOT NULL,
  PRIMARY KEY (org_id, slug)
) STRICT, WITHOUT ROWID;

-- A host of a tenant's own. One owner for each host that is in use; a removed one is kept for a while, so that nobody else
-- picks up a name whose DNS still points here.
CREATE TABLE domains (
  org_id TEXT NOT NULL REFERENCES orgs(id),
  id TEXT NOT NULL,
  host TEXT NOT NULL,
  state TEXT NOT NULL CONSTRAINT domain_state CHECK (state IN ('pending', 'active', 'failed', 'removed')),
  -- What the TXT record must hold.
  proof TEXT NOT NULL,
  -- 0: never.
  checked_at INTEGER NOT NULL DEFAULT 0,
  last_error TEXT,
  -- Since when the record is not found: a domain that serves goes on for a while.
  failing_since INTEGER,
  created_at INTEGER NOT NULL,
  removed_at INTEGER,
  PRIMARY KEY (org_id, id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX domains_in_use ON domains(host) WHERE state = 'active';
CREATE INDEX domains_by_host ON domains(host, state);
CREATE INDEX domains_removed ON domains(removed_at) WHERE state = 'removed';
CREATE INDEX domains_to_check ON domains(checked_at) WHERE state IN ('pending', 'active');

-- An open invitation holds a seat.
CREATE TABLE invitations (
  org_id TEXT NOT NULL REFERENCES orgs(id),
  id TEXT NOT NULL,
  email TEXT NOT NULL,
  role TEXT NOT NULL CONSTRAINT invitation_role CHECK (role IN ('owner', 'admin', 'billing', 'member', 'viewer')),
  token_hash TEXT NOT NULL UNIQUE,
  invited_by TEXT NOT NULL REFERENCES users(id),
  created_at INTEGER NOT NULL,
  sent_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  accepted_at INTEGER,
  canceled_at INTEGER,
  PRIMARY KEY (org_id, id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX invitations_open ON invitations(org_id, email) WHERE accepted_at IS NULL AND canceled_at IS NULL;
CREATE INDEX invitations_expired ON invitations(expires_at);

-- ── Accounts ────────────────────────────────────────────────────────────────────────────────────────────────────────

ALTER TABLE users ADD COLUMN banned_until INTEGER;
ALTER TABLE users ADD COLUMN ban_reason TEXT;
-- Failed sign-ins since the last good one: at a hundred the password is switched off (NIST SP 800-63B-4 §3.2.2).
ALTER TABLE users ADD COLUMN failures INTEGER NOT NULL DEFAULT 0;
ALTER TABLE users ADD COLUMN password_changed_at INTEGER;
ALTER TABLE users ADD COLUMN deleted_at INTEGER;
CREATE INDEX users_banned ON users(banned_until) WHERE banned_until IS NOT NULL;

ALTER TABLE customers ADD COLUMN email_verified_at INTEGER;
ALTER TABLE customers ADD COLUMN failures INTEGER NOT NULL DEFAULT 0;
ALTER TABLE customers ADD COLUMN password_changed_at INTEGER;
ALTER TABLE customers ADD COLUMN blocked_reason TEXT;
-- A deleted account keeps its row, emptied, because tickets name it.
ALTER TABLE customers ADD COLUMN deleted_at INTEGER;
CREATE INDEX customers_by_name ON customers(org_id, name, id);
-- Operators find a customer by address, whichever organization's it is.
CREATE INDEX customers_by_email ON customers(email);

-- One-time links by mail, by the hash of what stands in them. A row is used once, in the batch of its effect.
CREATE TABLE tokens (
  hash TEXT NOT NULL PRIMARY KEY,
  purpose TEXT NOT NULL CONSTRAINT token_purpose CHECK (purpose IN ('sign_up', 'sign_in', 'reset', 'new_address', 'undo_address', 'customer_invitation')),
  -- The account it is for; of a sign-up, the address.
  subject TEXT NOT NULL,
  org_id TEXT,
  host TEXT NOT NULL,
  email TEXT NOT NULL,
  -- What the purpose needs, such as the name and the password's hash of a sign-up; sealed.
  detail TEXT,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  used_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX tokens_by_subject ON tokens(subject, purpose);
CREATE INDEX tokens_expired ON tokens(expires_at);

-- An account's one authenticator app (RFC 6238). The secret is sealed; a step is accepted once.
CREATE TABLE authenticators (
  subject TEXT NOT NULL PRIMARY KEY,
  secret TEXT NOT NULL,
  last_step INTEGER NOT NULL DEFAULT 0,
  created_at INTEGER NOT NULL,
  -- Since when it counts: nobody is locked out by one that never worked.
  confirmed_at INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE recovery_codes (
  hash TEXT NOT NULL PRIMARY KEY,
  subject TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  used_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX recovery_codes_by_subject ON recovery_codes(subject);

-- Browsers that an account was signed in on, by the hash of a cookie: a new one is told by mail, a known one passes the lock.
CREATE TABLE devices (
  subject TEXT NOT NULL,
  hash TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  seen_at INTEGER NOT NULL,
  PRIMARY KEY (subject, hash)
) STRICT, WITHOUT ROWID;
CREATE INDEX devices_by_age ON devices(seen_at);

-- ── Sessions ────────────────────────────────────────────────────────────────────────────────────────────────────────

-- 'challenge': the first factor was right, the second is outstanding. Opens nothing but the challenge.
ALTER TABLE sessions ADD COLUMN state TEXT NOT NULL DEFAULT 'full' CONSTRAINT session_state CHECK (state IN ('full', 'challenge'));
ALTER TABLE sessions ADD COLUMN second_factor INTEGER NOT NULL DEFAULT 0 CONSTRAINT session_second_factor CHECK (second_factor IN (0, 1));
-- When its holder last proved who they are.
ALTER TABLE sessions ADD COLUMN proved_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE sessions ADD COLUMN seen_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE sessions ADD COLUMN method TEXT NOT NULL DEFAULT 'password';
ALTER TABLE sessions ADD COLUMN ip TEXT NOT NULL DEFAULT '';
ALTER TABLE sessions ADD COLUMN user_agent TEXT NOT NULL DEFAULT '';

-- ── Audit ───────────────────────────────────────────────────────────────────────────────────────────────────────────

-- Operators read the logs of all organizations together, newest first.
CREATE INDEX audit_events_by_id ON audit_events(id);

-- ── Lists ───────────────────────────────────────────────────────────────────────────────────────────────────────────

-- A member's tickets; also what a member's removal looks for.
CREATE INDEX tickets_by_assignee ON tickets(org_id, assignee_id, id);
CREATE INDEX tickets_by_update ON tickets(org_id, updated_at, id);
