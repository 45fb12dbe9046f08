//! A field: its label, its hint and its error, tied together for those who don't see them.

use super::trouble::{beside, field_of};
use kernel::input::FieldError;
use maud::{Markup, html};

/// What a field takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// One line of text.
    Text,
    /// An e-mail address.
    Email,
    /// A password. Its value is never shown again, whatever is passed.
    Password,
    /// A whole number.
    Number,
    /// A URL.
    Url,
    /// What to look for.
    Search,
    /// A code that was sent or computed, of a few digits. Its value is never shown again.
    OneTimeCode,
    /// A color, as `#rrggbb`.
    Color,
    /// A date, as `2026-11-24`.
    Date,
    /// A file. What was chosen is never shown again: no page can choose one.
    File,
    /// Several lines of text.
    Lines,
    /// One of a few, in a list that opens.
    Select,
    /// One of a few, all in sight.
    Radio,
    /// Yes or no. Its value is `on` when checked.
    Checkbox,
    /// Any of a few, all in sight; each is sent under the same name. Its value holds the chosen ones, separated by spaces.
    Checks,
}
impl Kind {
    const fn input(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Password => "password",
            Self::Url => "url",
            Self::Search => "search",
            Self::Color => "color",
            Self::Date => "date",
            Self::File => "file",
            Self::Checkbox | Self::Checks => "checkbox",
            Self::Radio => "radio",
            // Not `number`: its wheel and its rounding change what was meant.
            Self::Text | Self::Number | Self::OneTimeCode | Self::Lines | Self::Select => "text",
        }
    }
    const fn secret(self) -> bool {
        matches!(self, Self::Password | Self::OneTimeCode | Self::File)
    }
    const fn grouped(self) -> bool {
        matches!(self, Self::Radio | Self::Checks)
    }
}

/// One of the things to choose from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pick<'a> {
    /// What is sent.
    pub value: &'a str,
    /// What it says.
    pub label: &'a str,
    /// What it means, where all are in sight.
    pub hint: &'a str,
}
impl<'a> Pick<'a> {
    /// A choice that needs no explanation.
    pub const fn new(value: &'a str, label: &'a str) -> Self {
        Self { value, label, hint: "" }
    }
    /// With what it means.
    #[must_use]
    pub const fn hint(mut self, hint: &'a str) -> Self {
        self.hint = hint;
        self
    }
}

/// A field with its label.
#[derive(Debug, Clone, Copy)]
pub struct Field<'a> {
    /// Its name in the form; its id is `field-` and the name.
    pub name: &'a str,
    /// Its label.
    pub label: &'a str,
    kind: Kind,
    hint: &'a str,
    value: &'a str,
    autocomplete: &'a str,
    optional: bool,
    prefix: &'a str,
    suffix: &'a str,
    picks: &'a [Pick<'a>],
    rows: u8,
    max: Option<u32>,
    focus: bool,
    slug_check: &'a str,
    placeholder: &'a str,
    accept: &'a str,
}
impl<'a> Field<'a> {
    /// A field that must be filled in.
    pub const fn new(kind: Kind, name: &'a str, label: &'a str) -> Self {
        let autocomplete = match kind {
            Kind::Email => "email",
            Kind::OneTimeCode => "one-time-code",
            _ => "off",
        };
        Self {
            name,
            label,
            kind,
            hint: "",
            value: "",
            autocomplete,
            optional: false,
            prefix: "",
            suffix: "",
            picks: &[],
            rows: 6,
            max: None,
            focus: false,
            slug_check: "",
            placeholder: "",
            accept: "",
        }
    }
    /// One line of text.
    pub const fn text(name: &'a str, label: &'a str) -> Self {
        Self::new(Kind::Text, name, label)
    }
    /// An e-mail address.
    pub const fn email(name: &'a str, label: &'a str) -> Self {
        Self::new(Kind::Email, name, label)
    }
    /// A password. `autocomplete` is `current-password` or `new-password`.
    pub const fn password(name: &'a str, label: &'a str, autocomplete: &'a str) -> Self {
        Self::new(Kind::Password, name, label).autocomplete(autocomplete)
    }
    /// One of a few, in a list that opens.
    pub const fn select(name: &'a str, label: &'a str, picks: &'a [Pick<'a>]) -> Self {
        Self::new(Kind::Select, name, label).picks(picks)
    }
    /// One of a few, all in sight.
    pub const fn radio(name: &'a str, label: &'a str, picks: &'a [Pick<'a>]) -> Self {
        Self::new(Kind::Radio, name, label).picks(picks)
    }
    /// Any of a few, all in sight.
    pub const fn checks(name: &'a str, label: &'a str, picks: &'a [Pick<'a>]) -> Self {
        Self::new(Kind::Checks, name, label).picks(picks).optional()
    }
    /// Yes or no.
    pub const fn checkbox(name: &'a str, label: &'a str) -> Self {
        Self::new(Kind::Checkbox, name, label).optional()
    }
    /// Several lines of text.
    pub const fn lines(name: &'a str, label: &'a str) -> Self {
        Self::new(Kind::Lines, name, label)
    }
    /// What helps to fill it in.
    #[must_use]
    pub const fn hint(mut self, hint: &'a str) -> Self {
        self.hint = hint;
        self
    }
    /// What was sent before, or what is stored.
    #[must_use]
    pub const fn value(mut self, value: &'a str) -> Self {
        self.value = value;
        self
    }
    /// The token for password managers and autofill (HTML §4.10.18.7.1).
    #[must_use]
    pub const fn autocomplete(mut self, token: &'a str) -> Self {
        self.autocomplete = token;
        self
    }
    /// It may be left empty, and its label says so.
    #[must_use]
    pub const fn optional(mut self) -> Self {
        self.optional = true;
        self
    }
    /// What stands before the value, such as `app.example/o/`.
    #[must_use]
    pub const fn prefix(mut self, text: &'a str) -> Self {
        self.prefix = text;
        self
    }
    /// What stands after the value, such as a unit.
    #[must_use]
    pub const fn suffix(mut self, text: &'a str) -> Self {
        self.suffix = text;
        self
    }
    /// What there is to choose from.
    #[must_use]
    pub const fn picks(mut self, picks: &'a [Pick<'a>]) -> Self {
        self.picks = picks;
        self
    }
    /// How high a field of several lines is.
    #[must_use]
    pub const fn rows(mut self, rows: u8) -> Self {
        self.rows = rows;
        self
    }
    /// How many characters it takes. The server checks that too.
    #[must_use]
    pub const fn max(mut self, characters: u32) -> Self {
        self.max = Some(characters);
        self
    }
    /// Typing begins here when the page opens.
    #[must_use]
    pub const fn focus(mut self) -> Self {
        self.focus = true;
        self
    }
    /// While typing, this address is asked `?slug=` whether the name is free.
    #[must_use]
    pub const fn slug_check(mut self, address: &'a str) -> Self {
        self.slug_check = address;
        self
    }
    /// An example, where a hint would say too much. Never the only explanation.
    #[must_use]
    pub const fn placeholder(mut self, example: &'a str) -> Self {
        self.placeholder = example;
        self
    }
    /// Which media types a file may have. Only the browser's dialog goes by it.
    #[must_use]
    pub const fn accept(mut self, types: &'a str) -> Self {
        self.accept = types;
        self
    }
    /// Where a link to it leads: a group is entered at its first choice.
    pub(super) fn anchor(&self) -> String {
        if self.kind.grouped() { format!("field-{}-0", self.name) } else { format!("field-{}", self.name) }
    }
    fn shown(&self) -> Option<&'a str> {
        (!self.kind.secret() && !self.value.is_empty()).then_some(self.value)
    }
    fn chosen(&self, pick: &Pick<'_>) -> bool {
        if self.kind == Kind::Checks { self.value.split(' ').any(|v| v == pick.value) } else { self.value == pick.value }
    }

    /// The field, with what was wrong with it.
    pub fn render(&self, errors: &[FieldError]) -> Markup {
        let id = format!("field-{}", self.name);
        let error = errors.iter().find(|e| field_of(e) == self.name);
        let (hint_id, error_id, status_id) = (format!("{id}-hint"), format!("{id}-error"), format!("{id}-status"));
        let described: Vec<&str> = [
            (!self.hint.is_empty()).then_some(hint_id.as_str()),
            error.map(|_| error_id.as_str()),
            (!self.slug_check.is_empty()).then_some(status_id.as_str()),
        ]
        .into_iter()
        .flatten()
        .collect();
        let described = (!described.is_empty()).then(|| described.join(" "));
        let class = if error.is_some() { "field wrong" } else { "field" };
        let said = html! {
            @if !self.hint.is_empty() { p class="hint" id=(hint_id) { (self.hint) } }
            @if let Some(e) = error { p class="error" id=(error_id) { (beside(e, self.label)) } }
        };
        let tag = html! { @if self.optional && self.kind != Kind::Checkbox { span class="optional" { " (optional)" } } };
        if self.kind.grouped() {
            return html! {
                fieldset class={ (class) " choices" } aria-describedby=[described.as_deref()] {
                    legend { (self.label) (tag) }
                    (said)
                    @for (at, pick) in self.picks.iter().enumerate() { (self.choice(at, pick, error.is_some())) }
                }
            };
        }
        if self.kind == Kind::Checkbox {
            return html! {
                div class={ (class) " check" } {
                    input id=(id) name=(self.name) type="checkbox" autocomplete="off" checked[self.value == "on"]
                        aria-describedby=[described.as_deref()] aria-invalid=[error.map(|_| "true")] required[!self.optional];
                    label for=(id) { (self.label) }
                    (said)
                }
            };
        }
        html! {
            div class=(class) {
                label for=(id) { (self.label) (tag) }
                (said)
                (self.control(&id, described.as_deref(), error.is_some()))
                @if !self.slug_check.is_empty() { p class="hint" id=(status_id) role="status" {} }
            }
        }
    }

    fn choice(&self, at: usize, pick: &Pick<'_>, wrong: bool) -> Markup {
        let id = format!("field-{}-{at}", self.name);
        let hint = format!("{id}-hint");
        html! {
            div class="choice" {
                input id=(id) name=(self.name) type=(self.kind.input()) value=(pick.value) autocomplete="off" checked[self.chosen(pick)]
                    aria-describedby=[(!pick.hint.is_empty()).then_some(&hint)] aria-invalid=[wrong.then_some("true")]
                    required[!self.optional && self.kind == Kind::Radio];
                label for=(id) { (pick.label) }
                @if !pick.hint.is_empty() { p class="hint" id=(hint) { (pick.hint) } }
            }
        }
    }

    fn control(&self, id: &str, described: Option<&str>, wrong: bool) -> Markup {
        let invalid = wrong.then_some("true");
        match self.kind {
            Kind::Lines => html! {
                textarea id=(id) name=(self.name) rows=(self.rows) autocomplete=(self.autocomplete) maxlength=[self.max] autofocus[self.focus] dir="auto"
                    placeholder=[(!self.placeholder.is_empty()).then_some(self.placeholder)]
                    aria-describedby=[described] aria-invalid=[invalid] required[!self.optional] {
                    // A browser drops the first line break.
                    "\n" (self.value)
                }
            },
            Kind::Select => html! {
                div class="select" {
                    select id=(id) name=(self.name) autocomplete=(self.autocomplete) autofocus[self.focus]
                        aria-describedby=[described] aria-invalid=[invalid] required[!self.optional] {
                        @for pick in self.picks { option value=(pick.value) selected[self.chosen(pick)] { (pick.label) } }
                    }
                    (crate::icon::Icon::ChevronDown.render())
                }
            },
            _ => {
                let plain = matches!(self.kind, Kind::Text | Kind::Search | Kind::File);
                let mode = match self.kind {
                    Kind::Number | Kind::OneTimeCode => Some("numeric"),
                    _ => None,
                };
                let input = html! {
                    input id=(id) name=(self.name) type=(self.kind.input()) autocomplete=(self.autocomplete) value=[self.shown()]
                        inputmode=[mode] maxlength=[self.max] autofocus[self.focus] dir=[(self.kind == Kind::Text).then_some("auto")]
                        placeholder=[(!self.placeholder.is_empty()).then_some(self.placeholder)]
                        autocapitalize=[(!plain).then_some("none")] spellcheck=[(!plain).then_some("false")]
                        accept=[(!self.accept.is_empty()).then_some(self.accept)]
                        data-slug-check=[(!self.slug_check.is_empty()).then_some(self.slug_check)]
                        data-show=[(self.kind == Kind::Password).then_some("")]
                        aria-describedby=[described] aria-invalid=[invalid] required[!self.optional];
                };
                let class = match self.kind {
                    Kind::OneTimeCode => "affix otp",
                    Kind::Color => "affix color",
                    Kind::Number | Kind::Date => "affix short",
                    _ => "affix",
                };
                html! {
                    div class=(class) {
                        @if !self.prefix.is_empty() { span class="fix" { (self.prefix) } }
                        (input)
                        @if !self.suffix.is_empty() { span class="fix" { (self.suffix) } }
                        @if self.kind == Kind::Color { code aria-hidden="true" { (self.value) } }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EMAIL: Field<'_> = Field::email("email", "E-mail").hint("Yours.").autocomplete("username");

    fn wrong(name: &str) -> FieldError {
        FieldError { pointer: format!("/{name}"), code: "invalid_format", message: "Needed.".into(), fix: "Send it.".into() }
    }

    #[test]
    fn label_hint_and_error_belong_to_their_field() {
        let good = EMAIL.render(&[]).into_string();
        assert!(good.contains("<label for=\"field-email\">") && good.contains("aria-describedby=\"field-email-hint\""));
        assert!(!good.contains("aria-invalid"));
        let bad = EMAIL.render(&[wrong("email")]).into_string();
        assert!(bad.contains("aria-describedby=\"field-email-hint field-email-error\"") && bad.contains("aria-invalid=\"true\""));
        assert!(bad.contains("id=\"field-email-error\""));
        assert!(bad.contains(">Needed. Send it.</p>"), "the label stands above it");
        let missing = FieldError { code: "required", ..wrong("email") };
        assert!(EMAIL.render(&[missing]).into_string().contains(">E-mail is missing.</p>"));
        let other = EMAIL.render(&[wrong("password")]).into_string();
        assert!(!other.contains("aria-invalid"));
    }

    #[test]
    fn a_secret_is_never_shown_again() {
        for kind in [Kind::Password, Kind::OneTimeCode] {
            let field = Field::new(kind, "email", "Secret").value("hunter2");
            assert!(!field.render(&[wrong("email")]).into_string().contains("hunter2"));
        }
        assert!(EMAIL.value("a\"b").render(&[]).into_string().contains("value=\"a&quot;b\""));
    }

    #[test]
    fn what_was_sent_is_kept_in_every_kind() {
        const PICKS: [Pick<'_>; 2] = [Pick::new("a", "A"), Pick::new("b", "B").hint("The other.")];
        let lines = Field::lines("x", "X").value("</textarea>\"").render(&[]).into_string();
        assert!(lines.contains(">\n&lt;/textarea&gt;&quot;</textarea>"));
        let select = Field::select("x", "X", &PICKS).value("b").render(&[]).into_string();
        assert!(select.contains("value=\"b\" selected>") && select.matches("selected").count() == 1);
        let radio = Field::radio("x", "X", &PICKS).value("b").render(&[wrong("x")]).into_string();
        assert!(radio.contains("value=\"b\" autocomplete=\"off\" checked") && radio.matches(" checked").count() == 1);
        assert!(radio.contains("<legend>X</legend>") && radio.contains("id=\"field-x-1-hint\"") && radio.contains("fieldset"));
        let checks = Field::checks("x", "X", &PICKS).value("a b").render(&[]).into_string();
        assert_eq!(checks.matches(" checked").count(), 2);
        assert!(Field::checkbox("x", "X").value("on").render(&[]).into_string().contains(" checked"));
        assert!(!Field::checkbox("x", "X").render(&[]).into_string().contains(" checked"));
    }

    #[test]
    fn what_may_be_empty_says_so() {
        let required = Field::text("x", "X").render(&[]).into_string();
        assert!(required.contains(" required") && !required.contains("(optional)"));
        let optional = Field::text("x", "X").optional().render(&[]).into_string();
        assert!(!optional.contains(" required") && optional.contains("(optional)"));
    }

    #[test]
    fn a_code_is_offered_by_the_device() {
        let code = Field::new(Kind::OneTimeCode, "code", "Code").render(&[]).into_string();
        assert!(code.contains("autocomplete=\"one-time-code\"") && code.contains("inputmode=\"numeric\""));
    }
}
