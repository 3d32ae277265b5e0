//! `etio watch`: diagnoses what is still being written, and tells what begins, changes and ends.
//!
//! Each look means what `etio diagnose` would say at that moment. While no input changes the same engine goes on
//! in time, in which findings begin and lapse; what has changed is read again as a whole, since a line at the end
//! of one file may say whose node another is of.

mod clock;
mod sources;

use std::path::Path;
use std::time::{Duration, Instant};

use etio::{Engine, Scanner};
use etio_ingest::{Bundle, Dated};

use crate::args::{Stream, Watch};
use crate::diagnose::{View, layout, report, run_rules, say_notes};
use crate::report::{self as faces, News, Report, Status};
use crate::{Exit, input, out, program};

use clock::Clock;
use sources::Sources;

/// Reading takes at most this share of the time, so that who watches a busy node is no burden to it.
const SHARE: u32 = 10;

pub(crate) fn run(args: &Watch) -> Result<Exit, String> {
    let begun = Instant::now();
    let scanner = Scanner::new(program::pack(&args.program, None)?);
    let mut sources = Sources::of(&args.paths);
    let mut look = Look::first(&mut sources, args, &scanner)?;
    let mut told = look.report();
    let mut is_read = out::print_to_reader(&beginning(&told, args.format))?;
    while is_read && !sources.have_ended() {
        let left = args.lasting.map(|lasting| lasting.saturating_sub(begun.elapsed()));
        if left.is_some_and(|left| left.is_zero()) {
            break;
        }
        let pause = args.every.max(look.took * SHARE);
        sources.rest(left.map_or(pause, |left| left.min(pause)));
        look.again(&mut sources, args, &scanner)?;
        let now = look.report();
        let news = News::between(&told, &now, look.clock.now());
        if !news.is_empty() {
            is_read = out::print_to_reader(&match args.format {
                Stream::Human => faces::human::news(&news, &now, layout(false)),
                Stream::Ndjson => faces::json::news(&news),
            })?;
        }
        told = now;
    }
    let open = told.findings.iter().any(|finding| finding.status == Status::Open);
    Ok(if open { Exit::Found } else { Exit::Clean })
}

/// What is told at first: all that there is.
fn beginning(report: &Report, format: Stream) -> String {
    match format {
        Stream::Human => faces::human::render(report, layout(false)),
        Stream::Ndjson => {
            say_notes(report);
            faces::json::news(&News::all(report))
        }
    }
}

/// What was read last, and the engine that has seen it.
struct Look {
    bundle: Bundle,
    engine: Engine,
    clock: Clock,
    /// How long reading took.
    took: Duration,
    /// Why the inputs could not be read again.
    failed: Option<String>,
}

impl Look {
    fn first(sources: &mut Sources, args: &Watch, scanner: &Scanner) -> Result<Self, String> {
        sources.look();
        let begun = Instant::now();
        let bundle = read(sources, args, scanner)?;
        let engine = run_rules(scanner.clone(), &bundle)?;
        let clock = Clock::at(bundle.collected_at);
        Ok(Self { bundle, engine, clock, took: begun.elapsed(), failed: None })
    }

    /// Goes on to this moment.
    fn again(
        &mut self,
        sources: &mut Sources,
        args: &Watch,
        scanner: &Scanner,
    ) -> Result<(), String> {
        if sources.look() {
            let begun = Instant::now();
            match read(sources, args, scanner) {
                Ok(bundle) => {
                    self.engine = run_rules(scanner.clone(), &bundle)?;
                    // Of what said no time before, the first time that is said counts.
                    if self.bundle.dated != Dated::Not {
                        self.clock.reach(bundle.collected_at);
                    } else {
                        self.clock = Clock::at(bundle.collected_at);
                    }
                    self.bundle = bundle;
                    self.failed = None;
                }
                // A log that is being rotated is back at the next look; until then what it said stands.
                Err(why) => {
                    if self.failed.as_ref() != Some(&why) {
                        out::say(format_args!("note: {why}"));
                    }
                    self.failed = Some(why);
                }
            }
            self.took = begun.elapsed();
        }
        self.engine.advance(self.clock.now());
        Ok(())
    }

    fn report(&mut self) -> Report {
        let mut report = report(&mut self.engine, &self.bundle, View::default());
        report.as_of = report.as_of.map(|_| self.clock.now());
        report
    }
}

fn read(sources: &Sources, args: &Watch, scanner: &Scanner) -> Result<Bundle, String> {
    let most = |path: &Path| sources.come_of(path);
    input::read_so_far(sources.stream(), sources.paths(), &most, &args.reading, scanner)
}
