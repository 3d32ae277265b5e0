//! The workload `names`: what it costs to make a number of a name, once new and then known. All other
//! workloads begin with such numbers.

use crate::measure::{Begin, memory, peak};
use crate::numbers::Numbers;

/// What gives names their numbers.
pub trait Names {
    /// Takes a name, new or not.
    fn intern(&mut self, name: &str);
}

/// Runs the workload and prints what a name cost, in microseconds.
pub fn run(names: &mut impl Names, size: u32) {
    let mut numbers = Numbers(3);
    let name = |at: u32| format!("namespace-{}/pod-{at:08x}", at % 50);
    let new: Vec<String> = (0..size).map(name).collect();
    let known: Vec<String> = (0..size).map(|_| name(numbers.below(size))).collect();
    let begin = Begin::now();
    new.iter().for_each(|name| names.intern(name));
    begin.figure("new", size);
    let begin = Begin::now();
    known.iter().for_each(|name| names.intern(name));
    begin.figure("known", size);
    memory("memory", peak());
}
