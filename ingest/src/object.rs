//! Names, uids and kinds of the API's objects.

/// Whether it may be the name of an object or of a host: a DNS name.
pub(crate) fn is_name(text: &str) -> bool {
    text.len() < 254
        && text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'.')
}

/// Whether it may be the uid of a pod; that of a static pod is a hash of its manifest.
pub(crate) fn is_uid(text: &str) -> bool {
    let hex = |part: &str| part.bytes().all(|b| b.is_ascii_hexdigit());
    match text.len() {
        32 => hex(text),
        36 => text.split('-').map(str::len).eq([8, 4, 4, 4, 12]) && text.split('-').all(hex),
        _ => false,
    }
}

/// The kind as the API writes it, of the short and small spellings in tables.
pub(crate) fn kind_name(kind: &str) -> String {
    let kind = kind.split('.').next().unwrap_or(kind);
    let known = [
        ("po", "Pod"),
        ("node", "Node"),
        ("no", "Node"),
        ("deploy", "Deployment"),
        ("rs", "ReplicaSet"),
        ("replicaset", "ReplicaSet"),
        ("statefulset", "StatefulSet"),
        ("daemonset", "DaemonSet"),
        ("cronjob", "CronJob"),
        ("persistentvolumeclaim", "PersistentVolumeClaim"),
        ("pvc", "PersistentVolumeClaim"),
        ("persistentvolume", "PersistentVolume"),
        ("replicationcontroller", "ReplicationController"),
        ("horizontalpodautoscaler", "HorizontalPodAutoscaler"),
        ("endpointslice", "EndpointSlice"),
        ("poddisruptionbudget", "PodDisruptionBudget"),
        ("storageclass", "StorageClass"),
        ("volumeattachment", "VolumeAttachment"),
    ];
    if let Some((_, name)) = known.iter().find(|(short, _)| *short == kind) {
        return (*name).into();
    }
    let mut letters = kind.chars();
    letters
        .next()
        .map_or_else(String::new, |first| first.to_ascii_uppercase().to_string() + letters.as_str())
}
