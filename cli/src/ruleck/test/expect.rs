//! Whether what is expected is so, and both in words.

use std::sync::Arc;

use etio::{Change, Episode, Status, Transition, Verdict};
use etio_dsl::{ExpectTime, Expected, TestStepKind};
use etio_plan::{FieldId, Pack, RelId, Value};

use super::timeline::ZERO;
use super::watch::Watched;
use crate::show;
use crate::text::duration;

/// An expectation in the words of episodes.
pub(super) struct Expectation<'p> {
    what: Expected,
    /// The finding's path.
    finding: &'p str,
    key: Vec<(&'p str, &'p Value)>,
    needs: Vec<&'p str>,
    explained_by: Vec<&'p str>,
    time: ExpectTime,
}

impl<'p> Expectation<'p> {
    /// `None` for a step that expects nothing.
    pub(super) fn of(step: &'p TestStepKind, pack: &'p Pack) -> Option<Self> {
        let TestStepKind::Expect { what, finding, key, needs, explained_by, time } = step else {
            return None;
        };
        let path = |id: &RelId| pack.get(*id).map_or("", |relation| relation.path.as_str());
        let fields =
            pack.get(*finding).map(|relation| relation.fields.as_slice()).unwrap_or_default();
        let field = |id: FieldId| fields.get(id.index()).map_or("", |field| field.name.as_str());
        Some(Self {
            what: *what,
            finding: path(finding),
            key: key.iter().map(|(id, value)| (field(*id), value)).collect(),
            needs: needs.iter().map(path).collect(),
            explained_by: explained_by.iter().map(path).collect(),
            time: *time,
        })
    }

    /// What there was instead, where it is not so.
    pub(super) fn failure(&self, watched: &Watched) -> Option<String> {
        let wanted = |at: i64| match self.time {
            ExpectTime::At(time) => at == ZERO.saturating_add(time),
            ExpectTime::Before(time) => at < ZERO.saturating_add(time),
            ExpectTime::End => watched.looks.last().is_some_and(|(last, _)| at == *last),
        };
        if let (Expected::None, ExpectTime::Before(end)) = (self.what, self.time) {
            // It may have come and gone between two looks.
            let opened = |change: &&Transition| {
                change.change == Change::Opened
                    && change.time < ZERO.saturating_add(end)
                    && self.is_mine(&change.rule, &change.key)
            };
            let change = watched.changes.iter().find(opened)?;
            return Some(format!("it opened at {}", duration(change.time.saturating_sub(ZERO))));
        }
        let mut looks = watched.looks.iter().filter(|(at, _)| wanted(*at));
        let (at, episodes) = looks.find(|(_, episodes)| !self.holds(episodes))?;
        let at = duration(at.saturating_sub(ZERO));
        let mine: Vec<String> =
            self.mine(episodes).map(|episode| self.standing(episode, episodes)).collect();
        Some(if mine.is_empty() {
            let others = episodes.iter().filter(|episode| episode.path == self.finding).count();
            let others = if others > 0 { ", only with another key" } else { "" };
            format!("no such finding at {at}{others}")
        } else {
            format!("{} at {at}", mine.join("; "))
        })
    }

    fn mine<'e>(&self, episodes: &'e [Episode]) -> impl Iterator<Item = &'e Episode> {
        episodes.iter().filter(|episode| self.is_mine(&episode.path, &episode.key))
    }

    fn is_mine(&self, path: &str, key: &[(Arc<str>, Value)]) -> bool {
        let has = |(name, value): &(&str, &Value)| {
            key.iter().any(|(known, is)| **known == **name && is == *value)
        };
        path == self.finding && self.key.iter().all(has)
    }

    fn holds(&self, episodes: &[Episode]) -> bool {
        let open = |e: &&Episode| e.status == Status::Open;
        let agrees = |e: &Episode| {
            let needed = |path: &&str| e.needs.iter().any(|need| need.relation == *path);
            let causes: Vec<&str> = causes(e, episodes);
            self.needs.iter().all(needed)
                && self.explained_by.iter().all(|path| causes.contains(path))
        };
        let mut open_ones = self.mine(episodes).filter(open);
        let ended = |status| {
            !self.mine(episodes).any(|episode| open(&episode))
                && self.mine(episodes).any(|e| e.status == status && agrees(e))
        };
        match self.what {
            Expected::None => open_ones.next().is_none(),
            Expected::Open => open_ones.any(agrees),
            Expected::Confirmed => open_ones.any(|e| e.verdict == Verdict::Confirmed && agrees(e)),
            Expected::Suspected => open_ones.any(|e| e.verdict == Verdict::Suspected && agrees(e)),
            Expected::Resolved => ended(Status::Resolved),
            Expected::Lapsed => ended(Status::Lapsed),
        }
    }

    /// `suspected (node: "n1"), needs std.node.Process`.
    fn standing(&self, episode: &Episode, episodes: &[Episode]) -> String {
        let word = match (episode.status, episode.verdict) {
            (Status::Open, Verdict::Confirmed) => "confirmed",
            (Status::Open, Verdict::Suspected) => "suspected",
            (Status::Resolved, _) => "resolved",
            (Status::Lapsed, _) => "lapsed",
        };
        let mut text = format!("{word} {}", show::key(&episode.key));
        if !episode.needs.is_empty() {
            let needs: Vec<&str> =
                episode.needs.iter().map(|need| need.relation.as_str()).collect();
            text.push_str(&format!(", needs {}", needs.join(", ")));
        }
        let causes = causes(episode, episodes);
        match causes.as_slice() {
            [] if self.explained_by.is_empty() => {}
            [] => text.push_str(", explained by nothing"),
            causes => text.push_str(&format!(", explained by {}", causes.join(", "))),
        }
        text
    }
}

/// The paths of what explains an episode.
fn causes<'e>(episode: &Episode, episodes: &'e [Episode]) -> Vec<&'e str> {
    let is_cause = |other: &&Episode| episode.explained_by.contains(&(other.id, other.opened));
    episodes.iter().filter(is_cause).map(|cause| cause.path.as_str()).collect()
}
