//! The addresses of static files. The content's hash stands in the address, so that browsers may keep a file for ever.

const CSS: &[u8] = include_bytes!("../../../workers/switch/public/assets/app.css");

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

/// The stylesheet's address.
pub fn stylesheet() -> String {
    format!("/assets/app.css?v={CSS_VERSION:08x}")
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
    fn the_stylesheet_asks_for_nothing_else() {
        let text = std::str::from_utf8(CSS).unwrap();
        for word in ["@import", "url(", "http:", "https:", "expression("] {
            assert!(!text.contains(word), "{word}");
        }
        assert_eq!(text.matches('{').count(), text.matches('}').count());
    }
}
