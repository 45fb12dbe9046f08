//! How often anything may be tried here (security-and-ui.md §1.3). Exact windows, counted before anything costly is done.

use kernel::limit::Exact;

/// Sign-ins by address, an IPv6 client's whole /64.
pub const SIGN_IN_BY_ADDRESS: Exact = Exact { name: "sign_in_address", limit: 5, window_seconds: 60 };
/// Failed sign-ins by account: ten, then an hour.
pub const SIGN_IN_BY_ACCOUNT: Exact = Exact { name: "sign_in_account", limit: 10, window_seconds: 3_600 };
/// Failed sign-ins from a browser that the account knows, while the account is locked for others.
pub const SIGN_IN_BY_DEVICE: Exact = Exact { name: "sign_in_device", limit: 10, window_seconds: 3_600 };
/// Sign-ups by address.
pub const SIGN_UP_BY_ADDRESS: Exact = Exact { name: "sign_up_address", limit: 3, window_seconds: 60 };
/// Forms that send a mail, by address.
pub const MAIL_BY_ADDRESS: Exact = Exact { name: "mail_address", limit: 3, window_seconds: 300 };
/// Mails that strangers can have sent, by recipient.
pub const MAIL_BY_RECIPIENT: Exact = Exact { name: "mail_recipient", limit: 3, window_seconds: 300 };
/// Links that are used, by address.
pub const LINK_BY_ADDRESS: Exact = Exact { name: "link_address", limit: 10, window_seconds: 60 };
/// Passwords tried on the link of a sign-up.
pub const PASSWORD_BY_LINK: Exact = Exact { name: "link_password", limit: 5, window_seconds: 3_600 };
/// Codes tried in one challenge: then it begins anew with the first factor.
pub const CODE_BY_CHALLENGE: Exact = Exact { name: "challenge", limit: 5, window_seconds: 3_600 };
/// Codes tried for one account.
pub const CODE_BY_ACCOUNT: Exact = Exact { name: "challenge_account", limit: 10, window_seconds: 900 };
/// Proofs tried by whoever is signed in.
pub const PROOF_BY_ACCOUNT: Exact = Exact { name: "confirm_account", limit: 5, window_seconds: 600 };
/// Changes that whoever is signed in makes to their own account.
pub const CHANGE_BY_ACCOUNT: Exact = Exact { name: "account_change", limit: 20, window_seconds: 600 };
/// Mails that whoever is signed in has sent about their own account.
pub const MAIL_BY_ACCOUNT: Exact = Exact { name: "mail_account", limit: 3, window_seconds: 300 };
/// Set-ups of the deployment tried, by address.
pub const SET_UP_BY_ADDRESS: Exact = Exact { name: "set_up_address", limit: 5, window_seconds: 3_600 };
