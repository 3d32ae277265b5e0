//! What the column STATUS of a pod says: it has one word for the pod's phase and for the state of its containers.

use super::Cells;

/// The phase of a pod, where what STATUS shows in its place is only in one.
pub(super) fn phase(status: &str, it: &Cells<'_>) -> Option<&'static str> {
    Some(match status {
        "Running" | "CrashLoopBackOff" | "NotReady" => "Running",
        "Pending" | "ContainerCreating" | "PodInitializing" | "ErrImagePull"
        | "ImagePullBackOff" => "Pending",
        "Completed" | "Succeeded" => "Succeeded",
        // What the kubelet refused at its door, or ended itself.
        "Evicted"
        | "Failed"
        | "NodeLost"
        | "UnexpectedAdmissionError"
        | "TopologyAffinityError"
        | "Topology Affinity Error"
        | "SMTAlignmentError"
        | "NodeAffinity"
        | "MatchNodeSelector"
        | "PodFitsHostPorts"
        | "NodePorts"
        | "NodeShutdown"
        | "Shutdown"
        | "Terminated"
        | "AppArmor" => "Failed",
        "Unknown" => "Unknown",
        "CreateContainerConfigError"
        | "CreateContainerError"
        | "ErrImageNeverPull"
        | "ImageInspectError"
        | "InvalidImageName"
            if it.ready(0) == Some(0) && it.number("RESTARTS") == Some(0) =>
        {
            "Pending"
        }
        other if other.starts_with("Init:") => "Pending",
        other if other.starts_with("OutOf") => "Failed",
        _ => return None,
    })
}

/// The state of the container that STATUS shows the reason of.
pub(super) fn state(reason: &str) -> Option<&'static str> {
    Some(match reason {
        "CrashLoopBackOff"
        | "ErrImagePull"
        | "ImagePullBackOff"
        | "ErrImageNeverPull"
        | "ImageInspectError"
        | "InvalidImageName"
        | "RegistryUnavailable"
        | "SignatureValidationFailed"
        | "ContainerCreating"
        | "CreateContainerConfigError"
        | "CreateContainerError"
        | "PostStartHookError"
        | "RunContainerError"
        | "PodInitializing" => "waiting",
        "Error" | "OOMKilled" | "ContainerCannotRun" | "StartError" | "Completed" => "terminated",
        _ => return None,
    })
}
