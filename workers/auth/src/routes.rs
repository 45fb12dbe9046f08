//! One file for each page or form.

pub mod sign_in;
pub mod sign_in_page;
pub mod sign_out;
