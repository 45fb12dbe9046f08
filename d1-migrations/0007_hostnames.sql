-- When the record that proves a domain was first found; NULL while it is not. A domain serves only with this, and with the hostname
-- and the certificate below.
ALTER TABLE domains ADD COLUMN proven_at INTEGER;
UPDATE domains SET proven_at = CASE WHEN checked_at > 0 THEN checked_at ELSE created_at END WHERE state = 'active';

-- What the edge knows of a tenant's host: one row for each host that it was asked to serve, whoever's it is.
CREATE TABLE hostnames (
  host TEXT NOT NULL PRIMARY KEY,
  -- What the edge calls it; NULL until it took the host in.
  edge_id TEXT,
  -- Its two statuses, in the edge's words; NULL until it was heard.
  status TEXT,
  certificate TEXT,
  -- What stands against it, in the edge's words.
  problem TEXT,
  -- When it is to be asked again.
  next_at INTEGER NOT NULL,
  -- 0: never.
  checked_at INTEGER NOT NULL DEFAULT 0,
  created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX hostnames_due ON hostnames(next_at);

-- Domains that serve already are heard of at the next run; until then they go on.
INSERT INTO hostnames(host, next_at, created_at) SELECT host, 0, created_at FROM domains WHERE state = 'active';
