//! The standard library over facts that the host already has, as they come.

use etio::{Engine, Params, Stamp, Value};

const MINUTE: i64 = 60_000_000_000;

fn main() -> Result<(), etio::Error> {
    let mut engine = Engine::new(etio::stdlib::pack(), Params::default())?;

    // What a watch on the API server tells: the kubelet's configuration and two pulls.
    let config = [("node", Value::from("worker-3")), ("serialize_image_pulls", true.into())];
    engine.insert_row("KubeletConfig", config, Stamp::at(0))?;
    for (at, pod, image) in
        [(0, "shop/cart", "10.8.14.7:9083/cart:2"), (1, "shop/front", "r.example/front:3")]
    {
        let event = [
            ("node", Value::from("worker-3")),
            ("kind", "Pod".into()),
            ("object", pod.into()),
            ("pod", pod.into()),
            ("reason", "Pulling".into()),
            ("message", format!("Pulling image \"{image}\"").into()),
        ];
        engine.insert_row("KubeEvent", event, Stamp::at(at * MINUTE))?;
    }
    // The watch is complete from the start, so that "no event" means that there was none.
    let watch = engine.source("events", 1_000_000_000)?;
    engine.cover("KubeEvent", &[], watch, 0)?;

    // The host moves the clock; findings come and go with it.
    for minute in 0..=15 {
        engine.advance(minute * MINUTE);
        for change in engine.drain() {
            println!("{minute:>2}m  {:?}  {}  {:?}", change.change, change.rule, change.verdict);
        }
    }
    let blocked = |episode: &etio::Episode| episode.mode == "image-pull-queue-blocked";
    assert!(engine.episodes().iter().any(blocked), "the queue is blocked");
    Ok(())
}

#[test]
fn runs() {
    assert_eq!(main(), Ok(()));
}
