//! The examples in the documentation compile, and their tests pass.

mod common;

use std::fs;

use common::{root, ruleck};

#[test]
fn every_example_compiles_and_passes_its_tests() {
    for page in ["docs/language.md", "README.md"] {
        let text = fs::read_to_string(root().join(page)).unwrap();
        for (at, block) in text.split("```etio\n").skip(1).enumerate() {
            let example = block.split("```").next().unwrap();
            let dir = tempfile::tempdir().unwrap();
            let path = dir.path().join("example.etio");
            fs::write(&path, example).unwrap();
            let ran = ruleck(&["test", path.to_str().unwrap()]);
            assert_eq!(ran.code, 0, "{page}, example {}:\n{}{}", at + 1, ran.out, ran.err);
        }
    }
}
