//! A tenant's logo: PNG, JPEG or WebP by its first bytes, of a bounded size (security-and-ui.md §1.7 H6, §1.14; ASVS 5.2.1, 5.2.2,
//! 5.2.6). The sender's word on name and media type counts for nothing. SVG is refused: it can hold programs.

use serde::{Deserialize, Serialize};

/// The largest file, in bytes.
pub const MOST_BYTES: usize = 256 * 1_024;
/// The longest side, in pixels.
pub const MOST_PIXELS: u32 = 2_000;
/// What a browser's dialog offers.
pub const ACCEPT: &str = "image/png,image/jpeg,image/webp";

/// Which format a picture has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Portable Network Graphics.
    Png,
    /// JPEG.
    Jpeg,
    /// WebP.
    WebP,
}
impl Format {
    /// Its media type.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::WebP => "image/webp",
        }
    }
}

/// A logo as `orgs.branding` has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Logo {
    /// Where it is stored. Holds the SHA-256 of its bytes.
    pub key: String,
    /// Its media type.
    #[serde(rename = "type")]
    pub media_type: String,
}
impl Logo {
    /// The media type to serve it under: never one that is no picture, whatever is stored.
    pub fn served_as(&self) -> Option<&'static str> {
        [Format::Png, Format::Jpeg, Format::WebP].map(Format::media_type).into_iter().find(|t| *t == self.media_type)
    }
}

/// A picture that may be a logo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Picture {
    /// Its format.
    pub format: Format,
    /// Pixels across.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
}

/// Why a file can't be a logo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unfit {
    /// More than [`MOST_BYTES`].
    TooLarge(usize),
    /// An SVG.
    Svg,
    /// Nothing that is known here, or cut before its size is told.
    NoPicture,
    /// More than [`MOST_PIXELS`] on a side, or none.
    Pixels(u32, u32),
}
impl Unfit {
    /// What is wrong, and what to do.
    pub fn words(self) -> (&'static str, String, String) {
        match self {
            Self::TooLarge(bytes) => (
                "too_long",
                format!("The file has {} KB; at most {} KB are allowed.", bytes.div_ceil(1_024), MOST_BYTES / 1_024),
                "Choose a smaller file.".to_owned(),
            ),
            Self::Svg => (
                "not_allowed",
                "SVG files can't be used: they can hold programs.".to_owned(),
                "Save the logo as PNG, at twice the size it is shown in, and choose that file.".to_owned(),
            ),
            Self::NoPicture => {
                ("invalid_format", "The file is no PNG, JPEG or WebP picture.".to_owned(), "Choose a PNG, JPEG or WebP file.".to_owned())
            }
            Self::Pixels(width, height) => (
                "out_of_range",
                format!("The picture has {width} by {height} pixels; at most {MOST_PIXELS} by {MOST_PIXELS} are allowed."),
                "Make it smaller and choose it again.".to_owned(),
            ),
        }
    }
}

/// Looks at a file.
///
/// # Errors
/// Why it can't be a logo.
pub fn inspect(bytes: &[u8]) -> Result<Picture, Unfit> {
    if bytes.len() > MOST_BYTES {
        return Err(Unfit::TooLarge(bytes.len()));
    }
    let picture = png(bytes).or_else(|| jpeg(bytes)).or_else(|| webp(bytes));
    let Some(picture) = picture else { return Err(if svg(bytes) { Unfit::Svg } else { Unfit::NoPicture }) };
    let side = 1..=MOST_PIXELS;
    if side.contains(&picture.width) && side.contains(&picture.height) {
        Ok(picture)
    } else {
        Err(Unfit::Pixels(picture.width, picture.height))
    }
}

fn be(bytes: &[u8], at: usize, count: usize) -> Option<u32> {
    Some(bytes.get(at..at.checked_add(count)?)?.iter().fold(0, |n, b| (n << 8) | u32::from(*b)))
}
fn le(bytes: &[u8], at: usize, count: usize) -> Option<u32> {
    Some(bytes.get(at..at.checked_add(count)?)?.iter().rev().fold(0, |n, b| (n << 8) | u32::from(*b)))
}

/// PNG (W3C PNG §5.2, §11.2.1): the signature, then IHDR.
fn png(bytes: &[u8]) -> Option<Picture> {
    bytes.strip_prefix(b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR")?;
    Some(Picture { format: Format::Png, width: be(bytes, 16, 4)?, height: be(bytes, 20, 4)? })
}

/// JPEG (ITU-T T.81 §B.1): segments up to the frame header.
fn jpeg(bytes: &[u8]) -> Option<Picture> {
    bytes.strip_prefix(b"\xff\xd8\xff")?;
    let mut at = 2;
    loop {
        // Any number of fill bytes may stand before a marker.
        if *bytes.get(at)? != 0xff {
            return None;
        }
        while *bytes.get(at)? == 0xff {
            at += 1;
        }
        let marker = *bytes.get(at)?;
        match marker {
            0xc4 | 0xc8 | 0xcc => {}
            0xc0..=0xcf => return Some(Picture { format: Format::Jpeg, width: be(bytes, at + 6, 2)?, height: be(bytes, at + 4, 2)? }),
            // No frame before the picture's data or its end; 0 is no marker.
            0x00 | 0xd0..=0xda => return None,
            _ => {}
        }
        let length = usize::try_from(be(bytes, at + 1, 2)?).ok().filter(|n| *n >= 2)?;
        at += 1 + length;
    }
}

/// WebP (RFC 9649 §2): RIFF, then one of three first chunks.
fn webp(bytes: &[u8]) -> Option<Picture> {
    let chunk = bytes.strip_prefix(b"RIFF")?.get(4..)?.strip_prefix(b"WEBP")?;
    let of = |width: u32, height: u32| Some(Picture { format: Format::WebP, width, height });
    match chunk.get(..4)? {
        b"VP8 " if chunk.get(11..14)? == b"\x9d\x01\x2a" => of(le(chunk, 14, 2)? & 0x3fff, le(chunk, 16, 2)? & 0x3fff),
        b"VP8L" if *chunk.get(8)? == 0x2f => {
            let bits = le(chunk, 9, 4)?;
            of((bits & 0x3fff) + 1, ((bits >> 14) & 0x3fff) + 1)
        }
        b"VP8X" => of(le(chunk, 12, 3)? + 1, le(chunk, 15, 3)? + 1),
        _ => None,
    }
}

fn svg(bytes: &[u8]) -> bool {
    let head = String::from_utf8_lossy(bytes.get(..bytes.len().min(1_024)).unwrap_or_default()).to_ascii_lowercase();
    head.contains("<svg")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn png_of(width: u32, height: u32) -> Vec<u8> {
        let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR".to_vec();
        bytes.extend(width.to_be_bytes());
        bytes.extend(height.to_be_bytes());
        bytes.extend([8, 6, 0, 0, 0]);
        bytes
    }
    fn jpeg_of(width: u16, height: u16) -> Vec<u8> {
        let mut bytes = b"\xff\xd8\xff\xe0\x00\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0".to_vec();
        // A table whose marker looks like a frame's, and fill bytes.
        bytes.extend(b"\xff\xc4\x00\x04ab\xff\xff\xff\xc2\x00\x0b\x08");
        bytes.extend(height.to_be_bytes());
        bytes.extend(width.to_be_bytes());
        bytes
    }
    fn webp_of(chunk: &[u8]) -> Vec<u8> {
        [b"RIFF\x20\0\0\0WEBP", chunk].concat()
    }
    fn size(bytes: &[u8]) -> Result<(&'static str, u32, u32), Unfit> {
        inspect(bytes).map(|p| (p.format.media_type(), p.width, p.height))
    }

    #[test]
    fn each_format_tells_its_size() {
        assert_eq!(size(&png_of(640, 480)), Ok(("image/png", 640, 480)));
        assert_eq!(size(&jpeg_of(300, 2_000)), Ok(("image/jpeg", 300, 2_000)));
        assert_eq!(size(&webp_of(b"VP8 \x10\0\0\0\x30\x01\0\x9d\x01\x2a\x90\x41\x2c\x01")), Ok(("image/webp", 400, 300)));
        // 14 bits each: 400 - 1, 300 - 1.
        let bits: u32 = 399 | (299 << 14);
        let lossless = [b"VP8L\x10\0\0\0\x2f".as_slice(), &bits.to_le_bytes()].concat();
        assert_eq!(size(&webp_of(&lossless)), Ok(("image/webp", 400, 300)));
        assert_eq!(size(&webp_of(b"VP8X\x0a\0\0\0\0\0\0\0\x8f\x01\0\x2b\x01\0")), Ok(("image/webp", 400, 300)));
    }

    #[test]
    fn what_is_too_large_is_told_its_own_size() {
        for (width, height) in [(2_001, 1), (1, 2_001), (0, 5), (5, 0), (u32::MAX, u32::MAX)] {
            assert_eq!(inspect(&png_of(width, height)), Err(Unfit::Pixels(width, height)));
        }
        assert!(inspect(&png_of(2_000, 2_000)).is_ok());
        let mut long = png_of(1, 1);
        long.resize(MOST_BYTES, 0);
        assert!(inspect(&long).is_ok());
        long.push(0);
        assert_eq!(inspect(&long), Err(Unfit::TooLarge(MOST_BYTES + 1)));
        assert!(Unfit::TooLarge(MOST_BYTES + 1).words().1.contains("257 KB; at most 256 KB"));
    }

    #[test]
    fn what_only_says_that_it_is_a_picture_is_none() {
        for svg in ["<svg xmlns=\"http://www.w3.org/2000/svg\"/>", "<?xml version=\"1.0\"?>\n<!-- x -->\n<SVG>"] {
            assert_eq!(inspect(svg.as_bytes()), Err(Unfit::Svg), "{svg}");
        }
        for none in ["", "GIF89a", "BM", "<html><script>", "%PDF-1.7", "\u{89}PNG\r\n", "RIFF", "RIFF....WEBPVP9 ", "PK\u{3}\u{4}"] {
            assert_eq!(inspect(none.as_bytes()), Err(Unfit::NoPicture), "{none:?}");
        }
        // Bytes that begin as a picture and never tell a size; every cut of a good one.
        assert_eq!(inspect(b"\xff\xd8\xff\xda\0\x02"), Err(Unfit::NoPicture));
        assert_eq!(inspect(b"\xff\xd8\xff\xe0\0\0\xff\xe0\0\0"), Err(Unfit::NoPicture), "a segment shorter than its own length");
        for whole in [png_of(9, 9), jpeg_of(9, 9), webp_of(b"VP8X\x0a\0\0\0\0\0\0\0\x8f\x01\0\x2b\x01\0")] {
            for cut in 0..whole.len().min(24) {
                assert_eq!(inspect(&whole[..cut]).ok().filter(|_| cut < 20), None, "{cut}");
            }
        }
    }

    #[test]
    fn nothing_but_a_picture_is_served() {
        let stored = |media_type: &str| Logo { key: "k".into(), media_type: media_type.into() }.served_as();
        assert_eq!(stored("image/webp"), Some("image/webp"));
        assert_eq!((stored("image/svg+xml"), stored("text/html"), stored("")), (None, None, None));
    }
}
