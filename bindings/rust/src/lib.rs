//! Finds why a Kubernetes node or pod is stuck.
