//! Organizations, members and settings, through dispatch.

#![expect(clippy::unwrap_used, reason = "what goes wrong in a test must stop it")]

mod create;
mod deletion;
mod domains;
mod logo;
mod members;
mod settings;

use kernel::{Reply, host::Surface};
use org::WORKER;
use testkit::{
    Call, Harness, get, post,
    world::{Member, Session},
};

/// A page as somebody sees it.
fn see(h: &Harness, who: &Session, path: &str) -> Reply {
    h.call(&WORKER, get(path).session(who))
}
/// Its text.
fn text(h: &Harness, who: &Member, path: &str) -> String {
    let reply = see(h, &who.session, path);
    assert_eq!(reply.status, 200, "{path}: {:?}", reply.text());
    reply.text().unwrap().to_owned()
}
/// A form as somebody sends it.
fn form(h: &Harness, who: &Session, path: &str, fields: &[(&str, &str)]) -> Call {
    h.form(&WORKER, post(path).on(Surface::App), Some(who), fields)
}
fn send(h: &Harness, who: &Session, path: &str, fields: &[(&str, &str)]) -> Reply {
    h.call(&WORKER, form(h, who, path, fields))
}
/// The one mail to an address of that template, opened.
fn letter(h: &Harness, to: &str, template: &str) -> Option<String> {
    let rows = h.db.rows(
        "SELECT id, content FROM mails WHERE recipient = ?1 AND template = ?2 ORDER BY id DESC LIMIT 1",
        &[to.into(), template.into()],
    );
    let row = rows.first()?;
    let id = kernel::MailId::stored(row.text(0).unwrap()).unwrap();
    let content = store::mail::open(&h.app(&WORKER).config.keys, &id, row.text(1).unwrap()).unwrap().letter().unwrap();
    Some(serde_json::to_string(&content).unwrap())
}
