//! What `ps` prints, with any columns: `aux`, `-ef`, `-elf`, `axo …`, or single rows without a header.

use etio_plan::Value;

use super::{
    ages, cgroup,
    format::{Document, Section},
    rows::base_name,
};
use crate::row::{Out, Row, When};

/// The section: a table of processes.
pub(super) const PS: Section = Section { kind: "ps", begins, read };
/// Rows without a header, as `grep` leaves them.
pub(super) const PS_ROWS: Section = Section { kind: "ps", begins: begins_rows, read: read_rows };

/// The headers of `ps aux`, `-ef`, `ax`, `axj`, `axl`, `-el` and `-elf`, and of what people ask for to see who waits.
const HEADERS: [&str; 9] = [
    "USER PID %CPU %MEM VSZ RSS TTY STAT START TIME COMMAND",
    "UID PID PPID C STIME TTY TIME CMD",
    "PID TTY STAT TIME COMMAND",
    "PPID PID PGID SID TTY TPGID STAT UID TIME COMMAND",
    "F UID PID PPID PRI NI VSZ RSS WCHAN STAT TTY TIME COMMAND",
    "F S UID PID PPID C PRI NI ADDR SZ WCHAN TTY TIME CMD",
    "F S UID PID PPID C PRI NI ADDR SZ WCHAN STIME TTY TIME CMD",
    "PID PPID STAT WCHAN CMD",
    "PID STAT WCHAN CMD",
];
const STATES: &str = "RSDZTtXxKWPI";
/// What `ps` and busybox put behind a state.
const MODIFIERS: &str = "<NLsl+WE";

/// A process as a row shows it.
#[derive(Debug, Default)]
pub(super) struct Process<'a> {
    pub(super) pid: i64,
    pub(super) ppid: Option<i64>,
    pub(super) state: Option<&'a str>,
    pub(super) comm: Option<&'a str>,
    pub(super) args: Option<&'a str>,
    pub(super) wchan: Option<&'a str>,
    /// How long it has run, in nanoseconds.
    pub(super) elapsed: Option<i64>,
    pub(super) threads: Option<i64>,
    /// How far `ps f` has set the command in, below its parent's.
    pub(super) depth: Option<usize>,
    pub(super) cgroup: Option<&'a str>,
}

impl Process<'_> {
    /// Its row.
    pub(super) fn row(&self, line: u64, text: &str) -> Row {
        let args = self.args.unwrap_or_default();
        let defunct =
            args.ends_with("<defunct>") || self.comm.is_some_and(|it| it.ends_with("<defunct>"));
        let state = self.state.and_then(|it| it.get(..1)).or(defunct.then_some("Z"));
        Row::of("std.node.Process", line, text)
            .with("pid", self.pid)
            .with("ppid", self.ppid)
            .with("state", state)
            .with("comm", comm(self.comm, args))
            .with("args", self.args)
            .with("wchan", self.wchan.filter(|it| !["-", "0", "*"].contains(it)))
            .with("started", self.elapsed.map_or(Value::Null, Value::Duration))
            .with("threads", self.threads)
            .with("multi_threaded", self.state.is_some_and(|it| it.contains('l')).then_some(true))
            .with("container", self.cgroup.and_then(cgroup::container))
            .with("pod_uid", self.cgroup.and_then(cgroup::pod))
    }
}

/// The command's name: its column, or what the first word of its arguments comes to. The kernel keeps
/// 15 bytes.
fn comm<'a>(comm: Option<&'a str>, args: &'a str) -> &'a str {
    let within =
        |open, close| args.strip_prefix(open).and_then(|rest: &str| rest.split_once(close));
    let name = match comm {
        Some(comm) => comm.trim_end_matches(" <defunct>"),
        // The kernel's own are in brackets; what busybox finds under another name than its first word, in braces.
        None => match within('[', ']').or_else(|| within('{', '}')) {
            Some((name, _)) => name,
            None => base_name(args.split(' ').next().unwrap_or(args)).trim_end_matches(':'),
        },
    };
    let name = name.trim_start_matches('[').trim_end_matches(']');
    let end =
        name.char_indices().map(|(at, c)| at + c.len_utf8()).take_while(|end| *end <= 15).last();
    name.get(..end.unwrap_or(0)).unwrap_or(name)
}

fn is_header(line: &str) -> bool {
    let words: Vec<&str> = line.split_whitespace().collect();
    words.contains(&"PID")
        && words.iter().any(|it| ["CMD", "COMMAND", "ARGS", "COMM"].contains(it))
        && words.len() > 2
        && words.iter().all(|it| !it.chars().any(|c| c.is_ascii_lowercase()))
}

fn begins(doc: &Document<'_>) -> bool {
    is_header(doc.text.lines().next().unwrap_or_default())
}

fn read(doc: &Document<'_>, out: &mut dyn Out) -> usize {
    let mut lines = doc.lines();
    let Some((_, header)) = lines.next() else { return 0 };
    let names: Vec<&str> = header.split_whitespace().collect();
    let mut taken = 1;
    let mut first = false;
    let mut tree = Tree::default();
    for (number, line) in lines {
        let Some(mut process) = process(&names, line) else { break };
        tree.place(&mut process);
        first |= process.pid == 1;
        taken += 1;
        out.row(process.row(number, line.trim()));
    }
    // Only a listing of the whole node has its first process.
    if first {
        out.complete("std.node.Process", Vec::new(), When::Unknown);
    }
    taken
}

/// Reads a row by the names of its columns, each a word but for dates and the last.
fn process<'a>(names: &[&str], line: &'a str) -> Option<Process<'a>> {
    let mut rest = line.trim();
    let mut found = Process { pid: -1, ..Process::default() };
    let mut commands = 0;
    for (index, name) in names.iter().enumerate() {
        let last = index + 1 == names.len();
        let cell = if last { rest } else { cell(name, rest)? };
        let tail = rest.get(cell.len()..)?;
        rest = tail.trim_start();
        if index + 2 == names.len() {
            found.depth = depth(tail);
        }
        match *name {
            "PID" => found.pid = cell.parse().ok()?,
            "PPID" => found.ppid = cell.parse().ok(),
            "S" | "STAT" => {
                cell.starts_with(|c| STATES.contains(c)).then_some(())?;
                found.state = Some(cell);
            }
            "WCHAN" => found.wchan = Some(cell),
            "NLWP" | "THCNT" => found.threads = cell.parse().ok(),
            "ELAPSED" => found.elapsed = ages::clock(cell),
            "CGROUP" => found.cgroup = Some(cell),
            "COMMAND" | "CMD" | "ARGS" | "COMM" => {
                commands += 1;
                // The first of two is `comm`.
                if last && name != &"COMM" {
                    found.args = Some(without_tree(cell));
                } else {
                    found.comm = Some(cell);
                }
            }
            _ => {}
        }
    }
    (found.pid >= 0 && commands > 0).then_some(found)
}

/// How far the branch of a command is set in, where `ps f` draws one.
fn depth(tail: &str) -> Option<usize> {
    tail.find("\\_ ").filter(|at| tail.chars().take(*at).all(|c| " |".contains(c)))
}

/// The branch that the last row stands on: of each process the depth and the id.
#[derive(Default)]
struct Tree(Vec<(Option<usize>, i64)>);

impl Tree {
    /// Gives a process of a listing without parents the one that it is drawn below.
    fn place(&mut self, process: &mut Process<'_>) {
        while self.0.pop_if(|(depth, _)| *depth >= process.depth).is_some() {}
        process.ppid = process.ppid.or(self.0.last().map(|(_, pid)| *pid));
        self.0.push((process.depth, process.pid));
    }
}

/// A command without the branches that `ps f` draws before it.
fn without_tree(args: &str) -> &str {
    match args.split_once("\\_ ") {
        Some((before, args)) if before.chars().all(|c| " |".contains(c)) => args,
        _ => args,
    }
}

/// The text of a column at the beginning of the rest of a row.
fn cell<'a>(name: &str, rest: &'a str) -> Option<&'a str> {
    let words = match name {
        "STARTED" | "LSTART" | "START" | "STIME" => date_words(rest),
        _ => 1,
    };
    let mut end = 0;
    for _ in 0..words {
        let tail = rest.get(end..)?;
        let start = end + (tail.len() - tail.trim_start().len());
        let word = rest.get(start..)?;
        end = start + word.find(char::is_whitespace).unwrap_or(word.len());
    }
    rest.get(..end).filter(|cell| !cell.is_empty())
}

/// How many words a date has: `Wed Oct  2 02:19:25 2019`, `Oct 02`, `Oct02`, `10:20`.
fn date_words(rest: &str) -> usize {
    const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    let mut words = rest.split_whitespace();
    let first = words.next().unwrap_or_default();
    let second = words.next().unwrap_or_default();
    let name = first.len() == 3 && first.chars().all(char::is_alphabetic);
    match (DAYS.contains(&first), name && second.parse::<u8>().is_ok()) {
        (true, _) => 5,
        (_, true) => 2,
        _ => 1,
    }
}

/// The header a row without one would have.
fn row_header(line: &str) -> Option<&'static str> {
    HEADERS.into_iter().find(|header| {
        let mut rest = line.trim();
        header.split(' ').all(|name| {
            let Some(cell) = cell(name, rest) else { return false };
            rest = rest.get(cell.len()..).unwrap_or_default().trim_start();
            fits(name, cell)
        })
    })
}

/// Whether a word is a state with what is known of it besides: `Ssl+`.
fn is_state(cell: &str) -> bool {
    cell.strip_prefix(|c| STATES.contains(c))
        .is_some_and(|rest| rest.chars().all(|c| MODIFIERS.contains(c)))
}

/// Whether a word may stand in a column.
fn fits(name: &str, cell: &str) -> bool {
    match name {
        "PID" | "PPID" | "PGID" | "SID" | "C" | "F" | "VSZ" | "RSS" | "SZ" => {
            cell.parse::<u64>().is_ok()
        }
        "TPGID" | "PRI" => cell.parse::<i64>().is_ok(),
        "NI" => cell == "-" || cell.parse::<i8>().is_ok(),
        "ADDR" => cell == "-" || cell.bytes().all(|b| b.is_ascii_hexdigit()),
        // A name of the kernel's own, which a command seldom looks like.
        "WCHAN" => {
            let name = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
            cell == "-" || cell.contains('_') && cell.bytes().all(name)
        }
        "%CPU" | "%MEM" => cell.contains('.') && cell.parse::<f32>().is_ok(),
        "TTY" => ["?", "-", "tty", "pts/", "console"].iter().any(|it| cell.starts_with(it)),
        "STAT" => is_state(cell),
        "S" => is_state(cell) && cell.len() == 1,
        "TIME" => {
            cell.contains(':') && cell.bytes().all(|b| b.is_ascii_digit() || b":-".contains(&b))
        }
        _ => true,
    }
}

fn begins_rows(doc: &Document<'_>) -> bool {
    doc.text.lines().next().and_then(row_header).is_some()
}

fn read_rows(doc: &Document<'_>, out: &mut dyn Out) -> usize {
    let mut taken = 0;
    let mut tree = Tree::default();
    for (number, line) in doc.lines() {
        let Some(header) = row_header(line) else { break };
        let names: Vec<&str> = header.split(' ').collect();
        let Some(mut process) = process(&names, line) else { break };
        tree.place(&mut process);
        taken += 1;
        out.row(process.row(number, line.trim()));
    }
    taken
}
