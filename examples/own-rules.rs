//! Rules of one's own, compiled at run time over the standard library's facts.

use etio::{Engine, Params, Stamp, Value};
use etio_dsl::{SourceFile, compile, diag};

const RULES: &str = r#"
use std.node.Process

/// The backup still runs in office hours and takes the disk's time.
finding backup_overruns(node) {
  severity warning
  when { p = Process { node, comm: "restic" } for 2h }
  title   "the backup on {node} has run for {age(p)}"
  because "it holds up everything that reads the disk"
  remedy  "Limit its bandwidth, or start it earlier."

  test "two hours" {
    given Process { node: "n1", pid: 7, state: "S", comm: "restic" }
    expect none before 2h
    expect confirmed (node: "n1") at 2h
  }
}
"#;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut files: Vec<SourceFile> = etio_stdlib::FACTS
        .iter()
        .map(|file| SourceFile::in_module(file.path, file.module, file.text))
        .collect();
    files.push(SourceFile::new("office.etio", RULES));
    let compiled = compile(&files);
    let Some(pack) = compiled.pack else {
        let messages = compiled.diagnostics.iter().map(|found| diag::render(found, &files, false));
        return Err(messages.collect::<String>().into());
    };

    let mut engine = Engine::new(pack, Params::default())?;
    let hour = 3_600_000_000_000;
    let process = [
        ("node", Value::from("n1")),
        ("pid", 7.into()),
        ("state", "S".into()),
        ("comm", "restic".into()),
    ];
    engine.insert_row("Process", process, Stamp::at(0))?;
    engine.advance(3 * hour);
    for episode in engine.episodes() {
        println!("{}: {}. {}", episode.mode, episode.title, episode.remedy);
    }
    assert_eq!(engine.episodes().len(), 1);
    Ok(())
}

#[test]
fn runs() {
    main().unwrap();
}
