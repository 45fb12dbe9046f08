//! Tickets: one file for each page and each form. A downstream product replaces this folder by its own resource.

pub mod assign;
pub mod change;
pub mod comment;
pub mod create;
pub mod list;
pub mod new_page;
pub mod page;
pub mod people;
pub mod status;
pub mod view;

mod conflict;
mod filters;
mod form;
