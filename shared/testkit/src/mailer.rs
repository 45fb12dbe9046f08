//! The platform's own mail sender.

use crate::{database::Database, pace::Pace};
use crypto::keyring::KeyRing;
use kernel::{
    Fut, Id, MailId,
    ports::{MailRefused, Mailer, OutgoingMail},
};
use mail::{Letter, Message};
use std::{cell::RefCell, rc::Rc};

/// A mail that was posted.
#[derive(Debug, Clone)]
pub struct Posted {
    /// The recipient.
    pub to: String,
    /// The letter.
    pub letter: Letter,
    /// As it is sent.
    pub message: Message,
}
impl Posted {
    /// Where its button leads, as a path with its query.
    pub fn path(&self) -> String {
        let parts = self.letter.parts("x");
        let link = parts.steps.first().expect("a letter that leads somewhere").link.as_str().to_owned();
        let rest = link.split_once("://").unwrap().1;
        rest.find('/').map_or_else(String::new, |at| rest[at..].to_owned())
    }
}

/// The mails whose content is still there, oldest first.
pub(crate) fn posted(db: &Database, keys: &KeyRing) -> Vec<Posted> {
    let rows = db.rows("SELECT id, recipient, content FROM mails WHERE content IS NOT NULL ORDER BY rowid", &[]);
    let open = |row: &kernel::Row| {
        let written = store::mail::open(keys, &MailId::parse(row.text(0).unwrap()).unwrap(), row.text(2).unwrap()).unwrap();
        // What was only asked for is no letter before its consumer was there.
        let content = written.letter()?;
        let message = mail::render::render(&content).unwrap();
        Some(Posted { to: row.text(1).unwrap().to_owned(), letter: content.letter, message })
    };
    rows.iter().filter_map(open).collect()
}

type Sender = Rc<dyn Fn(&OutgoingMail) -> Result<String, MailRefused>>;

/// A sender: one closure, and a record of what it was handed.
pub struct Postbox {
    pace: Rc<Pace>,
    sender: RefCell<Sender>,
    handed: RefCell<Vec<OutgoingMail>>,
}
impl Postbox {
    /// One that takes everything.
    pub fn new(pace: Rc<Pace>) -> Self {
        Self { pace, sender: RefCell::new(Rc::new(|_| Ok("cf-1".to_owned()))), handed: RefCell::default() }
    }
    /// Sets what becomes of a mail.
    pub fn serve(&self, sender: impl Fn(&OutgoingMail) -> Result<String, MailRefused> + 'static) {
        *self.sender.borrow_mut() = Rc::new(sender);
    }
    /// What it was handed.
    pub fn handed(&self) -> Vec<OutgoingMail> {
        self.handed.borrow().clone()
    }
}
impl Mailer for Postbox {
    fn send(&self, mail: OutgoingMail) -> Fut<'_, Result<String, MailRefused>> {
        Box::pin(async move {
            self.pace.io().await;
            self.handed.borrow_mut().push(mail.clone());
            let sender = self.sender.borrow().clone();
            sender(&mail)
        })
    }
}
