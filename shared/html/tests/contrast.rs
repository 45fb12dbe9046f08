//! Every pair of colors that text or a control is drawn in has the contrast that WCAG 2.2 asks for (1.4.3, 1.4.11), on every
//! surface and in both themes.

#![expect(clippy::unwrap_used, reason = "what goes wrong in a helper must stop the test")]

use std::collections::BTreeMap;

const CSS: &str = include_str!("../../../workers/switch/public/assets/app.css");

type Colors = BTreeMap<String, [String; 2]>;

/// The colors of a block of the stylesheet, light and dark.
fn colors(selector: &str) -> Colors {
    let (_, rest) = CSS.split_once(&format!("\n{selector} {{")).unwrap();
    let (block, _) = rest.split_once('}').unwrap();
    block
        .split(';')
        .filter_map(|line| line.trim().strip_prefix("--")?.split_once(": "))
        .filter_map(|(name, value)| {
            let both =
                value.strip_prefix("light-dark(").and_then(|v| v.strip_suffix(')')).map_or((value, value), |v| v.split_once(", ").unwrap());
            both.0.starts_with('#').then(|| (name.to_owned(), [both.0.to_owned(), both.1.to_owned()]))
        })
        .collect()
}

/// Relative luminance (WCAG 2.2).
fn luminance(hex: &str) -> f64 {
    let channel = |at: usize| {
        let value = f64::from(u8::from_str_radix(hex.get(at..at + 2).unwrap(), 16).unwrap()) / 255.0;
        if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
}
fn contrast(one: &str, other: &str) -> f64 {
    let (a, b) = (luminance(one), luminance(other));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

#[test]
fn the_formula_is_the_standards() {
    assert!((contrast("#000000", "#ffffff") - 21.0).abs() < 0.001);
    assert!((contrast("#777777", "#ffffff") - 4.478).abs() < 0.001);
}

#[test]
fn text_can_be_read_and_controls_can_be_seen() {
    let ours = colors(":root");
    assert!(ours.len() > 15, "the tokens are found");
    let mut wrong = Vec::new();
    for surface in [None, Some(":root:has(.look-app)"), Some(":root:has(.look-platform)")] {
        let mut tokens = ours.clone();
        tokens.extend(surface.map(colors).unwrap_or_default());
        tokens.insert("white".into(), ["#ffffff".into(), "#ffffff".into()]);
        let mut pairs: Vec<(&str, &str, f64)> = vec![("primary-foreground", "primary", 4.5), ("white", "destructive", 4.5)];
        for back in ["background", "card", "raised", "muted"] {
            pairs.extend(["foreground", "muted-foreground", "link", "info", "good", "warn", "bad"].map(|text| (text, back, 4.5)));
        }
        for back in ["background", "card", "raised"] {
            pairs.extend(["input", "primary", "link", "destructive"].map(|part| (part, back, 3.0)));
        }
        pairs.extend([("info", "info-back", 4.5), ("good", "good-back", 4.5), ("warn", "warn-back", 4.5), ("bad", "bad-back", 4.5)]);
        for (front, back, least) in pairs {
            for (front_color, back_color) in tokens.get(front).unwrap().iter().zip(tokens.get(back).unwrap()) {
                let found = contrast(front_color, back_color);
                if found < least {
                    wrong.push(format!(
                        "{}: {front} {front_color} on {back} {back_color}: {found:.2} < {least}",
                        surface.unwrap_or("portal")
                    ));
                }
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}
