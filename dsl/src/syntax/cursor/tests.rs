//! What is offered where.

use super::{Wanted, wanted};

/// What is wanted at the end of a text.
fn at_end(text: &str) -> Vec<Wanted<'_>> {
    wanted(text, text.len())
}

fn has(text: &str, expected: Wanted<'_>) {
    let found = at_end(text);
    assert!(found.contains(&expected), "{text}: {found:?}");
}

#[test]
fn between_items_an_item_begins() {
    for text in ["", "fin", "enum E { a }\n\nev"] {
        has(text, Wanted::Keyword("finding"));
    }
}

#[test]
fn a_use_line_wants_modules_and_their_names() {
    has("use st", Wanted::Module(""));
    has("use std.", Wanted::Module("std"));
    has("use std.kube.P", Wanted::NameOf("std.kube"));
    has("use std.kube.{Node, P", Wanted::NameOf("std.kube"));
}

#[test]
fn braces_of_a_relation_want_its_fields() {
    has("finding f(node) { when { Pod { no", Wanted::Field("Pod"));
    has("finding f(node) { when { a = newest std.kube.Pod { node, ", Wanted::Field("std.kube.Pod"));
    has("finding f(n) { when { n > count(Pod { no", Wanted::Field("Pod"));
    has("extract A from std.B.c { ", Wanted::Field("std.B"));
    has("extract A from B.c { `a` sample \"a\" { ", Wanted::Field("A"));
}

#[test]
fn a_row_wants_its_fields() {
    has("finding f(n) { when { p = newest (Pod { n }) x = p.", Wanted::Field("Pod"));
    has("extract A from B.", Wanted::Field("B"));
}

#[test]
fn conditions_are_patterns_and_values() {
    for wanted in [Wanted::Relation, Wanted::Value, Wanted::Keyword("newest")] {
        has("finding f(n) { when { ", wanted);
    }
    has("finding f(n) { when { n = 1 x <", Wanted::Value);
    for before in ["no", "x =", "x = newest", "x = count("] {
        has(&format!("finding f(n) {{ when {{ {before} "), Wanted::Relation);
    }
    has("finding f(n) { when { A { n } ", Wanted::Keyword("within"));
    has("finding f(n) { when { n == 1 ", Wanted::Keyword("or"));
}

#[test]
fn a_rule_goes_on_behind_its_head() {
    has("derive A { n: node } ", Wanted::Keyword("when"));
    has("derive A { n: node } when { ", Wanted::Relation);
    assert!(!at_end("enum E { a } ").contains(&Wanted::Keyword("when")));
}

#[test]
fn clauses_and_steps_are_words() {
    has("finding f(n) { ", Wanted::Keyword("confirm"));
    has("finding f(n) { severity ", Wanted::Keyword("critical"));
    has("finding f(n) { test \"x\" { ", Wanted::Keyword("expect"));
    has("finding f(n) { test \"x\" { expect ", Wanted::Keyword("confirmed"));
    has("finding f(n) { test \"x\" { given ", Wanted::Relation);
    has("finding f(n) { test \"x\" { 10m ", Wanted::Relation);
    has("finding f(n) { test \"x\" { expect open (", Wanted::Field("f"));
    has("finding f(n) { test \"x\" { expect open g (", Wanted::Field("g"));
}

#[test]
fn modes_stand_where_findings_do() {
    has("finding f(n) { explains ", Wanted::Finding);
    has("site \"a\" { disable ", Wanted::Finding);
    has("site \"a\" { set f.", Wanted::Param("f"));
    has("finding f(n) { test \"x\" { expect confirmed (n: 1) explained by ", Wanted::Finding);
}

#[test]
fn sources_of_an_extract_are_relations() {
    for text in ["extract ", "extract A from ", "extract A from B.c, "] {
        has(text, Wanted::Relation);
    }
}

#[test]
fn a_name_that_is_new_is_anything() {
    for text in ["event ", "finding f(", "finding f(n) { param "] {
        assert_eq!(at_end(text), [], "{text}");
    }
}

#[test]
fn types_stand_behind_colons() {
    has("event A { a: ", Wanted::Type);
    has("event A { a: list<", Wanted::Type);
}

#[test]
fn nothing_stands_in_texts_and_comments() {
    for text in [
        "// a",
        "finding f(n) { title \"a ",
        "finding f(n) { // a",
        "extract A from B.c { `te",
        "finding f(n) { title \"{n",
    ] {
        assert_eq!(at_end(text), [], "{text}");
    }
}
