//! The platform layer alone: what `tests/e2e/platform.test.mjs` and the benchmarks ask of it. Never deployed.

#[cfg(target_family = "wasm")]
mod probe;
