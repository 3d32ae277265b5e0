//! Random programs, from a grammar of sentences that all compile.

use proptest::prelude::*;

/// Which of the events a producer may drop, what silence means, in which order fields come.
#[derive(Clone, Copy, Debug)]
struct Schema {
    lossy: [bool; 3],
    defaults: bool,
    turned: bool,
}

fn schema() -> impl Strategy<Value = Schema> {
    (any::<bool>(), any::<bool>(), prop::bool::weighted(0.2), prop::bool::weighted(0.2))
        .prop_map(|(defaults, turned, a, b)| Schema { lossy: [a, b, !(a || b)], defaults, turned })
}

impl Schema {
    fn say(self) -> String {
        let relation = |head: &str, fields: &[&str], rest: &str| {
            let mut fields = fields.to_vec();
            if self.turned {
                fields.reverse();
            }
            format!("{head} {{ {}, {rest} }}\n", fields.join(", "))
        };
        let event = |name: &str, lossy: bool| {
            let rest = format!("{}collect \"{name}\"", if lossy { "lossy, " } else { "" });
            relation(&format!("event {name}"), &["node: node", "n: int", "w: text?"], &rest)
        };
        let [a, b, l] = self.lossy;
        let n = if self.defaults { "n: int = 1" } else { "n: int?" };
        let e = ["key node: node", "state: text", n];
        let p = ["key node: node", "key n: int", "mark: text", "since changed: time?"];
        [
            event("A", a),
            event("B", b),
            event("L", l),
            relation("entity E", &e, "collect \"e\""),
            relation("entity P", &p, "collect \"p\""),
        ]
        .concat()
    }
}

/// Which kinds of sentences a program may use.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Width {
    Events,
    All,
}

/// What binds the key of a rule; `N` is the pattern of `n`. With `_N` there is no `n`, with `_K` only as
/// a part of the key.
const BASES: &[&str] = &["A { node, n: N }", "A { node, n: 1 }  _N", "B { node, n: N }"];
const WIDE_BASES: &[&str] = &[
    "E { node, state: \"on\" }  _N",
    "P { node, n: N, mark: \"on\" }",
    "A { node, n: N } then B { node, n: _ } within 4s",
    "A { node, n: N } then B { node, n: N } within 3s without L { node, n: _ }",
    "A { node, n: N } without B { node, n: N } for 4s",
    "E { node, state: \"on\" } for 4s  _N",
    "P { node, n: N, mark: \"on\" } for 4s",
    "E { node, state: \"on\" } for 4s tolerating 2s  _N",
    "no A { node, n: _ } for 4s per E { node, state: \"on\" }  _N",
    "newest B { node: c, n: _ }  node = c  _N",
    "newest P { node: c, n: _, mark: \"on\" }  node = c  _N",
    "count(A { node, n: N } within 6s) >= 2  _K",
    "distinct(m of A { node, n: m } within 6s) >= 2  _N",
    "max(m of B { node, n: m } within 6s) >= 1  _N",
    "min(m of A { node, n: m } within 6s) <= 1  _N",
    "sum(m of P { node, n: m, mark: \"on\" }) >= 1  _N",
    "count(E { node, state: \"on\" }) >= 1  _N",
    "changes(state of E { node, state } within 8s) >= 2  _N",
    "newest A { node, n: N }",
    "x = oldest A { node, n: N } within 9s  age(x) >= 2s",
    "x = newest A { node, n: N } then B { node, n: _ } within 4s  age(x) >= 1s",
    "A { node: _, n: q } then B { node, n: q } within 4s  _N",
    "A { node: m, n: N } then B { node: m, n: _ } within 4s  E { node, state: _ }",
    "newest A { node, n: N } without B { node, n: _ } for 3s",
    "no A { node: _, n: _ } for 3s per P { node, n: N, mark: \"on\" }",
    "distinct(m of A { node: m, n: _ } within 8s) >= 2  P { node, n: N, mark: _ }",
];

/// What narrows it further.
const CONDITIONS: &[&str] = &[
    "B { node, n: N } within 4s",
    "no B { node, n: N } within 4s",
    "no A { node, n: _ } within 3s",
    "count(B { node, n: N } within 6s) >= 2",
    "count(A { node, n: _ } within 6s) < 2",
    "A { node, n: N, w: \"u\" } within 5s",
    "no B { node, n: _, w: \"u\" } within 5s",
    "A { node, n: _, w: q } within 5s  B { node, n: _, w: q } within 6s",
    "count(B { node, n: _ } within WIDE) >= LEAST",
    "no A { node, n: N } within WIDE",
];
const WIDE_CONDITIONS: &[&str] = &[
    "A { node, n: N } without B { node, n: N } for 3s",
    "A { node, n: N } then B { node, n: _ } within 4s",
    "L { node, n: N } within 5s",
    "no L { node, n: N } within 5s",
    "no B { node, n: N }",
    "E { node, state: \"on\" }",
    "E { node, n: N, state: _ }",
    "no E { node, state: \"on\" }",
    "P { node, n: N, mark: \"on\" }",
    "no P { node, n: N, mark: \"on\" }",
    "distinct(m of A { node, n: m } within 6s) >= 2",
    "sum(m of A { node, n: m } within 6s) > 2",
    "max(m of A { node, n: m } within 6s) >= 2",
    "min(m of B { node, n: m } within 6s) <= 1",
    "changes(state of E { node, state } within 8s) >= 2",
    "E { node, state: \"on\" } for 4s",
    "E { node, state: \"on\" } for 4s tolerating 2s",
    "no B { node, n: N } for 4s per E { node, state: \"on\" }",
    "count(A { node, n: N } without B { node, n: N } for 3s) >= 1",
    "x = newest A { node, n: _ }  count(B { node, n: N } since x) >= 1",
    "x = oldest A { node, n: _ }  no B { node, n: N } since x",
    "x = A { node, n: _ }  E { node, state: \"on\" } as of x",
    "p = P { node, n: N, mark: _ }  age(p.changed) >= 5s",
    "x = newest B { node, n: _ }  age(x) < 3s",
    "max(m of A { node, n: m } within WIDE) >= LEAST",
    "min(m of A { node, n: m } within 8s) <= LEAST",
    "count(L { node, n: _ } within 6s) >= LEAST",
    "no L { node, n: _ } within 4s",
    "distinct(m of B { node, n: _, w: m } within 8s) >= LEAST",
    "no A { node, n: _ } for WIDE per P { node, n: N, mark: \"on\" }",
    "E { node, state: \"on\" } for WIDE",
    "A { node, n: N } without B { node, n: _ } for WIDE",
    "A { node, n: N } then L { node, n: _ } within WIDE without B { node, n: _ }",
    "changes(m of E { node, n: m, state: _ } within WIDE) >= LEAST",
    "x = A { node, n: N }  E { node, state: _, n: _ } as of x",
    "x = B { node, n: _ }  no P { node, n: N, mark: \"on\" }  age(x) >= 2s",
    "A { node, n: q } then B { node, n: q } within 5s",
    "A { node, n: q } then B { node, n: q } within 4s without L { node, n: q }",
    "A { node, n: N } then B { node, n: _ } within 5s without A { node, n: _ }",
    "A { node, n: N } then A { node, n: _ } within 3s",
    "A { node, n: N } then A { node, n: N } within 5s without L { node, n: _ }",
    "A { node, n: N } then A { node, n: _ } within 4s without A { node, n: 1 }",
    "A { node, n: N } without A { node, n: _ } for 3s",
    "no B { node, n: N } then B { node, n: _ } within 4s without A { node, n: N }",
    "A { node, n: q } without B { node, n: q } for 3s",
    "no A { node, n: N } then B { node, n: N } within 4s without L { node, n: _ }",
    "no B { node, n: N } without L { node, n: _ } for 2s",
    "count(A { node, n: _ } then B { node, n: _ } within 4s) >= LEAST",
    "x = newest A { node, n: _ } then B { node, n: N } within WIDE  age(x) >= 2s",
    "x = oldest B { node, n: N } then L { node, n: _ } within 6s  no A { node, n: _ } since x",
    "E { node, n: q, state: _ }  A { node, n: q } then B { node, n: q } within 4s without L { node, n: _ }",
    "newest A { node, n: q }  P { node, n: q, mark: _ }",
    "x = newest L { node: _, n: q }  E { node, n: q, state: _ }  age(x) < 9s",
    "newest B { node, n: q }  oldest A { node, n: q }",
];

/// What few rules say.
const RARE_CONDITIONS: &[&str] = &[
    "count(A { node, n: _ } within 6s) >= count(B { node, n: _ } within 6s)",
    "k = count(A { node, n: N } within 6s)  k + 1 >= LEAST",
    "k = max(m of A { node, n: m } within 6s)  E { node, n: k, state: _ }",
    "k = count(B { node, n: _ } within 5s)  k == 1 or k > 3",
    "not (count(A { node, n: _ } within 5s) >= 2 and count(B { node, n: N } within 5s) >= 1)",
    "k = sum(m of A { node, n: m } within 5s)  k < 2 or k >= 4",
    "x = newest A { node, n: _ }  x.n in [1, 2]",
    "x = newest A { node, n: _ } within 5s  present(x.w)",
    "x = newest A { node, n: _ }  k = x.n + 1  B { node, n: k } within 6s",
    "q in [0, 1]  B { node, n: q } within 5s",
    "count(E { node, state: \"on\" } for 3s) >= 1",
    "count(P { node, n: _, mark: \"on\" } for 3s) >= LEAST",
    "distinct(m of P { node, n: m, mark: \"on\" }) >= 2",
    "sum(m of P { node, n: m, mark: _ }) > 1",
    "max(m of P { node, n: m, mark: \"on\" } for 2s) >= 1",
    "changes(m of P { node, n: N, mark: m } within 8s) >= 2",
    "p = newest P { node, n: _, mark: \"on\" }  p.n == 1",
    "x = newest A { node, n: _ } without B { node, n: _ } for 3s  age(x) >= 4s",
    "oldest (A { node, n: q } without B { node, n: q } for 2s)",
    "oldest A { node, n: q } without B { node, n: q } for 2s  E { node, n: q, state: _ }",
    "x = A { node, n: N } within 9s  count(B { node, n: _ } since x) >= 1",
    "x = newest B { node, n: _ }  A { node, n: _ } since x",
    "x = newest B { node, n: _ }  sum(m of A { node, n: m } since x) >= 1",
    "x = newest A { node, n: _ }  no E { node, state: \"on\" } as of x",
    "x = newest A { node, n: _ }  count(P { node, n: _, mark: \"on\" } as of x) >= 1",
    "x = newest A { node, n: _ } then B { node, n: _ } within 4s  E { node, state: _ } as of x",
    "x = oldest L { node, n: _ } within 9s  no P { node, n: _, mark: \"on\" } as of x",
    "A { node, n > 0 } within 5s",
    "B { node, n <= 1 }",
    "A { node, n: q } then B { node, n > q } within 5s",
    "A { node, n: _, w != \"u\" } within 5s",
    "A { node, n: _, w ~ `u{_}` } within 5s",
    "no A { node, n > 0 } within 4s",
    "E { node, state in [\"on\", \"off\"] }",
    "no E { node, state: \"on\" } for 3s",
    "no P { node, n: _, mark: \"on\" } for 3s",
    "min(m of A { node, n: m } then B { node, n: _ } within 4s) <= 1",
    "distinct(m of A { node, n: m } without B { node, n: m } for 2s) >= LEAST",
    "count(L { node, n: _ } then A { node, n: _ } within 4s without B { node, n: _ }) >= 1",
    "sum(m of L { node, n: m } within 6s) <= 2",
    "k = count(L { node, n: _ } within 6s)  k == 0 or k >= 2",
    "newest P { node: _, n: q, mark: _ }  A { node, n: q }",
    "k = newest B { node, n: _ }  no L { node, n: _ } since k",
    "k = count(A { node, n: _ } within 4s)  m = k * 2  m >= LEAST",
    "k = min(m of B { node, n: m } within 6s)  k != 1",
    "k = max(m of L { node, n: m } within 6s)  present(k) and k < 2",
    "A { node, n: _ } then x = B { node, n: _ } within 5s  age(x) >= 2s",
    "A { node, n: _ } then x = B { node, n: N } within 5s  no A { node, n: _ } since x",
    "p = P { node, n: N, mark: _ }  age(p) >= 4s",
    "x = E { node, state: \"on\" }  age(x) < 5s",
    "no A { node, n: _ } then B { node, n: N } within 3s",
    "no A { node, n: _ } without B { node, n: _ } for WIDE",
    "x = newest A { node, n: _ }  E { node, n: q, state: _ } as of x  q == x.n",
    "x = newest A { node, n: _ }  E { node, n: x.n, state: _ }",
    "x = newest A { node, n: _ } within 6s  B { node, n: x.n }",
    "changes(m of P { node: _, n: N, mark: m } within 8s) >= LEAST",
    "count(E { node: _, state: \"on\" }) >= LEAST",
    "count(A { node, n: _ } within 6s) >= 1 or count(L { node, n: _ } within 6s) >= 1",
    "p = oldest P { node, n: N, mark: _ } for 3s  age(p) >= 4s",
    "E { node: _, n: N, state: \"on\" } for 3s",
    "no E { node: _, n: N, state: \"on\" } for 2s",
    "distinct(m of E { node: _, state: m }) >= 2",
    "P { node: m, n: N, mark: \"on\" }  P { node: m, n: _, mark: \"off\" }",
    "x = newest A { node, n: _ }  y = newest B { node, n: _ }  L { node, n: _ } since y  age(x) < 6s",
    "A { node: _, n: N } within 5s",
    "no B { node: _, n: N } within 4s",
    "distinct(m of A { node: m, n: N } within 6s) >= 2",
    "A { node: m, n: N } then B { node: m, n: _ } within 4s",
    "A { node: m, n: _ } then B { node: m, n: N } within 4s without L { node: m, n: _ }",
    "A { node: m, n: _ } without B { node: m, n: N } for 2s",
    "no A { node: _, n: _ } for 3s per E { node, state: \"on\" }",
    "no A { node: m, n: _ } then B { node: m, n: N } within 4s",
    "count(A { node: m, n: N } without B { node: m, n: _ } for 2s) >= LEAST",
    "x = newest A { node: m, n: N }  E { node: m, state: \"on\", n: _ }  age(x) < 7s",
    "x = newest A { node: m, n: _ }  E { node: m, n: N, state: _ } as of x",
    "x = A { node: m, n: N } within 6s  y = newest B { node: m, n: _ }  count(L { node: m, n: _ } since y) >= 1 or present(x.w)",
    "P { node: m, n: N, mark: \"on\" } for 2s  no A { node: m, n: _ } within 4s",
    "max(m of P { node: _, n: m, mark: \"on\" }) >= 2",
    "distinct(m of E { node: m, state: \"on\" } for 2s) >= LEAST",
    "changes(m of E { node: _, state: m } within 6s) >= LEAST",
];

/// What is said of a relation `D` that rules conclude.
const CONCLUDED: &[&str] = &[
    "D { node, n: N } for 3s",
    "D { node, n: N } for 3s tolerating 2s",
    "x = D { node, n: N }  age(x) >= 3s",
    "newest D { node, n: q }  A { node, n: q }",
    "x = newest D { node, n: _ }  age(x) < 4s",
    "max(m of D { node, n: m }) >= 1",
    "sum(m of D { node, n: m }) > 1",
    "min(m of D { node, n: m }) < 1 or count(L { node, n: _ } within 5s) >= 1",
    "no D { node, n: N } for 2s",
    "no A { node, n: _ } for 3s per D { node, n: N }",
    "count(D { node, n: _ } for 2s) >= 1",
    "D { node: _, n: N }",
    "D { node, n: q }  B { node, n: q } within 5s",
];

/// What is said of a finding `F`.
const FOUND: &[&str] = &[
    "F { node } for 3s",
    "F { node } for 3s tolerating 2s",
    "no F { node }",
    "no F { node } for 2s",
    "x = F { node }  age(x) >= 2s",
    "no A { node, n: _ } for 3s per F { node }",
    "count(F { node: _ }) >= 1",
    "F { node: _ }",
];

/// Which nodes of another finding it explains.
const CLAUSES: &[&str] = &[
    "{ node }",
    "{ node }",
    "{ node: c } when { A { node: c, n: d }  B { node, n: d } }",
    "{ node } when { E { node, state: \"on\", n: d }  d >= 1 }",
    "{ node: c } when { P { node: c, n: d, mark: \"on\" }  E { node, n: d, state: _ }  no L { node: c, n: _ } }",
    "{ node: c } when { newest B { node: c, n: d }  P { node, n: d, mark: _ } }",
    "{ node: c } when { newest A { node: c, n: _ }  c != node }",
    "{ node: c } when { count(B { node, n: _ }) >= 2  P { node: c, n: d, mark: _ }  A { node: c, n: d } }",
    "{ node } when { x = newest A { node, n: _ }  age(x) < 5s }",
    "{ node: c } when { A { node: c, n: _ } within 4s }",
    "{ node: c } when { E { node: c, state: _ }  no B { node: c, n: _ } within 4s }",
    "{ node } when { max(m of P { node, n: m, mark: _ }) >= 1 or count(A { node, n: _ } within 5s) >= 2 }",
    "{ node } when { A { node, n: q } then B { node, n: q } within 4s }",
    "{ node: c } when { A { node: c, n: _ } without B { node, n: _ } for 2s }",
    "{ node } when { x = newest A { node, n: _ }  E { node, state: \"on\" } as of x }",
    "{ node } when { no A { node, n: _ } for 3s per E { node, state: _ } }",
    "{ node: c } when { newest A { node: c, n: d }  E { node, n: d, state: _ } }",
    "{ node: c } when { E { node: c, state: _ }  c != node }",
    "{ node } when { P { node, n: d, mark: \"on\" }  distinct(m of A { node, n: d, w: m }) >= 1 }",
];

/// A rule that is not yet said: which base, which conditions, in which block.
#[derive(Clone, Debug)]
pub(crate) struct Draft {
    base: usize,
    joined: bool,
    /// Its key is a node and a number, where its base has one.
    paired: bool,
    when: Vec<usize>,
    confirm: Vec<Vec<usize>>,
    unless: Vec<usize>,
    keep: i64,
    derived: bool,
    /// It adds to the relation that was derived last.
    again: bool,
    /// Whether it explains another finding, and by which clause.
    explains: Option<usize>,
}

fn draft() -> impl Strategy<Value = Draft> {
    let some = |most| {
        prop::collection::vec(any::<prop::sample::Index>().prop_map(|at| at.index(1000)), 0..=most)
    };
    (
        0..1000usize,
        (any::<bool>(), prop::bool::weighted(0.3)),
        some(2),
        prop::collection::vec(some(1), 0..=2),
        some(1),
        3..9i64,
        prop::bool::weighted(0.5),
        prop::bool::weighted(0.6),
        prop::option::of(0..1000usize),
    )
        .prop_map(
            |(base, (joined, paired), when, confirm, unless, keep, derived, again, explains)| {
                Draft {
                    base,
                    joined,
                    paired,
                    when,
                    confirm,
                    unless,
                    keep,
                    derived,
                    again,
                    explains,
                }
            },
        )
}

/// The text of a program.
pub(crate) fn program(width: Width) -> impl Strategy<Value = String> {
    (schema(), prop::collection::vec(draft(), 1..=5)).prop_map(move |(schema, drafts)| {
        let mut text = schema.say();
        let (mut derived, mut found): (Vec<String>, Vec<Found>) = (vec![], vec![]);
        let last = drafts.len() - 1;
        for (at, mut draft) in drafts.into_iter().enumerate() {
            draft.derived &= at < last;
            let name = match derived.pop() {
                // What has been read already is complete.
                Some(name)
                    if draft.derived
                        && draft.again
                        && !text.contains(&format!("{name} {{ node, n: ")) =>
                {
                    name
                }
                other => {
                    derived.extend(other);
                    format!("{}{at}", if draft.derived { "D" } else { "f" })
                }
            };
            let said = tuned(say(&draft, &name, width, &derived, &found), at);
            if draft.derived {
                derived.push(name);
            } else {
                let paired = said.contains("(node, n) {");
                found.push(Found { name, paired });
            }
            text.push_str(&said);
        }
        text
    })
}

/// A finding that may be spoken of.
struct Found {
    name: String,
    paired: bool,
}

impl Found {
    fn named(&self, text: &str) -> String {
        let text = text.replace('F', &self.name);
        if self.paired {
            text.replace("{ node }", "{ node, n: N }").replace("{ node: _ }", "{ node: _, n: _ }")
        } else {
            text
        }
    }
}

fn say(draft: &Draft, name: &str, width: Width, derived: &[String], found: &[Found]) -> String {
    let mut bases: Vec<String> = BASES.iter().map(ToString::to_string).collect();
    let mut conditions: Vec<String> = CONDITIONS.iter().map(ToString::to_string).collect();
    if matches!(width, Width::All) {
        bases.extend(WIDE_BASES.iter().map(ToString::to_string));
        conditions
            .extend([WIDE_CONDITIONS, RARE_CONDITIONS].concat().iter().map(ToString::to_string));
    }
    for of in derived {
        bases.push(format!("{of} {{ node, n: N }}"));
        conditions.push(format!("{of} {{ node, n: N }}"));
        conditions.push(format!("no {of} {{ node, n: N }}"));
        conditions.push(format!("count({of} {{ node, n: _ }}) >= 2"));
        if matches!(width, Width::All) {
            conditions.extend(CONCLUDED.iter().map(|text| text.replace('D', of)));
        }
    }
    if !draft.derived {
        for of in found {
            bases.push(of.named(if of.paired { "F { node }" } else { "F { node }  _N" }));
            conditions.push(of.named("F { node }"));
            if matches!(width, Width::All) {
                conditions.extend(FOUND.iter().map(|text| of.named(text)));
            }
        }
    }
    let base = bases[draft.base % bases.len()].clone();
    let has_n = !base.contains("_N") && (!base.contains("_K") || draft.paired || draft.derived);
    let base = base.replace("_N", "").replace("_K", "");
    let pick = |at: &usize| conditions[at % conditions.len()].clone();
    let mut fresh = 0;
    let mut filled = |text: String, n: &str| {
        fresh += 1;
        rename(&text, fresh)
            .replace("N }", &format!("{n} }}"))
            .replace("n: N,", &format!("n: {n},"))
    };
    if draft.derived {
        // Its head always has `n`.
        let n = if has_n { "n" } else { "_" };
        let head = if has_n { "n: int".to_string() } else { "n: int = 1".to_string() };
        let mut when = vec![filled(base, n)];
        when.extend(
            draft
                .when
                .iter()
                .map(pick)
                .map(|text| filled(text, if draft.joined { n } else { "_" })),
        );
        return format!(
            "derive {name} {{ node: node, {head} }} keep {}s when {{ {} }}\n",
            draft.keep,
            when.join("\n  ")
        );
    }
    let mut blocks: Vec<Vec<String>> = vec![draft.when.iter().map(pick).collect()];
    blocks.extend(
        draft
            .confirm
            .iter()
            .filter(|block| !block.is_empty())
            .map(|block| block.iter().map(pick).collect()),
    );
    blocks.extend(draft.unless.iter().map(|at| vec![pick(at)]));
    let joins = blocks.iter().flatten().any(|text| text.contains("n: N"));
    let paired = draft.paired && has_n;
    let n = if paired || draft.joined && joins && has_n { "n" } else { "_" };
    let mut said = vec![filled(base, n)];
    let blocks: Vec<Vec<String>> = blocks
        .into_iter()
        .map(|block| block.into_iter().map(|text| filled(text, n)).collect())
        .collect();
    said.extend(blocks[0].clone());
    let mut text = format!(
        "finding {name}({}) {{ severity info keep {}s when {{ {} }}",
        if paired { "node, n" } else { "node" },
        draft.keep,
        said.join("\n  ")
    );
    let confirms = draft.confirm.iter().filter(|block| !block.is_empty()).count();
    for (at, block) in blocks[1..].iter().enumerate() {
        let kind = if at < confirms { "confirm" } else { "unless" };
        text.push_str(&format!(" {kind} {{ {} }}", block.join("\n  ")));
    }
    text.push_str(" title \"{node}\"");
    if let Some(clause) = draft.explains
        && let Some(of) = found.last()
        && !text.contains(&of.name)
    {
        text.push_str(&format!(" explains {} {}", of.name, CLAUSES[clause % CLAUSES.len()]));
    }
    text + " }\n"
}

/// Declares the parameters that a rule speaks of.
fn tuned(text: String, nth: usize) -> String {
    let params = [("WIDE", "wide", "5s in 1s..9s"), ("LEAST", "least", "2 in 1..5")];
    let used = params.iter().filter(|(word, ..)| text.contains(word));
    let declared: String =
        used.map(|(_, name, range)| format!("param {name}{nth} = {range} ")).collect();
    let text = text.replacen(" when {", &format!(" {declared}when {{"), 1);
    let named = |text: String, (word, name, _): &(&str, &str, &str)| {
        text.replace(word, &format!("{name}{nth}"))
    };
    params.iter().fold(text, named)
}

/// Gives the names that a sentence binds for itself, which are one letter of these each, a number of
/// their own.
fn rename(text: &str, nth: usize) -> String {
    let mut out = String::new();
    let mut before = ' ';
    let mut rest = text.chars().peekable();
    while let Some(letter) = rest.next() {
        out.push(letter);
        let is_word = |letter: char| letter.is_alphanumeric() || letter == '_' || letter == '"';
        let stands_alone = !is_word(before) && !rest.peek().copied().is_some_and(is_word);
        if stands_alone && "kmpqxy".contains(letter) {
            out.push_str(&nth.to_string());
        }
        before = letter;
    }
    out
}
