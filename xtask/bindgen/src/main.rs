//! Turns a Worker's compiled wasm into what workerd loads: runs wasm-bindgen as a library.
//!
//! A library rather than the published command, so that its version is pinned in the workspace beside the crate it must match,
//! and no second tool has to be installed. Two settings carry the design:
//!
//! - the reset-state function: the entry (`shared/edge/js/entry.mjs`) replaces an instance that trapped, and glue made for the
//!   old instance refuses to call into the new one;
//! - the name section is kept: a trap's stack then names Rust functions.
//!
//! Usage: `bindgen <input.wasm> <output directory>`; writes `worker.js`, `worker_bg.wasm` and `snippets/`.

use std::{error::Error, fs, path::Path};
use wasm_bindgen_cli_support::Bindgen;

/// The stem of the files written.
const NAME: &str = "worker";

fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args_os().skip(1);
    let (Some(input), Some(out), None) = (args.next(), args.next(), args.next()) else {
        return Err("usage: bindgen <input.wasm> <output directory>".into());
    };
    let out = Path::new(&out);
    Bindgen::new().input_path(input).out_name(NAME).module(true)?.typescript(false).reset_state_function(true).generate(out)?;
    plain_import(&out.join(format!("{NAME}.js")))
}

/// Makes the import of the wasm module an ordinary one. wasm-bindgen writes the source-phase form, which wrangler's bundler does not
/// read; workerd gives the compiled module as the default export of either.
fn plain_import(glue: &Path) -> Result<(), Box<dyn Error>> {
    let js = fs::read_to_string(glue)?;
    let plain = js.replacen("import source wasmModule from", "import wasmModule from", 1);
    if plain == js {
        return Err("wasm-bindgen no longer writes `import source wasmModule`: look at how its module target loads the wasm".into());
    }
    fs::write(glue, plain)?;
    Ok(())
}
