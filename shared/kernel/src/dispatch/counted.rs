//! Counts round trips to the database, so that "one a read, one a write" is a number in the log and in the tests.

use crate::{
    Fut, Result,
    db::{Batch, DbError, Outcome, Reader, Rows, Writer},
    ports::Ports,
    sql::Stmt,
};
use std::{cell::Cell, rc::Rc};

struct Counted {
    inner: Rc<dyn Writer>,
    count: Rc<Cell<u32>>,
}
impl Counted {
    fn one(&self) {
        self.count.set(self.count.get() + 1);
    }
}
impl Reader for Counted {
    fn read(&self, stmts: Vec<Stmt>) -> Fut<'_, Result<Vec<Rows>, DbError>> {
        self.one();
        self.inner.read(stmts)
    }
}
impl Writer for Counted {
    fn apply(&self, batch: Batch) -> Fut<'_, Result<Vec<Outcome>, DbError>> {
        self.one();
        self.inner.apply(batch)
    }
}

/// The same ports, with a count of what goes through the database.
pub(super) fn wrap(ports: &Ports) -> (Ports, Rc<Cell<u32>>) {
    let count = Rc::new(Cell::new(0));
    let db = Rc::new(Counted { inner: ports.db.clone(), count: count.clone() });
    (Ports { db, ..ports.clone() }, count)
}
