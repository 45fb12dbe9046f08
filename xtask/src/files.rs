//! Everything that is generated and committed.

use crate::{
    deploy::{Deploy, FILE},
    docs, fleet,
    patterns::{self, Pattern, SWITCH},
    routing::{self, Table},
    switch, wrangler,
};
use kernel::worker::Worker;
use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// A generated file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Where it stands, from the root.
    pub path: String,
    /// What is in it.
    pub text: String,
}

/// The project as the generators and checks see it.
pub struct Project {
    /// `deploy.toml`.
    pub deploy: Deploy,
    /// The Workers.
    pub workers: &'static [&'static Worker],
    /// The route tables of the surfaces.
    pub tables: Vec<Table>,
    /// Cloudflare's routes.
    pub patterns: Vec<Pattern>,
    /// What is wrong with the declarations themselves.
    pub findings: Vec<String>,
}

/// The root of the repository.
pub fn root() -> PathBuf {
    let own = Path::new(env!("CARGO_MANIFEST_DIR"));
    own.parent().unwrap_or(own).to_path_buf()
}

impl Project {
    /// Reads `deploy.toml` and takes the Workers' declarations with it.
    ///
    /// # Errors
    /// When `deploy.toml` can't be read or makes no sense.
    pub fn read(root: &Path) -> Result<Self, Vec<String>> {
        let text = fs::read_to_string(root.join(FILE)).map_err(|e| vec![format!("{FILE} can't be read: {e}")])?;
        Ok(Self::of(Deploy::parse(&text)?, fleet::WORKERS))
    }
    /// Puts the parts together.
    pub fn of(deploy: Deploy, workers: &'static [&'static Worker]) -> Self {
        let (tables, mut findings) = routing::tables(workers);
        let patterns = patterns::patterns(&deploy, &tables);
        findings.extend(deploy.disagreements(workers, wrangler::EMULATOR_VARS));
        Self { deploy, workers, tables, patterns, findings }
    }
    /// Every generated file.
    pub fn files(&self, root: &Path) -> Vec<File> {
        let config = |folder: &str, text: String| File { path: format!("workers/{folder}/wrangler.toml"), text };
        let mut files: Vec<File> = self.workers.iter().map(|w| config(w.name, wrangler::worker(&self.deploy, w, &self.patterns))).collect();
        files.push(config(wrangler::EMULATOR, wrangler::emulator(&self.deploy)));
        files.extend(fleet::LOCAL_WORKERS.iter().map(|w| config(w.name, wrangler::local_worker(&self.deploy, w))));
        files.push(config(SWITCH, wrangler::switch(&self.deploy, &self.tables, &self.patterns)));
        files.push(File { path: format!("workers/{SWITCH}/src/index.mjs"), text: switch::module(&self.tables) });
        files.push(File { path: "docs/workers.md".into(), text: docs::workers(self, root) });
        files
    }
}

/// Writes the files whose content differs, and says which.
///
/// # Errors
/// What the file system refused.
pub fn write(root: &Path, files: &[File]) -> io::Result<Vec<String>> {
    let mut written = Vec::new();
    for file in files {
        let path = root.join(&file.path);
        if fs::read_to_string(&path).is_ok_and(|there| there == file.text) {
            continue;
        }
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(&path, &file.text)?;
        written.push(file.path.clone());
    }
    Ok(written)
}
