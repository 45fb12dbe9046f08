//! One file for each page.

pub mod components;
pub mod mail_html;
pub mod mail_json;
pub mod mail_list;
pub mod mail_page;
pub mod mails;
