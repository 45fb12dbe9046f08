//! Other people's servers.

use crate::pace::Pace;
use kernel::{
    Fut, Millis,
    ports::{Answer, Clock, Http, HttpError, Outgoing},
};
use std::{cell::RefCell, rc::Rc};

type Server = Rc<dyn Fn(&Outgoing) -> Result<Answer, HttpError>>;

/// The rest of the internet: one closure, and a record of what was sent to it.
pub struct Internet {
    clock: Rc<dyn Clock>,
    pace: Rc<Pace>,
    server: RefCell<Server>,
    sent: RefCell<Vec<(Millis, Outgoing)>>,
}

/// An answer with a status and a body.
pub fn answer(status: u16, body: &str) -> Answer {
    Answer { status, headers: Vec::new(), body: body.as_bytes().to_vec() }
}

impl Internet {
    /// One where nobody answers.
    pub fn new(clock: Rc<dyn Clock>, pace: Rc<Pace>) -> Self {
        let nobody: Server = Rc::new(|_| Err(HttpError::Network("Network connection lost.".into())));
        Self { clock, pace, server: RefCell::new(nobody), sent: RefCell::default() }
    }
    /// Sets who answers.
    pub fn serve(&self, server: impl Fn(&Outgoing) -> Result<Answer, HttpError> + 'static) {
        *self.server.borrow_mut() = Rc::new(server);
    }
    /// Everybody answers with that status and no body.
    pub fn serve_status(&self, status: u16) {
        self.serve(move |_| Ok(answer(status, "")));
    }
    /// What was sent, with its time.
    pub fn sent(&self) -> Vec<(Millis, Outgoing)> {
        self.sent.borrow().clone()
    }
    /// Takes what was sent, and forgets it.
    pub fn take(&self) -> Vec<(Millis, Outgoing)> {
        std::mem::take(&mut *self.sent.borrow_mut())
    }
}

/// A header of a sent request.
pub fn header<'a>(sent: &'a Outgoing, name: &str) -> &'a str {
    sent.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map_or("", |(_, v)| v)
}

impl Http for Internet {
    fn send(&self, request: Outgoing) -> Fut<'_, Result<Answer, HttpError>> {
        Box::pin(async move {
            self.pace.io().await;
            let most = request.read_at_most;
            self.sent.borrow_mut().push((self.clock.now(), request.clone()));
            let server = self.server.borrow().clone();
            let mut answer = server(&request)?;
            answer.body.truncate(most);
            for (name, _) in &mut answer.headers {
                *name = name.to_ascii_lowercase();
            }
            Ok(answer)
        })
    }
}
