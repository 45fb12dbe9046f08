//! The platform's HTTP behind the client's port.

use kernel::ports::{Http, Outgoing};
use stripe::client::{HttpRequest, HttpResponse, LocalFuture, Transport};

/// Ten pages at most, one call each: all of them within the job's lease of two minutes.
const TIMEOUT_MS: u32 = 10_000;
/// A full page of subscriptions is well under a megabyte; one that is cut can't be read, and fails.
const READ_AT_MOST: usize = 8 * 1_024 * 1_024;

/// The platform's HTTP behind the client's port.
pub(crate) struct Wire<'a>(pub &'a dyn Http);
impl Transport for Wire<'_> {
    fn send(&self, request: HttpRequest) -> LocalFuture<'_, Result<HttpResponse, String>> {
        let HttpRequest { method, url, headers, body } = request;
        let outgoing = Outgoing { method, url, headers, body, timeout_ms: TIMEOUT_MS, read_at_most: READ_AT_MOST };
        Box::pin(async move {
            let answer = self.0.send(outgoing).await.map_err(|e| e.to_string())?;
            Ok(HttpResponse { status: answer.status, headers: answer.headers, body: answer.body })
        })
    }
}
