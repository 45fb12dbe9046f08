//! Looking after one's own account: name, address, password, second factor, sessions.

pub mod authenticator;
pub mod authenticator_page;
pub mod authenticator_remove;
pub mod authenticator_remove_page;
pub mod codes;
pub mod codes_page;
pub mod codes_shown;
pub mod email;
pub mod email_confirm;
pub mod email_confirm_page;
pub mod email_page;
pub mod email_undo;
pub mod email_undo_page;
pub mod password;
pub mod password_page;
pub mod profile;
pub mod profile_page;
pub mod security;
pub mod sessions_end;
pub mod sessions_end_page;
pub mod sessions_others;
pub mod sessions_others_page;
pub mod sessions_page;
