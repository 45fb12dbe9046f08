//! A statement's text in pieces, and what can be read off them without understanding SQL.

use std::ops::Range;

/// A piece of text: a word with its dots, a parameter, a string, an operator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token<'a> {
    /// The piece.
    pub text: &'a str,
    /// Where it stands.
    pub at: Range<usize>,
}

/// Takes a text apart.
pub fn tokens(sql: &str) -> Vec<Token<'_>> {
    let bytes = sql.as_bytes();
    let word = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'.';
    let mut out = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let start = at;
        let first = bytes[at];
        at += 1;
        let run = |mut end: usize, of: &dyn Fn(u8) -> bool| {
            while end < bytes.len() && of(bytes[end]) {
                end += 1;
            }
            end
        };
        match first {
            b if b.is_ascii_whitespace() => continue,
            b'\'' => at = run(at, &|b| b != b'\'') + 1,
            b'?' => at = run(at, &|b| b.is_ascii_digit()),
            b if word(b) => at = run(at, &word),
            b'<' | b'>' | b'!' | b'=' | b'|' => at = run(at, &|b| matches!(b, b'<' | b'>' | b'=' | b'|')),
            _ => {}
        }
        out.push(Token { text: &sql[start..at.min(sql.len())], at: start..at.min(sql.len()) });
    }
    out
}

/// Whether a word is a column name, perhaps with its table, of that name.
pub fn is_column(word: &str, name: &str) -> bool {
    word.rsplit('.').next() == Some(name)
}

/// The number of a parameter.
pub fn param(word: &str) -> Option<usize> {
    word.strip_prefix('?')?.parse().ok()
}

/// Where a table is named, and as what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mention<'a> {
    /// The table.
    pub table: &'a str,
    /// Its name in the rest of the statement: an alias, or the table's own.
    pub alias: &'a str,
    /// Whether rows are inserted into it.
    pub inserted: bool,
}

/// Every mention of a table out of `tables`.
pub fn mentions<'a>(tokens: &[Token<'a>], tables: &dyn Fn(&str) -> bool) -> Vec<Mention<'a>> {
    let mut out = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        if !tables(token.text) || at == 0 {
            continue;
        }
        let before = tokens[at - 1].text.to_ascii_uppercase();
        // "FROM a, b" and "FROM a JOIN b": the second follows a comma.
        if !matches!(before.as_str(), "FROM" | "JOIN" | "INTO" | "UPDATE" | ",") {
            continue;
        }
        let next = |n: usize| tokens.get(at + n).map_or("", |t| t.text);
        let name = if next(1).eq_ignore_ascii_case("AS") { next(2) } else { next(1) };
        let keyword = [
            "ON",
            "WHERE",
            "SET",
            "LEFT",
            "JOIN",
            "INNER",
            "CROSS",
            "ORDER",
            "GROUP",
            "LIMIT",
            "UNION",
            "RETURNING",
            "INDEXED",
            "VALUES",
            "SELECT",
            "DO",
            "USING",
        ];
        let plain = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') && !name.is_empty();
        let alias = if plain && !keyword.contains(&name.to_ascii_uppercase().as_str()) { name } else { token.text };
        out.push(Mention { table: token.text, alias, inserted: before == "INTO" });
    }
    out
}

/// A comparison that keeps a table to its tenant: where it stands, and of which aliases (empty for a bare column) it speaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fence<'a> {
    /// The whole comparison.
    pub at: Range<usize>,
    /// The aliases of its sides.
    pub aliases: Vec<&'a str>,
}

/// Every `org_id = ?1`, `a.org_id = b.org_id`, and the like for `orgs.id`, whose aliases are given.
pub fn fences<'a>(tokens: &[Token<'a>], orgs: &[&str]) -> Vec<Fence<'a>> {
    let alias = |word: &'a str| word.rsplit_once('.').map_or("", |(alias, _)| alias);
    let tenant =
        |word: &'a str| is_column(word, "org_id") || (is_column(word, "id") && !alias(word).is_empty() && orgs.contains(&alias(word)));
    // A bare `id` is the organization's where `orgs` is the only table of its statement.
    let bare = |word: &str| word == "id" && orgs == ["orgs"];
    let mut out = Vec::new();
    for window in tokens.windows(3) {
        let [left, is, right] = window else { continue };
        if !matches!(is.text, "=" | "IS") {
            continue;
        }
        let own = |side: &Token<'a>| tenant(side.text) || bare(side.text);
        let given = |side: &Token<'a>| param(side.text) == Some(1);
        if (own(left) && (given(right) || own(right))) || (given(left) && own(right)) {
            let sides = [left, right].into_iter().filter(|side| own(side)).map(|side| alias(side.text)).collect();
            out.push(Fence { at: left.at.start..right.at.end, aliases: sides });
        }
    }
    out
}

/// The mentions of tenant tables that no fence speaks of.
pub fn unfenced(sql: &str, tenant_tables: &dyn Fn(&str) -> bool) -> Vec<String> {
    let tokens = tokens(sql);
    let mentions = mentions(&tokens, tenant_tables);
    let orgs: Vec<&str> = mentions.iter().filter(|m| m.table == "orgs").map(|m| m.alias).collect();
    let fences = fences(&tokens, &orgs);
    let bare = fences.iter().filter(|f| f.aliases.contains(&"")).count();
    let aliased = |m: &Mention<'_>| fences.iter().any(|f| f.aliases.contains(&m.alias));
    let mut loose: Vec<String> = Vec::new();
    let mut needing_bare = 0;
    for mention in &mentions {
        if mention.inserted {
            if !inserts_tenant_first(&tokens, mention.table) {
                loose.push(format!("INSERT INTO {} does not take ?1 as its organization", mention.table));
            }
        } else if !aliased(mention) {
            needing_bare += 1;
        }
    }
    if needing_bare > bare {
        loose.push(format!("{needing_bare} tables without an alias in a comparison, {bare} bare comparisons with ?1"));
    }
    loose
}

/// Whether an INSERT's column list holds the tenant, and ?1 stands in its place.
fn inserts_tenant_first(tokens: &[Token<'_>], table: &str) -> bool {
    inserted(tokens).iter().any(|(column, n)| *n == 1 && (*column == "org_id" || (table == "orgs" && *column == "id")))
}

/// The columns of an INSERT that take a parameter as it is: `(column, parameter)`.
pub fn inserted<'a>(tokens: &[Token<'a>]) -> Vec<(&'a str, usize)> {
    let Some(into) = tokens.iter().position(|t| t.text == "INTO") else { return Vec::new() };
    let Some(open) = tokens.get(into + 2).filter(|t| t.text == "(").map(|_| into + 2) else { return Vec::new() };
    let close = open + tokens[open..].iter().position(|t| t.text == ")").unwrap_or(0);
    let columns: Vec<&str> = tokens[open + 1..close].iter().map(|t| t.text).filter(|t| *t != ",").collect();
    let mut out = Vec::new();
    let (mut column, mut depth, mut fresh) = (0, 0, true);
    // What follows VALUES( or SELECT, up to the end of that list.
    let list = tokens[close + 1..].iter().skip(if tokens.get(close + 1).is_some_and(|t| t.text == "VALUES") { 2 } else { 1 });
    for token in list {
        match token.text {
            "(" => depth += 1,
            ")" => depth -= 1,
            "," if depth == 0 => {
                column += 1;
                fresh = true;
                continue;
            }
            word if fresh && depth == 0 => {
                if let (Some(n), Some(name)) = (param(word), columns.get(column)) {
                    out.push((*name, n));
                }
            }
            _ => {}
        }
        fresh = false;
        if depth < 0 || column >= columns.len() || token.text.eq_ignore_ascii_case("WHERE") {
            break;
        }
    }
    out
}

/// Which column each parameter is compared with, set to or inserted as: `(parameter, column)`. A text that it is compared with
/// stands there in its quotes.
pub fn columns_of_params<'a>(tokens: &[Token<'a>]) -> Vec<(usize, &'a str)> {
    let name = |word: &'a str| word.rsplit('.').next().unwrap_or(word);
    let is_name = |word: &str| word.starts_with(|c: char| c.is_ascii_alphabetic() || c == '\'') && word != "NULL";
    let mut out: Vec<(usize, &str)> = inserted(tokens).into_iter().map(|(column, n)| (n, column)).collect();
    for window in tokens.windows(3) {
        let [left, op, right] = window else { continue };
        if !matches!(op.text, "=" | "<" | ">" | "<=" | ">=" | "<>" | "IS" | "LIKE" | "," | "IN") {
            continue;
        }
        match (param(left.text), param(right.text)) {
            (None, Some(n)) if is_name(left.text) && op.text != "," => out.push((n, name(left.text))),
            (Some(n), None) if is_name(right.text) => out.push((n, name(right.text))),
            _ => {}
        }
        // `(SELECT column FROM …) = ?2`: that column.
        if let (")", Some(n)) = (left.text, param(right.text))
            && let Some(column) = selected(tokens, left.at.start)
        {
            out.push((n, name(column)));
        }
        // `column IN (?2, ?3)`: each of them.
        if op.text == "IN" && right.text == "(" && is_name(left.text) {
            let list = tokens.iter().skip_while(|t| t.at.start < right.at.end).take_while(|t| t.text != ")");
            out.extend(list.filter_map(|t| param(t.text)).map(|n| (n, name(left.text))));
        }
    }
    out
}

/// The column that a subquery selects, given where its closing parenthesis stands.
fn selected<'a>(tokens: &[Token<'a>], close: usize) -> Option<&'a str> {
    let before = tokens.iter().enumerate().rev().skip_while(|(_, t)| t.at.start >= close);
    let mut depth = 1;
    for (at, token) in before {
        match token.text {
            ")" => depth += 1,
            "(" => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            let next = |n: usize| tokens.get(at + n).map(|t| t.text);
            return next(2).filter(|_| next(1) == Some("SELECT"));
        }
    }
    None
}
