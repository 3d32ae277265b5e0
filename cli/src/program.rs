//! From rule files on disk to a compiled program.

use std::collections::HashSet;
use std::fs;
use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};

use etio_dsl::diag::{Diagnostic, render};
use etio_dsl::{Compiled, SourceFile, compile, compile_at};
use etio_plan::Pack;

use crate::args::Program;
use crate::date;
use crate::disk::{cannot_read, find, read_text};

/// The rule files compiled together, in the order of their indices in diagnostics.
pub(crate) struct Sources {
    pub(crate) files: Vec<SourceFile>,
    /// How many the standard library has; they stand in front.
    pub(crate) library: usize,
}

impl Sources {
    /// The standard library's facts, its rules unless left out, then the user's files.
    ///
    /// A user's file in the library's own folders (someone works on the library) belongs to its module, and takes the
    /// place of the one it is.
    pub(crate) fn load(user: &[PathBuf], no_stdlib: bool) -> Result<Self, String> {
        Ok(Self::of(read_all(user)?, no_stdlib))
    }

    /// The same with files that are read already.
    pub(crate) fn of(user: Vec<SourceFile>, no_stdlib: bool) -> Self {
        let rules = if no_stdlib { &[][..] } else { etio_stdlib::RULES };
        let mut files: Vec<SourceFile> = etio_stdlib::FACTS
            .iter()
            .chain(rules)
            .filter(|file| user.iter().all(|mine| !is_same(&mine.path, file.path)))
            .map(|file| SourceFile::in_module(file.path, file.module, file.text))
            .collect();
        let library = files.len();
        files.extend(user.into_iter().map(|mut mine| {
            if let Some(module) = library_module(&mine.path) {
                mine.module = module;
            }
            mine
        }));
        Self { files, library }
    }

    /// Compiles them as of an instant, today where none is given: by it the `until` of sites is judged.
    pub(crate) fn compile(&self, at: Option<i64>) -> Compiled {
        match at.or_else(date::today) {
            Some(at) => compile_at(&self.files, at),
            None => compile(&self.files),
        }
    }

    /// Diagnostics as people read them, coloured where standard error is a terminal.
    pub(crate) fn render(&self, diagnostics: &[Diagnostic]) -> String {
        let color = std::io::stderr().is_terminal();
        let texts: Vec<String> =
            diagnostics.iter().map(|diagnostic| render(diagnostic, &self.files, color)).collect();
        texts.join("\n")
    }
}

/// The pack that `etio` runs: the one built in, unless the user adds or leaves out rules, or brings a pack.
/// `at`: as for [`Sources::compile`].
pub(crate) fn pack(program: &Program, at: Option<i64>) -> Result<Pack, String> {
    if program.rules.is_empty() && !program.no_stdlib {
        return Ok(etio_stdlib::pack());
    }
    if let [path] = program.rules.as_slice()
        && is_pack(path)
    {
        return match program.no_stdlib {
            false => read_pack(path),
            true => Err(format!(
                "`{}` is a pack, which has all of its rules: leave out `--no-stdlib` here, and give it to `ruleck pack`",
                path.display()
            )),
        };
    }
    let sources = Sources::load(&program.rules, program.no_stdlib)?;
    let compiled = sources.compile(at);
    let errors: Vec<Diagnostic> =
        compiled.diagnostics.into_iter().filter(Diagnostic::is_error).collect();
    match compiled.pack {
        Some(pack) if errors.is_empty() => Ok(pack),
        _ => Err(format!("the rules do not compile\n{}", sources.render(&errors))),
    }
}

/// Whether a path names a pack, as `ruleck pack` writes it.
fn is_pack(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending == "etiop")
}

fn read_pack(path: &Path) -> Result<Pack, String> {
    let bytes = fs::read(path).map_err(|error| cannot_read(path, &error))?;
    Pack::from_bytes(&bytes).map_err(|error| {
        format!("cannot use `{}`: {error}; write it anew with `ruleck pack`", path.display())
    })
}

/// Rule files in these paths; directories are searched for `.etio` files in path order.
fn read_all(paths: &[PathBuf]) -> Result<Vec<SourceFile>, String> {
    let mut files = Vec::new();
    for path in paths {
        find_rules(path, &mut files)?;
    }
    // A file may also lie in a directory that is given.
    let mut seen = HashSet::new();
    files.retain(|path| fs::canonicalize(path).map_or(true, |path| seen.insert(path)));
    if files.is_empty() && !paths.is_empty() {
        return Err("no rule files (`*.etio`) in the paths given".to_owned());
    }
    files
        .iter()
        .map(|path| {
            if is_pack(path) {
                let path = path.display();
                return Err(format!(
                    "`{path}` is a pack, which holds all its rules and goes with no rule files; give the files it was made of"
                ));
            }
            Ok(SourceFile::new(path.display().to_string(), read_text(path)?))
        })
        .collect()
}

/// Adds the rule files that a path means.
pub(crate) fn find_rules(path: &Path, files: &mut Vec<PathBuf>) -> Result<(), String> {
    find(path, &["etio"], files)
}

/// The module of a file in the standard library's folders, also of one that is not in the library yet.
fn library_module(on_disk: &str) -> Option<String> {
    let on_disk = on_disk.replace('\\', "/");
    let (before, inside) = on_disk.rsplit_once("stdlib-rules/")?;
    (before.is_empty() || before.ends_with('/')).then_some(())?;
    let area = match inside.strip_suffix(".etio")?.split('/').collect::<Vec<_>>()[..] {
        ["facts", area] | ["rules", area, _] => area,
        _ => return None,
    };
    Some(format!("std.{area}"))
}

/// Whether a path on disk is this file of the standard library (`rules/image/x.etio`).
fn is_same(on_disk: &str, library: &str) -> bool {
    let on_disk = on_disk.replace('\\', "/");
    on_disk.strip_suffix(library).is_some_and(|rest| rest.ends_with("stdlib-rules/"))
}

#[cfg(test)]
mod tests {
    use super::library_module;

    #[test]
    fn a_new_file_in_the_library_belongs_to_its_folder() {
        let module = |path| library_module(path);
        assert_eq!(module("stdlib-rules/rules/volume/new.etio").as_deref(), Some("std.volume"));
        assert_eq!(module("/x/stdlib-rules/facts/kube.etio").as_deref(), Some("std.kube"));
        for path in
            ["rules/volume/new.etio", "my-stdlib-rules/rules/a/b.etio", "stdlib-rules/x.etio"]
        {
            assert_eq!(module(path), None, "{path}");
        }
    }
}
