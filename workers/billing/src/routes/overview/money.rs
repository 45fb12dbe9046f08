//! Payments: what moved lately, from the ledger.

use domain::money::{Currency, Money};
use html::{
    list::Table,
    page::section,
    part::{self, none},
    when,
};
use kernel::{Millis, Result, db::Rows};
use maud::{Markup, html};

/// Money that moved.
pub struct Payment {
    kind: String,
    object: String,
    amount: Option<Money>,
    at: Millis,
}

/// Reads the rows.
///
/// # Errors
/// An incident when one can't be read.
pub fn payments(rows: &Rows) -> Result<Vec<Payment>> {
    rows.iter()
        .map(|row| {
            let amount =
                Currency::parse(row.text(3)?).map(|currency| Ok::<_, kernel::Error>(Money::new(row.int(2)?, currency))).transpose()?;
            Ok(Payment { kind: row.text(0)?.to_owned(), object: row.text(1)?.to_owned(), amount, at: Millis::new(row.int(4)?) })
        })
        .collect()
}

/// The table.
pub fn table(payments: &[Payment]) -> Markup {
    let what = |p: &Payment| match p.kind.as_str() {
        "payment" => "Payment",
        "refund" => "Refund",
        _ if p.amount.is_some_and(|amount| amount.cents() > 0) => "Dispute won",
        _ => "Dispute",
    };
    let rows: Vec<Vec<Markup>> = payments
        .iter()
        .map(|p| {
            vec![
                html! { (what(p)) },
                p.amount.map_or_else(|| none("unknown"), |amount| part::amount(&amount.to_string())),
                when::day(p.at),
                html! { code { (p.object) } },
            ]
        })
        .collect();
    section(
        "Recent payments",
        "Invoices and receipts are in Stripe's portal.",
        &html! {},
        &html! {
            @if rows.is_empty() { p class="quiet" { "Nothing was paid yet." } }
            @else { (Table { caption: "Recent payments", columns: &["What", "Amount", "When", "At Stripe"] }.render(&rows)) }
        },
    )
}
