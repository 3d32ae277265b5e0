//! Tables of text whose columns are set apart by two spaces or more, under a header. Where a web page
//! has made one space of many, words are cells.

/// The columns a header names, with where each begins, counted in characters as the printers do.
#[derive(Clone, Debug)]
pub(super) struct Columns<'a> {
    columns: Vec<(&'a str, usize)>,
    /// One space stands between them, so places say nothing.
    narrow: bool,
}

/// The first words of names that have two.
const TWO_WORDS: &[&str] =
    &["ACCESS", "CONTAINER", "IMAGE", "NODE", "NOMINATED", "READINESS", "RECLAIM"];

impl<'a> Columns<'a> {
    /// Reads a header.
    pub(super) fn of(header: &'a str) -> Self {
        if let Some(columns) = narrow(header) {
            return Self { columns, narrow: true };
        }
        let columns = pieces(header)
            .map(|(at, name)| (name, header.get(..at).map_or(0, |head| head.chars().count())));
        Self { columns: columns.collect(), narrow: false }
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.columns.len()
    }

    /// Their names, in order.
    pub(super) fn names(&self) -> impl Iterator<Item = &'a str> {
        self.columns.iter().map(|(name, _)| *name)
    }

    /// Whether all of these are among them.
    pub(super) fn have(&self, names: &[&str]) -> bool {
        names.iter().all(|name| self.index(name).is_some())
    }

    fn index(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|(column, _)| column.eq_ignore_ascii_case(name))
    }

    /// The cells of a row: by the header's places where the row keeps to them, else in order. None where
    /// only the number of words can tell a row from a sentence, and does not.
    pub(super) fn cells<'r>(&self, row: &'r str) -> Vec<&'r str> {
        if self.narrow {
            let cells = narrow_cells(row);
            return if cells.len() == self.len() { cells } else { Vec::new() };
        }
        self.by_place(row).unwrap_or_else(|| split(row))
    }

    /// The cell of a column, unless it is empty or says there is nothing.
    pub(super) fn get<'r>(&self, cells: &[&'r str], name: &str) -> Option<&'r str> {
        let cell = cells.get(self.index(name)?).copied()?;
        (!cell.is_empty() && cell != "<none>" && cell != "<unset>").then_some(cell)
    }

    /// The cells by place; nothing where some cell crosses the border of its column.
    fn by_place<'r>(&self, row: &'r str) -> Option<Vec<&'r str>> {
        let offsets: Vec<usize> =
            row.char_indices().map(|(at, _)| at).chain(std::iter::once(row.len())).collect();
        let end = row.len();
        let at = |column: usize| offsets.get(column).copied().unwrap_or(end);
        let mut cells = Vec::with_capacity(self.columns.len());
        for (index, (_, start)) in self.columns.iter().enumerate() {
            let from = at(*start);
            let to = self.columns.get(index + 1).map_or(end, |(_, next)| at(*next));
            let before = row.get(..from)?.chars().next_back();
            if *start > 0 && from < end && before.is_some_and(|c| c != ' ' && c != '\t') {
                return None;
            }
            let cell = row.get(from..to)?;
            if cell.trim().contains("  ") && index + 1 < self.columns.len() {
                return None;
            }
            cells.push(cell.trim());
        }
        Some(cells)
    }
}

/// The columns of a header with one space between them.
fn narrow(header: &str) -> Option<Vec<(&str, usize)>> {
    let line = header.trim();
    let capitals = |c: char| c.is_ascii_uppercase() || " -%".contains(c);
    let fits = line.chars().all(capitals) && !line.contains("  ") && line.split(' ').count() >= 3;
    fits.then_some(())?;
    let mut columns: Vec<(&str, usize)> = Vec::new();
    let mut rest = line;
    while !rest.is_empty() {
        let mut ends = rest.match_indices(' ').map(|(at, _)| at).chain(std::iter::once(rest.len()));
        let first = ends.next()?;
        let two = TWO_WORDS.contains(&rest.get(..first)?);
        let end = if two { ends.next().unwrap_or(first) } else { first };
        columns.push((rest.get(..end)?, 0));
        rest = rest.get(end..)?.trim_start();
    }
    Some(columns)
}

/// The words of a row; what stands in parentheses goes with the word before: `7 (2m ago)`.
fn narrow_cells(row: &str) -> Vec<&str> {
    let mut cells = Vec::new();
    let mut rest = row.trim();
    while !rest.is_empty() {
        let word = rest.find(' ').unwrap_or(rest.len());
        let more = rest.get(word..).is_some_and(|it| it.starts_with(" ("));
        let end = if more { rest.find(')').map_or(rest.len(), |at| at + 1) } else { word };
        cells.extend(rest.get(..end));
        rest = rest.get(end..).unwrap_or_default().trim_start();
    }
    cells
}

/// The pieces of a line that two spaces or a tab set apart.
pub(super) fn split(line: &str) -> Vec<&str> {
    pieces(line).map(|(_, piece)| piece).collect()
}

/// The same with their byte offsets.
pub(super) fn pieces(line: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let rest = line.get(at..)?;
        let start = at + (rest.len() - rest.trim_start().len());
        let rest = line.get(start..).filter(|rest| !rest.is_empty())?;
        // One look at each byte: a line may have ten thousand pieces, and no two spaces.
        let mut pairs = rest.bytes().zip(rest.bytes().skip(1).chain([0]));
        let apart = |pair: (u8, u8)| pair.0 == b'\t' || pair == (b' ', b' ');
        let end = pairs.position(apart).unwrap_or(rest.len());
        at = start + end;
        Some((start, rest.get(..end)?.trim_end()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_by_place_may_be_empty() {
        let header = "NAME   STATUS    VOLUME   CAPACITY   AGE";
        let columns = Columns::of(header);
        assert_eq!(
            columns.cells("web    Pending                       3d"),
            ["web", "Pending", "", "", "3d"]
        );
        assert_eq!(columns.len(), 5);
    }

    #[test]
    fn rows_that_do_not_keep_to_the_header_are_split_in_order() {
        let columns = Columns::of("NAME   READY   AGE");
        assert_eq!(columns.cells("a-very-long-name   1/1   3d"), ["a-very-long-name", "1/1", "3d"]);
    }

    #[test]
    fn words_are_cells_where_one_space_is_left() {
        let columns = Columns::of("NAME STATUS VOLUME CAPACITY ACCESS MODES STORAGECLASS AGE");
        let cells = columns.cells("data-0 Terminating pvc-1 2Gi RWX fast 20h");
        assert_eq!(columns.get(&cells, "ACCESS MODES"), Some("RWX"));
        let columns = Columns::of("NAME READY STATUS RESTARTS AGE");
        assert_eq!(
            columns.cells("a 0/1 Error 7 (2m ago) 3d"),
            ["a", "0/1", "Error", "7 (2m ago)", "3d"]
        );
    }

    #[test]
    fn places_are_counted_in_characters() {
        let columns = Columns::of("COMMAND        CREATED");
        assert_eq!(
            columns.cells("\"/bin/sh -c …\"  2 days ago"),
            ["\"/bin/sh -c …\"", "2 days ago"]
        );
    }
}
