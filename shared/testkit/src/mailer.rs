//! The platform's own mail sender.

use crate::pace::Pace;
use kernel::{
    Fut,
    ports::{MailRefused, Mailer, OutgoingMail},
};
use std::{cell::RefCell, rc::Rc};

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
