//! The project as its own declarations describe it: what xtask generates from and the generated tests walk.

pub mod fleet;
