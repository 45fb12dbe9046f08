//! What people are told: the inbox, and the choices, one file for each page and each form.

pub mod choices;
pub mod choices_page;
pub mod inbox_page;
pub mod open;
pub mod read_all;
