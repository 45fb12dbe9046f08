//! Identifiers: a UUIDv7 behind a prefix that says what it names, such as `tkt_0199a3c4d5e67f89a0b1c2d3e4f50617`.
//!
//! They sort by the time they were made (RFC 9562 §5.7), so a list by id is a list by age, and they are text in D1.

use crate::{error::Error, time::Millis};
use std::fmt;

/// What every identifier type offers.
pub trait Id: Sized + Clone + Eq + fmt::Display {
    /// The prefix, without its underscore.
    const PREFIX: &'static str;
    /// A new id from the time and ten random bytes.
    fn make(at: Millis, random: [u8; 10]) -> Self;
    /// Reads an id that came from outside. `None` when it has another prefix or another shape.
    fn parse(text: &str) -> Option<Self>;
    /// As text.
    fn as_str(&self) -> &str;
}

fn compose(prefix: &str, at: Millis, random: &[u8; 10]) -> String {
    let millis = u64::try_from(at.get()).unwrap_or(0);
    let uuid = uuid::Builder::from_unix_timestamp_millis(millis, random).into_uuid();
    format!("{prefix}_{}", uuid.as_simple())
}

fn well_formed(text: &str, prefix: &str) -> bool {
    text.strip_prefix(prefix)
        .and_then(|rest| rest.strip_prefix('_'))
        .is_some_and(|hex| hex.len() == 32 && hex.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')))
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
        pub struct $name(String);
        impl Id for $name {
            const PREFIX: &'static str = $prefix;
            fn make(at: Millis, random: [u8; 10]) -> Self { Self(compose($prefix, at, &random)) }
            fn parse(text: &str) -> Option<Self> { well_formed(text, $prefix).then(|| Self(text.to_owned())) }
            fn as_str(&self) -> &str { &self.0 }
        }
        impl $name {
            /// Takes an id read from our own database.
            ///
            /// # Errors
            /// An incident when the stored text is no such id.
            #[track_caller]
            pub fn stored(text: &str) -> Result<Self, Error> {
                Self::parse(text).ok_or_else(|| Error::incident(concat!("a stored ", $prefix, " id"), text))
            }
        }
        impl fmt::Display for $name { fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { f.write_str(&self.0) } }
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> { s.serialize_str(&self.0) }
        }
        impl From<&$name> for crate::sql::Value { fn from(id: &$name) -> Self { Self::Text(id.0.clone()) } }
    )+};
}

ids! {
    /// An organization: one tenant.
    OrgId = "org";
    /// A staff account, global.
    UserId = "usr";
    /// A customer account of one organization.
    CustomerId = "cus";
    /// An API key.
    KeyId = "key";
    /// A signed-in session.
    SessionId = "ses";
    /// A ticket, the reference resource.
    TicketId = "tkt";
    /// A comment on a ticket.
    CommentId = "cmt";
    /// An audit event.
    AuditId = "aud";
    /// A domain event: the outbox row, and the `webhook-id` of its messages.
    EventId = "evt";
    /// A webhook endpoint.
    EndpointId = "whe";
    /// One delivery of one event to one endpoint.
    DeliveryId = "whd";
    /// One attempt of a delivery.
    AttemptId = "wha";
    /// An export.
    ExportId = "exp";
    /// A background job.
    JobId = "job";
    /// A request.
    RequestId = "req";
    /// An invitation of a member.
    InvitationId = "inv";
    /// A tenant's own domain.
    DomainId = "dom";
    /// One run of a scheduled task.
    RunId = "run";
    /// A mail.
    MailId = "mai";
    /// An entry of somebody's inbox.
    NoticeId = "ntc";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_round_trips_and_sorts_by_time() {
        let early = TicketId::make(Millis::new(1_700_000_000_000), [255; 10]);
        let late = TicketId::make(Millis::new(1_700_000_000_001), [0; 10]);
        assert!(early < late);
        assert_eq!(TicketId::parse(early.as_str()), Some(early.clone()));
        assert_eq!(CustomerId::parse(early.as_str()), None, "another prefix");
        for wrong in ["", "tkt", "tkt_", "tkt_0199", &early.as_str().to_uppercase(), &format!("{early}0"), "tkt_\u{0}"] {
            assert_eq!(TicketId::parse(wrong), None, "{wrong:?}");
        }
    }
}
