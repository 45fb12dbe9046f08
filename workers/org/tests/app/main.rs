//! The app in which a team works: tickets, customers, the inbox.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "what goes wrong in a test must stop it")]

mod customers;
mod notifications;
mod tickets;

use kernel::{Reply, host::Surface};
use org::WORKER;
use testkit::{Call, Harness, get, post, world::Session};

fn look(h: &Harness, path: &str, session: &Session) -> Reply {
    h.call(&WORKER, get(path).on(Surface::App).session(session))
}
fn page(h: &Harness, path: &str, session: &Session) -> String {
    let reply = look(h, path, session);
    assert_eq!(reply.status, 200, "{path}: {reply:?}");
    reply.text().unwrap().to_owned()
}
fn form(h: &Harness, path: &str, session: &Session, fields: &[(&str, &str)]) -> Call {
    h.form(&WORKER, post(path).on(Surface::App), Some(session), fields)
}
fn send(h: &Harness, path: &str, session: &Session, fields: &[(&str, &str)]) -> Reply {
    let call = form(h, path, session, fields);
    h.call(&WORKER, call)
}
/// Where the link with that label leads.
fn link(text: &str, label: &str) -> Option<String> {
    let before = text.split(&format!(">{label}</a>")).next().filter(|b| b.len() < text.len())?;
    Some(before.rsplit("href=\"").next()?.split('"').next()?.replace("&amp;", "&"))
}
