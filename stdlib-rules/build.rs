//! Compiles the standard library's rule files into one pack, and lists the files.

use std::{
    env,
    fmt::Write as _,
    fs, io,
    path::{Path, PathBuf},
    process::ExitCode,
};

use etio_dsl::{SourceFile, diag};

fn main() -> ExitCode {
    match build() {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("{why}");
            ExitCode::FAILURE
        }
    }
}

fn build() -> Result<(), Box<dyn std::error::Error>> {
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or("cargo sets OUT_DIR")?);
    let mut facts = Vec::new();
    let mut rules = Vec::new();
    collect(Path::new("facts"), &mut facts)?;
    collect(Path::new("rules"), &mut rules)?;

    let mut list = String::new();
    write_list(&mut list, "FACTS", "The relations every rule may use", &facts)?;
    write_list(&mut list, "RULES", "The failure modes", &rules)?;
    fs::write(out.join("sources.rs"), list)?;

    let files: Vec<_> = facts.into_iter().chain(rules).collect();
    let compiled = etio_dsl::compile(&files);
    let Some(pack) = compiled.pack else {
        let errors = compiled.diagnostics.iter().filter(|found| found.is_error());
        return Err(errors
            .map(|error| diag::render(error, &files, false))
            .collect::<String>()
            .into());
    };
    fs::write(out.join("stdlib.pack"), pack.to_bytes())?;
    Ok(())
}

/// Reads the rule files below `dir`, in the order of their paths.
///
/// A file directly below belongs to the module of its own name, one in a folder to that of the folder.
fn collect(dir: &Path, files: &mut Vec<SourceFile>) -> io::Result<()> {
    println!("cargo::rerun-if-changed={}", dir.display());
    let mut entries = fs::read_dir(dir)?.collect::<Result<Vec<_>, _>>()?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else if path.extension().is_some_and(|extension| extension == "etio") {
            let named_after = if dir == Path::new("facts") { &path } else { dir };
            let area = named_after.file_stem().unwrap_or_default().to_string_lossy();
            let shown = path.to_string_lossy().replace('\\', "/");
            files.push(SourceFile::in_module(
                shown,
                format!("std.{area}"),
                fs::read_to_string(&path)?,
            ));
        }
    }
    Ok(())
}

fn write_list(list: &mut String, name: &str, doc: &str, files: &[SourceFile]) -> std::fmt::Result {
    writeln!(list, "/// {doc}, file by file.")?;
    writeln!(list, "pub const {name}: &[RuleFile] = &[")?;
    for SourceFile { path, module, .. } in files {
        writeln!(
            list,
            "    RuleFile {{ module: {module:?}, path: {path:?}, text: include_str!(concat!(env!(\"CARGO_MANIFEST_DIR\"), \"/{path}\")) }},"
        )?;
    }
    writeln!(list, "];")
}
