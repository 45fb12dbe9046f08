//! One file for each endpoint and page.

pub mod active;
pub mod active_page;
pub mod cancel;
pub mod cancel_now;
pub mod cancel_now_page;
pub mod cancel_page;
pub mod change;
pub mod change_page;
pub mod checkout;
pub mod choose_page;
pub mod console;
pub mod customer;
pub mod customer_page;
pub mod done;
pub mod done_page;
pub mod give_up;
pub mod keep;
pub mod keep_page;
pub mod overview;
pub mod portal;
pub mod portal_check;
pub mod portal_page;
pub mod preview;
pub mod resync;
pub mod stripe_event;
