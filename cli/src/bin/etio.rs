//! `etio`: finds why a Kubernetes node or pod is stuck.

fn main() -> etio_cli::Exit {
    etio_cli::etio()
}
