//! Texts that would lead elsewhere if they were followed (security-and-ui.md §1.7 H5), and what a browser would make of a reply's address.

use kernel::dispatch::NEXT_CAP;

/// Each names `evil` where it leads.
pub fn hostile() -> Vec<String> {
    let mut all: Vec<String> = [
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "\\/evil.example",
        "/%5cevil.example",
        "/%5Cevil.example",
        "/%09/evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        "/%0d%0aLocation:%20https://evil.example",
        "/\r\nSet-Cookie: evil=1",
        "https:evil.example",
        "https:/evil.example",
        "https://evil.example",
        "HTTPS://evil.example",
        "http://evil.example:80/",
        "ftp://evil.example",
        "javascript:alert('evil')",
        "JaVaScRiPt:alert('evil')",
        "java\tscript:alert('evil')",
        "data:text/html,evil",
        "vbscript:evil",
        "https://app.localhost@evil.example",
        "https://app.localhost.evil.example",
        "//app.localhost@evil.example",
        "https://app.localhost%40evil.example",
        "/\u{ff0f}evil.example",
        "/\u{2044}evil.example",
        "\u{3000}//evil.example",
        "/..//evil.example",
        "/../evil",
        "/./evil",
        "/%2e%2e//evil.example",
        "/%2f/evil.example",
        "/%2Fevil.example",
        "/a//evil.example",
        " //evil.example",
        "/ /evil.example",
        "\u{0}//evil.example",
        "evil.example",
        "@evil.example",
        "?next=//evil.example",
        "#//evil.example",
    ]
    .map(str::to_owned)
    .into();
    all.push(format!("/evil{}", "a".repeat(NEXT_CAP)));
    all
}

/// What a browser makes of a `Location` on this host (WHATWG URL: tabs and line breaks go, a backslash is a slash): whether it stays.
pub fn stays(location: &str) -> bool {
    let read: String =
        location.trim().chars().filter(|c| !matches!(c, '\t' | '\n' | '\r')).map(|c| if c == '\\' { '/' } else { c }).collect();
    read.starts_with('/') && !read.starts_with("//")
}
