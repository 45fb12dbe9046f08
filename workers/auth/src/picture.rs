//! The picture that an authenticator app scans, drawn as one path: no style, no script, no other server.

use crate::door::Door;
use html::secret;
use maud::{Markup, html};
use qrcode::{Color, EcLevel, QrCode};
use std::fmt::Write;
use store::factors::Offer;

/// The margin that readers need around it, in modules (ISO/IEC 18004 §9.1).
const MARGIN: usize = 4;

/// What is shown of an offered secret: the picture, and the text for whoever can't scan it.
pub fn of_offer(door: Door<'_>, email: &str, offer: &Offer) -> Markup {
    let address = crypto::totp::address(door.name(), email, &offer.secret);
    html! {
        @if let Some(picture) = draw(&address) { (picture) }
        details {
            summary { "Can't scan it?" }
            p class="quiet" { "Add an account by hand: time-based, six digits, with this key." }
            (secret::block("Key for the authenticator app", &crypto::totp::grouped(&offer.secret).replace('-', " ")))
        }
    }
}

/// The picture of a text. `None` for one that is too long for any.
fn draw(text: &str) -> Option<Markup> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
    let (width, colors) = (code.width(), code.to_colors());
    let mut path = String::new();
    for (at, _) in colors.iter().enumerate().filter(|(_, color)| **color == Color::Dark) {
        write!(path, "M{} {}h1v1h-1z", at % width + MARGIN, at / width + MARGIN).ok()?;
    }
    let side = width + 2 * MARGIN;
    Some(html! {
        // Dark on light in either theme: not every reader takes it the other way round.
        svg class="qr" role="img" aria-label="Picture for the authenticator app" viewBox={ "0 0 " (side) " " (side) } width="224" height="224" shape-rendering="crispEdges" {
            rect width=(side) height=(side) fill="#fff" {}
            path d=(path) fill="#000" {}
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_becomes_a_picture_with_its_margin_and_its_finders() {
        let text = draw("otpauth://totp/Portico:ada%40example.com?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Portico")
            .map(Markup::into_string)
            .unwrap_or_default();
        assert!(text.contains("viewBox=\"0 0 ") && !text.contains("style") && text.contains("role=\"img\""));
        assert!(
            text.contains("M4 4h1v1h-1z") && !text.contains("M3 ") && !text.contains("M0 "),
            "the first finder begins behind the margin"
        );
        assert!(draw(&"x".repeat(5_000)).is_none());
    }
}
