//! Reads `multipart/form-data` (RFC 7578): text fields, and at most one file.
//!
//! Strict on purpose. What browsers send is a small part of what MIME allows (RFC 2046), and what is left of it is where parsers
//! disagree: preambles, nested parts, encodings, folded headers, two file names. All of that is refused. A file's name and media
//! type are what the sender says of it, so neither is read: only whether a file was chosen at all.

/// Longest boundary (RFC 2046 §5.1.1).
const LONGEST_BOUNDARY: usize = 70;
/// More parts than any form of ours has fields.
const MOST_PARTS: usize = 32;
/// The header lines of one part together.
const LONGEST_HEAD: usize = 1_024;

/// What was sent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Parts {
    /// The text fields in order.
    pub fields: Vec<(String, String)>,
    /// The file, under the name of its field. `None` where none was chosen.
    pub file: Option<(String, Vec<u8>)>,
}

/// The boundary that a `Content-Type` names. `None` for another media type, and for a boundary that is missing, twice there or
/// malformed.
pub(crate) fn boundary(content_type: &str) -> Option<String> {
    let (essence, params) = content_type.split_once(';')?;
    if !essence.trim().eq_ignore_ascii_case("multipart/form-data") {
        return None;
    }
    let mut found = None;
    for param in params.split(';') {
        let (name, value) = param.trim().split_once('=')?;
        if name.eq_ignore_ascii_case("boundary") {
            let value = value.strip_prefix('"').map_or(Some(value), |v| v.strip_suffix('"'))?;
            // bchars of RFC 2046 without the space and what a quoted string would have to escape.
            let ok = |b: u8| b.is_ascii_alphanumeric() || b"'()+_,-./:=?".contains(&b);
            if found.is_some() || value.is_empty() || value.len() > LONGEST_BOUNDARY || !value.bytes().all(ok) {
                return None;
            }
            found = Some(value.to_owned());
        }
    }
    found
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).position(|window| window == needle)
}

/// Takes a body apart; the reason when it is not what a browser sends.
pub(crate) fn parse(body: &[u8], boundary: &str) -> Result<Parts, &'static str> {
    let delimiter = format!("\r\n--{boundary}").into_bytes();
    let opening = delimiter.get(2..).unwrap_or_default();
    let mut rest = body.strip_prefix(opening).ok_or("it does not begin with its boundary")?;
    let mut parts = Parts::default();
    let mut count = 0;
    loop {
        // After a delimiter: two dashes end the body, a line break begins a part, and nothing else may stand there.
        if let Some(end) = rest.strip_prefix(b"--") {
            return if end.is_empty() || end == b"\r\n" { Ok(parts) } else { Err("something follows its end") };
        }
        let part = rest.strip_prefix(b"\r\n").ok_or("a boundary is not followed by a line break")?;
        count += 1;
        if count > MOST_PARTS {
            return Err("it has too many parts");
        }
        let head =
            find(part.get(..LONGEST_HEAD.min(part.len())).unwrap_or_default(), b"\r\n\r\n").ok_or("the head of a part does not end")?;
        let disposition = disposition(part.get(..head).unwrap_or_default())?;
        let content = part.get(head + 4..).unwrap_or_default();
        let end = find(content, &delimiter).ok_or("it breaks off")?;
        let value = content.get(..end).unwrap_or_default();
        match disposition.file {
            // A browser sends an empty part under an empty name where no file was chosen.
            Some(named) if value.is_empty() && !named => {}
            Some(_) if parts.file.is_some() => return Err("it has more than one file"),
            Some(_) => parts.file = Some((disposition.name, value.to_vec())),
            None => parts.fields.push((disposition.name, String::from_utf8_lossy(value).into_owned())),
        }
        rest = content.get(end + delimiter.len()..).unwrap_or_default();
    }
}

struct Disposition {
    name: String,
    /// That it is a file, and whether its name says anything.
    file: Option<bool>,
}

fn disposition(head: &[u8]) -> Result<Disposition, &'static str> {
    let head = std::str::from_utf8(head).map_err(|_| "the head of a part is not UTF-8")?;
    let mut found = None;
    for line in head.split("\r\n") {
        if line.starts_with([' ', '\t']) || line.contains(['\r', '\n', '\0']) {
            return Err("a header line is folded or broken");
        }
        let (name, value) = line.split_once(':').ok_or("a header line has no colon")?;
        match name.to_ascii_lowercase().as_str() {
            "content-disposition" if found.is_some() => return Err("a part has two dispositions"),
            "content-disposition" => found = Some(named(value.trim())?),
            "content-type" if value.trim_start().to_ascii_lowercase().starts_with("multipart/") => {
                return Err("a part has parts of its own");
            }
            "content-type" => {}
            // Deprecated by RFC 7578 §4.7, and sent by no browser.
            _ => return Err("a part has a header that no form needs"),
        }
    }
    found.ok_or("a part has no name")
}

/// Reads `form-data; name="…"; filename="…"`, as the HTML standard writes it: always quoted, with `"`, CR and LF percent-encoded.
fn named(value: &str) -> Result<Disposition, &'static str> {
    const ODD: &str = "a disposition is not as browsers write it";
    let mut rest = value.strip_prefix("form-data").ok_or("a part is no form's field")?;
    let (mut name, mut file) = (None, None);
    while !rest.is_empty() {
        rest = rest.strip_prefix(';').ok_or(ODD)?.trim_start_matches(' ');
        let (param, after) = rest.split_once("=\"").ok_or(ODD)?;
        let (text, after) = after.split_once('"').ok_or(ODD)?;
        match param {
            "name" if name.is_none() => name = Some(text.replace("%22", "\"").replace("%0D", "\r").replace("%0A", "\n")),
            "filename" if file.is_none() => file = Some(!text.is_empty()),
            _ => return Err(ODD),
        }
        rest = after;
    }
    Ok(Disposition { name: name.filter(|n| !n.is_empty()).ok_or("a part has no name")?, file })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn part(disposition: &str, more: &str, value: &str) -> String {
        format!("--b\r\nContent-Disposition: {disposition}\r\n{more}\r\n{value}\r\n")
    }
    fn read(text: &str) -> Result<Parts, &'static str> {
        parse(text.as_bytes(), "b")
    }

    #[test]
    fn what_a_browser_sends_is_read() {
        let body = part("form-data; name=\"csrf\"", "", "t1.x")
            + &part("form-data; name=\"a%22b\"", "", "two\r\nlines --b\r\n-b")
            + &part("form-data; name=\"logo\"; filename=\"../../x\\\\.png\"", "Content-Type: text/html\r\n", "\u{89}PNG\r\n\r\n")
            + "--b--\r\n";
        let parts = read(&body).unwrap();
        assert_eq!(parts.fields, [("csrf".into(), "t1.x".into()), ("a\"b".into(), "two\r\nlines --b\r\n-b".into())]);
        assert_eq!(parts.file, Some(("logo".into(), "\u{89}PNG\r\n\r\n".as_bytes().to_vec())));
        let none = part("form-data; name=\"logo\"; filename=\"\"", "Content-Type: application/octet-stream\r\n", "") + "--b--";
        assert_eq!(read(&none).unwrap(), Parts::default(), "no file was chosen");
        let empty = part("form-data; name=\"logo\"; filename=\"x.png\"", "", "") + "--b--";
        assert_eq!(read(&empty).unwrap().file, Some(("logo".into(), Vec::new())), "an empty one was");
        assert_eq!(read("--b--").unwrap(), Parts::default());
    }

    #[test]
    fn what_no_browser_sends_is_refused() {
        let good = part("form-data; name=\"a\"", "", "v");
        let file = |name: &str| part(&format!("form-data; name=\"{name}\"; filename=\"f\""), "", "x");
        for (what, body) in [
            ("empty", String::new()),
            ("no end", good.clone()),
            ("cut in the delimiter", format!("{good}--")),
            ("a preamble", format!("hello\r\n{good}--b--")),
            ("an epilogue", format!("{good}--b--\r\nmore")),
            ("another boundary", good.replace("--b", "--c") + "--c--"),
            ("a longer boundary", format!("{good}--bb\r\n--b--")),
            ("a bare line feed", good.replace("\r\n", "\n") + "--b--"),
            ("two files", file("a") + &file("b") + "--b--"),
            ("nested parts", part("form-data; name=\"a\"", "Content-Type: multipart/mixed; boundary=c\r\n", "x") + "--b--"),
            ("an encoding", part("form-data; name=\"a\"", "Content-Transfer-Encoding: base64\r\n", "eA==") + "--b--"),
            ("an extended file name", part("form-data; name=\"a\"; filename*=UTF-8''x", "", "x") + "--b--"),
            ("two names", part("form-data; name=\"a\"; name=\"b\"", "", "x") + "--b--"),
            ("two file names", part("form-data; name=\"a\"; filename=\"a\"; filename=\"b\"", "", "x") + "--b--"),
            ("a bare name", part("form-data; name=a", "", "x") + "--b--"),
            ("no name", part("form-data; filename=\"a\"", "", "x") + "--b--"),
            ("an empty name", part("form-data; name=\"\"", "", "x") + "--b--"),
            ("an attachment", part("attachment; name=\"a\"", "", "x") + "--b--"),
            ("two dispositions", part("form-data; name=\"a\"", "Content-Disposition: form-data; name=\"b\"\r\n", "x") + "--b--"),
            ("a folded header", part("form-data;\r\n name=\"a\"", "", "x") + "--b--"),
            ("a head without end", format!("--b\r\nContent-Disposition: form-data; name=\"{}\"", "a".repeat(5_000))),
            ("too many parts", good.repeat(MOST_PARTS + 1) + "--b--"),
        ] {
            assert!(read(&body).is_err(), "{what}: {:?}", read(&body));
        }
        assert!(read(&(good.repeat(MOST_PARTS) + "--b--")).is_ok());
    }

    #[test]
    fn a_boundary_is_one_and_well_formed() {
        let media = |rest: &str| boundary(&format!("multipart/form-data{rest}"));
        assert_eq!(media("; boundary=----WebKitFormBoundary7MA4YWxk").as_deref(), Some("----WebKitFormBoundary7MA4YWxk"));
        assert_eq!(media(";charset=utf-8; BOUNDARY=\"a:b\"").as_deref(), Some("a:b"));
        assert_eq!(boundary("Multipart/Form-Data; boundary=x").as_deref(), Some("x"));
        let long = format!("; boundary={}", "x".repeat(71));
        for bad in [
            "",
            ";",
            "; boundary",
            "; boundary=",
            "; boundary=\"\"",
            "; boundary=\"a",
            "; boundary=a b",
            "; boundary=a; boundary=b",
            "; boundary=é",
            &long,
        ] {
            assert_eq!(media(bad), None, "{bad:?}");
        }
        assert_eq!(boundary("multipart/mixed; boundary=x"), None);
        assert_eq!(boundary("application/x-www-form-urlencoded; boundary=x"), None);
    }

    proptest! {
        #[test]
        fn nothing_makes_it_panic(body in proptest::collection::vec(any::<u8>(), 0..600), name in "[a-z]{1,8}") {
            let _ = parse(&body, &name);
            let _ = boundary(&String::from_utf8_lossy(&body));
        }
        #[test]
        fn pieces_of_a_real_body_in_any_order_do_not_make_it_panic(pieces in proptest::collection::vec(prop_oneof![
            Just("--b"), Just("\r\n"), Just("--"), Just("Content-Disposition: form-data; name=\"a\""), Just("; filename=\""), Just("\""),
            Just("\r\n\r\n"), Just("Content-Type: multipart/mixed"), Just("value"), Just(":"), Just("\0")], 0..24)) {
            let _ = read(&pieces.concat());
        }
        #[test]
        fn whatever_is_put_in_comes_out(file in proptest::collection::vec(any::<u8>(), 0..400), text in "[^\r\n]{0,80}") {
            prop_assume!(find(&file, b"\r\n--b").is_none() && !text.contains("--b"));
            let mut body = part("form-data; name=\"t\"", "", &text).into_bytes();
            body.extend(b"--b\r\nContent-Disposition: form-data; name=\"f\"; filename=\"n\"\r\n\r\n");
            body.extend(&file);
            body.extend(b"\r\n--b--\r\n");
            let parts = parse(&body, "b").unwrap();
            prop_assert_eq!(parts.fields, vec![("t".to_owned(), text)]);
            prop_assert_eq!(parts.file, Some(("f".to_owned(), file)));
        }
    }
}
