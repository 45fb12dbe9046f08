//! What the JavaScript half offers: one declaration for each function of `js/*.mjs`.
//!
//! The modules are named as they stand in a Worker's `build/` folder, where `tools/build.mjs` puts them. A slice goes over as a view
//! of wasm memory, valid until the call returns: the JavaScript side copies what it keeps.

use wasm_bindgen::prelude::*;

#[wasm_bindgen(raw_module = "./tasks.mjs")]
extern "C" {
    /// A number that no task of this isolate has had.
    #[wasm_bindgen(js_name = taskId)]
    pub fn task_id() -> u32;
    /// A task can go on.
    pub fn wake(id: u32);
    /// Keeps the event's context alive until the task is done.
    #[wasm_bindgen(js_name = waitUntil)]
    pub fn wait_until(context: &JsValue, id: u32);
    /// The message of a panic, before the trap.
    pub fn panicked(message: &str);
}

#[wasm_bindgen(raw_module = "./http.mjs")]
extern "C" {
    /// A header of a request.
    pub fn header(request: &JsValue, name: &str) -> Option<String>;
    /// The method of a request that has no number.
    pub fn method(request: &JsValue) -> String;
    /// Reads a body: bytes, or a number.
    #[wasm_bindgen(js_name = readBody)]
    pub fn read_body(request: &JsValue, cap: f64) -> js_sys::Promise;
    /// A reply with bytes.
    #[wasm_bindgen(js_name = replyBytes)]
    pub fn reply_bytes(status: u16, headers: &str, body: &[u8]) -> JsValue;
    /// A reply without a body.
    #[wasm_bindgen(js_name = replyEmpty)]
    pub fn reply_empty(status: u16, headers: &str) -> JsValue;
    /// A reply that passes a stream through.
    #[wasm_bindgen(js_name = replyStream)]
    pub fn reply_stream(status: u16, headers: &str, stream: &JsValue) -> JsValue;
    /// Instead of a reply that can't be made: logged, 500.
    #[wasm_bindgen(js_name = refused)]
    pub fn refused(status: u16, cause: &str) -> JsValue;
    /// Sends a request to another server.
    pub fn send(fetcher: &JsValue, method: &str, url: &str, headers: &str, body: &[u8], timeout: u32, cap: f64) -> js_sys::Promise;
}

#[wasm_bindgen(raw_module = "./mail.mjs")]
extern "C" {
    /// Sends one mail: `["sent", id]` or `[code, message]`.
    #[wasm_bindgen(js_name = sendMail)]
    pub fn send_mail(binding: &JsValue, json: &str) -> js_sys::Promise;
}

#[wasm_bindgen(raw_module = "./d1.mjs")]
extern "C" {
    /// Runs one read statement.
    #[wasm_bindgen(js_name = read)]
    pub fn d1_read(db: &JsValue, json: &str) -> js_sys::Promise;
    /// Runs statements as one transaction.
    #[wasm_bindgen(js_name = batch)]
    pub fn d1_batch(db: &JsValue, json: &str) -> js_sys::Promise;
}

#[wasm_bindgen(raw_module = "./system.mjs")]
extern "C" {
    /// The time.
    pub fn now() -> f64;
    /// Fills a buffer of at most 65,536 bytes.
    pub fn randomize(bytes: &mut [u8]);
    /// Writes a line.
    pub fn log(line: &str, failed: bool);
    /// A binding by name.
    pub fn binding(env: &JsValue, name: &str) -> JsValue;
    /// Acknowledges a message.
    pub fn ack(messages: &JsValue, index: u32);
    /// Asks for a message again.
    pub fn retry(messages: &JsValue, index: u32, delay_seconds: u32);
    /// Waits.
    pub fn sleep(milliseconds: u32) -> js_sys::Promise;
}
