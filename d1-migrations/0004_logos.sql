-- Logos: which objects the bucket holds. A row comes before its object and goes after it, so that nothing is ever stored that no row
-- speaks of. Which one an organization shows stands in orgs.branding.
CREATE TABLE logos (
  org_id TEXT NOT NULL REFERENCES orgs(id),
  key TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  -- Since when no page shows it: from the beginning until it is taken into use, and from when it is replaced. Empty while in use.
  unused_since INTEGER,
  PRIMARY KEY (org_id, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX logos_unused ON logos(unused_since) WHERE unused_since IS NOT NULL;
