//! What is sold: products and prices.

mod prices;
mod products;

pub use prices::render as render_price;
pub(crate) use prices::{create as create_price, get as get_price, list as list_prices, update as update_price};
pub use products::render as render_product;
pub(crate) use products::{
    create as create_product, delete as delete_product, get as get_product, list as list_products, update as update_product,
};
