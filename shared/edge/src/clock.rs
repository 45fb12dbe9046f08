//! What time it is.

/// Now, in milliseconds since 1970. On Workers it stands still between I/O.
pub fn now_ms() -> i64 {
    #[expect(clippy::cast_possible_truncation, reason = "milliseconds since 1970 fit")]
    let now = crate::js::now() as i64;
    now
}

/// Waits, without holding the isolate up.
pub async fn sleep(milliseconds: u32) {
    // The promise never rejects.
    let _ = wasm_bindgen_futures::JsFuture::from(crate::js::sleep(milliseconds)).await;
}
