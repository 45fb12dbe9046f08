//! Cloudflare Email Service: the `send_email` binding's structured message (developers.cloudflare.com/email-service, "Workers API").
//! It has no idempotency key: a crash between sending and marking may send a mail twice, under one `X-Entity-Ref-ID`.

use super::{Parcel, Verdict, words};
use crate::Unfit;
use kernel::ports::{MailRefused, OutgoingMail};

/// The mail as the binding takes it.
///
/// # Errors
/// [`Unfit::Address`] when the configured sender is none.
pub fn mail(parcel: &Parcel<'_>) -> Result<OutgoingMail, Unfit> {
    let (from_name, from) = parcel.sender()?;
    let message = parcel.message;
    Ok(OutgoingMail {
        from_name,
        from: from.as_str().to_owned(),
        to: parcel.to.as_str().to_owned(),
        subject: message.subject.clone(),
        text: message.text.clone(),
        html: message.html.clone(),
        headers: parcel.headers(),
    })
}

/// Reads the answer.
pub fn read(sent: Result<String, MailRefused>) -> Verdict {
    match sent {
        Ok(id) => Verdict::Sent(words(&id)),
        Err(MailRefused { permanent: true, why }) => Verdict::Never(words(&why)),
        Err(MailRefused { permanent: false, why }) => Verdict::Later(words(&why)),
    }
}
