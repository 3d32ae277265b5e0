//! Tests and samples as data, for whoever runs them.

use etio_plan::{FieldId, Kind, RelId, Value};

use crate::{
    diag::{Diagnostic, codes},
    lower::constants,
    resolve::{Cx, Place},
    syntax::ast::{self, Atom, Item, Path, Span, StepKind},
};

pub use crate::syntax::ast::{ExpectTime, Expected};

/// A test of a rule: a timeline and what is expected of it. Its times are nanoseconds from its own
/// zero.
#[derive(Clone, PartialEq, Debug)]
pub struct TestCase {
    /// Its name.
    pub name: String,
    /// The path of the finding it stands in, if any.
    pub rule: Option<String>,
    /// Index of the file.
    pub file: usize,
    /// Where.
    pub span: Span,
    /// Its steps in order.
    pub steps: Vec<TestStep>,
    /// Any order of arrival must give the same transitions.
    pub shuffled: bool,
}

/// A step of a test.
#[derive(Clone, PartialEq, Debug)]
pub struct TestStep {
    /// What it says.
    pub kind: TestStepKind,
    /// Where.
    pub span: Span,
}

/// What a step says.
#[derive(Clone, PartialEq, Debug)]
pub enum TestStepKind {
    /// A row. It has one value for each declared field: defaults are filled in, what may be absent
    /// and is not given is [`Value::Null`]. Hidden fields are left to the scanner.
    Row {
        /// When.
        at: i64,
        /// The relation.
        relation: RelId,
        /// Its values.
        values: Vec<Value>,
        /// Written `given`: it stood before the test began.
        given: bool,
    },
    /// The entity's row with this key goes.
    Remove {
        /// When.
        at: i64,
        /// The relation.
        relation: RelId,
        /// The values of its key; the others are absent.
        values: Vec<Value>,
    },
    /// The relation is collected although no row is given.
    Collected {
        /// The relation.
        relation: RelId,
        /// The part of it.
        scope: Vec<(FieldId, Value)>,
    },
    /// The relation is not collected.
    NotCollected {
        /// The relation.
        relation: RelId,
        /// The part of it.
        scope: Vec<(FieldId, Value)>,
    },
    /// An expectation.
    Expect {
        /// What.
        what: Expected,
        /// The finding.
        finding: RelId,
        /// Fields of its key; the ones left out match any.
        key: Vec<(FieldId, Value)>,
        /// Relations that must be among its needs.
        needs: Vec<RelId>,
        /// Findings that must explain it.
        explained_by: Vec<RelId>,
        /// When.
        time: ExpectTime,
    },
}

/// A real line and the event it must become.
#[derive(Clone, PartialEq, Debug)]
pub struct SampleCase {
    /// Index of the extractor in the pack; of several sources the first.
    pub extractor: usize,
    /// The text.
    pub text: String,
    /// Fields the event must have; `None` where the text must not become an event.
    pub expect: Option<Vec<(FieldId, Value)>>,
    /// Index of the file.
    pub file: usize,
    /// Where.
    pub span: Span,
}

/// All tests of all files, but for those of findings that sites disable or replace.
pub(crate) fn tests(cx: &mut Cx<'_>, gone: &[RelId]) -> Vec<TestCase> {
    let mut cases = Vec::new();
    let trees = cx.trees;
    for file in cx.order.clone() {
        for item in trees.get(file).map_or(&[][..], |tree| &tree.items) {
            match item {
                Item::Finding(finding) => {
                    let path =
                        Path { parts: [finding.name.clone()].into(), span: finding.name.span };
                    let Some(relation) = cx.finding(file, &path) else { continue };
                    let place = Place { file, span: finding.name.span };
                    if gone.contains(&relation) || cx.names.place(relation) != Some(place) {
                        continue;
                    }
                    for test in &finding.tests {
                        cases.push(case(cx, file, Some(relation), test));
                    }
                }
                Item::Test(test) => cases.push(case(cx, file, None, test)),
                _ => {}
            }
        }
    }
    cases
}

fn case(cx: &mut Cx<'_>, file: usize, finding: Option<RelId>, test: &ast::Test) -> TestCase {
    let mut steps = Vec::with_capacity(test.steps.len());
    for step in &test.steps {
        if let Some(kind) = self::step(cx, file, finding, step) {
            steps.push(TestStep { kind, span: step.span });
        }
    }
    if !test.steps.iter().any(|step| matches!(step.kind, StepKind::Expect(_))) {
        let message = format!("the test `{}` expects nothing", test.name);
        cx.error(
            codes::EMPTY_TEST,
            file,
            test.span,
            message,
            "write what must be found: `expect confirmed (…) at 10m`, or `expect none`",
        );
    }
    let rule = finding.and_then(|finding| Some(cx.pack.get(finding)?.path.clone()));
    TestCase {
        name: test.name.clone(),
        rule,
        file,
        span: test.span,
        steps,
        shuffled: test.shuffled,
    }
}

fn step(
    cx: &mut Cx<'_>,
    file: usize,
    finding: Option<RelId>,
    step: &ast::Step,
) -> Option<TestStepKind> {
    match &step.kind {
        StepKind::Given(atom) => row(cx, file, 0, atom, true),
        StepKind::At(at, atom) => row(cx, file, *at, atom, false),
        StepKind::Remove(at, atom) => remove(cx, file, *at, atom),
        StepKind::Collected(atom) => {
            let relation = cx.relation(file, &atom.relation)?;
            let scope = constants(cx, file, relation, &atom.fields);
            Some(TestStepKind::Collected { relation, scope })
        }
        StepKind::NotCollected(atom) => {
            let relation = cx.relation(file, &atom.relation)?;
            let scope = constants(cx, file, relation, &atom.fields);
            Some(TestStepKind::NotCollected { relation, scope })
        }
        StepKind::Expect(expect) => {
            let finding = match (&expect.finding, finding) {
                (Some(path), _) => cx.finding(file, path)?,
                (None, Some(finding)) => finding,
                (None, None) => {
                    let message = "which finding is expected?";
                    cx.error(codes::EMPTY_TEST, file, step.span, message, "outside a finding its name must be written: `expect confirmed my_finding (…)`");
                    return None;
                }
            };
            if cx.broken.contains(&finding) {
                return None;
            }
            let key = constants(cx, file, finding, &expect.key);
            let needs = expect.needs.iter().filter_map(|path| cx.relation(file, path)).collect();
            let explained_by =
                expect.explained_by.iter().filter_map(|path| cx.finding(file, path)).collect();
            let (what, time) = (expect.what, expect.time);
            Some(TestStepKind::Expect { what, finding, key, needs, explained_by, time })
        }
    }
}

/// A row as its producer would send it.
fn row(cx: &mut Cx<'_>, file: usize, at: i64, atom: &Atom, given: bool) -> Option<TestStepKind> {
    let relation = input(cx, file, atom)?;
    let said = constants(cx, file, relation, &atom.fields);
    let declared = cx.pack.get(relation)?;
    let mut missing: Vec<String> = Vec::new();
    let values = declared
        .fields
        .iter()
        .enumerate()
        .filter(|(_, field)| !field.hidden)
        .map(|(at, field)| {
            let said = said.iter().find(|(id, _)| id.index() == at).map(|(_, value)| value);
            match said.or(field.default.as_ref()) {
                Some(value) => value.clone(),
                None => {
                    let named = atom.fields.iter().any(|pat| pat.field.text == field.name);
                    if !field.optional && !named {
                        missing.push(format!("`{}`", field.name));
                    }
                    Value::Null
                }
            }
        })
        .collect();
    if !missing.is_empty() {
        let place = cx.names.place(relation);
        let message = format!("this row lacks {}", missing.join(", "));
        let mut diagnostic = Diagnostic::new(codes::MISSING_FIELD, message)
            .at(file, atom.span, "")
            .help("a row gives every field that has neither `?` nor a default");
        if let Some(place) = place {
            diagnostic = diagnostic.also(place.file, place.span, "declared here");
        }
        cx.report(diagnostic);
    }
    Some(TestStepKind::Row { at, relation, values, given })
}

fn remove(cx: &mut Cx<'_>, file: usize, at: i64, atom: &Atom) -> Option<TestStepKind> {
    let relation = input(cx, file, atom)?;
    if cx.kind(relation) != Some(Kind::Entity) {
        let message = format!("`{}` is no entity", cx.name_of(relation));
        cx.error(
            codes::WRONG_KIND,
            file,
            atom.span,
            message,
            "what happened cannot be removed; only an entity's row goes",
        );
        return None;
    }
    let said = constants(cx, file, relation, &atom.fields);
    let declared = cx.pack.get(relation)?;
    let (mut values, mut wrong) = (Vec::new(), Vec::new());
    for (at, field) in declared.fields.iter().enumerate().filter(|(_, field)| !field.hidden) {
        let said = said.iter().find(|(id, _)| id.index() == at).map(|(_, value)| value.clone());
        if said.is_some() != field.key {
            wrong.push(format!("`{}`", field.name));
        }
        values.push(said.unwrap_or(Value::Null));
    }
    if !wrong.is_empty() {
        let message =
            format!("a removal names the key and nothing else: look at {}", wrong.join(", "));
        cx.error(codes::MISSING_FIELD, file, atom.span, message, "");
    }
    Some(TestStepKind::Remove { at, relation, values })
}

/// A relation that a test can give rows of.
fn input(cx: &mut Cx<'_>, file: usize, atom: &Atom) -> Option<RelId> {
    let relation = cx.relation(file, &atom.relation)?;
    if matches!(cx.kind(relation), Some(Kind::Event | Kind::Entity)) {
        return Some(relation);
    }
    let message =
        format!("`{}` is concluded by rules, a test cannot give it", cx.name_of(relation));
    cx.error(
        codes::WRONG_KIND,
        file,
        atom.relation.span,
        message,
        "give the events and entities that the rules read",
    );
    None
}
