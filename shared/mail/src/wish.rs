//! What was asked for with an address that anybody may type: a link to sign in, to set a new password, to confirm a sign-up.
//!
//! It is posted as a mail is, the same for every address; who has the address is looked up by the queue's consumer, which puts a
//! [`Letter`](crate::Letter) in its place, or drops it. So the answer to whoever typed it takes as long, whether or not there is an
//! account (security-and-ui.md §1.3 T4; OWASP ASVS 6.3.8).

use crate::Brand;
use serde::{Deserialize, Serialize};
use std::fmt;

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wish {
    /// A link to sign in.
    SignIn,
    /// A link to set a new password.
    Reset,
    /// An account.
    SignUp,
    /// The link of a sign-up once more.
    SignUpAgain,
}
impl Wish {
    /// Its name, where a letter has its template's.
    pub const fn template(self) -> &'static str {
        match self {
            Self::SignIn => "wish_sign_in",
            Self::Reset => "wish_reset",
            Self::SignUp => "wish_sign_up",
            Self::SignUpAgain => "wish_sign_up_again",
        }
    }
}

/// Whose accounts are looked through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Among {
    /// The staff's.
    Staff,
    /// The operators'.
    Operators,
    /// Those of the organization that the mail is about.
    Customers,
}

/// A wish with what is needed to answer it. Sealed until then. `Debug` keeps the detail, which may hold a password's hash.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// What is asked for.
    pub wish: Wish,
    /// Whose accounts are looked through.
    pub among: Among,
    /// The host that it was asked for on, and that the link will work on.
    pub host: String,
    /// What goes with the link, as its purpose needs it.
    pub detail: Option<String>,
    /// Under whose name the letter comes.
    pub brand: Brand,
}
impl fmt::Debug for Asked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Asked({} at {})", self.wish.template(), self.host)
    }
}
