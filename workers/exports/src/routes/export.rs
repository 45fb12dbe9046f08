//! How the API shows an export, and what its download link is signed for.

use crypto::link::Subject;
use kernel::{ExportId, Id, OrgId};

/// What a download link opens, for whoever holds it.
pub fn link_of<'a>(org: &'a OrgId, id: &'a ExportId) -> Subject<'a> {
    Subject { kind: "export", org: org.as_str(), id: id.as_str(), holder: "" }
}

/// An export as SQLite writes it, from the columns of `exports`. The download link is added by `GET /v1/exports/{id}`.
#[macro_export]
macro_rules! export_json {
    () => {
        "json_object('id', id, 'kind', kind, 'format', format, 'state', state, 'rows', rows, 'bytes', bytes, 'sha256', sha256, 'error', error, \
         'created_at', strftime('%Y-%m-%dT%H:%M:%fZ', created_at / 1000.0, 'unixepoch'), \
         'finished_at', strftime('%Y-%m-%dT%H:%M:%fZ', finished_at / 1000.0, 'unixepoch'), \
         'expires_at', strftime('%Y-%m-%dT%H:%M:%fZ', expires_at / 1000.0, 'unixepoch'))"
    };
}
