-- Mail whose reason is gone by the time it would leave is dropped, and says why. SQLite can't change a CHECK, so the table is made anew:
-- nothing refers to it, and a row keeps its rowid, by which the oldest are told from the newest.
CREATE TABLE mails_next (
  id TEXT NOT NULL PRIMARY KEY,
  org_id TEXT,
  -- Of what was asked for with an address, the address as it was typed: who has it is looked up when the mail is written.
  recipient TEXT NOT NULL,
  template TEXT NOT NULL,
  -- Sealed with the key ring, bound to this row: a letter {letter, brand, manage}, or what was asked for {wish, …}.
  content TEXT,
  state TEXT NOT NULL DEFAULT 'queued' CONSTRAINT mail_state CHECK (state IN ('queued', 'sending', 'sent', 'failed', 'dead', 'dropped')),
  -- Event, recipient and channel: posting twice posts once.
  dedupe TEXT UNIQUE,
  claim INTEGER NOT NULL DEFAULT 0,
  attempts INTEGER NOT NULL DEFAULT 0,
  next_at INTEGER NOT NULL,
  lease_until INTEGER NOT NULL DEFAULT 0,
  -- What the provider calls it.
  provider_id TEXT,
  -- The provider's words, or ours.
  last_error TEXT,
  created_at INTEGER NOT NULL,
  finished_at INTEGER
) STRICT;
INSERT INTO mails_next(rowid, id, org_id, recipient, template, content, state, dedupe, claim, attempts, next_at, lease_until, provider_id, last_error, created_at, finished_at)
  SELECT rowid, id, org_id, recipient, template, content, state, dedupe, claim, attempts, next_at, lease_until, provider_id, last_error, created_at, finished_at FROM mails;
DROP TABLE mails;
ALTER TABLE mails_next RENAME TO mails;
CREATE INDEX mails_due ON mails(next_at) WHERE state IN ('queued', 'sending');
CREATE INDEX mails_done ON mails(finished_at) WHERE finished_at IS NOT NULL;
CREATE INDEX mails_refused ON mails(state, created_at) WHERE state IN ('failed', 'dead');
-- How much one person was lately told of one thing.
CREATE INDEX mails_recent ON mails(recipient, template, created_at);

-- Counts failed sign-ins of addresses without an account, all in one row, so that a failure writes one row whoever it was.
CREATE TABLE nobody (
  id INTEGER NOT NULL PRIMARY KEY CONSTRAINT nobody_is_one CHECK (id = 1),
  failures INTEGER NOT NULL DEFAULT 0
) STRICT;
INSERT INTO nobody(id) VALUES(1);
