//! The design system: layout, components, forms, error pages.
//!
//! Everything is a plain document that works without JavaScript; nothing is inline, so the strict policy of
//! `kernel::dispatch` holds on every page. maud escapes whatever is put between tags or into attributes. The one stylesheet is
//! `workers/switch/public/assets/app.css`, the one script `app.js` beside it; every component is on `/dev/components`.

pub mod assets;
pub mod chart;
pub mod confirm;
pub mod document;
pub mod errors;
pub mod form;
pub mod history;
pub mod icon;
pub mod list;
pub mod page;
pub mod part;
pub mod secret;
pub mod theme;
pub mod when;

pub use document::{Account, Banner, BannerKind, Crumb, Ends, Flash, Link, Look, Org, Section, Shell, Switcher, document};
pub use errors::{error_page, maintenance_page};
pub use icon::Icon;
pub use theme::Theme;
