//! What stands around every page of a surface: who is signed in, the navigation, the organization one is in, what the form
//! before did.
//!
//! A page without forms of its own is `shell::app::page(&cx, req, place, title, &main)`. One with forms takes a [`Frame`] first,
//! because the forms within the page and those around it carry the same token:
//!
//! ```ignore
//! let frame = Frame::of(&cx, req);
//! let main = html! { (Form::new("/o/acme/members", frame.csrf(), "Invite").render(&fields)) };
//! Ok(frame.app(Place::Org(slug, OrgPlace::Members), "Members").reply(&main))
//! // shown again with what was wrong: 422
//! Ok(cx.unchanged(frame.app(place, "Members").again(&main)))
//! ```

pub mod app;
pub mod bare;
mod frame;
pub mod notifications;
mod page;
pub mod platform;
pub mod portal;

pub use app::{AccountPlace, OrgPlace, Place, SettingsPlace};
pub use frame::{Context, Frame};
pub use page::Page;
pub use platform::ConsolePlace;
pub use portal::PortalPlace;
