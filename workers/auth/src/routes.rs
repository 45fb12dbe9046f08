//! One file for each page or form.

pub mod account;
pub mod challenge;
pub mod confirm;
pub mod invitations;
pub mod link;
pub mod reset;
pub mod set_up;
pub mod sign_in;
pub mod sign_in_page;
pub mod sign_out;
pub mod sign_up;
pub mod theme;
