//! A letter as it is sent: text and HTML of one content. No image but the tenant's logo, nothing that tells when it is read.
//!
//! Mail programs know tables and inline styles; everything else is left out by one of them.

use crate::{
    Content, Link, Unfit,
    letter::{Parts, Step},
    words::{line, moment, name as shown},
};
use domain::branding::Color;
use maud::{DOCTYPE, Markup, PreEscaped, html};

/// Gmail shows no more than that.
pub const MOST_BYTES: usize = 102 * 1_024;
const ACCENT: Color = Color::of(0x4b, 0x45, 0xd6);
const FONT: &str = "font-family:-apple-system,BlinkMacSystemFont,'Segoe UI',Helvetica,Arial,sans-serif;";

/// A letter as a provider is handed it, without MIME.
#[derive(Clone, PartialEq, Eq)]
pub struct Message {
    /// The sender's name: the brand's.
    pub from_name: String,
    /// The subject: one line.
    pub subject: String,
    /// The text part.
    pub text: String,
    /// The HTML part.
    pub html: String,
    /// Where one says which notifications one wants; absent from security letters.
    pub unsubscribe: Option<Link>,
}
impl std::fmt::Debug for Message {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Message").field("subject", &self.subject).finish_non_exhaustive()
    }
}

/// Renders a letter.
///
/// # Errors
/// [`Unfit::TooLarge`].
pub fn render(content: &Content) -> Result<Message, Unfit> {
    let brand = &content.brand;
    let parts = content.letter.parts(&brand.name);
    let manage = content.manage.as_ref().filter(|_| !content.letter.is_security());
    let message = Message {
        from_name: line(&brand.name, 80),
        // No program makes links in a subject, and what keeps them from it elsewhere would stand there as a space.
        // A name of invisible characters only leaves nothing behind.
        subject: match line(&parts.subject.replace('\u{2060}', ""), 200) {
            empty if empty.is_empty() => format!("Notification from {}", line(&brand.name, 80)),
            subject => subject,
        },
        text: text(&parts, manage),
        html: page(content, &parts, manage).into_string(),
        unsubscribe: manage.cloned(),
    };
    if message.text.len() + message.html.len() > MOST_BYTES { Err(Unfit::TooLarge) } else { Ok(message) }
}

/// Until when a step can be taken.
fn until(step: &Step) -> Option<String> {
    step.expires.map(|at| format!("This link works until {}.", moment(at)))
}

fn text(parts: &Parts, manage: Option<&Link>) -> String {
    let mut blocks = parts.says.clone();
    for step in &parts.steps {
        let mut block = format!("{}:\n{}", step.label, step.link.as_str());
        if let Some(until) = until(step) {
            block.push('\n');
            block.push_str(&until);
        }
        blocks.push(block);
    }
    blocks.extend(parts.then.iter().cloned());
    let mut foot = format!("--\n{}", parts.reason);
    if let Some(manage) = manage {
        foot.push_str("\nChoose which notifications you get:\n");
        foot.push_str(manage.as_str());
    }
    blocks.push(foot);
    blocks.push(String::new());
    blocks.join("\n\n").trim_end().to_owned() + "\n"
}

/// The tenant's color, or ours.
fn accent(content: &Content) -> Color {
    content.brand.accent.as_deref().and_then(Color::parse).unwrap_or(ACCENT)
}

fn page(content: &Content, parts: &Parts, manage: Option<&Link>) -> Markup {
    let (color, brand) = (accent(content), shown(&content.brand.name));
    let (accent, ink) = (color.hex(), color.text_on().hex());
    let cell = format!("{FONT}font-size:16px;line-height:24px;color:#1c2330;");
    let small = format!("{FONT}font-size:13px;line-height:20px;color:#5a6472;");
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width,initial-scale=1";
                meta name="color-scheme" content="light";
                title { (parts.subject) }
            }
            body style="margin:0;padding:0;background-color:#f3f5f8;" {
                // Shown behind the subject; the spaces keep the first words of the body away from it.
                div style="display:none;max-height:0;overflow:hidden;" { (parts.preheader) (PreEscaped("&#8199;&#65279;&#847; ".repeat(20))) }
                table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="background-color:#f3f5f8;" {
                    tr { td align="center" style="padding:24px 12px;" {
                        table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="max-width:560px;background-color:#ffffff;border:1px solid #dde2ea;border-radius:8px;" {
                            tr { td style={ (FONT) "padding:20px 28px;border-bottom:3px solid " (accent) ";font-size:18px;font-weight:600;color:#1c2330;" } {
                                @match &content.brand.logo {
                                    Some(logo) => { img src=(logo.as_str()) alt=(brand) height="32" style="display:block;height:32px;border:0;"; }
                                    None => (brand),
                                }
                            } }
                            tr { td style={ (cell) "padding:24px 28px 8px;" } {
                                @for paragraph in &parts.says { p style="margin:0 0 16px;" dir="auto" { (paragraph) } }
                                @for (n, step) in parts.steps.iter().enumerate() { (offer(step, n == 0, &accent, &ink, &small)) }
                                @for paragraph in &parts.then { p style="margin:0 0 16px;" dir="auto" { (paragraph) } }
                            } }
                            tr { td style={ (small) "padding:16px 28px 24px;border-top:1px solid #dde2ea;" } {
                                p style="margin:0;" { (parts.reason) }
                                @if let Some(manage) = manage {
                                    p style="margin:8px 0 0;" { a href=(manage.as_str()) style="color:#5a6472;" { "Choose which notifications you get" } }
                                }
                            } }
                        }
                    } }
                }
            }
        }
    }
}

/// A step: a button for the first, a link for others; the whole address beneath it, since not every program shows buttons.
fn offer(step: &Step, first: bool, accent: &str, ink: &str, small: &str) -> Markup {
    let href = step.link.as_str();
    html! {
        @if first {
            table role="presentation" cellpadding="0" cellspacing="0" border="0" style="margin:0 0 12px;" {
                tr { td style={ "background-color:" (accent) ";border-radius:6px;" } {
                    a href=(href) style={ (FONT) "display:inline-block;padding:12px 20px;font-size:16px;font-weight:600;text-decoration:none;color:" (ink) ";" } { (step.label) }
                } }
            }
        } @else {
            p style="margin:0 0 4px;" { a href=(href) style="color:#1c2330;" { (step.label) } }
        }
        p style={ (small) "margin:0 0 16px;" } {
            @if first { "If the button does not work, open this address: " }
            a href=(href) style="color:#5a6472;word-break:break-all;" { (href) }
            @if let Some(until) = until(step) { br; (until) }
        }
    }
}
