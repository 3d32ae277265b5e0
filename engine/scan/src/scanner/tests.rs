use alloc::string::String;
use etio_plan::{Field, Hole, HoleType, Kind, Pattern, PatternColumn, Piece, Spelling};

use super::*;

const LOG: RelId = RelId(0);
const KUBE: RelId = RelId(1);
const PULL: RelId = RelId(2);
const OTHER: RelId = RelId(3);

fn field(name: &str, ty: Type, optional: bool) -> Field {
    Field { name: name.into(), ty, optional, key: false, default: None, hidden: false }
}

fn relation(name: &str, fields: Vec<Field>) -> Relation {
    Relation {
        path: name.into(),
        kind: Kind::Event,
        fields,
        since: None,
        lossy: false,
        collect: String::new(),
        retention: None,
        history: 0,
        rate: None,
        doc: String::new(),
    }
}

fn hole(name: &str, ty: HoleType) -> Piece {
    Piece::Hole(Hole { name: Some(name.into()), ty })
}

fn pulling(literal: &str) -> Spelling {
    let pieces =
        vec![Piece::Lit(literal.into()), hole("image", HoleType::Image), Piece::Lit("\"".into())];
    Spelling { pattern: Pattern::Template(pieces), captures: vec![("image".into(), FieldId(1))] }
}

fn extractor(event: RelId, from: RelId, spellings: Vec<Spelling>) -> Extractor {
    Extractor {
        event,
        from,
        field: FieldId(1),
        filters: vec![],
        copies: vec![(FieldId(0), FieldId(0))],
        consts: vec![],
        spellings,
    }
}

/// `Pull` out of `Log.message` and, where the reason fits, out of `Kube.message`; `Other` by a regex
/// without a literal.
fn pack() -> Pack {
    let mut kube = extractor(PULL, KUBE, vec![pulling("Pulling image \"")]);
    kube.filters.push((FieldId(2), vec!["Pulling".into()]));
    let number = Spelling {
        pattern: Pattern::Regex(r"(?P<n>\d+)%".into()),
        captures: vec![("n".into(), FieldId(1))],
    };
    let like = Spelling {
        pattern: Pattern::Template(vec![Piece::Lit("Stale ".into()), hole("what", HoleType::Text)]),
        captures: vec![("what".into(), FieldId(3))],
    };
    Pack {
        relations: vec![
            relation(
                "Log",
                vec![field("node", Type::Node, false), field("message", Type::Text, false)],
            ),
            relation(
                "Kube",
                vec![
                    field("node", Type::Node, false),
                    field("message", Type::Text, false),
                    field("reason", Type::Text, true),
                    field("message~0", Type::Text, true),
                    field("message~", Type::Bool, true),
                ],
            ),
            relation(
                "Pull",
                vec![field("node", Type::Node, false), field("image", Type::Image, false)],
            ),
            relation(
                "Other",
                vec![field("node", Type::Node, true), field("n", Type::Percent, false)],
            ),
        ],
        extractors: vec![
            extractor(PULL, LOG, vec![pulling("pulling image \""), pulling("Pulling image \"")]),
            kube,
            extractor(OTHER, LOG, vec![number]),
        ],
        columns: vec![PatternColumn {
            relation: KUBE,
            field: FieldId(1),
            spelling: like,
            matched: FieldId(4),
        }],
        ..Pack::default()
    }
}

fn pull(node: &str, image: &str) -> Event {
    Event { relation: PULL, values: vec![node.into(), image.into()] }
}

const NGINX: &str = "docker.io/library/nginx:latest";

#[test]
fn a_row_gives_its_events() {
    let scanner = Scanner::new(pack());
    let row = |message: &str| [Value::from("n1"), message.into(), Value::Null];
    let events = scanner.extract_row(LOG, &row("Pulling image \"nginx\""));
    assert_eq!(events, [pull("n1", NGINX)]);
    let events = scanner.extract_row(LOG, &row("disk 85% full"));
    assert_eq!(
        events,
        [Event { relation: OTHER, values: vec!["n1".into(), Value::Percent(85.0)] }]
    );
    assert!(scanner.extract_row(LOG, &row("Pulling image nginx")).is_empty());
    assert!(scanner.extract_row(PULL, &row("Pulling image \"nginx\"")).is_empty());
    assert!(scanner.extract_row(RelId(99), &[]).is_empty());
}

#[test]
fn a_word_ends_at_its_boundary() {
    let mut pack = pack();
    let pattern = Pattern::Regex(r"\b(?P<n>\d+)%\B".into());
    pack.extractors[2].spellings[0].pattern = pattern;
    let scanner = Scanner::new(pack);
    let told = |message: &str| scanner.extract_row(LOG, &["n1".into(), message.into()]).len();
    assert_eq!([told("disk 85% full"), told("é85% full"), told("85%full")], [1, 0, 0]);
}

#[test]
fn filters_pass_only_what_they_name() {
    let scanner = Scanner::new(pack());
    let row = |reason: Value| [Value::from("n1"), "Pulling image \"nginx\"".into(), reason];
    assert_eq!(scanner.extract_row(KUBE, &row("Pulling".into())), [pull("n1", NGINX)]);
    assert!(scanner.extract_row(KUBE, &row("Failed".into())).is_empty());
    assert!(scanner.extract_row(KUBE, &row(Value::Null)).is_empty());
}

#[test]
fn a_line_of_unknown_origin_makes_one_event_a_relation() {
    let scanner = Scanner::new(pack());
    let row = |_, field: FieldId| if field == FieldId(0) { "n1".into() } else { Value::Null };
    let text = Text {
        text: "Pulling image \"nginx\"",
        places: &[(KUBE, FieldId(1)), (LOG, FieldId(1))],
        row: &row,
        partial: true,
    };
    assert_eq!(scanner.extract(&text), [pull("n1", NGINX)]);
    let only_kube = Text { places: &[(KUBE, FieldId(1))], ..text };
    assert_eq!(scanner.extract(&only_kube), [pull("n1", NGINX)]);
    assert!(scanner.extract(&Text { partial: false, ..only_kube }).is_empty());
}

#[test]
fn an_event_that_lacks_a_field_is_not_made() {
    let scanner = Scanner::new(pack());
    let row = [Value::Null, "Pulling image \"nginx\" at 85%".into()];
    assert!(scanner.extract_row(LOG, &[Value::Null, "Pulling image \"nginx\"".into()]).is_empty());
    assert_eq!(scanner.extract_row(LOG, &row).len(), 1, "an optional field may be absent");
}

#[test]
fn hidden_columns_are_filled() {
    let scanner = Scanner::new(pack());
    let mut values = vec!["n1".into(), "Stale file handle".into()];
    scanner.columns(KUBE, &mut values);
    assert_eq!(values[2..], [Value::Null, "file handle".into(), Value::Bool(true)]);
    let mut values = vec!["n1".into(), "Fresh".into()];
    scanner.columns(KUBE, &mut values);
    assert_eq!(values[2..], [Value::Null, Value::Null, Value::Bool(false)]);
}

#[test]
fn only_lines_with_a_literal_are_candidates() {
    let mut pack = pack();
    pack.extractors.pop();
    let scanner = Scanner::new(pack);
    let buffer = b"one\ntwo pulling image \\\"x\\\"\nthree\nPulling image x";
    let lines: Vec<&[u8]> = scanner.candidates(buffer).map(|line| &buffer[line]).collect();
    assert_eq!(lines, [&b"two pulling image \\\"x\\\""[..], b"Pulling image x"]);
    assert_eq!(scanner.candidates(b"nothing\nhere\n").count(), 0);
}

#[test]
fn a_spelling_without_a_literal_wants_every_line() {
    let scanner = Scanner::new(self::pack());
    assert_eq!(scanner.candidates(b"a\n\nb\n").count(), 3);
}
