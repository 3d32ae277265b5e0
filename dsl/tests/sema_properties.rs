//! What holds for every set of rule files, however broken: no panic, the same answer for the same
//! files, and a pack that passes the door into the engine wherever there is no error.

use std::{fs, path::Path, sync::LazyLock};

use etio_dsl::{SourceFile, compile};
use etio_plan::Pack;
use proptest::{prelude::*, sample::Index};

/// The words and signs of good and bad rule files.
static TEXTS: LazyLock<Vec<Vec<String>>> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sema");
    let mut texts = Vec::new();
    for kind in ["ok", "err"] {
        let Ok(entries) = fs::read_dir(folder.join(kind)) else { continue };
        let mut paths: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
        paths.sort();
        for path in paths {
            if path.extension().is_some_and(|extension| extension == "etio") {
                // Several files in one are still a program, only with more in it.
                let text = fs::read_to_string(&path).unwrap_or_default();
                texts.push(words(&text.replace("//# ", "// ")));
            }
        }
    }
    texts
});

fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for c in text.chars() {
        match words.last_mut() {
            Some(word)
                if c.is_alphanumeric() && word.chars().all(|c| c.is_alphanumeric() || c == '_')
                    || c == '_' && word.ends_with(char::is_alphanumeric) =>
            {
                word.push(c);
            }
            _ => words.push(c.into()),
        }
    }
    words
}

/// Puts one word in the place of another, drops one, or doubles one.
fn mutate(words: &mut Vec<String>, (kind, at, from): &(u8, Index, Index)) {
    let word = from.get(words).clone();
    let at = at.index(words.len());
    match kind % 4 {
        0 => drop(words.remove(at)),
        1 => words.insert(at, word),
        _ => drop(words.splice(at..=at, [word])),
    }
}

fn check(files: &[SourceFile]) {
    let compiled = compile(files);
    assert_eq!(compile(files), compiled);
    let errors = compiled.diagnostics.iter().any(|diagnostic| diagnostic.is_error());
    assert_eq!(compiled.pack.is_none(), errors);
    if let Some(pack) = compiled.pack {
        assert_eq!(Pack::from_bytes(&pack.to_bytes()), Ok(pack));
    }
}

#[test]
fn a_whole_file_stays_good_as_words() {
    let good = |words: &Vec<String>| {
        compile(&[SourceFile::new("conditions.etio", words.concat())]).pack.is_some()
    };
    assert!(TEXTS.iter().any(good), "the property would only ever see errors");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn mutated_files_compile_or_say_why(
        which in any::<Index>(),
        changes in prop::collection::vec(any::<(u8, Index, Index)>(), 1..5),
    ) {
        let mut words = which.get(&TEXTS).clone();
        for change in &changes {
            mutate(&mut words, change);
        }
        // The module that one of the files names.
        check(&[SourceFile::new("conditions.etio", words.concat())]);
    }
}
