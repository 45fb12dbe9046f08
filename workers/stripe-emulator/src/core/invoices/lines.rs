//! The lines of an invoice: whole periods, and parts of one where something changed.

use super::super::{
    money::money,
    proration::{left, share},
    world::{Item, Line, Price, Recurring, World},
};
use chrono::DateTime;

fn price<'w>(world: &'w World, id: &str) -> Option<&'w Price> {
    world.prices.iter().find(|p| p.id == id)
}

fn product(world: &World, id: &str) -> String {
    let product = price(world, id).and_then(|price| world.products.iter().find(|p| p.id == price.product));
    product.map_or_else(|| id.to_owned(), |p| p.name.clone())
}

/// What an item costs for a whole period, in cents.
pub(crate) fn worth(world: &World, item: &Item) -> i64 {
    price(world, &item.price).map_or(0, |p| p.unit_amount.saturating_mul(item.quantity))
}

fn day(at: i64) -> String {
    DateTime::from_timestamp(at, 0).map_or_else(|| at.to_string(), |t| t.format("%-d %b %Y").to_string())
}

/// A line for each item, for the whole of its current period; free of charge while on trial.
pub(crate) fn for_period(world: &mut World, items: &[Item], trial: bool) -> Vec<Line> {
    let mut lines = Vec::new();
    for item in items {
        let name = product(world, &item.price);
        let description = match price(world, &item.price) {
            _ if trial => format!("Trial period for {name}"),
            Some(p) => {
                format!(
                    "{} × {name} (at {} / {})",
                    item.quantity,
                    money(p.unit_amount, &p.currency),
                    p.recurring.map_or_else(String::new, Recurring::words)
                )
            }
            None => name,
        };
        let amount = if trial { 0 } else { worth(world, item) };
        lines.push(Line {
            id: world.new_id("il"),
            description,
            amount,
            quantity: item.quantity,
            price: item.price.clone(),
            proration: false,
            period: item.period,
            item: item.id.clone(),
            invoice_item: None,
        });
    }
    lines
}

/// A credit for the rest of the period of each item that goes, and a charge for that of each that comes, from `at` on. An item whose
/// price and quantity stay is in neither.
pub(crate) fn prorated(world: &mut World, gone: &[Item], come: &[Item], at: i64) -> Vec<Line> {
    let mut lines = Vec::new();
    for (items, others, sign, what) in [(gone, come, -1, "Unused time on"), (come, gone, 1, "Remaining time on")] {
        for item in items {
            if others.iter().any(|o| o.id == item.id && o.price == item.price && o.quantity == item.quantity && o.period == item.period) {
                continue;
            }
            let (rest, whole) = left(item.period, at);
            let name = product(world, &item.price);
            let many = if item.quantity == 1 { name } else { format!("{} × {name}", item.quantity) };
            let amount = share(sign * worth(world, item), rest, whole);
            lines.push(Line {
                id: world.new_id("il"),
                description: format!("{what} {many} after {}", day(at)),
                amount,
                quantity: item.quantity,
                price: item.price.clone(),
                proration: true,
                period: (at, item.period.1),
                item: item.id.clone(),
                invoice_item: None,
            });
        }
    }
    lines
}
