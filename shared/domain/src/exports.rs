//! Exports: the CSV encoding, safe against formula injection (RFC 4180; OWASP CSV Injection; ASVS 5.0 1.2.10).

/// Characters that make a spreadsheet take a cell for a formula, at its beginning.
const DANGEROUS: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];

/// Appends one cell.
pub fn cell(out: &mut String, text: &str) {
    let guard = text.starts_with(DANGEROUS) || text.starts_with('\0');
    if !guard && !text.contains([',', '"', '\r', '\n']) {
        out.push_str(text);
        return;
    }
    out.push('"');
    if guard {
        out.push('\'');
    }
    for c in text.chars() {
        if c == '"' {
            out.push('"');
        }
        out.push(c);
    }
    out.push('"');
}

/// Appends one row, ended by CR LF.
pub fn row<'a>(out: &mut String, cells: impl IntoIterator<Item = &'a str>) {
    for (i, text) in cells.into_iter().enumerate() {
        if i > 0 {
            out.push(',');
        }
        cell(out, text);
    }
    out.push_str("\r\n");
}

/// The head of a ticket export. A byte order mark makes spreadsheets read UTF-8.
pub const TICKETS_HEAD: &str = "\u{feff}id,subject,body,status,priority,customer_id,customer_email,assignee_id,created_at,updated_at\r\n";

/// Size of a part of a multipart upload: all parts but the last have it, so that a repeated slice makes the same parts.
pub const PART_BYTES: usize = 8 * 1_024 * 1_024;
/// Rows read at once: of the longest texts they still fit in memory together with a part.
pub const PAGE_ROWS: i64 = 250;
/// Pages one slice works through before it saves its place and lets the queue call it again.
pub const PAGES_A_SLICE: usize = 80;

/// How an export is cut. Only tests have others than [`Sizes::DEPLOYED`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sizes {
    /// See [`PART_BYTES`].
    pub part_bytes: usize,
    /// See [`PAGE_ROWS`].
    pub page_rows: i64,
    /// See [`PAGES_A_SLICE`].
    pub pages_a_slice: usize,
}
impl Sizes {
    /// What runs.
    pub const DEPLOYED: Self = Self { part_bytes: PART_BYTES, page_rows: PAGE_ROWS, pages_a_slice: PAGES_A_SLICE };
}

/// How many exports of one organization may run at once.
pub const RUNNING_AT_ONCE: i64 = 3;
/// How long a download link holds, in seconds.
pub const LINK_SECONDS: i64 = 600;

#[cfg(test)]
mod tests {
    use super::*;

    fn one(text: &str) -> String {
        let mut out = String::new();
        cell(&mut out, text);
        out
    }

    #[test]
    fn cells_are_quoted_and_never_formulas() {
        assert_eq!(one("plain"), "plain");
        assert_eq!(one("a,b"), "\"a,b\"");
        assert_eq!(one("say \"hi\""), "\"say \"\"hi\"\"\"");
        assert_eq!(one("two\nlines"), "\"two\nlines\"");
        for c in DANGEROUS {
            assert!(one(&format!("{c}1+1")).starts_with("\"'"), "{c:?}");
        }
        assert_eq!(one("=HYPERLINK(\"x\")"), "\"'=HYPERLINK(\"\"x\"\")\"");
        assert_eq!(one(""), "");
        let mut out = String::new();
        row(&mut out, ["a", "", "-1"]);
        assert_eq!(out, "a,,\"'-1\"\r\n");
    }
}
