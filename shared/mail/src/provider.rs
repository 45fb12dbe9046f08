//! What each provider is handed, and how its answer is read. Pure: the queue's consumer does the sending.

pub mod cloudflare;
pub mod resend;

use crate::{Address, Message, Unfit, address};

/// What became of a mail at its provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It was taken; the provider calls it so.
    Sent(String),
    /// It may be taken later. In the provider's words.
    Later(String),
    /// It will never be taken. In the provider's words.
    Never(String),
}

/// A mail on its way to a provider.
#[derive(Clone, Copy)]
pub struct Parcel<'a> {
    /// The mail's id: a provider that is told of it twice sends it once.
    pub id: &'a str,
    /// The recipient.
    pub to: &'a Address,
    /// The sender as configured: `Name <address>`; the brand's name takes the place of the name.
    pub from: &'a str,
    /// What is written.
    pub message: &'a Message,
}

impl Parcel<'_> {
    /// The sender's name and address.
    ///
    /// # Errors
    /// [`Unfit::Address`] when the configured sender is none.
    pub fn sender(&self) -> Result<(String, Address), Unfit> {
        let (configured, address) = address::sender(self.from)?;
        let name = if self.message.from_name.is_empty() { configured.unwrap_or_default() } else { self.message.from_name.clone() };
        // Nothing that has a meaning in a header's address (RFC 5322 §3.2.3), whoever quotes it later.
        let plain: String =
            name.chars().filter(|c| !matches!(c, '"' | '<' | '>' | '\\' | ',' | ';' | ':' | '@' | '(' | ')' | '[' | ']')).collect();
        Ok((plain.trim().to_owned(), address))
    }
    /// Headers beyond the usual ones. Each value is one line.
    pub fn headers(&self) -> Vec<(&'static str, String)> {
        let mut headers = vec![
            // Who answers automatically leaves such mail alone (RFC 3834 §5).
            ("Auto-Submitted", "auto-generated".to_owned()),
            ("X-Entity-Ref-ID", self.id.to_owned()),
        ];
        // Providers refuse one that is not HTTPS (RFC 8058 §3), as on a developer's machine.
        if let Some(link) = self.message.unsubscribe.as_ref().filter(|link| link.as_str().starts_with("https://")) {
            headers.push(("List-Unsubscribe", format!("<{}>", link.as_str())));
        }
        headers
    }
}

/// What somebody else's server said, fit for an operator's eyes: one line, not long.
pub fn words(text: &str) -> String {
    crate::words::line(text, 300)
}
