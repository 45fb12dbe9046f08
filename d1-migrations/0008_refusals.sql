-- Requests that a limit refused, added up by hour. Approximate: each isolate counts in memory and writes now and then.
CREATE TABLE refusals (
  -- The hour's beginning, milliseconds since the epoch.
  hour INTEGER NOT NULL,
  -- The limit's name, as the caller is told it.
  policy TEXT NOT NULL,
  -- An address, an organization or an account; empty where an isolate had too many to tell apart.
  whom TEXT NOT NULL,
  refused INTEGER NOT NULL,
  last_at INTEGER NOT NULL,
  PRIMARY KEY (hour, policy, whom)
) STRICT, WITHOUT ROWID;
