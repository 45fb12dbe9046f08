-- A kind of finding that nobody knows can't be shown, so it can't be written either (`domain::billing::Finding`).
CREATE TABLE billing_findings_known (
  org_id TEXT NOT NULL REFERENCES orgs(id),
  kind TEXT NOT NULL CONSTRAINT billing_finding_kind CHECK (kind IN ('customer_missing', 'subscription_missing', 'subscription_double',
    'customer_shared', 'price_unknown', 'price_mismatch', 'seat_drift', 'webhook_silence', 'provider_outage', 'portal_not_configured')),
  -- The facts that show it: JSON.
  detail TEXT NOT NULL,
  since INTEGER NOT NULL,
  seen_at INTEGER NOT NULL,
  PRIMARY KEY (org_id, kind)
) STRICT, WITHOUT ROWID;

INSERT INTO billing_findings_known(org_id, kind, detail, since, seen_at) SELECT org_id, kind, detail, since, seen_at FROM billing_findings;
DROP TABLE billing_findings;
ALTER TABLE billing_findings_known RENAME TO billing_findings;
CREATE INDEX billing_findings_by_kind ON billing_findings(kind, seen_at);
