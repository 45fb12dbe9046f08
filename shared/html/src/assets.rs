//! The addresses of static files. The content's hash stands in the address, so that browsers may keep a file for ever.

const CSS: &[u8] = include_bytes!("../../../workers/switch/public/assets/app.css");
const JS: &[u8] = include_bytes!("../../../workers/switch/public/assets/app.js");
const FONT: &[u8] = include_bytes!("../../../workers/switch/public/assets/geist.woff2");

/// FNV-1a (draft-eastlake-fnv-21): tells versions of our own file apart, nothing more.
const fn version(bytes: &[u8]) -> u32 {
    let mut hash = 0x811c_9dc5_u32;
    let mut rest = bytes;
    while let [first, tail @ ..] = rest {
        hash = (hash ^ *first as u32).wrapping_mul(0x0100_0193);
        rest = tail;
    }
    hash
}
const CSS_VERSION: u32 = version(CSS);
const JS_VERSION: u32 = version(JS);
const FONT_VERSION: u32 = version(FONT);

/// The stylesheet's address.
pub fn stylesheet() -> String {
    format!("/assets/app.css?v={CSS_VERSION:08x}")
}

/// The script's address.
pub fn script() -> String {
    format!("/assets/app.js?v={JS_VERSION:08x}")
}

/// The font's address, as the stylesheet has it: a page asks for both at once.
pub fn font() -> String {
    format!("/assets/geist.woff2?v={FONT_VERSION:08x}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_content_has_another_address() {
        assert_eq!(version(b""), 0x811c_9dc5);
        assert_eq!(version(b"a"), 0xe40c_292c, "the draft's test vector");
        assert_ne!(version(b"a{}"), version(b"b{}"));
    }

    #[test]
    fn the_stylesheet_asks_for_our_font_and_nothing_else() {
        let text = std::str::from_utf8(CSS).unwrap();
        for word in ["@import", "http:", "https:", "expression("] {
            assert!(!text.contains(word), "{word}");
        }
        assert_eq!(text.matches("url(").count(), 1);
        assert!(text.contains(&format!("url({})", font().trim_start_matches("/assets/"))), "write {} in the stylesheet", font());
        assert_eq!(text.matches('{').count(), text.matches('}').count());
    }

    #[test]
    fn the_script_asks_only_for_what_is_ours_and_evaluates_nothing() {
        let text = std::str::from_utf8(JS).unwrap();
        for word in ["http:", "https:", "eval(", "new Function", "innerHTML", "insertAdjacentHTML", "document.write", ".style", "import "] {
            assert!(!text.contains(word), "{word}");
        }
        // The names that the markup and the server use for the same thing.
        for word in [crate::theme::COOKIE, "data-copy", "data-dialog", "data-slug-check", "data-unsaved"] {
            assert!(text.contains(word), "{word}");
        }
    }
}
