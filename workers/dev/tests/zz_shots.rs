//! Scratch.
#![allow(clippy::all, missing_docs, clippy::unwrap_used, reason = "scratch")]
use kernel::host::Surface;
use testkit::{Harness, get};
#[test]
fn shots() {
    let h = Harness::new();
    for (n, q) in [("components", ""), ("components-portal", "?look=portal"), ("components-platform", "?look=platform")] {
        let r = h.call(&dev::WORKER, get(&format!("/dev/components{q}")).on(Surface::App));
        std::fs::write(format!("/tmp/html-shots/{n}.html"), r.text().unwrap()).unwrap();
    }
    for f in std::fs::read_dir("/work/main/workers/switch/public/assets").unwrap() {
        let f = f.unwrap();
        std::fs::copy(f.path(), format!("/tmp/html-shots/assets/{}", f.file_name().to_str().unwrap())).unwrap();
    }
}
