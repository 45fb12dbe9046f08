//! A tenant's look. Its colors: hex only, readable by computation (WCAG 2.2 §1.4.3, §1.4.11), and the stylesheet that carries them.
//!
//! Five are chosen and the sixth, the text on buttons, follows. Backgrounds and lines hold in the light scheme; in the dark one our
//! own stay, and the two accents are lightened until they can be read there.

use crate::logos::Logo;
use serde::{Deserialize, Serialize};

/// A color as `#rrggbb`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Color([u8; 3]);
impl Color {
    /// White.
    pub const WHITE: Self = Self([255, 255, 255]);
    /// What text on a light button is written in.
    pub const INK: Self = Self([0x0b, 0x0c, 0x0f]);

    /// One of our own.
    pub const fn of(red: u8, green: u8, blue: u8) -> Self {
        Self([red, green, blue])
    }
    /// Reads `#rrggbb`. Nothing else: no names, no functions, so that nothing but a color ever reaches a stylesheet.
    pub fn parse(text: &str) -> Option<Self> {
        let hex = text.strip_prefix('#').filter(|h| h.len() == 6 && h.bytes().all(|b| b.is_ascii_hexdigit()))?;
        let part = |at: usize| hex.get(at..at + 2).and_then(|p| u8::from_str_radix(p, 16).ok());
        Some(Self([part(0)?, part(2)?, part(4)?]))
    }
    /// As `#rrggbb`.
    pub fn hex(self) -> String {
        let [r, g, b] = self.0;
        format!("#{r:02x}{g:02x}{b:02x}")
    }
    /// Relative luminance (WCAG 2.2, definition).
    fn luminance(self) -> f64 {
        let linear = |c: u8| {
            let c = f64::from(c) / 255.0;
            if c <= 0.040_45 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
        };
        let [r, g, b] = self.0.map(linear);
        0.2126 * r + 0.7152 * g + 0.0722 * b
    }
    /// The contrast of two colors, from 1 to 21.
    pub fn contrast(self, other: Self) -> f64 {
        let (a, b) = (self.luminance(), other.luminance());
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }
    /// The color that text on it is written in: white or near black, whichever stands out more.
    pub fn text_on(self) -> Self {
        if self.contrast(Self::WHITE) >= self.contrast(Self::INK) { Self::WHITE } else { Self::INK }
    }
    /// Lightened step by step until it stands out from another by so much.
    fn lightened(self, from: Self, ratio: f64) -> Self {
        let mut color = self;
        for _ in 0..32 {
            if color.contrast(from) >= ratio {
                break;
            }
            color = Self(color.0.map(|c| c.saturating_add(((255 - c) / 8).max(1))));
        }
        color
    }
}

/// Text in the light scheme, as the stylesheet has it.
const FOREGROUND: Color = Color([0x17, 0x19, 0x1d]);
/// Quiet text in the light scheme.
const MUTED: Color = Color([0x5b, 0x61, 0x6c]);
/// The lightest surface of the dark scheme that accents stand on.
const DARK: Color = Color([0x1a, 0x1d, 0x22]);
/// Text must stand out by that much.
pub const TEXT: f64 = 4.5;
/// Parts of controls by that much.
pub const PARTS: f64 = 3.0;

/// What a tenant chose, as stored in `orgs.branding`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Branding {
    /// Buttons.
    pub primary: String,
    /// Links.
    pub link: String,
    /// Behind everything.
    pub background: String,
    /// Behind cards.
    pub card: String,
    /// Lines.
    pub border: String,
    /// Its logo, if it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logo: Option<Logo>,
}
impl Default for Branding {
    fn default() -> Self {
        let own = |text: &str| text.to_owned();
        Self {
            primary: own("#262b35"),
            link: own("#1f3a68"),
            background: own("#fbfbfc"),
            card: own("#ffffff"),
            border: own("#e3e5e9"),
            logo: None,
        }
    }
}

/// What is wrong with a color.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// The field.
    pub field: &'static str,
    /// Stable: `invalid_format` or `not_allowed`.
    pub code: &'static str,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub fix: &'static str,
}

impl Branding {
    /// The colors by the names of their fields, with their labels.
    pub const FIELDS: [(&'static str, &'static str); 5] =
        [("primary", "Buttons"), ("link", "Links"), ("background", "Page background"), ("card", "Cards"), ("border", "Lines")];

    /// A color by the name of its field.
    pub fn get(&self, field: &str) -> &str {
        match field {
            "primary" => &self.primary,
            "link" => &self.link,
            "background" => &self.background,
            "card" => &self.card,
            _ => &self.border,
        }
    }
    /// Reads what is stored; our own look where nothing is.
    pub fn stored(json: Option<&str>) -> Self {
        json.and_then(|json| serde_json::from_str(json).ok()).unwrap_or_default()
    }
    /// What is stored of it: nothing where it is our own look.
    ///
    /// # Errors
    /// Never for what a form brought; what can't be written is an error all the same.
    pub fn to_stored(&self) -> Result<Option<String>, serde_json::Error> {
        if *self == Self::default() { Ok(None) } else { serde_json::to_string(self).map(Some) }
    }
    fn colors(&self) -> Option<[Color; 5]> {
        let [primary, link, background, card, border] = Self::FIELDS.map(|(field, _)| Color::parse(self.get(field)));
        Some([primary?, link?, background?, card?, border?])
    }
    /// Every color that is none or can't be read where it stands.
    pub fn problems(&self) -> Vec<Unreadable> {
        let mut wrong = Vec::new();
        for (field, _) in Self::FIELDS {
            if Color::parse(self.get(field)).is_none() {
                wrong.push(Unreadable {
                    field,
                    code: "invalid_format",
                    message: "This is not a color.".into(),
                    fix: "Write # and six hexadecimal digits, such as #1f3a68.",
                });
            }
        }
        let Some([primary, link, background, card, _]) = self.colors() else { return wrong };
        let mut check = |field: &'static str, what: &str, one: Color, other: Color, least: f64, fix: &'static str| {
            let ratio = one.contrast(other);
            if ratio < least && !wrong.iter().any(|w| w.field == field) {
                // Rounded down: what is refused never reads as enough.
                let shown = (ratio * 100.0).floor() / 100.0;
                wrong.push(Unreadable {
                    field,
                    code: "not_allowed",
                    message: format!("{what} has a contrast of {shown}:1; {least}:1 is needed."),
                    fix,
                });
            }
        };
        for (field, surface) in [("background", background), ("card", card)] {
            check(field, "Text on it", FOREGROUND, surface, TEXT, "Choose a lighter color.");
            check(field, "Quiet text on it", MUTED, surface, TEXT, "Choose a lighter color.");
        }
        for (surface, on) in [("on the background", background), ("on cards", card)] {
            check("link", &format!("A link {surface}"), link, on, TEXT, "Choose a darker color.");
            check("primary", &format!("A button {surface}"), primary, on, PARTS, "Choose a darker color.");
        }
        check("primary", "Its text", primary.text_on(), primary, TEXT, "Choose a darker or a lighter color.");
        wrong
    }
    /// The text on buttons.
    pub fn button_text(&self) -> Color {
        Color::parse(&self.primary).map_or(Color::WHITE, Color::text_on)
    }
    /// The stylesheet: six variables. `None` when what is stored is no five colors.
    pub fn stylesheet(&self) -> Option<String> {
        let [primary, link, background, card, border] = self.colors()?;
        let (dark_primary, dark_link) = (primary.lightened(DARK, PARTS), link.lightened(DARK, TEXT));
        let both = |light: Color, dark: &str| format!("light-dark({}, {dark})", light.hex());
        Some(format!(
            ":root:root {{\n  --primary: {};\n  --primary-foreground: {};\n  --link: {};\n  --background: {};\n  --card: {};\n  --border: {};\n}}\n",
            both(primary, &dark_primary.hex()),
            both(primary.text_on(), &dark_primary.text_on().hex()),
            both(link, &dark_link.hex()),
            both(background, "#0c0d10"),
            both(card, "#131519"),
            both(border, "#262a31"),
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(field: &str, value: &str) -> Branding {
        let mut b = Branding::default();
        *match field {
            "primary" => &mut b.primary,
            "link" => &mut b.link,
            "background" => &mut b.background,
            "card" => &mut b.card,
            _ => &mut b.border,
        } = value.to_owned();
        b
    }
    fn fields(b: &Branding) -> Vec<(&'static str, &'static str)> {
        b.problems().into_iter().map(|p| (p.field, p.code)).collect()
    }

    #[test]
    fn contrast_is_what_wcag_says() {
        let [black, grey] = ["#000000", "#777777"].map(|t| Color::parse(t).unwrap());
        assert!((Color::WHITE.contrast(black) - 21.0).abs() < 1e-9 && (Color::WHITE.contrast(Color::WHITE) - 1.0).abs() < 1e-9);
        assert!((grey.contrast(Color::WHITE) - 4.478).abs() < 0.001, "{}", grey.contrast(Color::WHITE));
    }

    #[test]
    fn only_hex_is_a_color() {
        for bad in ["", "red", "#fff", "#12345g", "#1234567", "rgb(0,0,0)", "#12345 ", "#000000;}", "＃000000", "url(x)"] {
            assert_eq!(Color::parse(bad), None, "{bad:?}");
            assert_eq!(fields(&with("border", bad)), [("border", "invalid_format")], "{bad:?}");
        }
        assert_eq!(Color::parse("#0aF3c9").unwrap().hex(), "#0af3c9");
    }

    #[test]
    fn what_can_t_be_read_is_refused_by_name() {
        assert_eq!(fields(&Branding::default()), []);
        assert_eq!(fields(&with("background", "#222222")).first(), Some(&("background", "not_allowed")));
        assert_eq!(fields(&with("card", "#b0b0b0")).first(), Some(&("card", "not_allowed")));
        assert_eq!(fields(&with("link", "#8fb4ff")), [("link", "not_allowed")]);
        assert_eq!(fields(&with("primary", "#ffee88")), [("primary", "not_allowed")]);
        let said = &with("link", "#777777").problems()[0];
        assert!(said.message.contains("4.3") && said.message.contains("4.5:1"), "{}", said.message);
    }

    #[test]
    fn text_on_a_button_is_black_or_white_and_the_sheet_is_six_variables() {
        assert_eq!(Color::parse("#f5c518").unwrap().text_on(), Color::INK);
        assert_eq!(Color::parse("#0b3d91").unwrap().text_on(), Color::WHITE);
        let sheet = with("primary", "#0b3d91").stylesheet().unwrap();
        assert_eq!((sheet.matches("--").count(), sheet.matches(';').count()), (6, 6), "{sheet}");
        assert!(sheet.contains("--primary: light-dark(#0b3d91, #") && !sheet.contains("#0b3d91, #0b3d91"), "{sheet}");
        assert_eq!(with("card", "evil;}").stylesheet(), None);
    }

    #[test]
    fn in_the_dark_an_accent_is_lightened_until_it_can_be_read() {
        for hex in ["#000000", "#0b3d91", "#1f3a68", "#ff0000", "#123456"] {
            let color = Color::parse(hex).unwrap();
            assert!(color.lightened(DARK, TEXT).contrast(DARK) >= TEXT, "{hex}");
        }
    }
}
