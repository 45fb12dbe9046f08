//! Tickets, the reference resource: its words and its rules.

/// Where a ticket stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Somebody has to do something.
    Open,
    /// Waiting for the customer.
    Pending,
    /// Done.
    Closed,
}
impl Status {
    /// The words of the wire and of the database.
    pub const WORDS: &'static [(&'static str, Self)] = &[("open", Self::Open), ("pending", Self::Pending), ("closed", Self::Closed)];
    /// Its word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Pending => "pending",
            Self::Closed => "closed",
        }
    }
}

/// How urgent a ticket is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Priority {
    /// When there is time.
    Low,
    /// In its turn.
    Normal,
    /// Before others.
    High,
    /// Now.
    Urgent,
}
impl Priority {
    /// The words of the wire and of the database.
    pub const WORDS: &'static [(&'static str, Self)] =
        &[("low", Self::Low), ("normal", Self::Normal), ("high", Self::High), ("urgent", Self::Urgent)];
    /// Its word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Normal => "normal",
            Self::High => "high",
            Self::Urgent => "urgent",
        }
    }
}

/// The subject: one line.
pub const SUBJECT: kernel::input::Text = kernel::input::Text::line(1, 200);
/// A body, of a ticket or a comment.
pub const BODY: kernel::input::Text = kernel::input::Text::lines(1, 20_000);
