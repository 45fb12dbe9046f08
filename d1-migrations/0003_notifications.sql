-- Notifications: mail to be sent, each person's inbox, and what each person chose to be told of.

-- A mail. What it says is sealed, for it may hold a link that opens something once; it is wiped when the mail is sent or
-- refused for good. One that was given up keeps it, sealed, so that an operator can put it back; retention removes it.
-- org_id is the organization that it is about, if any.
CREATE TABLE mails (
  id TEXT NOT NULL PRIMARY KEY,
  org_id TEXT,
  recipient TEXT NOT NULL,
  template TEXT NOT NULL,
  -- Sealed with the key ring, bound to this row: {letter, brand, manage}.
  content TEXT,
  state TEXT NOT NULL DEFAULT 'queued' CONSTRAINT mail_state CHECK (state IN ('queued', 'sending', 'sent', 'failed', 'dead')),
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
CREATE INDEX mails_due ON mails(next_at) WHERE state IN ('queued', 'sending');
CREATE INDEX mails_done ON mails(finished_at) WHERE finished_at IS NOT NULL;
CREATE INDEX mails_refused ON mails(state, created_at) WHERE state IN ('failed', 'dead');
-- How much one person was lately told of one thing.
CREATE INDEX mails_recent ON mails(recipient, template, created_at);

-- An entry of a person's inbox. The recipient is a staff account or a customer; ids of both are unique everywhere.
CREATE TABLE inbox (
  org_id TEXT NOT NULL REFERENCES orgs(id),
  id TEXT NOT NULL,
  recipient TEXT NOT NULL,
  type TEXT NOT NULL,
  title TEXT NOT NULL,
  -- Where it leads, a path on the recipient's host.
  path TEXT NOT NULL,
  -- The event that it follows from: one entry for each event and recipient.
  event_id TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  read_at INTEGER,
  PRIMARY KEY (org_id, id),
  UNIQUE (org_id, event_id, recipient)
) STRICT, WITHOUT ROWID;
CREATE INDEX inbox_of ON inbox(recipient, id);
CREATE INDEX inbox_unread ON inbox(recipient) WHERE read_at IS NULL;
CREATE INDEX inbox_read ON inbox(read_at) WHERE read_at IS NOT NULL;

-- Where a person chose otherwise than a type's default. Belongs to the person, not to an organization.
CREATE TABLE notification_choices (
  recipient TEXT NOT NULL,
  type TEXT NOT NULL,
  channel TEXT NOT NULL CONSTRAINT notification_channel CHECK (channel IN ('inbox', 'mail')),
  chosen INTEGER NOT NULL CONSTRAINT notification_chosen CHECK (chosen IN (0, 1)),
  changed_at INTEGER NOT NULL,
  PRIMARY KEY (recipient, type, channel)
) STRICT, WITHOUT ROWID;
