//! Near names for what was misspelt.

/// The candidate nearest to `name`, if one is near enough to be meant, the first of several; else the shortest
/// of which `name` is the beginning.
#[must_use]
pub fn did_you_mean<'a>(
    name: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<String> {
    let allowed = match name.chars().count() {
        0..=3 => 1,
        4..=7 => 2,
        _ => 3,
    };
    let candidates: Vec<&str> =
        candidates.into_iter().filter(|candidate| *candidate != name).collect();
    let near = candidates
        .iter()
        .map(|candidate| (distance(name, candidate), candidate))
        .filter(|(distance, candidate)| {
            *distance <= allowed && *distance < candidate.chars().count()
        })
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| *candidate);
    let begun = candidates.iter().filter(|candidate| name.len() > 3 && candidate.starts_with(name));
    near.or_else(|| begun.min_by_key(|candidate| candidate.len()).copied()).map(String::from)
}

/// How many letters must be added, dropped, changed or swapped with their neighbour; a change of
/// case alone counts as half the least, so that it wins over all others.
fn distance(a: &str, b: &str) -> usize {
    if a.eq_ignore_ascii_case(b) {
        return 0;
    }
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, y) in b.iter().enumerate() {
            let at = |row: &[usize], k: usize| row.get(k).copied().unwrap_or(usize::MAX - 1);
            let mut best =
                (at(&last, j) + usize::from(x != y)).min(at(&last, j + 1) + 1).min(at(&row, j) + 1);
            let swapped = i > 0 && j > 0 && a.get(i - 1) == Some(y) && b.get(j - 1) == Some(x);
            if swapped {
                best = best.min(at(&before_last, j - 1) + 1);
            }
            row.push(best);
        }
        before_last = std::mem::replace(&mut last, row);
    }
    last.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::did_you_mean;

    #[test]
    fn near_names_are_suggested_and_far_ones_are_not() {
        let words = ["finding", "event", "entity", "PodStatus", "node", "pod_stuck_creating"];
        for (name, expected) in [
            ("findng", Some("finding")),
            ("evnet", Some("event")),
            ("podstatus", Some("PodStatus")),
            ("nod", Some("node")),
            ("pod_stuck", Some("pod_stuck_creating")),
            ("pod", None),
            ("hot", None),
            ("relation", None),
            ("x", None),
            ("", None),
        ] {
            assert_eq!(did_you_mean(name, words).as_deref(), expected, "{name}");
        }
    }
}
