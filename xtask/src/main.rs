//! `cargo run -p xtask -- <command>`.

fn main() {}
