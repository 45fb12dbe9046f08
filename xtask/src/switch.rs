//! The switch's module: a few lines of JavaScript with the route tables filled in.

use crate::{routing::Table, wrangler::service_binding};
use std::fmt::Write as _;

const TEMPLATE: &str = include_str!("switch.mjs");
const TABLES: &str = "  /* tables */\n";

/// The module's text.
pub fn module(tables: &[Table]) -> String {
    let mut text = String::new();
    for table in tables {
        let _ = writeln!(text, "  {}: [", table.surface.as_str());
        for prefix in &table.prefixes {
            // JSON's strings are JavaScript's.
            let pair = serde_json::json!([prefix.path, service_binding(&prefix.worker)]);
            let _ = writeln!(text, "    {},", pair.to_string().replace("\",\"", "\", \""));
        }
        text.push_str("  ],\n");
    }
    TEMPLATE.replacen(TABLES, &text, 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::routing::Prefix;
    use kernel::host::Surface;

    #[test]
    fn the_tables_are_filled_in_longest_first() {
        let prefix = |path: &str, worker: &str| Prefix { path: path.into(), worker: worker.into() };
        let text = module(&[Table { surface: Surface::Api, prefixes: vec![prefix("/v1/exports", "exports"), prefix("/", "api-keys")] }]);
        assert!(text.contains("  api: [\n    [\"/v1/exports\", \"EXPORTS\"],\n    [\"/\", \"API_KEYS\"],\n  ],\n"), "{text}");
        assert!(!text.contains("/* tables */"));
    }
}
