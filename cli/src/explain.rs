//! Numbers of a pack into names, origins into lines: a proof as a report shows it.

use std::collections::BTreeMap;

use etio::proof as given;
use etio_ingest::Bundle;
use etio_plan::{Body, Cond, FieldId, Head, Input, Pack, RelId, Relation, Rule, SourceId};
use serde_json::{Map, Value};

use crate::report::json::value as json;
use crate::report::proof::{
    Absence, Block, Conclusion, Cover, Fact, Miss, Outcome, Place, Proof, Step, Support,
};
use crate::report::seconds;
use crate::show::{Show, relation_name, value};

/// A proof for people and programs.
pub(crate) fn proof(proof: &given::Proof, pack: &Pack, bundle: &Bundle) -> Proof {
    let sources = bundle.feed.iter().filter_map(source_name).collect();
    let namer = Namer { pack, bundle, proof, sources };
    Proof {
        at: proof.at,
        conclusions: proof.conclusions.iter().filter_map(|of| namer.conclusion(of)).collect(),
        facts: proof.facts.iter().map(|fact| namer.fact(fact)).collect(),
        cut: proof.cut,
    }
}

fn source_name(input: &Input) -> Option<(SourceId, &str)> {
    match input {
        Input::Source { source, name, .. } => Some((*source, name)),
        _ => None,
    }
}

struct Namer<'a> {
    pack: &'a Pack,
    bundle: &'a Bundle,
    proof: &'a given::Proof,
    /// The names of sources: files, and logs that lie in several.
    sources: BTreeMap<SourceId, &'a str>,
}

impl Namer<'_> {
    fn conclusion(&self, of: &given::Conclusion) -> Option<Conclusion> {
        let rule = self.pack.rules.get(of.rule)?;
        let block = |block: &given::Block| {
            let (kind, conds) = match block.kind {
                given::BlockKind::Confirm => ("confirm", rule.body.confirm.get(block.number)),
                given::BlockKind::Unless => ("unless", rule.body.unless.get(block.number)),
            };
            let conds = conds.map_or(&[][..], Vec::as_slice);
            let show = Show { tuned: true, bound: &block.bound, ..Show::new(self.pack, rule) };
            Block {
                kind,
                outcome: outcome(block.outcome),
                conditions: self.steps(show, conds, &block.steps),
            }
        };
        let Body { when, .. } = &rule.body;
        let show = Show { tuned: true, bound: &of.bound, ..Show::new(self.pack, rule) };
        Some(Conclusion {
            rule: rule.path.clone(),
            subject: self.subject(rule, of),
            sure: of.sure,
            lingers: of.lingers,
            when: self.steps(show, when, &of.when),
            blocks: of.blocks.iter().map(block).collect(),
        })
    }

    fn subject(&self, rule: &Rule, of: &given::Conclusion) -> Map<String, Value> {
        let relation = match &rule.head {
            Head::Finding(finding) => self.pack.get(finding.relation),
            Head::Derived { .. } => None,
        };
        let names = rule.key.iter().enumerate().map(|(at, slot)| {
            let field = relation.and_then(|of| of.fields.get(at)).map(|field| field.name.as_str());
            let slot_name = rule.slots.get(slot.index()).map_or("?", |slot| slot.name.as_str());
            let is = of.bound.get(slot.index()).map_or(Value::Null, json);
            (field.unwrap_or(slot_name).to_owned(), is)
        });
        names.collect()
    }

    /// Conditions with how they came out. `show` knows the values of variables.
    fn steps(&self, show: Show<'_>, conds: &[Cond], steps: &[given::Step]) -> Vec<Step> {
        conds.iter().zip(steps).map(|(cond, step)| self.step(show, cond, step)).collect()
    }

    fn step(&self, show: Show<'_>, cond: &Cond, step: &given::Step) -> Step {
        let support = |of: &given::Support| Support {
            fact: of.fact,
            from: of.from,
            until: (of.until != i64::MAX).then_some(of.until),
        };
        Step {
            condition: Show { bound: &[], ..show }.cond(cond),
            outcome: outcome(step.outcome),
            facts: step.facts.iter().map(support).collect(),
            shown: step.value.as_ref().map(value).unwrap_or_default(),
            value: step.value.as_ref().map(json),
            absent: step.absent.iter().map(|of| self.absence(of)).collect(),
            miss: step.miss.as_ref().map(|miss| self.miss(show, cond, miss, step)),
            inside: step.inside,
        }
    }

    fn absence(&self, of: &given::Absence) -> Absence {
        let relation = self.pack.get(of.relation);
        let cover = |cover: &given::Cover| Cover {
            relation: self.path(cover.relation),
            source: self.source(cover.source),
            from: cover.from,
            to: (cover.to != i64::MAX).then_some(cover.to),
        };
        let scope = of.scope.iter().filter_map(|(field, value)| {
            let field = relation?.fields.get(field.index()).filter(|field| !field.hidden)?;
            Some((field.name.clone(), json(value)))
        });
        Absence {
            relation: self.path(of.relation),
            scope: scope.collect(),
            from: of.from,
            to: of.to,
            collected: outcome(of.seen),
            by: of.by.iter().map(cover).collect(),
        }
    }

    fn fact(&self, fact: &given::Fact) -> Fact {
        let fields = self.pack.get(fact.relation).map_or(&[][..], |of| &of.fields);
        let shown = fields.iter().zip(&fact.values);
        let shown = shown.filter(|(field, value)| !field.hidden && !value.is_null());
        let mut places: Vec<Place> = Vec::new();
        for place in fact.origins.iter().filter_map(|origin| self.bundle.locate(*origin)) {
            let (path, text) = (place.path.to_owned(), place.text.to_owned());
            let place = Place { path, line: place.line, text };
            if !places.contains(&place) {
                places.push(place);
            }
        }
        Fact {
            relation: self.path(fact.relation),
            fields: shown.map(|(field, value)| (field.name.clone(), json(value))).collect(),
            time: fact.time,
            until: fact.until,
            places,
            conclusion: fact.conclusion,
        }
    }

    /// A miss in words.
    fn miss(&self, show: Show<'_>, cond: &Cond, of: &given::Miss, step: &given::Step) -> Miss {
        let like = show.cond(cond);
        let plain = Show { bound: &[], ..show }.cond(cond);
        let add =
            || if like == plain { String::new() } else { format!("it would hold with {like}") };
        match of {
            given::Miss::Nothing(relation) => {
                let unseen = |of: &given::Absence| of.seen == given::Outcome::Unknown;
                let name = self.pack.get(*relation).map_or("?", relation_name);
                let says = if step.absent.iter().any(unseen) {
                    format!("there is no {name}, and not all of it was collected")
                } else {
                    format!("there is no {name} at all")
                };
                Miss { says, hint: add(), ..Miss::default() }
            }
            given::Miss::Near { fact, parts } => Miss {
                says: "the closest differs".into(),
                facts: vec![*fact],
                differs: self.parts(*fact, parts),
                hint: add(),
            },
            given::Miss::Alone { fact, relation, nearest, parts } => {
                let name = self.pack.get(*relation).map_or("?", relation_name);
                let differs = nearest.map(|near| self.parts(near, parts)).unwrap_or_default();
                Miss {
                    says: format!("no {name} that fits came after it in time"),
                    facts: [*fact].into_iter().chain(*nearest).collect(),
                    differs,
                    hint: String::new(),
                }
            }
            given::Miss::Against(of) => Miss {
                says: "this stands against it".into(),
                facts: vec![of.fact],
                differs: Vec::new(),
                hint: match of.until {
                    i64::MAX => "it would hold without that".into(),
                    until => format!("it would hold without that, or from {} on", seconds(until)),
                },
            },
            given::Miss::Time(of) => {
                let (says, hint) = if of.from > self.proof.at {
                    let from = seconds(of.from);
                    (
                        "it is too soon".to_owned(),
                        format!("it holds from {from} on, if all stays so"),
                    )
                } else {
                    (format!("it is over: this counted until {}", seconds(of.until)), String::new())
                };
                Miss { says, facts: vec![of.fact], differs: Vec::new(), hint }
            }
            given::Miss::Untrue { values, turns } => {
                let named = values.iter().map(|(slot, is)| {
                    let name = Show { bound: &[], ..show }.slot(*slot);
                    format!("{name} is {}", value(is))
                });
                let named: Vec<String> = named.collect();
                let hint = turns.map(|at| format!("time alone may change that at {}", seconds(at)));
                Miss {
                    says: if named.is_empty() { "it is not so".into() } else { named.join(", ") },
                    facts: Vec::new(),
                    differs: Vec::new(),
                    hint: hint.unwrap_or_default(),
                }
            }
        }
    }

    /// Where a row differs, in words.
    fn parts(&self, fact: usize, parts: &[given::Part]) -> Vec<String> {
        let fact = self.proof.facts.get(fact);
        let relation = fact.and_then(|fact| self.pack.get(fact.relation));
        let name = |field: FieldId| {
            let field = relation.and_then(|of| of.fields.get(field.index()));
            let name = field.map_or("?", |field| field.name.as_str());
            name.split('~').next().unwrap_or(name)
        };
        let hidden = |field: FieldId| {
            let field = relation.and_then(|of| of.fields.get(field.index()));
            field.is_some_and(|field| field.hidden)
        };
        let words = |part: &given::Part| match part {
            given::Part::Field { field, .. } if hidden(*field) => {
                format!("its {} is another text", name(*field))
            }
            given::Part::Field { field, wanted } => {
                let is = fact.and_then(|fact| fact.values.get(field.index()));
                format!(
                    "{} is {}, not {}",
                    name(*field),
                    is.map_or_else(String::new, value),
                    value(wanted)
                )
            }
            given::Part::Lacks(field) => format!("{} is not said", name(*field)),
            given::Part::Test(cells) => {
                let cells: Vec<String> = cells
                    .iter()
                    .map(|(field, is)| match hidden(*field) {
                        true => format!("its {} is another text", name(*field)),
                        false => format!("{} is {}", name(*field), value(is)),
                    })
                    .collect();
                cells.join(", ")
            }
            given::Part::Over(until) => format!("it counted until {}", seconds(*until)),
            given::Part::Before(from) => format!("it is not after {}", seconds(*from)),
            given::Part::After(to) => format!("it is after {}", seconds(*to)),
        };
        parts.iter().map(words).collect()
    }

    /// A relation's path, without the number of a state made for `P for d`.
    fn path(&self, relation: RelId) -> String {
        let path = self.pack.get(relation).map_or("?", |of: &Relation| of.path.as_str());
        path.split("#for").next().unwrap_or(path).to_owned()
    }

    fn source(&self, source: SourceId) -> String {
        self.sources.get(&source).copied().unwrap_or_default().to_owned()
    }
}

const fn outcome(of: given::Outcome) -> Outcome {
    match of {
        given::Outcome::Holds => Outcome::Holds,
        given::Outcome::Weak => Outcome::Weak,
        given::Outcome::Unknown => Outcome::Unknown,
        given::Outcome::Unseen => Outcome::Unseen,
        given::Outcome::Fails => Outcome::Fails,
    }
}
