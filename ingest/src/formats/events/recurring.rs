//! What a table leaves out of what recurs: it says when a row was last seen, and at most when it was first.

use std::collections::BTreeMap;

use crate::formats::kube::event::Event;
use crate::row::When;

/// A step that is tried again fails for its cause and then for what follows from it, by turns: what recurs was so too
/// when another failure of the same step was last seen.
pub(super) fn fill(events: &mut [Event]) {
    let mut seen: BTreeMap<(String, String), Vec<i64>> = BTreeMap::new();
    let step = |event: &Event| (event.object.clone(), step(&event.reason).to_owned());
    for event in events.iter().filter(|it| fails(it)) {
        seen.entry(step(event)).or_default().extend(place(event.last));
    }
    for event in events.iter_mut().filter(|it| fails(it)) {
        let Some(last) = place(event.last) else { continue };
        let step = seen.get(&step(event));
        let recurs = |at: &i64| match place(event.first) {
            Some(first) => event.count > 1 && first < *at,
            None => event.first == When::Unknown,
        };
        let earlier = step.into_iter().flatten().filter(|at| **at < last).filter(|at| recurs(at));
        event.between = earlier.min().map(|at| When::Ago(-at));
    }
}

fn fails(event: &Event) -> bool {
    event.level.as_deref() == Some("Warning") && event.reason.starts_with("Failed")
}

/// The step of a pod's way that a reason is of: a volume is attached and then mounted, and the kubelet waits for both.
fn step(reason: &str) -> &str {
    if reason == "FailedAttachVolume" { "FailedMount" } else { reason }
}

/// Where an age stands on the line of time, the present at its end.
fn place(when: When) -> Option<i64> {
    match when {
        When::Ago(age) => age.checked_neg(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failed(object: &str, first: When, last: i64, count: i64) -> Event {
        Event {
            object: object.into(),
            reason: "FailedMount".into(),
            level: Some("Warning".into()),
            first,
            last: When::Ago(last),
            count,
            ..Event::default()
        }
    }

    #[test]
    fn filled() {
        let mut events = [
            failed("a", When::Unknown, 9, 1),
            failed("a", When::Unknown, 4, 1),
            failed("a", When::Ago(20), 2, 7),
            failed("a", When::Ago(8), 1, 3),
            failed("a", When::Ago(1), 1, 1),
            failed("b", When::Unknown, 3, 1),
        ];
        fill(&mut events);
        let between: Vec<_> = events.iter().map(|it| it.between).collect();
        let ago = |age| Some(When::Ago(age));
        assert_eq!(between, [None, ago(9), ago(9), ago(4), None, None]);
    }
}
