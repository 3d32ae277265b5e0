//! The engine tells every case as it is written down.

use etio_engine::{Engine, Late, Transition};
use etio_plan::stream;
use etio_testdata::{Step, Story, cases, lines};

#[test]
fn every_case_is_told_as_it_is_written() {
    let mut wrong = Vec::new();
    for case in cases() {
        let bytes = case.story.natively();
        let log = lines(&stream::decode::<Transition>(&bytes).expect("the log is a log"));
        if log != case.log {
            wrong
                .push(format!("{}\n  told: {log:#?}\n  written: {:#?}", case.story.name, case.log));
        }
    }
    assert!(wrong.is_empty(), "{} cases differ\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn what_is_late_is_counted_as_it_is_written() {
    for case in cases() {
        let story = &case.story;
        let mut engine = Engine::new(story.pack.clone(), story.options.clone()).unwrap();
        let _ = story.tell(&mut engine);
        let late = engine.late().into_iter().map(|Late { source, events }| (source, events));
        assert_eq!(late.collect::<Vec<_>>(), case.late, "{}", story.name);
    }
}

/// The story with the inputs between two advances backwards.
fn backwards(mut story: Story) -> Story {
    for inputs in story.steps.split_mut(|step| matches!(step, Step::Advance(_))) {
        inputs.reverse();
    }
    story
}

#[test]
fn between_two_advances_order_means_nothing() {
    for case in cases() {
        let told = case.story.natively();
        assert_eq!(backwards(case.story.clone()).natively(), told, "{}", case.story.name);
    }
}
