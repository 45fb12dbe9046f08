//! Letters: one variant for each mail, with exactly the data that it needs; rendered as text and as HTML.
//!
//! A [`Letter`] is posted with `store::mail::post`, in the batch of the change that it speaks of. The queue renders and sends it.

pub mod address;
pub mod billing;
pub mod envelope;
pub mod letter;
pub mod link;
pub mod provider;
pub mod render;
pub mod standing;
pub mod wish;
pub mod words;

pub use address::Address;
pub use billing::BillingNews;
pub use envelope::{Brand, Content, Mail, Written};
pub use letter::Letter;
pub use link::Link;
pub use render::Message;
pub use standing::Standing;
pub use wish::{Among, Asked, Wish};

/// Why a mail can't be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unfit {
    /// The address is not one that a mail can be sent to.
    Address,
    /// The link is no absolute web address, or holds what no address holds.
    Link,
    /// The mail would be larger than mail programs show whole (102 KB).
    TooLarge,
    /// A stored letter that this version does not know.
    Unknown,
}
impl std::fmt::Display for Unfit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Address => "the address is not one that a mail can be sent to",
            Self::Link => "the link is no absolute web address",
            Self::TooLarge => "the mail is larger than mail programs show whole",
            Self::Unknown => "the stored letter is not known to this version",
        })
    }
}
impl std::error::Error for Unfit {}
impl From<Unfit> for kernel::Error {
    #[track_caller]
    fn from(why: Unfit) -> Self {
        Self::incident("writing a mail", why.to_string())
    }
}
