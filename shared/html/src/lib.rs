//! The design system: layout, components, forms, error pages.
//!
//! Everything is a plain document that works without JavaScript; nothing is inline, so the strict policy of
//! `kernel::dispatch` holds on every page. maud escapes whatever is put between tags or into attributes. The one stylesheet is
//! `workers/switch/public/assets/app.css`.

pub mod assets;
pub mod document;
pub mod errors;
pub mod form;
pub mod list;
pub mod part;
pub mod when;

pub use document::{Link, Look, Shell, Who, document};
pub use errors::error_page;
