//! Cases out of their files.

use std::fs;
use std::sync::Arc;

use etio_dsl::SourceFile;
use etio_engine::Options;
use etio_plan::{Pack, ParamId, Value};
use etio_scan::Scanner;

use crate::{Story, file, history, root};

/// A story whose log is known.
#[derive(Clone, Debug)]
pub struct Case {
    /// The story.
    pub story: Story,
    /// Its log, a line a transition.
    pub log: Vec<String>,
    /// How many events came too late, by source.
    pub late: Vec<(etio_plan::SourceId, u64)>,
}

/// All cases, in the order of their files.
///
/// # Panics
/// Where a file cannot be read or its rules do not compile, with the reason.
#[must_use]
#[expect(clippy::panic, reason = "cases that cannot be read are a broken test")]
pub fn cases() -> Vec<Case> {
    let dir = root().join("conformance");
    let listed = fs::read_dir(&dir).unwrap_or_else(|error| panic!("{}: {error}", dir.display()));
    let mut paths: Vec<_> = listed.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    let mut cases = Vec::new();
    for path in paths {
        let read = fs::read_to_string(&path).map_err(|error| error.to_string());
        let file = read.and_then(|text| ron::from_str(&text).map_err(|error| error.to_string()));
        let file: file::File = file.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let stem = path.file_stem().unwrap_or_default().to_string_lossy();
        for case in file.cases {
            let name = format!("{stem}: {}", case.name);
            cases.push(read_case(&file.rules, case).unwrap_or_else(|why| panic!("{name}: {why}")));
            if let Some(case) = cases.last_mut() {
                case.story.name = name;
            }
        }
    }
    cases
}

fn read_case(prelude: &str, case: file::Case) -> Result<Case, String> {
    let pack = compile(format!("{prelude}\n{}", case.rules))?;
    let pack = Arc::new(pack);
    let scanner = Scanner::new(Arc::clone(&pack));
    let params = case.params.iter().map(|(path, value)| param(&pack, path, value));
    let options = Options { params: params.collect::<Result<_, _>>()?, ..Options::default() };
    let told = history::Teller::new(&pack, &scanner, &case.resolutions);
    let (steps, sources) = told.tell(&case.collected, &case.history)?;
    let late = case.late.iter().map(|(name, count)| {
        let source = sources.iter().position(|known| known == name);
        let source = source.ok_or_else(|| format!("no source `{name}` tells anything"))?;
        Ok((etio_plan::SourceId(u32::try_from(source).unwrap_or(u32::MAX)), *count))
    });
    let mut late = late.collect::<Result<Vec<_>, String>>()?;
    late.sort_unstable();
    let story = Story { name: String::new(), pack, options, steps };
    Ok(Case { story, log: case.log, late })
}

fn compile(text: String) -> Result<Pack, String> {
    let files = [SourceFile { path: "t.etio".into(), module: "t".into(), text }];
    let compiled = etio_dsl::compile(&files);
    let errors = compiled.diagnostics.iter().filter(|of| of.is_error());
    let errors: Vec<_> = errors.map(|error| etio_dsl::diag::render(error, &files, false)).collect();
    compiled.pack.ok_or_else(|| errors.join("\n"))
}

fn param(pack: &Pack, path: &str, value: &serde_json::Value) -> Result<(ParamId, Value), String> {
    let found = (0..).map(ParamId).zip(&pack.params).find(|(_, param)| param.path == path);
    let (id, param) = found.ok_or_else(|| format!("no parameter `{path}`"))?;
    Ok((id, history::value(&param.ty, value).ok_or_else(|| format!("no value for `{path}`"))?))
}
