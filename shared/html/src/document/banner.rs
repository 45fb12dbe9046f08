//! Notices above a page, and what the form before it did.

use crate::{form::TOKEN, icon::Icon, part::Tone};
use maud::{Markup, html};

/// What a banner is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BannerKind {
    /// Somebody acts for somebody else. It can't be overlooked.
    Access,
    /// Something is wrong with the service.
    Incident,
    /// Something will be, or is, out of use on purpose.
    Maintenance,
    /// What is shown is not for real.
    Test,
    /// Something else worth knowing.
    Notice,
}

/// A notice above a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Banner<'a> {
    /// What it is about.
    pub kind: BannerKind,
    /// In a few words.
    pub title: &'a str,
    /// What it means here: who, as whom, until when; which parts.
    pub text: &'a str,
    /// Where there is more to read.
    pub link: Option<(&'a str, String)>,
    /// A button: what it says, where it posts to, its token. Such as "End now" or "Dismiss".
    pub button: Option<(&'a str, String, &'a str)>,
}
impl<'a> Banner<'a> {
    /// A notice without a way to do something about it.
    pub const fn new(kind: BannerKind, title: &'a str, text: &'a str) -> Self {
        Self { kind, title, text, link: None, button: None }
    }
    /// The notice.
    pub fn render(&self) -> Markup {
        let (class, icon) = match self.kind {
            BannerKind::Access => ("banner access", Icon::Eye),
            BannerKind::Incident => ("banner bad", Icon::Warning),
            BannerKind::Maintenance => ("banner warn", Icon::Wrench),
            BannerKind::Test => ("banner plain", Icon::Info),
            BannerKind::Notice => ("banner plain", Icon::Megaphone),
        };
        html! {
            section class=(class) aria-label=(self.title) {
                (icon.render())
                p { strong { (self.title) } " " span { (self.text) } @if let Some((label, href)) = &self.link { " " a href=(href) { (label) } } }
                @if let Some((label, action, csrf)) = &self.button {
                    form method="post" action=(action) { input type="hidden" name=(TOKEN) value=(csrf); button type="submit" class="tiny" { (label) } }
                }
            }
        }
    }
}

/// What the form before did. Said once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Flash<'a> {
    /// Whether it is good.
    pub tone: Tone,
    /// In a sentence.
    pub text: &'a str,
}
impl Flash<'_> {
    pub(super) fn render(&self) -> Markup {
        let bad = matches!(self.tone, Tone::Bad);
        html! {
            div class={ "flash " (self.tone.class()) } role=(if bad { "alert" } else { "status" }) data-flash=[(!bad).then_some("")] {
                (self.tone.icon().render())
                p { (self.text) }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_went_wrong_interrupts_and_stays() {
        let good = Flash { tone: Tone::Good, text: "Saved <b>." }.render().into_string();
        assert!(good.contains("role=\"status\"") && good.contains("data-flash") && good.contains("Saved &lt;b&gt;."));
        let bad = Flash { tone: Tone::Bad, text: "Not saved." }.render().into_string();
        assert!(bad.contains("role=\"alert\"") && !bad.contains("data-flash"));
    }

    #[test]
    fn a_button_on_a_banner_has_its_token() {
        let text = Banner { button: Some(("End now", "/support/end".into(), "tok")), ..Banner::new(BannerKind::Access, "A", "b") };
        let text = text.render().into_string();
        assert!(text.contains("name=\"csrf\" value=\"tok\"") && text.contains("action=\"/support/end\""));
    }
}
