//! Light, dark, or as the device has it: chosen by a form, kept in a cookie, rendered by the server, so that nothing flashes.

use kernel::Request;

/// The cookie that keeps the choice. It is no secret, and the script may set it: it only speaks of colors.
pub const COOKIE: &str = "portico-theme";

/// A choice of colors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Theme {
    /// As the device has it.
    #[default]
    System,
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}
impl Theme {
    /// Every choice, in the order it is offered.
    pub const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];
    /// As it stands in the cookie and in the form.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
    /// Reads a stored choice.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|t| t.as_str() == text)
    }
    /// The choice of whoever sends a request.
    pub fn of(req: &Request) -> Self {
        req.cookie(COOKIE).and_then(|word| Self::parse(&word)).unwrap_or_default()
    }
    /// The `data-theme` of the document; none follows the device.
    pub(crate) const fn attribute(self) -> Option<&'static str> {
        match self {
            Self::System => None,
            Self::Light => Some("light"),
            Self::Dark => Some("dark"),
        }
    }
    /// What a button says.
    pub(crate) const fn label(self) -> &'static str {
        match self {
            Self::System => "System",
            Self::Light => "Light",
            Self::Dark => "Dark",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_known_choices_are_taken() {
        for theme in Theme::ALL {
            assert_eq!(Theme::parse(theme.as_str()), Some(theme));
        }
        assert_eq!(Theme::parse("\"><script>"), None);
        assert_eq!(Theme::System.attribute(), None);
    }
}
