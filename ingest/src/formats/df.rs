//! What `df` prints, of space or of inodes, with long devices on a line of their own, and what it
//! says instead of a file system it cannot ask.

use etio_plan::Value;

use super::format::{Document, Section};
use crate::row::{Out, Row, When};

/// The section: a table of `df`, or one of its complaints.
pub(super) const DF: Section = Section { kind: "df", begins, read };

/// Rows of `df` without their header, as `grep` leaves them.
pub(super) const DF_ROWS: Section = Section { kind: "df", begins: begins_rows, read: read_rows };

/// What a table counts, by its header.
#[derive(Clone, Copy)]
struct Layout {
    /// `-T` prints the type behind the device.
    typed: bool,
    /// Inodes, not space.
    inodes: bool,
    /// What one block is, or 1 where sizes have units.
    block: i64,
}

fn layout(line: &str) -> Option<Layout> {
    let mut words = line.split_whitespace();
    (words.next()? == "Filesystem").then_some(())?;
    let second = words.next()?;
    let typed = second == "Type";
    let what = if typed { words.next()? } else { second };
    let rest: Vec<_> = words.collect();
    rest.contains(&"Mounted").then_some(())?;
    let block = match what.trim_end_matches("-blocks") {
        "1K" | "1024" => 1024,
        "512" => 512,
        "1M" | "1048576" => 1024 * 1024,
        "1" | "1B" => 1,
        _ => 1,
    };
    Some(Layout { typed, inodes: what == "Inodes", block })
}

/// `df: /mnt: Stale file handle`: the path and what was said.
fn complaint(line: &str) -> Option<(&str, &str)> {
    let (path, error) = line.trim().strip_prefix("df: ")?.rsplit_once(": ")?;
    let path = path.trim_start_matches("cannot access ").trim_matches(|c| "'\"`‘’".contains(c));
    path.starts_with('/').then_some((path, error))
}

fn begins(doc: &Document<'_>) -> bool {
    let line = doc.text.lines().next().unwrap_or_default();
    line.trim_start().starts_with("Filesystem") && layout(line).is_some()
        || complaint(line).is_some()
}

fn read(doc: &Document<'_>, out: &mut dyn Out) -> usize {
    let mut layout_now = None;
    let mut whole = true;
    let mut device: Option<&str> = None;
    let mut taken = 0;
    let mut rows = 0;
    let mut lines = doc.lines().peekable();
    while let Some((number, line)) = lines.next() {
        let words: Vec<&str> = line.split_whitespace().collect();
        if let Some((path, error)) = complaint(line) {
            let row = Row::of("std.node.Filesystem", number, line.trim());
            out.row(row.with("path", path).with("error", error));
        } else if layout_now.is_none() && layout(line).is_some() {
            layout_now = layout(line);
        } else if let Some(layout) = layout_now {
            let left_out = matches!(words.as_slice(), [".." | "..." | "…"]);
            // A page that was copied may have an empty line behind every row.
            let spaced =
                words.is_empty() && lines.peek().is_some_and(|(_, next)| is_row(next, layout));
            if left_out || spaced {
                whole &= !left_out;
                taken += 1;
                continue;
            }
            if let ([name], None) = (words.as_slice(), device) {
                // Its numbers follow on the next line.
                if lines.peek().is_some_and(|(_, next)| next.starts_with(' ')) {
                    device = Some(name);
                    taken += 1;
                    continue;
                }
            }
            let cells = device.take().into_iter().chain(words).collect::<Vec<_>>();
            let Some(row) = row(&cells, layout, number, line) else { break };
            rows += 1;
            out.row(row);
        } else {
            break;
        }
        taken += 1;
    }
    if rows > 0 && whole {
        out.complete("std.node.Filesystem", Vec::new(), When::Unknown);
    }
    taken
}

/// A row of a device, by what stands in its cells. Inodes add up exactly, and so are told from blocks in the same table.
fn bare(number: u64, line: &str) -> Option<Row> {
    let cells: Vec<&str> = line.split_whitespace().collect();
    let [device, rest @ ..] = cells.as_slice() else { return None };
    let typed = rest.first()?.starts_with(|c: char| c.is_ascii_lowercase());
    let [size, used, available, percent, _] = rest.get(usize::from(typed)..)? else { return None };
    let count = |text: &&str| text.parse::<i64>().ok();
    let exact = count(size).is_some_and(|all| {
        count(used).zip(count(available)).is_some_and(|(a, b)| a.checked_add(b) == Some(all))
    });
    let of_disk = device.starts_with("/dev/") || *device == "overlay";
    let fits = of_disk && percent.ends_with('%') && !exact;
    let layout = Layout { typed, inodes: false, block: 1024 };
    fits.then(|| row(&cells, layout, number, line))?
}

fn begins_rows(doc: &Document<'_>) -> bool {
    doc.text.lines().next().is_some_and(|line| bare(doc.first_line, line).is_some())
}

fn read_rows(doc: &Document<'_>, out: &mut dyn Out) -> usize {
    doc.lines().map_while(|(number, line)| bare(number, line)).map(|row| out.row(row)).count()
}

fn is_row(line: &str, layout: Layout) -> bool {
    row(&line.split_whitespace().collect::<Vec<_>>(), layout, 0, line).is_some()
}

fn row(cells: &[&str], layout: Layout, number: u64, line: &str) -> Option<Row> {
    let (device, rest) = cells.split_first()?;
    let (fstype, rest) = match rest.split_first() {
        Some((fstype, rest)) if layout.typed => (Some(*fstype), rest),
        _ => (None, rest),
    };
    let [size, _, available, percent, path @ ..] = rest else { return None };
    let used = match percent.strip_suffix('%') {
        Some(points) => Value::Percent(f64::from(points.parse::<u16>().ok()?)),
        None if *percent == "-" => Value::Null,
        None => return None,
    };
    let path = path.join(" ");
    (path.starts_with('/')).then_some(())?;
    let row = Row::of("std.node.Filesystem", number, line.trim())
        .with("path", path)
        .with("device", *device)
        .with("fstype", fstype);
    let amount = |text: &str| amount(text, layout.block);
    Some(if layout.inodes {
        row.with("inodes", amount(size).filter(|all| *all > 0)).with("inodes_used", used)
    } else {
        row.with("size", super::rows::bytes(amount(size)))
            .with("available", super::rows::bytes(amount(available)))
            .with("used", used)
    })
}

/// A number of blocks, or a size as `-h` rounds it: `9.8G`.
pub(super) fn amount(text: &str, block: i64) -> Option<i64> {
    if let Ok(blocks) = text.parse::<i64>() {
        return blocks.checked_mul(block);
    }
    let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let power = "KMGTPE".find(unit)? + 1;
    let unit = 1024_i64.checked_pow(u32::try_from(power).ok()?)?;
    let (whole, tenth) = number.split_once('.').or(number.split_once(',')).unwrap_or((number, "0"));
    let tenth: i64 = tenth.get(..1)?.parse().ok()?;
    whole.parse::<i64>().ok()?.checked_mul(unit)?.checked_add(unit / 10 * tenth)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_known_without_a_header() {
        for (line, space) in [
            ("/dev/sda5      22092264 21045684     0  100% /", true),
            ("/dev/sdb1  ext4   50G   48G  2.0G  96% /var/lib/docker", true),
            ("/dev/xvda1     524288 524288      0  100% /", false),
            ("/dev/sda5 is 100% full", false),
        ] {
            assert_eq!(bare(1, line).is_some(), space, "{line}");
        }
    }

    #[test]
    fn amounts() {
        for (text, bytes) in [
            ("979M", Some(979 << 20)),
            ("1.5K", Some(1024 + 102 * 5)),
            ("0", Some(0)),
            ("-", None),
            ("G", None),
        ] {
            assert_eq!(amount(text, 1), bytes, "{text}");
        }
        assert_eq!(amount("10", 1024), Some(10240));
    }
}
