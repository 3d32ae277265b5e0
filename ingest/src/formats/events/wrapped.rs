//! Messages of several lines: those that are written so, and those that a page or a terminal broke.

use crate::formats::log;
use crate::row::is_unfinished;

/// So many lines at most are taken for the rest of one message.
const LINES: usize = 12;
/// What is narrower than this was not broken to fit.
const WIDE: usize = 72;

/// How the row above stands, for the lines that may go on with it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Above {
    indent: usize,
    /// How wide the line above is, and whether it or one before was as wide as a page.
    width: usize,
    wide: bool,
    /// Where a terminal cut the lines of this table, once two in a row are as wide.
    edge: Option<usize>,
    /// Whether the message is still to come: a warning has one.
    awaits: bool,
    /// Whether the line above was broken at a blank, which stands at its end.
    blank: bool,
    /// How many lines went on with it already.
    lines: usize,
}

impl Above {
    /// Below a row.
    pub(super) fn row(line: &str) -> Self {
        Self {
            indent: indent(line),
            width: width(line),
            wide: is_wide(line),
            blank: line.ends_with(' '),
            ..Self::default()
        }
    }

    /// Below another row of the table.
    pub(super) fn next(self, line: &str) -> Self {
        Self { edge: self.edge, ..Self::row(line) }
    }

    /// Below a row that ends where its message would begin.
    pub(super) fn awaiting(self) -> Self {
        Self { awaits: true, ..self }
    }

    /// The message with a line that goes on with it; nothing where the line is something else.
    pub(super) fn join(&mut self, message: &str, line: &str) -> Option<String> {
        let content = unmarked(line.trim());
        let (message, between) = if is_listing(message, content) {
            (message, "\n")
        } else if let Some(head) = message.strip_suffix('\\').filter(|_| is_words(content)) {
            // As a shell goes on with a line.
            (head, "")
        } else if is_rest(message, content) {
            (message, " ")
        } else if self.goes_on(line) {
            let apart = self.blank || line.starts_with(' ');
            self.edge = Some(self.width);
            (message, if apart { " " } else { "" })
        } else if !self.hangs(message, line) {
            return None;
        } else if splits_id(message, content) || self.is_cut(line) && !message.ends_with(':') {
            (message, "")
        } else {
            (message, " ")
        };
        self.lines += 1;
        self.awaits = false;
        // A row may be short and the lines below it as wide as the page.
        self.wide |= is_wide(line);
        self.width = width(line);
        self.blank = line.ends_with(' ');
        Some(format!("{message}{between}{content}"))
    }

    /// Whether a terminal cut the row wherever its edge was: the line goes on at the very edge, left of the row.
    fn is_cut(self, line: &str) -> bool {
        self.wide && self.indent > 0 && indent(line) == 0 && !self.blank
    }

    /// Whether a terminal cut a row that begins at the very edge: the line below is as wide as the one above, or that one
    /// ends where others were cut.
    fn goes_on(self, line: &str) -> bool {
        self.indent == 0
            && indent(line) <= 1
            && self.width >= WIDE
            && self.lines < LINES
            && (width(line) == self.width || self.edge == Some(self.width))
            && log::peel(line).is_none()
    }

    /// Whether a line hangs below a row that was broken to fit a page: it is set in further than the
    /// row, the row is unfinished, or the row is wide and the line begins as no sentence does.
    fn hangs(self, message: &str, line: &str) -> bool {
        let content = unmarked(line.trim());
        let further = indent(line) >= self.indent + 2;
        let within = content.starts_with(|c: char| c.is_ascii_lowercase() || "\"/\\,".contains(c));
        self.lines < LINES
            && !content.is_empty()
            && !is_rule(content)
            && (further || self.awaits || is_unfinished(message) || (self.wide && within))
            && log::peel(content).is_none()
    }
}

/// Without Markdown's marks of what matters.
pub(super) fn unmarked(line: &str) -> &str {
    line.trim_start_matches(['*', '`'])
}

/// Whether a line begins with a word, and not with a quote that was escaped.
fn is_words(line: &str) -> bool {
    line.starts_with(|c: char| c.is_alphanumeric())
}

/// Whether a container's id is whole only with both.
fn splits_id(message: &str, line: &str) -> bool {
    let hex = |c: char| c.is_ascii_hexdigit();
    let (head, tail) = (message.trim_end_matches(hex).len(), line.trim_start_matches(hex).len());
    let (before, after) = (message.len() - head, line.len() - tail);
    before > 0 && after > 0 && before + after == 64
}

/// Whether a line can only be a part of a message.
pub(super) fn is_part(line: &str) -> bool {
    is_listing("", line) || is_rest("", line)
}

/// Whether a line consists of the dashes below a header.
pub(super) fn is_rule(line: &str) -> bool {
    !line.is_empty() && line.bytes().all(|b| b == b'-' || b == b' ' || b == b'\t')
}

/// What mount prints, line by line.
fn is_listing(message: &str, line: &str) -> bool {
    let inside = message.contains("\nMounting command:") && !line.is_empty();
    line.starts_with("Mounting command:") || inside
}

/// Whether a line is the rest of a message that an old scheduler broke, or that ends as none does.
fn is_rest(message: &str, line: &str) -> bool {
    line.starts_with("fit failure summary on nodes")
        || line.starts_with("fit failure on node (")
        || (line.starts_with("desc = ") && message.contains("rpc error: code = "))
        || (message.contains(" desc = ") && message.ends_with(':') && !line.is_empty())
}

fn is_wide(line: &str) -> bool {
    width(line) >= WIDE
}

fn width(line: &str) -> usize {
    line.chars().count()
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cut_at_the_edge() {
        let row = format!("  Warning  Failed  5s  kubelet  {} for s", "a ".repeat(24));
        for (row, line, whole) in [
            (row.clone(), "andbox \"1\"", "for sandbox \"1\""),
            (format!("{row} "), "andbox", "for s andbox"),
            (row.clone(), " andbox", "for s andbox"),
            (row.trim_start().to_owned(), "andbox", "for s andbox"),
        ] {
            assert_eq!(Above::row(&row).join("for s", line).as_deref(), Some(whole), "{line}");
        }
        let said = Above::row(&row).join("last err seen:", "iscsi: failed");
        assert_eq!(said.as_deref(), Some("last err seen: iscsi: failed"));
        let (head, tail) = ("a".repeat(40), "b".repeat(24));
        let id = Above::row(row.trim_start()).join(&format!("for {head}"), &format!("{tail}: no"));
        assert_eq!(id, Some(format!("for {head}{tail}: no")));
    }

    #[test]
    fn cut_at_the_edge_of_a_row_that_begins_there() {
        let row = format!("5s  Warning  Failed  pod/a  {} for s", "a ".repeat(24));
        let full = format!("andbox {}", "b".repeat(row.len() - 7));
        let mut above = Above::row(&row);
        let message = above.join("for s", &full).unwrap();
        assert!(message.starts_with("for sandbox b"), "{message}");
        assert_eq!(above.join("so that", "it ended").as_deref(), Some("so thatit ended"));
        assert_eq!(above.join("it ended", "So I gave up"), None);
        // The next row of the table has the same edge.
        assert_eq!(above.next(&row).join("for s", "andbox").as_deref(), Some("for sandbox"));
        assert_eq!(Above::row(&row).join("for s", "So I gave up"), None);
    }

    #[test]
    fn joined() {
        let row = "  Warning  Failed  5s  kubelet  Failed to pull image";
        for (message, line, whole) in [
            (
                "Failed to pull image",
                "    \"a:1\": not found",
                Some("Failed to pull image \"a:1\": not found"),
            ),
            ("failed to \"Kill", "Container\" for", Some("failed to \"Kill Container\" for")),
            (
                "pod (a) failed to fit in any node",
                "fit failure on node (n1): Insufficient cpu",
                Some(
                    "pod (a) failed to fit in any node fit failure on node (n1): Insufficient cpu",
                ),
            ),
            ("Failed to pull image", "  Status: True", None),
            ("secret \"a\" not found", "  and that is why", None),
            ("secret \"a\" not found", "", None),
            ("preemption: \\", "error finding pods", Some("preemption: error finding pods")),
            ("no such sandb\\", "  ox", Some("no such sandbox")),
            ("failed to \"Kill", "**Container\" for", Some("failed to \"Kill Container\" for")),
            ("say \"a", "E0214 17:00:33.187665    1547 kubelet.go:1] x", None),
        ] {
            assert_eq!(Above::row(row).join(message, line).as_deref(), whole, "{message} / {line}");
        }
    }

    #[test]
    fn below_a_wide_row() {
        let row = "  Warning  FailedMount  24s (x4 over 43s)  kubelet  failed to get any path for iscsi disk";
        let rest = Above::row(row).join("No portals found", ", err exit status 21");
        assert_eq!(rest.as_deref(), Some("No portals found, err exit status 21"));
        assert_eq!(Above::row(row).join("No portals found", "So I gave up"), None);
    }

    #[test]
    fn below_wide_lines() {
        let row = Above::row("Warning  FailedCreatePodSandBox  2m48s  kubelet, n1");
        let wide = "Failed to create pod sandbox: rpc error: code = Unknown desc = failed to set";
        assert_eq!(row.clone().join("", wide), None);
        let mut above = row.awaiting();
        let message = above.join("", wide).unwrap_or_default();
        assert_eq!(above.join(&message, "So I gave up"), None);
        let whole = above.join(&message, "\"7256\" network for pod").unwrap_or_default();
        assert!(whole.ends_with("failed to set \"7256\" network for pod"), "{whole}");
    }
}
