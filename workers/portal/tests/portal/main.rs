//! The portal through dispatch: one's own tickets and nothing of anybody else, one's data, the end of an account.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "helpers of tests; what goes wrong in them must stop the test")]

mod closed;
mod privacy;
mod tickets;

use kernel::{Reply, sql::Value};
use portal::WORKER;
use testkit::{
    Call, Harness, get, post,
    world::{Person, Session},
};

/// A deployment whose errors are pages.
fn deployment() -> Harness {
    let h = Harness::new();
    h.set_error_page(html::error_page);
    h
}
fn text(reply: &Reply) -> &str {
    reply.text().unwrap()
}
fn see(h: &Harness, path: &str, who: &Person) -> Reply {
    h.call(&WORKER, get(path).session(&who.session))
}
/// A form as the page shows it to that session.
fn form(h: &Harness, path: &str, session: &Session, fields: &[(&str, &str)]) -> Call {
    h.form(&WORKER, post(path).host(&session.host), Some(session), fields)
}
fn send(h: &Harness, path: &str, who: &Person, fields: &[(&str, &str)]) -> Reply {
    h.call(&WORKER, form(h, path, &who.session, fields))
}
/// What makes a form one of its own.
fn mark(n: u8) -> String {
    store::forms::fresh_id(&[n; 32])
}
fn location(reply: &Reply) -> &str {
    reply.header("location").unwrap_or_default()
}
fn count(h: &Harness, sql: &str, with: &[&str]) -> i64 {
    h.db.count(sql, &with.iter().map(|v| Value::from(*v)).collect::<Vec<_>>())
}
/// The types of the events that were recorded for an organization since the world began, in order.
fn events(h: &Harness) -> Vec<String> {
    let rows =
        h.db.rows("SELECT type FROM outbox WHERE org_id = ?1 AND dispatched_at IS NULL ORDER BY rowid", &[(&h.world.team.id).into()]);
    rows.iter().map(|row| row.text(0).unwrap().to_owned()).collect()
}
