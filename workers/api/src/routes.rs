//! One file for each endpoint.

pub mod comment_create;
pub mod comment_list;
pub mod customer_create;
pub mod customer_get;
pub mod customer_list;
pub mod customer_update;
pub mod me;
pub mod member_list;
pub mod ticket;
pub mod ticket_create;
pub mod ticket_get;
pub mod ticket_list;
pub mod ticket_update;
