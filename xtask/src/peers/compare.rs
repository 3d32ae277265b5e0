//! Medians of what drivers told, and Etio's figure held against every other.

use std::collections::BTreeMap;

use serde::Serialize;

use super::work::{Beside, Goal, TARGETS};

/// One figure of a workload at one size.
#[derive(Serialize)]
pub(super) struct Row {
    pub(super) workload: &'static str,
    pub(super) size: u32,
    pub(super) figure: String,
    pub(super) unit: String,
    /// The median of the rounds, by driver.
    pub(super) medians: BTreeMap<&'static str, f64>,
    pub(super) ratios: Vec<Ratio>,
    /// The values of the rounds, by driver.
    #[serde(skip)]
    pub(super) values: BTreeMap<&'static str, Vec<f64>>,
}

impl Row {
    /// Etio's own median: that of the driver whose name begins with its name.
    pub(super) fn etio(&self) -> Option<f64> {
        let mut medians = self.medians.iter();
        medians.find(|(driver, _)| is_etio(driver)).map(|(_, value)| *value)
    }
}

fn is_etio(driver: &str) -> bool {
    driver.starts_with("etio")
}

/// Etio's figure beside another.
#[derive(Clone, Serialize)]
pub(super) struct Ratio {
    pub(super) beside: String,
    pub(super) other: Option<f64>,
    /// Etio's by the other's, or as the goal says; the figure itself where there is no other.
    pub(super) ratio: f64,
    pub(super) goal: Option<Goal>,
    pub(super) met: Option<bool>,
}

impl Ratio {
    fn new(beside: String, etio: f64, other: Option<f64>, goal: Option<Goal>) -> Self {
        let (one, two) = match (other, goal) {
            (None, _) => (etio, 1.0),
            (Some(other), Some(Goal::AtLeast(_))) => (other, etio),
            (Some(other), _) => (etio, other),
        };
        let ratio = one / two;
        let met = goal.map(|goal| match goal {
            Goal::AtMost(most) => ratio <= most,
            Goal::AtLeast(least) => ratio >= least,
        });
        Self { beside, other, ratio, goal, met }
    }
}

/// Fills in the medians and the ratios.
pub(super) fn compare(rows: &mut [Row]) {
    for row in rows.iter_mut() {
        let of_rounds = row.values.iter();
        row.medians = of_rounds.map(|(driver, values)| (*driver, median(values))).collect();
    }
    let ratios: Vec<Vec<Ratio>> = rows.iter().map(|row| ratios(row, rows)).collect();
    for (row, ratios) in rows.iter_mut().zip(ratios) {
        row.ratios = ratios;
    }
}

fn median(values: &[f64]) -> f64 {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}

/// A row beside each other driver, then beside what else it was promised to be.
fn ratios(row: &Row, rows: &[Row]) -> Vec<Ratio> {
    let Some(etio) = row.etio() else { return Vec::new() };
    let targets = || {
        TARGETS.iter().filter(|target| {
            (target.workload, target.figure) == (row.workload, row.figure.as_str())
                && target.size.is_none_or(|size| size == row.size)
        })
    };
    let alone = |beside: Option<Beside>| match beside {
        Some(Beside::Best([driver])) => Some(*driver),
        _ => None,
    };
    let others = row.medians.iter().filter(|(driver, _)| !is_etio(driver));
    let others = others.map(|(driver, value)| {
        let target = targets().find(|target| alone(target.beside) == Some(driver));
        ((*driver).to_owned(), Some(*value), target.map(|target| target.goal))
    });
    let promised = targets().filter(|target| alone(target.beside).is_none());
    let promised = promised.filter_map(|target| {
        let (beside, other) = beside(target.beside, row, rows)?;
        Some((beside, other, Some(target.goal)))
    });
    others
        .chain(promised)
        .map(|(beside, other, goal)| Ratio::new(beside, etio, other, goal))
        .collect()
}

/// What a target is held against, by name and value; nothing where it was not measured.
fn beside(beside: Option<Beside>, row: &Row, rows: &[Row]) -> Option<(String, Option<f64>)> {
    let own = |size: u32, figure: &str| {
        let mut rows = rows.iter().filter(|other| other.workload == row.workload);
        rows.find(|other| other.size == size && other.figure == figure)?.etio()
    };
    Some(match beside {
        None => ("itself".into(), None),
        Some(Beside::Figure(figure)) => (format!("own {figure}"), Some(own(row.size, figure)?)),
        Some(Beside::Size(size)) if size == row.size => return None,
        Some(Beside::Size(size)) => (format!("own at {size}"), Some(own(size, &row.figure)?)),
        Some(Beside::Best(drivers)) => {
            let known = drivers.iter().filter_map(|driver| row.medians.get(driver));
            let best = known.copied().min_by(f64::total_cmp)?;
            (format!("best of {}", drivers.join(", ")), Some(best))
        }
        Some(Beside::Sum(drivers)) => {
            let known = drivers.iter().map(|driver| row.medians.get(driver).copied());
            (drivers.join(" and "), Some(known.sum::<Option<f64>>()?))
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(
        (workload, size, figure): (&'static str, u32, &str),
        told: &[(&'static str, f64)],
    ) -> Row {
        let values = told.iter().map(|(driver, value)| (*driver, vec![*value])).collect();
        Row {
            workload,
            size,
            figure: figure.into(),
            unit: "us".into(),
            medians: BTreeMap::new(),
            ratios: Vec::new(),
            values,
        }
    }

    /// What a row is beside: the name, the ratio, and whether it is what was promised.
    fn beside(row: &Row) -> Vec<(&str, f64, Option<bool>)> {
        row.ratios.iter().map(|of| (of.beside.as_str(), of.ratio, of.met)).collect()
    }

    #[test]
    fn a_figure_is_held_against_every_other_and_what_was_promised() {
        let mut rows = [
            row(("rules", 1_000, "insert"), &[("etio", 2.0), ("floor", 1.0), ("clips", 10.0)]),
            row(("rules", 1_000, "retract"), &[("etio", 3.0)]),
            row(("rules", 1_000_000, "insert"), &[("etio", 4.0)]),
        ];
        compare(&mut rows);
        let [insert, retract, grown] = &rows;
        let best = ("best of clips, drools", 0.2, Some(false));
        assert_eq!(beside(insert), [("clips", 0.2, None), ("floor", 2.0, Some(true)), best]);
        assert_eq!(beside(retract), [("own insert", 1.5, Some(false))]);
        assert_eq!(beside(grown), [("own at 1000", 2.0, Some(true))]);
    }

    #[test]
    fn at_least_turns_the_ratio_around() {
        let mut rows = [row(("cep", 1_000_000, "event"), &[("etio", 0.5), ("bytewax", 10.0)])];
        compare(&mut rows);
        assert_eq!(beside(&rows[0]), [("bytewax", 20.0, Some(true))]);
    }

    #[test]
    fn what_takes_several_is_held_against_all_of_them() {
        let told = [("etio", 30.0), ("clips", 20.0), ("regex-set", 40.0)];
        let mut rows = [row(("compile", 1_000, "compile"), &told)];
        compare(&mut rows);
        let all = ("clips and regex-set", 0.5, Some(true));
        let [one, other] = [("clips", 1.5, None), ("regex-set", 0.75, None)];
        assert_eq!(beside(&rows[0]), [one, other, all, ("itself", 30.0, Some(true))]);
        let mut rows = [row(("compile", 1_000, "compile"), &told[..2])];
        compare(&mut rows);
        assert_eq!(beside(&rows[0]), [one, ("itself", 30.0, Some(true))]);
    }

    #[test]
    fn the_middle_of_the_rounds_counts() {
        assert!((median(&[9.0, 1.0, 2.0]) - 2.0).abs() < f64::EPSILON);
    }
}
