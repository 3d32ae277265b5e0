use super::*;

/// An episode called by a number: what it explains, what explains it, whether it is ignored.
fn episode(id: u128, explained_by: &[u128], ignored: Option<&str>) -> Episode {
    Episode {
        id,
        rule: 0,
        path: String::new(),
        mode: String::new(),
        severity: etio::Severity::Info,
        key: vec![],
        opened: 0,
        closed: None,
        status: etio::Status::Open,
        verdict: etio::Verdict::Confirmed,
        title: String::new(),
        because: String::new(),
        remedy: String::new(),
        ignored: ignored.map(str::to_owned),
        refs: vec![],
        needs: vec![],
        evidence: vec![],
        explains: vec![],
        explained_by: explained_by.iter().map(|id| (*id, 0)).collect(),
        root: explained_by.is_empty(),
    }
}

/// The ids that are left, and why the others are not.
fn left(mut episodes: Vec<Episode>) -> (Vec<u128>, Vec<(String, usize)>) {
    let edges: Vec<(u128, u128)> = episodes
        .iter()
        .flat_map(|of| of.explained_by.iter().map(|(cause, _)| (*cause, of.id)))
        .collect();
    for episode in &mut episodes {
        let mine = edges.iter().filter(|(cause, _)| *cause == episode.id);
        episode.explains = mine.map(|(_, symptom)| (*symptom, 0)).collect();
    }
    let reasons = take_out(&mut episodes);
    (episodes.iter().map(|of| of.id).collect(), reasons)
}

#[test]
fn what_an_ignored_root_explains_goes_with_it() {
    let episodes =
        vec![episode(1, &[], Some("known")), episode(2, &[1], None), episode(3, &[2], None)];
    assert_eq!(left(episodes), (vec![], vec![("known".into(), 3)]));
}

#[test]
fn what_has_another_cause_stays_under_that() {
    let episodes =
        vec![episode(1, &[], Some("known")), episode(2, &[], None), episode(3, &[1, 2], None)];
    assert_eq!(left(episodes), (vec![2, 3], vec![("known".into(), 1)]));
}

#[test]
fn an_ignored_symptom_leaves_its_cause() {
    let episodes =
        vec![episode(1, &[], None), episode(2, &[1], Some("so many")), episode(3, &[2], None)];
    assert_eq!(left(episodes), (vec![1], vec![("so many".into(), 2)]));
}

#[test]
fn a_root_stays_although_something_ignored_may_explain_it() {
    let mut symptom = episode(2, &[1], None);
    // Only suspected causes: it is a root all the same (M4.3).
    symptom.root = true;
    assert_eq!(left(vec![episode(1, &[], Some("known")), symptom]).0, [2]);
}

#[test]
fn reasons_are_counted_apart() {
    let episodes = vec![
        episode(1, &[], Some("a")),
        episode(2, &[], Some("b")),
        episode(3, &[2], None),
        episode(4, &[], None),
    ];
    assert_eq!(left(episodes), (vec![4], vec![("a".into(), 1), ("b".into(), 2)]));
}

#[test]
fn what_is_shown_of_a_cause_that_is_not_there_stays() {
    // Its cause was seen to recover and is not listed.
    assert_eq!(left(vec![episode(2, &[1], None)]), (vec![2], vec![]));
}
