//! When things happened: years, zones, ages and boots that a file leaves open, from all files.

use etio_plan::Value;
use jiff::civil::DateTime;
use jiff::tz::{Offset, TimeZone};

use crate::bundle::Dated;
use crate::gather::{Gathered, said_of};
use crate::options::Options;
use crate::row::{Wall, When};
use crate::stream::Span;

const DAY: i64 = 86_400_000_000_000;
/// The year of stamps of which nothing at all says the year, and the time of a collection of which
/// nothing says the time: the same on every day it is asked.
const NO_YEAR: i16 = 2000;

/// How the wall clocks of one document are read.
#[derive(Clone, Debug)]
struct Reading {
    zone: TimeZone,
    year: Year,
    /// When the document was collected; ages are measured back from it.
    collected_at: Option<i64>,
    /// When the node was booted.
    booted_at: Option<i64>,
    /// How long it had been up when the document was collected: where nothing says it, as long as the
    /// last stamp does.
    up_for: i64,
}

/// What says the year of a stamp.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Year {
    /// The one nearest to these full stamps of the same document.
    Near(i64, i64),
    /// The latest that is not after this.
    UpTo(i64),
    /// This one, or the one before for days from this month and day on.
    Ending(i16, (i8, i8)),
}

/// The clocks of a bundle.
#[derive(Debug)]
pub(crate) struct Clock {
    /// When the bundle was collected.
    pub(crate) collected_at: i64,
    /// What says so.
    pub(crate) dated: Dated,
    /// Its first stamp.
    pub(crate) start: i64,
    /// Whether nothing said which year it was.
    pub(crate) year_unknown: bool,
    readings: Vec<Reading>,
}

impl Clock {
    pub(crate) fn new(bundle: &[Gathered], options: &Options) -> Self {
        let said = bundle.iter().filter_map(|doc| doc.collected_at).max();
        let common_year = common_year(bundle, options, said);
        let mut clock = Self {
            collected_at: 0,
            dated: Dated::Not,
            start: 0,
            year_unknown: options.year.is_none() && matches!(common_year, Year::Ending(..)),
            readings: readings(bundle, options, common_year),
        };
        let (first, last) = clock.ends(bundle);
        let kept = were_picked(bundle);
        let objects = bundle.iter().flat_map(|doc| &doc.found).filter(|_| !kept);
        let latest = last.max(objects.filter_map(|found| found.newest).max());
        let nothing = Wall { year: None, month: 1, day: 1, nanos: 0 };
        let nothing = || instant(nothing.civil(NO_YEAR)?, &TimeZone::UTC);
        let told =
            options.at.or(said.max(latest.filter(|at| said.is_none_or(|said| *at <= said + DAY))));
        let now = options.now.filter(|_| kept && told.is_none());
        let collected_at = told.or(now).or(options.today).or_else(nothing).unwrap_or_default();
        clock.collected_at = collected_at;
        clock.dated = match (told, options.at.or(said), latest) {
            (None, ..) if now.is_some() => Dated::Now,
            (None, ..) => Dated::Not,
            (_, None, Some(_)) => Dated::ByNewest,
            _ => Dated::Told,
        };
        clock.start = first.map_or(collected_at, |first| first.min(collected_at));
        // Ages reach further back than stamps.
        let ages = bundle
            .iter()
            .enumerate()
            .flat_map(|(doc, gathered)| gathered.found.iter().map(move |found| (doc, found.when)));
        let oldest = ages.map(|(doc, when)| clock.at(doc, when)).min();
        clock.start = oldest.map_or(clock.start, |oldest| oldest.min(clock.start));
        clock
    }

    /// The first and the last moment that a stamp says.
    fn ends(&self, bundle: &[Gathered]) -> (Option<i64>, Option<i64>) {
        let stamps = bundle.iter().enumerate().flat_map(|(doc, gathered)| {
            let ends = gathered.spans().flat_map(Span::ends);
            let rows = gathered.found.iter().map(|found| found.when);
            ends.chain(rows).filter_map(move |when| self.absolute(doc, when))
        });
        stamps.fold((None, None), |(first, last): (Option<i64>, _), at| {
            (Some(first.map_or(at, |first| first.min(at))), last.max(Some(at)))
        })
    }

    /// When, in nanoseconds since the epoch.
    pub(crate) fn at(&self, doc: usize, when: When) -> i64 {
        match when {
            When::Ago(age) => self.collected(doc).saturating_sub(age),
            When::Boot(since) => {
                let reading = self.readings.get(doc);
                let booted = reading.and_then(|reading| reading.booted_at);
                let up = reading.map_or(0, |reading| reading.up_for);
                let booted = booted.unwrap_or_else(|| self.collected(doc).saturating_sub(up));
                booted.saturating_add(since)
            }
            When::Unknown => self.collected(doc),
            stamp => self.absolute(doc, stamp).unwrap_or_else(|| self.collected(doc)),
        }
    }

    /// A field's value, an age turned into a time.
    pub(crate) fn value(&self, doc: usize, value: Value) -> Value {
        match value {
            Value::Duration(age) => Value::Time(self.collected(doc).saturating_sub(age)),
            other => other,
        }
    }

    fn collected(&self, doc: usize) -> i64 {
        self.readings.get(doc).and_then(|r| r.collected_at).unwrap_or(self.collected_at)
    }

    /// A stamp that does not depend on when the bundle was collected.
    fn absolute(&self, doc: usize, when: When) -> Option<i64> {
        match when {
            When::At(at) => Some(at),
            When::Wall(wall) => self.readings.get(doc)?.instant(wall),
            When::Ago(_) | When::Boot(_) | When::Unknown => None,
        }
    }
}

/// The year of stamps that say none, where their document does not tell it better.
fn common_year(bundle: &[Gathered], options: &Options, said: Option<i64>) -> Year {
    let ending = Year::Ending(options.year.unwrap_or(NO_YEAR), cut(bundle));
    let latest_full = bundle.iter().filter_map(full_stamps).map(|(_, high)| high).max();
    let tomorrow = options.today.map(|day| day.saturating_add(DAY));
    match options.at.or(said).or(latest_full).or(tomorrow) {
        Some(anchor) if options.year.is_none() => Year::UpTo(anchor.saturating_add(DAY)),
        _ => ending,
    }
}

/// How the clocks of each document are read.
fn readings(bundle: &[Gathered], options: &Options, common_year: Year) -> Vec<Reading> {
    let common_zone = common_zone(bundle);
    let reading = |doc: &Gathered| {
        let shown = doc.zone().or(common_zone).and_then(|east| Offset::from_seconds(east).ok());
        let zone = options.tz.as_ref().map(|zone| zone.0.clone());
        let own = full_stamps(doc)
            .or_else(|| dated_name(&doc.path).map(|date| (date, date)))
            .or_else(|| leap_day(doc, common_year).map(|day| (day, day)));
        Reading {
            zone: zone.unwrap_or_else(|| shown.unwrap_or(Offset::UTC).to_time_zone()),
            year: match own {
                Some((low, high)) if options.year.is_none() => Year::Near(low, high),
                _ => common_year,
            },
            collected_at: said_of(bundle, &doc.path, |about| about.collected_at)
                .or(doc.collected_at),
            booted_at: said_of(bundle, &doc.path, |about| about.booted_at),
            up_for: said_of(bundle, &doc.path, |about| about.up_for)
                .unwrap_or_else(|| last_boot(doc)),
        }
    };
    bundle.iter().map(reading).collect()
}

/// Whether all objects are being deleted: then they were picked out because they stay, and how long they do, their
/// own times do not say.
fn were_picked(bundle: &[Gathered]) -> bool {
    let found = || bundle.iter().flat_map(|doc| &doc.found);
    found().any(|it| it.deleted == Some(true)) && found().all(|it| it.deleted != Some(false))
}

impl Reading {
    fn instant(&self, wall: Wall) -> Option<i64> {
        let read = |year: i16| instant(wall.civil(year)?, &self.zone);
        if let Some(year) = wall.year {
            return read(year);
        }
        match self.year {
            Year::Near(low, high) => {
                let year = year_of(high)?;
                let far = |at: i64| (low.saturating_sub(at)).max(at.saturating_sub(high)).max(0);
                // The 29th of February is in few years.
                let near = (year - 1..=year + 1).filter_map(read).min_by_key(|at| far(*at));
                near.or_else(|| (year - 8..=year).rev().find_map(read))
            }
            Year::UpTo(last) => {
                let year = year_of(last)?;
                (year - 8..=year).rev().filter_map(read).find(|at| *at <= last)
            }
            Year::Ending(year, cut) => {
                let year = if (wall.month, wall.day) >= cut { year - 1 } else { year };
                (year - 8..=year).rev().find_map(read)
            }
        }
    }
}

fn instant(civil: DateTime, zone: &TimeZone) -> Option<i64> {
    let zoned = zone.to_ambiguous_zoned(civil).compatible().ok()?;
    i64::try_from(zoned.timestamp().as_nanosecond()).ok()
}

fn year_of(at: i64) -> Option<i16> {
    let stamp = jiff::Timestamp::from_nanosecond(at.into()).ok()?;
    Some(Offset::UTC.to_datetime(stamp).year())
}

/// First and last stamp with a year in a document's log, to the day where the zone is open.
fn full_stamps(doc: &Gathered) -> Option<(i64, i64)> {
    let logs = doc.spans().filter_map(|span| span.at);
    let days =
        doc.spans().flat_map(|span| &span.wall).filter_map(|(&(year, month, day), &(nanos, _))| {
            let at = instant(Wall { year, month, day, nanos }.civil(year?)?, &TimeZone::UTC)?;
            Some((at, at))
        });
    let rows = doc.found.iter().filter_map(|found| match found.when {
        When::At(at) => Some((at, at)),
        _ => None,
    });
    logs.chain(days).chain(rows).reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))
}

/// The 29th of February of a log that has one: few years do, and the days around it are of the same.
fn leap_day(doc: &Gathered, year: Year) -> Option<i64> {
    let mut days = doc.spans().flat_map(|span| &span.wall);
    let (_, &(nanos, _)) = days.find(|&(&day, _)| day == (None, 2, 29))?;
    let reading =
        Reading { zone: TimeZone::UTC, year, collected_at: None, booted_at: None, up_for: 0 };
    reading.instant(Wall { year: None, month: 2, day: 29, nanos })
}

fn last_boot(doc: &Gathered) -> i64 {
    doc.streams().filter_map(|stream| stream.span.boot).map(|(_, last)| last).max().unwrap_or(0)
}

/// The days of a document's wall clocks.
pub(super) fn days(doc: &Gathered) -> impl Iterator<Item = (Option<i16>, i8, i8)> {
    doc.spans().flat_map(|span| span.wall.keys().copied())
}

/// The zone that the documents that show one agree on.
fn common_zone(bundle: &[Gathered]) -> Option<i32> {
    let mut zones = bundle.iter().filter_map(Gathered::zone);
    let first = zones.next()?;
    zones.all(|zone| zone == first).then_some(first)
}

/// The day after the longest time of the year without stamps: there the year began, as it were. Without
/// stamps around the new year it is past the year's end.
fn cut(bundle: &[Gathered]) -> (i8, i8) {
    let days = bundle.iter().flat_map(days);
    let mut days: Vec<(i8, i8)> =
        days.filter(|(year, ..)| year.is_none()).map(|(_, month, day)| (month, day)).collect();
    days.sort_unstable();
    days.dedup();
    let ordinal = |(month, day): (i8, i8)| i32::from(month) * 31 + i32::from(day);
    let around = match (days.first(), days.last()) {
        (Some(first), Some(last)) => ordinal(*first) + 12 * 31 - ordinal(*last),
        _ => return (13, 1),
    };
    let inner = days.windows(2).filter_map(|pair| match pair {
        [a, b] => Some((ordinal(*b) - ordinal(*a), *b)),
        _ => None,
    });
    match inner.max() {
        // Half a year of silence, and none around the new year.
        Some((gap, after)) if gap > around && gap > 6 * 31 => after,
        _ => (13, 1),
    }
}

/// The date in the name of a klog file: `kubelet.host.root.log.INFO.20190902-101112.123`.
fn dated_name(path: &str) -> Option<i64> {
    path.rsplit('/').next()?.split('.').find_map(|part| {
        let (date, clock) = part.split_once('-')?;
        let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
        (date.len() == 8 && clock.len() == 6 && digits(date) && digits(clock)).then_some(())?;
        let number = |range: std::ops::Range<usize>| date.get(range)?.parse::<i8>().ok();
        let year = date.get(..4)?.parse().ok()?;
        let wall = Wall { year: Some(year), month: number(4..6)?, day: number(6..8)?, nanos: 0 };
        instant(wall.civil(year)?, &TimeZone::UTC)
    })
}
