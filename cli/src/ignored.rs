//! What sites do not want to see: left out of a report with what only it explains.

use std::collections::{HashMap, HashSet};

use etio::Episode;

/// An episode: its id and when it opened.
pub(crate) type Name = (u128, i64);

/// Episodes by their names.
pub(crate) type ByName<'e> = HashMap<Name, &'e Episode>;

/// Takes out what a site ignores, and what is explained by nothing else. Gives each reason with the
/// number of findings it has taken out, in the order they came.
pub(crate) fn take_out(episodes: &mut Vec<Episode>) -> Vec<(String, usize)> {
    let known = by_name(episodes);
    let mut shown: HashSet<Name> = HashSet::new();
    let mut open: Vec<&Episode> = episodes
        .iter()
        .filter(|episode| episode.root || causes(episode, &known).next().is_none())
        .collect();
    while let Some(episode) = open.pop() {
        if episode.ignored.is_none() && shown.insert(name(episode)) {
            open.extend(episode.explains.iter().filter_map(|name| known.get(name).copied()));
        }
    }
    let mut reasons: Vec<(String, usize)> = Vec::new();
    for episode in episodes.iter().filter(|episode| !shown.contains(&name(episode))) {
        let reason = reason(episode, &known);
        match reasons.iter_mut().find(|(known, _)| *known == reason) {
            Some((_, count)) => *count += 1,
            None => reasons.push((reason.to_owned(), 1)),
        }
    }
    episodes.retain(|episode| shown.contains(&name(episode)));
    reasons
}

pub(crate) const fn name(episode: &Episode) -> Name {
    (episode.id, episode.opened)
}

pub(crate) fn by_name(episodes: &[Episode]) -> ByName<'_> {
    episodes.iter().map(|episode| (name(episode), episode)).collect()
}

fn causes<'e>(episode: &'e Episode, known: &'e ByName<'e>) -> impl Iterator<Item = &'e Episode> {
    episode.explained_by.iter().filter_map(|name| known.get(name).copied())
}

/// Its own reason, else that of the nearest cause that has one.
fn reason<'e>(episode: &'e Episode, known: &'e ByName<'e>) -> &'e str {
    let mut seen = HashSet::new();
    let mut next = vec![episode];
    // The breadth of the graph, level by level.
    while !next.is_empty() {
        if let Some(reason) = next.iter().find_map(|episode| episode.ignored.as_deref()) {
            return reason;
        }
        next.retain(|episode| seen.insert(name(episode)));
        next = next.into_iter().flat_map(|episode| causes(episode, known)).collect();
    }
    ""
}

#[cfg(test)]
mod tests;
