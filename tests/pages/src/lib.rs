//! Reads a page as far as its structure matters, and says what is wrong with it. For the tests of this crate.

#![expect(clippy::panic, reason = "it serves tests: what goes wrong here must stop them")]

pub mod forms;
pub mod stage;

/// An element's start tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag {
    /// Its name.
    pub name: String,
    /// Its attributes in order; one without a value has an empty one.
    pub attributes: Vec<(String, String)>,
}
impl Tag {
    /// An attribute's value.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }
}

/// A start tag, an end tag or text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// A start tag.
    Open(Tag),
    /// An end tag.
    Close(String),
    /// What stands between tags.
    Text(String),
}

/// Takes a page apart. It is our own, so anything unusual is an error rather than something to be guessed.
///
/// # Errors
/// What is not well formed.
pub fn pieces(page: &str) -> Result<Vec<Piece>, String> {
    let mut rest = page.strip_prefix("<!DOCTYPE html>").ok_or("no doctype")?;
    let mut out = Vec::new();
    while !rest.is_empty() {
        let Some(inner) = rest.strip_prefix('<') else {
            let end = rest.find('<').unwrap_or(rest.len());
            let (text, after) = rest.split_at(end);
            out.push(Piece::Text(text.to_owned()));
            rest = after;
            continue;
        };
        let mut quoted = false;
        let end = inner
            .find(|c| {
                quoted ^= c == '"';
                c == '>' && !quoted
            })
            .ok_or("a tag without an end")?;
        let (tag, after) = inner.split_at(end);
        out.push(match tag.strip_prefix('/') {
            Some(name) => Piece::Close(name.to_owned()),
            None => Piece::Open(read_tag(tag)?),
        });
        rest = after.get(1..).unwrap_or_default();
    }
    Ok(out)
}

fn read_tag(text: &str) -> Result<Tag, String> {
    let (name, mut rest) = text.split_once(' ').unwrap_or((text, ""));
    let mut attributes = Vec::new();
    while !rest.is_empty() {
        let end = rest.find(['=', ' ']).unwrap_or(rest.len());
        let (attribute, after) = rest.split_at(end);
        if let Some(value) = after.strip_prefix("=\"") {
            let (value, after) = value.split_once('"').ok_or_else(|| format!("{attribute} is not closed"))?;
            attributes.push((attribute.to_owned(), value.to_owned()));
            rest = after.trim_start();
        } else if after.starts_with('=') {
            return Err(format!("{attribute} is not quoted"));
        } else {
            attributes.push((attribute.to_owned(), String::new()));
            rest = after.trim_start();
        }
    }
    Ok(Tag { name: name.to_owned(), attributes })
}

const VOID: &[&str] = &["meta", "link", "input", "br", "hr", "img"];

/// What is wrong with a page; empty when nothing is.
pub fn problems(page: &str) -> Vec<String> {
    let pieces = match pieces(page) {
        Ok(pieces) => pieces,
        Err(why) => return vec![why],
    };
    let mut wrong = nesting(&pieces);
    let tags: Vec<&Tag> = pieces.iter().filter_map(|p| if let Piece::Open(tag) = p { Some(tag) } else { None }).collect();
    let all = |name: &str| tags.iter().copied().filter(|t| t.name == name).collect::<Vec<_>>();
    let mut must = |holds: bool, what: String| {
        if !holds {
            wrong.push(what);
        }
    };
    // A drawing's parts may have titles of their own.
    let titles = tags.iter().take_while(|t| t.name != "body").filter(|t| t.name == "title").count();
    must(titles == 1, format!("{titles} title"));
    for (name, count) in [("h1", 1), ("main", 1), ("html", 1)] {
        must(all(name).len() == count, format!("{} {name}", all(name).len()));
    }
    must(all("html").iter().all(|t| t.get("lang") == Some("en")), "no language".into());
    must(all("meta").iter().any(|t| t.get("name") == Some("viewport")), "no viewport".into());
    must(all("meta").iter().any(|t| t.get("name") == Some("color-scheme")), "no color scheme".into());
    // Ours, and after it a tenant's own colors.
    let sheets: Vec<&str> = all("link").iter().filter(|t| t.get("rel") == Some("stylesheet")).filter_map(|t| t.get("href")).collect();
    must(
        matches!(sheets[..], [_] | [_, _]) && sheets.iter().skip(1).all(|s| s.starts_with("/brand.css?v=")),
        format!("stylesheets: {sheets:?}"),
    );
    let first_link = tags.iter().find(|t| t.name == "a");
    must(first_link.is_some_and(|t| t.get("href") == Some("#main")), "the first link is not the skip link".into());
    must(all("style").is_empty() && !pieces.windows(2).any(is_inline_script), "something inline".into());
    must(all("script").iter().all(|t| t.get("src").is_some_and(is_ours) && t.get("type") == Some("module")), "a script of others".into());
    let ids: Vec<&str> = tags.iter().filter_map(|t| t.get("id")).collect();
    for tag in &tags {
        for (name, value) in &tag.attributes {
            must(name != "style" && !name.starts_with("on"), format!("{name} on {}", tag.name));
            // In a field it is what somebody wrote.
            let written = name == "value" || name == "content";
            must(written || !value.trim_start().to_ascii_lowercase().starts_with("javascript:"), format!("a script in {name}"));
            // A text that is saved from the page itself leads nowhere.
            let saved = name == "href" && tag.get("download").is_some() && value.starts_with("data:text/plain;");
            must(saved || !(name == "href" || name == "src" || name == "action") || is_ours(value), format!("{name} leads away: {value}"));
            if name == "aria-describedby" || name == "for" {
                must(value.split(' ').all(|id| ids.contains(&id)), format!("{name} names nothing: {value}"));
            }
            if name == "href" && value.len() > 1 && value.starts_with('#') {
                must(ids.contains(&value.trim_start_matches('#')), format!("a link to nothing: {value}"));
            }
        }
    }
    let unique: std::collections::BTreeSet<&str> = ids.iter().copied().collect();
    must(unique.len() == ids.len(), "an id stands twice".into());
    for input in all("input").iter().filter(|t| t.get("type") != Some("hidden")) {
        // In a table of choices the heads of row and column are the label: it is said in full beside the box.
        let said = input.get("type") == Some("checkbox") && input.get("aria-label").is_some_and(|label| !label.is_empty());
        let labelled = input.get("id").is_some_and(|id| all("label").iter().any(|l| l.get("for") == Some(id)));
        must(labelled || said, format!("no label for {:?}", input.get("name")));
        must(said || input.get("autocomplete").is_some(), format!("no autocomplete for {:?}", input.get("name")));
    }
    for table in all("table").iter().zip(1..) {
        must(all("caption").len() >= table.1, "a table without a caption".into());
    }
    must(all("th").iter().all(|t| t.get("scope").is_some()), "a heading cell without a scope".into());
    wrong.extend(forms(&pieces));
    wrong
}

/// A script that has a text of its own.
fn is_inline_script(pair: &[Piece]) -> bool {
    matches!(pair, [Piece::Open(tag), after] if tag.name == "script" && !matches!(after, Piece::Close(name) if name == "script"))
}

fn is_ours(address: &str) -> bool {
    address.starts_with('#') || (address.starts_with('/') && !address.starts_with("//"))
}

/// Marks a form that gets while it is read: such a one has no token.
const GETS: usize = 1_000;

/// Every form that posts carries its token, and no other does.
fn forms(pieces: &[Piece]) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut open: Option<(String, usize)> = None;
    for piece in pieces {
        match piece {
            Piece::Open(tag) if tag.name == "form" => {
                let action = tag.get("action").unwrap_or_default().to_owned();
                // A form that gets is a filter: it changes nothing, and a token does not belong in an address.
                match tag.get("method") {
                    Some("post") => open = Some((action, 0)),
                    Some("get") if tag.get("role") == Some("search") => open = Some((action, GETS)),
                    _ => wrong.push(format!("{action} does not post")),
                }
            }
            Piece::Open(tag) if tag.name == "input" && tag.get("name") == Some("csrf") => {
                if let Some((_, tokens)) = &mut open {
                    *tokens += if *tokens >= GETS { 1 } else { usize::from(tag.get("value").is_some_and(|v| v.len() > 20)) };
                }
            }
            Piece::Close(name) if name == "form" => match open.take() {
                Some((_, 1 | GETS)) => {}
                Some((action, n)) => wrong.push(format!("{action} has {n} tokens")),
                None => wrong.push("a form ends that did not begin".into()),
            },
            _ => {}
        }
    }
    wrong
}

fn nesting(pieces: &[Piece]) -> Vec<String> {
    let mut stack: Vec<&str> = Vec::new();
    for piece in pieces {
        match piece {
            Piece::Open(tag) if !VOID.contains(&tag.name.as_str()) => stack.push(&tag.name),
            Piece::Close(name) => match stack.pop() {
                Some(open) if open == name => {}
                open => return vec![format!("{name} closes {open:?}")],
            },
            Piece::Open(_) | Piece::Text(_) => {}
        }
    }
    if stack.is_empty() { Vec::new() } else { vec![format!("left open: {stack:?}")] }
}

/// The value of the form field of that name on the page.
pub fn field<'p>(page: &'p str, name: &str) -> Option<&'p str> {
    let at = page.find(&format!(" name=\"{name}\""))?;
    let tag = page.get(at..)?.split('>').next()?;
    tag.split_once(" value=\"")?.1.split('"').next()
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "<!DOCTYPE html><html lang=\"en\"><head><meta name=\"viewport\"><meta name=\"color-scheme\"><title>t</title>\
        <link rel=\"stylesheet\" href=\"/a\"></head><body><a href=\"#main\">s</a><main id=\"main\"><h1>h</h1>\
        <form method=\"post\" action=\"/x\"><input type=\"hidden\" name=\"csrf\" value=\"0123456789012345678901\">\
        <label for=\"f\">F</label><input id=\"f\" name=\"f\" autocomplete=\"off\"></form></main></body></html>";

    #[test]
    fn a_good_page_has_no_problems_and_each_flaw_is_found() {
        assert_eq!(problems(GOOD), Vec::<String>::new());
        for (from, to) in [
            ("<h1>h</h1>", ""),
            ("<h1>h</h1>", "<h1>h</h1><h1>i</h1>"),
            (" lang=\"en\"", ""),
            ("<input type=\"hidden\" name=\"csrf\" value=\"0123456789012345678901\">", ""),
            ("value=\"0123456789012345678901\"", "value=\"\""),
            ("<label for=\"f\">F</label>", ""),
            ("for=\"f\"", "for=\"g\""),
            (" autocomplete=\"off\"", ""),
            ("<label for=\"f\">F</label><input id=\"f\"", "<input type=\"checkbox\" aria-label=\"\""),
            ("<label for=\"f\">F</label><input id=\"f\"", "<input type=\"text\" aria-label=\"F\""),
            ("action=\"/x\"", "action=\"//evil\""),
            ("action=\"/x\"", "action=\"https://evil\""),
            ("method=\"post\"", "method=\"get\""),
            ("method=\"post\"", "method=\"get\" role=\"search\""),
            ("<h1>h</h1>", "<h1>h</h1><script type=\"module\" src=\"/a.js\">x</script>"),
            ("<h1>h</h1>", "<h1>h</h1><script type=\"module\" src=\"https://evil/a.js\"></script>"),
            ("<link rel=\"stylesheet\" href=\"/a\">", "<link rel=\"stylesheet\" href=\"/a\"><link rel=\"stylesheet\" href=\"/b\">"),
            ("<h1>h</h1>", "<h1 style=\"x\">h</h1>"),
            ("<h1>h</h1>", "<h1 onclick=\"x\">h</h1>"),
            ("<h1>h</h1>", "<h1>h</h1><script></script>"),
            ("<h1>h</h1>", "<h1>h</h1><b>"),
            ("<h1>h</h1>", "<h1 id=\"main\">h</h1>"),
            ("<a href=\"#main\">s</a>", ""),
            ("<h1>h</h1>", "<h1>h</h1><table></table>"),
        ] {
            let bad = GOOD.replacen(from, to, 1);
            assert_ne!(bad, GOOD);
            assert_ne!(problems(&bad), Vec::<String>::new(), "{from} -> {to}");
        }
    }

    #[test]
    fn a_field_is_found_by_name() {
        assert_eq!(field(GOOD, "csrf"), Some("0123456789012345678901"));
        assert_eq!(field(GOOD, "other"), None);
    }
}
