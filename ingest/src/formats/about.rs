//! Files about the collection: whose it is, when it was taken, since when the node had been up. They
//! speak for all files of the directory they are in.

use super::format::{Document, Format};
use crate::object::is_name;
use crate::row::{Out, When};
use crate::stamp;

/// The format: short files known by their name.
pub(super) const ABOUT: Format = Format { kind: "about the node", detect, read };

/// Where such files stand below the directory they speak for.
const PLACES: [&str; 4] = ["etc/", "sos_commands/date/", "sos_commands/host/", "proc/"];

/// What a file is about.
#[derive(Clone, Copy, PartialEq, Eq)]
enum About {
    /// `hostname`
    Name,
    /// `date`, `timestamp`
    Time,
    /// `uptime`, `/proc/uptime`
    Uptime,
    /// `/proc/stat`
    Boot,
}

fn about(document: &Document<'_>) -> Option<About> {
    let name = document.path.rsplit('/').next().unwrap_or(document.path);
    let lines = document.text.lines().take(4).count();
    let about = match name.split('.').next().unwrap_or(name) {
        "hostname" | "hostname_-f" => About::Name,
        "date" | "timestamp" | "date_--utc" => About::Time,
        "uptime" => About::Uptime,
        "stat" if document.text.starts_with("cpu ") => return Some(About::Boot),
        _ => return None,
    };
    (lines <= 3).then_some(about)
}

fn detect(document: &Document<'_>) -> bool {
    about(document).is_some()
}

fn read(document: &Document<'_>, out: &mut dyn Out) {
    out.speaks_for(directory(document.path));
    for (number, line) in document.lines() {
        let line = line.trim();
        let understood = match about(document) {
            Some(About::Name) => name(line).map(|name| out.node(name)),
            Some(About::Time) => time(line).map(|at| out.collected_at(at)),
            Some(About::Uptime) => uptime(line).map(|up| out.up_for(up)),
            Some(About::Boot) => {
                let booted = line.strip_prefix("btime ").and_then(|at| at.parse::<i64>().ok());
                if let Some(seconds) = booted {
                    out.booted_at(seconds.saturating_mul(1_000_000_000));
                }
                continue;
            }
            None => None,
        };
        if understood.is_none() && !line.is_empty() {
            out.unparsed(number, "not what the file's name says");
        }
    }
}

/// The directory that a file speaks for.
fn directory(path: &str) -> &str {
    let parent = path.rfind('/').map_or("", |slash| path.get(..=slash).unwrap_or_default());
    PLACES.iter().find_map(|place| parent.strip_suffix(place)).unwrap_or(parent)
}

fn name(line: &str) -> Option<&str> {
    (is_name(line) && !line.starts_with("localhost")).then_some(line)
}

/// `date` in its forms, and Go's `2021-09-14 14:37:02.12 +0000 UTC m=+0.2`.
fn time(line: &str) -> Option<i64> {
    let told = stamp::iso(line).or_else(|| stamp::weekday_iso(line));
    told.and_then(|(when, _)| when.at()).or_else(|| stamp::date(line))
}

/// `12345.67 54321.00`, or `10:00:00 up 5 days,  3:22,  2 users, …`, in nanoseconds.
fn uptime(line: &str) -> Option<i64> {
    let Some((_, up)) = line.split_once(" up ") else {
        let (When::Boot(up), _) = stamp::boot(line)? else { return None };
        return Some(up);
    };
    let mut seconds = 0_i64;
    for part in up.split(',').map(str::trim) {
        seconds += match part.split_once(' ') {
            Some((count, unit)) if unit.starts_with("day") => count.parse::<i64>().ok()? * 86_400,
            Some((count, unit)) if unit.starts_with("min") => count.parse::<i64>().ok()? * 60,
            None => {
                let (hours, minutes) = part.split_once(':')?;
                hours.parse::<i64>().ok()? * 3600 + minutes.parse::<i64>().ok()? * 60
            }
            Some(_) => break,
        };
    }
    seconds.checked_mul(1_000_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: i64 = 1_000_000_000;

    #[test]
    fn uptimes() {
        for (line, seconds) in [
            ("12345.67 54321.00", Some(12_345)),
            (
                "10:00:00 up 5 days,  3:22,  2 users,  load average: 0.1",
                Some(5 * 86_400 + 3 * 3600 + 22 * 60),
            ),
            ("10:00:00 up 7 min,  1 user", Some(420)),
            ("10:00:00 up  1:02,  1 user", Some(3720)),
            ("hello", None),
        ] {
            assert_eq!(uptime(line).map(|up| up / SECOND), seconds, "{line}");
        }
    }

    #[test]
    fn times() {
        for line in [
            "Wed Oct  2 02:19:25 UTC 2019",
            "2019-10-02 02:19:25.5 +0000 UTC m=+0.2",
            "2019-10-02T02:19:25Z",
        ] {
            assert_eq!(time(line).map(|at| at / SECOND), Some(1_569_982_765), "{line}");
        }
        assert_eq!(time("yesterday"), None);
    }

    #[test]
    fn directories() {
        for (path, directory_of) in [
            ("n1/etc/hostname", "n1/"),
            ("sos/sos_commands/date/date", "sos/"),
            ("a/b/timestamp", "a/b/"),
            ("hostname", ""),
        ] {
            assert_eq!(directory(path), directory_of, "{path}");
        }
    }
}
