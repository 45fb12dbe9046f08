//! A finished export: its row, its job, its file.

use super::{Seed, Tenant};
use kernel::{ExportId, JobId, KeyId, TicketId, time::Span};

impl Seed<'_> {
    pub(super) fn export(&self, of: &Tenant<'_>, id: &ExportId, job: &JobId, by: &KeyId, until: &TicketId) {
        let (at, key) = (self.ago(Span::hours(30)), format!("{}/{id}.csv", of.id));
        let file = format!("{}x,{}-exports-file\r\n", domain::exports::TICKETS_HEAD, of.canary);
        self.blobs.place(&key, file.as_bytes(), "text/csv; charset=utf-8");
        self.db.insert(
            "exports",
            &[
                ("org_id", of.id.into()),
                ("id", id.into()),
                ("kind", "tickets".into()),
                ("format", "csv".into()),
                ("state", "ready".into()),
                ("until_id", until.into()),
                ("rows", 3_i64.into()),
                ("bytes", i64::try_from(file.len()).unwrap().into()),
                ("sha256", crypto::hash::sha256_hex(file.as_bytes()).into()),
                ("object_key", key.into()),
                ("requested_by", by.into()),
                ("error", of.text("exports-error")),
                ("created_at", at.clone()),
                ("finished_at", at.clone()),
                ("expires_at", self.now.plus(Span::days(5)).into()),
            ],
        );
        self.db.insert(
            "jobs",
            &[
                ("id", job.into()),
                ("kind", "export".into()),
                ("subject", id.into()),
                ("org_id", of.id.into()),
                ("state", "done".into()),
                ("dirty", 0_i64.into()),
                ("max_attempts", 8_i64.into()),
                ("next_at", at.clone()),
                ("progress", of.text("jobs-progress")),
                ("last_error", of.text("jobs-last_error")),
                ("created_at", at.clone()),
                ("updated_at", at),
            ],
        );
    }
}
