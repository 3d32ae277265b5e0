//! What a decoded pack must not say, and that no bytes make it panic.

use alloc::{boxed::Box, string::String, vec, vec::Vec};

use proptest::{prelude::*, sample::Index};

use crate::*;

const NODE: FieldId = FieldId(0);
const COUNT: FieldId = FieldId(1);

fn field(name: &str, ty: Type) -> Field {
    Field { name: name.into(), ty, optional: false, key: false, default: None, hidden: false }
}

fn relation(path: &str, kind: Kind, fields: Vec<Field>) -> Relation {
    Relation {
        path: path.into(),
        kind,
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

fn atom(
    relation: u32,
    row: u16,
    joins: Vec<(FieldId, Expr)>,
    binds: Vec<(FieldId, SlotId)>,
) -> Atom {
    Atom {
        relation: RelId(relation),
        row: SlotId(row),
        joins,
        binds,
        optional_binds: vec![],
        tests: vec![],
    }
}

fn slot(name: &str, ty: SlotType) -> Slot {
    Slot { name: name.into(), ty }
}

fn compare(op: Cmp, a: Expr, b: Expr) -> Expr {
    Expr::Cmp(op, Box::new(a), Box::new(b))
}

fn int(n: i64) -> Expr {
    Expr::Const(Value::Int(n))
}

/// An event with a node and a number, a row derived from it, and a finding that counts those rows.
fn sound() -> Pack {
    let node = || field("node", Type::Node);
    let hour = Expr::Const(Value::Duration(3_600_000_000_000));
    let mut event = atom(0, 0, vec![], vec![(NODE, SlotId(1)), (COUNT, SlotId(2))]);
    event.tests.push(compare(Cmp::Gt, Expr::Cell(COUNT), Expr::Param(ParamId(0))));
    let derive = Rule {
        path: "m.Seen".into(),
        head: Head::Derived {
            relation: RelId(1),
            fields: vec![Some(Expr::Slot(SlotId(1)))],
            linger: Some(hour.clone()),
        },
        slots: vec![
            slot("#Event", SlotType::Row(RelId(0))),
            slot("node", SlotType::Scalar(Type::Node)),
            slot("count", SlotType::Scalar(Type::Int)),
        ],
        key: vec![SlotId(1)],
        keep: 1,
        body: Body {
            when: vec![Cond::Each(Source::Rows {
                atom: event,
                window: Window::Within(hour.clone()),
            })],
            ..Body::default()
        },
    };
    let finding = Rule {
        path: "m.found".into(),
        head: Head::Finding(Finding {
            relation: RelId(2),
            mode: "found".into(),
            severity: Severity::Info,
            params: vec![ParamId(0)],
            title: vec![Text {
                guard: vec![Cond::Test(compare(
                    Cmp::Ge,
                    Expr::Age(Box::new(Expr::TimeOf(SlotId(3)))),
                    hour.clone(),
                ))],
                parts: vec![Part::Lit("on ".into()), Part::Expr(Expr::Slot(SlotId(1)))],
            }],
            because: vec![],
            remedy: vec![],
            refs: vec![],
            explains: vec![],
            doc: String::new(),
            ignored: vec![],
            version: 0,
        }),
        slots: vec![
            slot("#Seen", SlotType::Row(RelId(1))),
            slot("node", SlotType::Scalar(Type::Node)),
            slot("n", SlotType::Scalar(Type::Int)),
            slot("state", SlotType::Row(RelId(1))),
        ],
        key: vec![SlotId(1)],
        keep: 1,
        body: Body {
            when: vec![
                Cond::Agg {
                    into: SlotId(2),
                    op: AggOp::Count,
                    arg: None,
                    of: Source::Rows {
                        atom: atom(1, 0, vec![], vec![(NODE, SlotId(1))]),
                        window: Window::Stands,
                    },
                },
                Cond::Test(compare(Cmp::Ge, Expr::Slot(SlotId(2)), int(1))),
                Cond::Each(Source::Sustained {
                    atom: atom(1, 3, vec![(NODE, Expr::Slot(SlotId(1)))], vec![]),
                    hold: hour,
                }),
            ],
            ..Body::default()
        },
    };
    Pack {
        relations: vec![
            relation("m.Event", Kind::Event, vec![node(), field("count", Type::Int)]),
            relation("m.Seen", Kind::Derived, vec![node()]),
            relation("m.found", Kind::Finding, vec![node()]),
        ],
        params: vec![Param {
            path: "m.found.least".into(),
            ty: Type::Int,
            default: Value::Int(2),
            low: Value::Int(1),
            high: Value::Int(9),
            doc: String::new(),
        }],
        rules: vec![derive, finding],
        ..Pack::default()
    }
}

#[test]
fn a_sound_pack_survives_its_bytes() {
    let pack = sound();
    assert_eq!(Pack::from_bytes(&pack.to_bytes()), Ok(pack));
}

#[test]
fn foreign_and_damaged_bytes_are_told_apart() {
    let bytes = sound().to_bytes();
    let mut damaged = bytes.clone();
    *damaged.last_mut().unwrap() ^= 1;
    let mut other = bytes.clone();
    other[7] = 99;
    for (bytes, expected) in [
        (&b"no pack"[..], PackError::NotAPack),
        (&bytes[..12], PackError::Corrupt),
        (&damaged, PackError::Corrupt),
        (&other, PackError::Version),
    ] {
        assert_eq!(Pack::from_bytes(bytes), Err(expected));
    }
}

#[test]
fn every_flipped_byte_and_every_cut_is_found() {
    let bytes = sound().to_bytes();
    for at in 0..bytes.len() {
        assert!(Pack::from_bytes(&bytes[..at]).is_err(), "cut at {at}");
        for flip in [1, 0x80, 0xff] {
            let mut damaged = bytes.clone();
            damaged[at] ^= flip;
            assert!(Pack::from_bytes(&damaged).is_err(), "byte {at} flipped by {flip:#x}");
        }
    }
}

type Breaks = fn(&mut Pack);

fn when(pack: &mut Pack, rule: usize) -> &mut Vec<Cond> {
    &mut pack.rules[rule].body.when
}

fn first_atom(pack: &mut Pack) -> &mut Atom {
    match &mut when(pack, 0)[0] {
        Cond::Each(Source::Rows { atom, .. }) => atom,
        _ => unreachable!("the sound pack begins with rows"),
    }
}

fn window(pack: &mut Pack, window: Window) {
    if let Cond::Each(Source::Rows { window: at, .. }) = &mut when(pack, 0)[0] {
        *at = window;
    }
}

#[test]
fn what_no_compiler_says_is_refused() {
    let cases: &[(&str, Breaks)] = &[
        ("a relation twice", |p| p.relations[1].path = "m.Event".into()),
        ("an unknown enum", |p| p.relations[0].fields[1].ty = Type::Enum(EnumId(3))),
        ("a default of another type", |p| p.relations[0].fields[1].default = Some(true.into())),
        ("a field behind hidden ones", |p| p.relations[0].fields[0].hidden = true),
        ("a finding's key that may be absent", |p| p.relations[2].fields[0].optional = true),
        ("since out of range", |p| p.relations[0].since = Some(FieldId(7))),
        ("since that is no time", |p| p.relations[0].since = Some(COUNT)),
        ("negative retention", |p| p.relations[0].retention = Some(-1)),
        ("rate of nothing", |p| p.relations[0].rate = Some(Rate { events: 0, per: 1 })),
        ("rate in no time", |p| p.relations[0].rate = Some(Rate { events: 1, per: 0 })),
        ("rate of a state", |p| p.relations[1].rate = Some(Rate { events: 1, per: 1 })),
        ("retention of a state", |p| p.relations[1].retention = Some(1)),
        ("a parameter out of its range", |p| p.params[0].default = Value::Int(10)),
        ("a parameter of another type", |p| p.params[0].high = Value::Duration(10)),
        ("a float that is none", |p| {
            p.relations[0].fields[1] =
                Field { default: Some(Value::Float(f64::NAN)), ..field("count", Type::Float) }
        }),
        ("two rules for a finding", |p| p.rules.push(p.rules[1].clone())),
        ("rules in the wrong order", |p| p.rules.reverse()),
        ("a head of another kind", |p| {
            if let Head::Derived { relation, .. } = &mut p.rules[0].head {
                *relation = RelId(0)
            }
        }),
        ("a head without a field", |p| {
            if let Head::Derived { fields, .. } = &mut p.rules[0].head {
                fields.clear()
            }
        }),
        ("a head of another type", |p| {
            if let Head::Derived { fields, .. } = &mut p.rules[0].head {
                fields[0] = Some(Expr::Slot(SlotId(2)))
            }
        }),
        ("a linger that is not fixed", |p| {
            if let Head::Derived { linger, .. } = &mut p.rules[0].head {
                *linger = Some(Expr::Slot(SlotId(2)))
            }
        }),
        ("evidence for a derived row", |p| p.rules[0].body.confirm.push(vec![])),
        ("a key out of range", |p| p.rules[0].key.push(SlotId(9))),
        ("a key that is a row", |p| p.rules[0].key.push(SlotId(0))),
        ("a key that nothing binds", |p| {
            p.rules[0].slots.push(slot("x", SlotType::Scalar(Type::Int)));
            p.rules[0].key.push(SlotId(3));
        }),
        ("a key without a field", |p| p.rules[1].key.clear()),
        ("an unknown parameter", |p| {
            if let Head::Finding(finding) = &mut p.rules[1].head {
                finding.params.push(ParamId(5))
            }
        }),
        ("an edge to what is no finding", |p| {
            if let Head::Finding(finding) = &mut p.rules[1].head {
                finding.explains.push(Explains { target: RelId(0), key: vec![], when: vec![] });
            }
        }),
        ("a text over an unbound variable", |p| {
            p.rules[1].slots.push(slot("x", SlotType::Scalar(Type::Int)));
            if let Head::Finding(finding) = &mut p.rules[1].head {
                finding.title[0].parts.push(Part::Expr(Expr::Slot(SlotId(4))));
            }
        }),
        ("an unknown relation", |p| first_atom(p).relation = RelId(9)),
        ("a row of another relation", |p| first_atom(p).row = SlotId(1)),
        ("an unknown field", |p| first_atom(p).binds[0].0 = FieldId(9)),
        ("a variable of another type", |p| first_atom(p).binds[0].1 = SlotId(2)),
        ("a variable bound twice", |p| first_atom(p).binds.push((COUNT, SlotId(2)))),
        ("a join of another type", |p| first_atom(p).joins.push((NODE, int(1)))),
        ("a join on what it binds itself", |p| {
            first_atom(p).joins.push((NODE, Expr::Slot(SlotId(1))));
        }),
        ("a cell outside a pattern", |p| when(p, 0).push(Cond::Test(Expr::Cell(COUNT)))),
        ("a test that is no truth", |p| when(p, 0).push(Cond::Test(int(1)))),
        ("an age that cannot be timed", |p| {
            when(p, 0).push(Cond::Test(compare(
                Cmp::Ge,
                Expr::Arith(
                    Arith::Add,
                    Box::new(Expr::Age(Box::new(Expr::TimeOf(SlotId(0))))),
                    Box::new(Expr::Const(Value::Duration(1))),
                ),
                Expr::Const(Value::Duration(1)),
            )));
        }),
        ("text compared by order", |p| {
            let node = || Expr::Slot(SlotId(1));
            when(p, 0).push(Cond::Test(compare(Cmp::Lt, node(), node())));
        }),
        ("an id compared with a number", |p| {
            when(p, 0).push(Cond::Test(compare(
                Cmp::Eq,
                Expr::Slot(SlotId(1)),
                Expr::Slot(SlotId(2)),
            )));
        }),
        ("a call with too few arguments", |p| {
            when(p, 0).push(Cond::Test(Expr::Call(Func::Under, vec![])));
        }),
        ("arithmetic on an id", |p| {
            let node = || Box::new(Expr::Slot(SlotId(1)));
            when(p, 0).push(Cond::Test(compare(
                Cmp::Eq,
                Expr::Arith(Arith::Add, node(), node()),
                int(1),
            )));
        }),
        ("an event that stands", |p| window(p, Window::Stands)),
        ("an event as of another", |p| window(p, Window::AsOf(Expr::TimeOf(SlotId(0))))),
        ("a window that is not fixed", |p| window(p, Window::Within(Expr::Slot(SlotId(2))))),
        ("a window of another type", |p| window(p, Window::Within(int(1)))),
        ("a state that is an event", |p| {
            if let Cond::Each(Source::Sustained { atom, .. }) = &mut when(p, 1)[2] {
                atom.relation = RelId(0)
            }
        }),
        ("an aggregate of another type", |p| {
            if let Cond::Agg { into, .. } = &mut when(p, 1)[0] {
                *into = SlotId(1)
            }
        }),
        ("a sum of nothing", |p| {
            if let Cond::Agg { op, .. } = &mut when(p, 1)[0] {
                *op = AggOp::Sum
            }
        }),
        ("an extractor of a state", |p| {
            p.extractors.push(Extractor {
                event: RelId(1),
                from: RelId(0),
                field: NODE,
                filters: vec![],
                copies: vec![],
                consts: vec![],
                spellings: vec![],
            })
        }),
        ("a column over no text", |p| {
            p.columns.push(PatternColumn {
                relation: RelId(0),
                field: COUNT,
                spelling: Spelling { pattern: Pattern::Template(vec![]), captures: vec![] },
                matched: COUNT,
            })
        }),
    ];
    for (what, breaks) in cases {
        let mut pack = sound();
        breaks(&mut pack);
        let read = Pack::from_bytes(&pack.to_bytes());
        assert!(matches!(read, Err(PackError::Invalid(_))), "{what}: {read:?}");
    }
}

#[test]
fn nesting_is_bounded_where_it_is_decoded() {
    let mut deep = Expr::Const(true.into());
    let mut ty = Type::Int;
    let mut value = Value::Int(1);
    for _ in 0..1000 {
        deep = Expr::Not(Box::new(deep));
        ty = Type::List(Box::new(ty));
        value = Value::List(vec![value]);
    }
    let cases: [fn(&mut Pack, &Expr, &Type, &Value); 3] = [
        |pack, deep, _, _| when(pack, 0).push(Cond::Test(deep.clone())),
        |pack, _, ty, _| pack.relations[0].fields[1].ty = ty.clone(),
        |pack, _, _, value| pack.relations[0].fields[1].default = Some(value.clone()),
    ];
    for add in cases {
        let mut pack = sound();
        add(&mut pack, &deep, &ty, &value);
        assert_eq!(Pack::from_bytes(&pack.to_bytes()), Err(PackError::Corrupt));
    }
    let mut shallow = Expr::Const(true.into());
    for _ in 0..100 {
        shallow = Expr::Not(Box::new(shallow));
    }
    let mut pack = sound();
    when(&mut pack, 0).push(Cond::Test(shallow));
    assert_eq!(Pack::from_bytes(&pack.to_bytes()), Ok(pack));
}

/// A million levels in a megabyte: what would overflow the stack of a decoder that recurses freely.
#[test]
fn a_bomb_of_levels_is_refused() {
    let mut pack = sound();
    pack.relations.clear();
    pack.rules.clear();
    pack.params[0].default = Value::List(vec![Value::Int(7)]);
    let content = pack.to_bytes().split_off(16);
    // A list of one item is two bytes: its tag and its length.
    let list = [9, 1];
    let at = content.windows(2).position(|bytes| bytes == list).unwrap();
    let mut bomb = content[..at].to_vec();
    bomb.extend(list.repeat(1_000_000));
    bomb.extend(&content[at..]);
    assert_eq!(Pack::from_bytes(&Pack::seal(&bomb)), Err(PackError::Corrupt));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn mutated_bytes_never_panic(
        changes in prop::collection::vec((any::<Index>(), any::<u8>()), 1..6),
        cut in prop::option::of(any::<Index>()),
    ) {
        let mut content = sound().to_bytes().split_off(16);
        for (at, byte) in changes {
            let at = at.index(content.len());
            content[at] = byte;
        }
        if let Some(cut) = cut {
            content.truncate(cut.index(content.len()));
        }
        // What is accepted says the same again.
        if let Ok(pack) = Pack::from_bytes(&Pack::seal(&content)) {
            prop_assert_eq!(Pack::from_bytes(&pack.to_bytes()), Ok(pack));
        }
    }

    #[test]
    fn random_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = Pack::from_bytes(&bytes);
        let _ = Pack::from_bytes(&Pack::seal(&bytes));
    }
}
