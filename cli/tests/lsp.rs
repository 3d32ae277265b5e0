//! `ruleck lsp` as editors meet it: the real binary, and messages as they go over its pipes.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod common;

use std::fs;

use common::editor::{Editor, place, uri};
use serde_json::{Value, json};
use tempfile::TempDir;

const BROKEN: &str =
    "finding f(node) {\n  severity info\n  when { Podd { node } }\n  title \"ä𝄞 {nod}\"\n}\n";
const FINE: &str = r#"use std.kube.Pod

/// Pods that wait.
finding waits(node) {
  severity info
  param least = 2 in 1..9   // pods
  when { count(Pod { node, phase: "Pending" }) >= least }
  title "{least} pods wait"
  test "none" {
    given Pod { pod: "a/b", node: "n", phase: "Pending" }
    expect none
  }
}
"#;

fn codes(diagnostics: &[Value]) -> Vec<&str> {
    diagnostics.iter().filter_map(|said| said["code"].as_str()).collect()
}

/// A directory with a file that is open in an editor.
fn editing(name: &str, text: &str) -> (TempDir, Editor, String) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join(name);
    fs::write(&path, text).unwrap();
    let mut editor = Editor::in_folder(dir.path());
    let uri = uri(&path);
    editor.open(&uri, text);
    (dir, editor, uri)
}

#[test]
fn a_life_that_ends_well_ends_with_zero() {
    let mut editor = Editor::start();
    let said = editor.initialize(json!({ "capabilities": {} }));
    assert_eq!(said["serverInfo"]["name"], "ruleck");
    assert_eq!(said["capabilities"]["positionEncoding"], "utf-16");
    assert_eq!(editor.ask("shutdown", Value::Null), Value::Null);
    let refused = editor.refused("textDocument/hover", json!({}));
    assert_eq!(refused["code"], -32600, "after `shutdown` nothing is answered");
    editor.tell("exit", Value::Null);
    assert_eq!(editor.ended(), (0, String::new()));
}

#[test]
fn an_exit_without_shutdown_ends_with_one() {
    let mut editor = Editor::start();
    editor.initialize(json!({ "capabilities": {} }));
    editor.tell("exit", Value::Null);
    assert_eq!(editor.ended().0, 1);
}

#[test]
fn an_editor_that_is_gone_ends_it() {
    let mut editor = Editor::start();
    editor.initialize(json!({ "capabilities": {} }));
    editor.hang_up();
    assert_eq!(editor.ended().0, 1);
}

#[test]
fn nothing_is_answered_before_initialize() {
    let mut editor = Editor::start();
    let refused = editor.refused("textDocument/hover", json!({}));
    assert_eq!(refused["code"], -32002);
}

#[test]
fn what_is_not_known_is_refused_and_what_is_only_told_is_passed_over() {
    let mut editor = Editor::start();
    editor.initialize(json!({ "capabilities": {} }));
    editor.tell("$/somethingNew", json!({}));
    assert_eq!(editor.refused("textDocument/somethingNew", json!({}))["code"], -32601);
    assert_eq!(editor.refused("textDocument/hover", json!({ "no": 1 }))["code"], -32602);
}

#[test]
fn what_is_no_message_is_an_error_and_no_end() {
    let mut editor = Editor::start();
    editor.initialize(json!({ "capabilities": {} }));
    for (text, code) in [
        ("Content-Length: 5\r\n\r\n{\"a\":", -32700),
        ("Content-Length: 7\r\n\r\n{\"id\":1", -32700),
        ("Content-Length: 2\r\n\r\n[]", -32600),
        ("Content-Length: 99999999999999999999\r\n", -32700),
        ("hello\r\n", -32700),
    ] {
        editor.write(text);
        assert_eq!(editor.next_error()["code"], code, "{text}");
    }
    editor.ask("shutdown", Value::Null);
    editor.tell("exit", Value::Null);
    assert_eq!(editor.ended().0, 0);
}

#[test]
fn what_check_says_is_said_with_code_place_and_help() {
    let (_dir, mut editor, uri) = editing("f.etio", BROKEN);
    let said = editor.diagnostics(&uri);
    let unknown = said.iter().find(|said| said["message"].to_string().contains("Podd")).unwrap();
    assert_eq!(unknown["range"], json!({ "start": place(2, 9), "end": place(2, 13) }));
    assert_eq!((&unknown["severity"], &unknown["source"]), (&json!(1), &json!("ruleck")));
    assert!(unknown["message"].as_str().unwrap().contains("\nhelp: "), "{unknown}");
    assert!(unknown["data"]["explain"].is_string(), "{unknown}");
}

#[test]
fn places_are_counted_as_the_editor_counts() {
    // In the last line a letter of one unit and two bytes stands before the name, and one of two and four.
    for (offered, place) in
        [(json!(["utf-16"]), place(3, 14)), (json!(["utf-16", "utf-8"]), place(3, 17))]
    {
        let mut editor = Editor::start();
        editor
            .initialize(json!({ "capabilities": { "general": { "positionEncodings": offered } } }));
        editor.open("untitled:f", BROKEN);
        let said = editor.diagnostics("untitled:f");
        assert!(said.iter().any(|said| said["range"]["start"] == place), "{said:?}");
    }
}

#[test]
fn what_is_mended_is_said_no_more() {
    let (_dir, mut editor, uri) = editing("f.etio", &FINE.replace("Pod {", "Podd {"));
    assert!(!editor.diagnostics(&uri).is_empty());
    // The first `Podd` stands behind `count(`, the other is in the test.
    let cut = |line, at| json!({ "range": { "start": place(line, at), "end": place(line, at + 1) }, "text": "" });
    editor.change(&uri, 2, json!([cut(6, 18)]));
    assert!(!editor.diagnostics(&uri).is_empty());
    editor.change(&uri, 3, json!([cut(9, 13)]));
    assert_eq!(editor.diagnostics(&uri), [] as [Value; 0]);
}

#[test]
fn a_change_may_bring_the_whole_text() {
    let (_dir, mut editor, uri) = editing("f.etio", FINE);
    assert_eq!(editor.diagnostics(&uri), [] as [Value; 0]);
    editor.change(&uri, 2, json!([{ "text": "findng" }]));
    assert_eq!(codes(&editor.diagnostics(&uri)), ["E0103"]);
}

#[test]
fn files_of_a_folder_are_checked_together() {
    let dir = tempfile::tempdir().unwrap();
    let (a, b) = (dir.path().join("a.etio"), dir.path().join("b.etio"));
    fs::write(&a, "event Here { node: node }\n").unwrap();
    fs::write(&b, "use a.Here\nfinding g(node) {\n  severity info\n  when { Here { node } }\n  title \"g\"\n}\n").unwrap();
    let mut editor = Editor::in_folder(dir.path());
    editor.open(&uri(&a), "event There { node: node }\n");
    let said = editor.diagnostics(&uri(&b));
    assert!(!said.is_empty(), "the open text counts, not the one on disk");
    editor.tell("textDocument/didClose", json!({ "textDocument": { "uri": uri(&a) } }));
    assert_eq!(editor.diagnostics(&uri(&b)), [] as [Value; 0], "then the one on disk counts");
}

#[test]
fn a_place_that_helps_to_understand_is_related() {
    let twice = "enum E { a }\nenum E { b }\n";
    let (_dir, mut editor, uri) = editing("f.etio", twice);
    let said = editor.diagnostics(&uri);
    let related = &said[0]["relatedInformation"][0];
    assert_eq!(related["location"]["range"]["start"], place(0, 5));
    assert_eq!(related["message"], "first defined here");
}

#[test]
fn what_was_said_of_a_file_goes_with_it() {
    let mut editor = Editor::start();
    editor.initialize(json!({ "capabilities": {} }));
    editor.open("untitled:f", "findng");
    assert_eq!(codes(&editor.diagnostics("untitled:f")), ["E0103"]);
    editor.tell("textDocument/didClose", json!({ "textDocument": { "uri": "untitled:f" } }));
    assert_eq!(editor.diagnostics("untitled:f"), [] as [Value; 0]);
}

#[test]
fn what_is_deleted_on_disk_is_said_no_more() {
    let dir = tempfile::tempdir().unwrap();
    let (a, b) = (dir.path().join("a.etio"), dir.path().join("b.etio"));
    fs::write(&a, "findng").unwrap();
    fs::write(&b, FINE).unwrap();
    let mut editor = Editor::in_folder(dir.path());
    editor.open(&uri(&b), FINE);
    assert_eq!(codes(&editor.diagnostics(&uri(&a))), ["E0103"]);
    fs::remove_file(&a).unwrap();
    editor.tell("workspace/didChangeWatchedFiles", json!({ "changes": [] }));
    assert_eq!(editor.diagnostics(&uri(&a)), [] as [Value; 0]);
}

#[test]
fn an_editor_that_can_watch_files_is_asked_to() {
    let mut editor = Editor::start();
    let can = json!({ "workspace": { "didChangeWatchedFiles": { "dynamicRegistration": true } } });
    editor.initialize(json!({ "capabilities": can }));
    assert_eq!(editor.next_request()["method"], "client/registerCapability");
}

#[test]
fn formatting_is_that_of_ruleck_fmt() {
    let (_dir, mut editor, uri) = editing("f.etio", "// ä\nenum   E { a,b }\n// end\n");
    let asked = json!({ "textDocument": { "uri": uri }, "options": { "tabSize": 2, "insertSpaces": true } });
    let edits = editor.ask("textDocument/formatting", asked.clone());
    assert_eq!(
        edits,
        json!([{ "range": { "start": place(1, 0), "end": place(2, 0) }, "newText": "enum E { a, b }\n" }])
    );
    editor.change(&uri, 2, json!([{ "text": "enum   E {" }]));
    assert_eq!(
        editor.ask("textDocument/formatting", asked),
        json!([]),
        "what does not parse stays"
    );
    assert!(!editor.diagnostics_of(&uri, 2).is_empty());
}

fn at(uri: &str, line: u32, character: u32) -> Value {
    json!({ "textDocument": { "uri": uri }, "position": place(line, character) })
}

fn hover(editor: &mut Editor, uri: &str, line: u32, character: u32) -> String {
    let said = editor.ask("textDocument/hover", at(uri, line, character));
    said["contents"]["value"].as_str().unwrap_or_default().to_owned()
}

#[test]
fn hovering_explains_codes_names_and_words() {
    let (_dir, mut editor, uri) = editing("f.etio", FINE);
    for (line, character, says) in [
        (6, 16, "entity Pod {"),
        (6, 16, "A pod as the API server has it."),
        (6, 27, "phase: text?              // Pending, Running"),
        (6, 50, "param least = 2 in 1..9"),
        (3, 10, "finding waits(node)"),
        (6, 4, "what must hold"),
    ] {
        let said = hover(&mut editor, &uri, line, character);
        assert!(said.contains(says), "{line}:{character} {said}");
    }
    assert_eq!(hover(&mut editor, &uri, 2, 6), "", "a remark is no code");
    editor.change(&uri, 2, json!([{ "text": "findng" }]));
    assert!(hover(&mut editor, &uri, 0, 1).starts_with("**E0103 stray-text**"));
}

fn labels(said: &Value) -> Vec<&str> {
    said.as_array().unwrap().iter().filter_map(|item| item["label"].as_str()).collect()
}

#[test]
fn fields_are_offered_in_the_braces_of_their_relation() {
    let (_dir, mut editor, uri) = editing("f.etio", FINE);
    let text = FINE.replace("Pod { node, phase: \"Pending\" }) >= least }", "Pod { node, ph");
    editor.change(&uri, 2, json!([{ "text": text }]));
    let said = editor.ask("textDocument/completion", at(&uri, 6, 33));
    let labels = labels(&said);
    assert!(labels.contains(&"phase") && !labels.contains(&"severity"), "{labels:?}");
}

#[test]
fn a_relation_is_offered_with_the_use_line_it_needs() {
    let (_dir, mut editor, uri) = editing("f.etio", FINE);
    let said = editor.ask("textDocument/completion", at(&uri, 6, 9));
    let item = |label: &str| {
        said.as_array().unwrap().iter().find(|item| item["label"] == label).unwrap().clone()
    };
    assert_eq!(item("Pod")["additionalTextEdits"], Value::Null, "it is used already");
    let edit = &item("Node")["additionalTextEdits"][0];
    assert_eq!(edit["newText"], "use std.kube.Node\n");
    assert_eq!(edit["range"]["start"], place(0, 0));
    assert_eq!(item("newest")["kind"], 14);
    assert_eq!(item("starts_with")["kind"], 3);
}

#[test]
fn modes_are_offered_behind_explains() {
    let (_dir, mut editor, uri) = editing("f.etio", FINE);
    let text = FINE.replace("  title", "  explains image_\n  title");
    editor.change(&uri, 2, json!([{ "text": text }]));
    let said = editor.ask("textDocument/completion", at(&uri, 7, 17));
    let labels = labels(&said);
    assert!(labels.contains(&"image_pull_auth") && !labels.contains(&"Pod"), "{labels:?}");
}

#[test]
fn a_name_leads_to_its_declaration_in_another_file() {
    let dir = tempfile::tempdir().unwrap();
    let (a, b) = (dir.path().join("a.etio"), dir.path().join("b.etio"));
    fs::write(&a, FINE).unwrap();
    let site = "site \"x\" {\n  set waits.least = 3\n}\n";
    fs::write(&b, site).unwrap();
    let mut editor = Editor::in_folder(dir.path());
    editor.open(&uri(&b), site);
    let finding = editor.ask("textDocument/definition", at(&uri(&b), 1, 8));
    assert_eq!((&finding["uri"], &finding["range"]["start"]), (&json!(uri(&a)), &place(3, 8)));
    let param = editor.ask("textDocument/definition", at(&uri(&b), 1, 13));
    assert_eq!((&param["uri"], &param["range"]["start"]), (&json!(uri(&a)), &place(5, 8)));
}

#[test]
fn a_name_of_the_library_leads_nowhere() {
    let (_dir, mut editor, uri) = editing("f.etio", FINE);
    assert_eq!(editor.ask("textDocument/definition", at(&uri, 6, 16)), Value::Null);
}

#[test]
fn a_fix_that_is_known_is_offered() {
    let (_dir, mut editor, uri) = editing("f.etio", &FINE.replace("  severity", "  severty"));
    let said = editor.diagnostics(&uri);
    let range = &said[0]["range"];
    let asked = json!({
        "textDocument": { "uri": uri }, "range": range, "context": { "diagnostics": said },
    });
    let fixes = editor.ask("textDocument/codeAction", asked);
    assert_eq!(fixes[0]["title"], "write `severity`");
    let edit = &fixes[0]["edit"]["changes"][&uri][0];
    assert_eq!((&edit["newText"], &edit["range"]), (&json!("severity"), range));
}

#[test]
fn a_use_line_that_is_missing_can_be_added() {
    let (_dir, mut editor, uri) = editing("f.etio", FINE.trim_start_matches("use std.kube.Pod\n"));
    let said = editor.diagnostics(&uri);
    let unknown = said.iter().find(|said| said["code"] == "E0201").unwrap();
    let asked = json!({
        "textDocument": { "uri": uri }, "range": unknown["range"], "context": { "diagnostics": said },
    });
    let fixes = editor.ask("textDocument/codeAction", asked);
    assert_eq!(fixes[0]["title"], "add `use std.kube.Pod`");
}

#[test]
fn what_a_rule_binds_is_offered_in_it() {
    let (_dir, mut editor, uri) = editing("f.etio", FINE);
    let said = editor.ask("textDocument/completion", at(&uri, 6, 53));
    let labels = labels(&said);
    assert!(labels.contains(&"least") && labels.contains(&"len"), "{labels:?}");
}

#[test]
fn paths_and_flags_are_those_of_ruleck_check() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.etio");
    let text = "site \"x\" {\n  disable dns_search_limits because \"so\"\n}\n";
    fs::write(&path, text).unwrap();
    let mut editor = Editor::with(&["--no-stdlib", path.to_str().unwrap(), "--stdio"]);
    editor.initialize(json!({ "capabilities": {} }));
    let said = editor.diagnostics(&uri(&path));
    assert_eq!(codes(&said), ["E0201"], "there is no rule to disable");
}

#[test]
fn the_outline_names_what_is_in_a_file() {
    let (_dir, mut editor, uri) = editing("f.etio", FINE);
    let asked = json!({ "textDocument": { "uri": uri } });
    let symbols = editor.ask("textDocument/documentSymbol", asked);
    assert_eq!((&symbols[0]["name"], &symbols[0]["detail"]), (&json!("waits"), &json!("finding")));
    let parts: Vec<&str> = symbols[0]["children"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|part| part["name"].as_str())
        .collect();
    assert_eq!(parts, ["least", "none"]);
}
