//! The formats Etio reads. Adding one is adding a file here and a line in [`FORMATS`] or [`SECTIONS`].

mod about;
mod ages;
mod cgroup;
mod columns;
mod crictl;
mod ctr;
mod describe;
mod df;
mod docker;
mod events;
mod findmnt;
pub(crate) mod format;
mod get;
mod json;
mod kube;
pub(crate) mod log;
pub(crate) mod mentioned;
mod mounts;
mod node_tables;
mod other;
mod proc;
mod ps;
mod quantity;
pub(crate) mod rows;
mod times;
mod units;
mod versions;
mod yaml;

#[cfg(test)]
mod tests;

pub use format::{Document, Format, Section};

/// Formats of whole files, in the order they are tried. What none of them takes is text.
pub const FORMATS: &[Format] =
    &[about::ABOUT, log::EXPORT, log::VERBOSE, log::ENTRIES, proc::PROCESS, proc::LIMIT];

/// Formats inside text, in the order they are tried.
pub const SECTIONS: &[Section] = &[
    json::JSON,
    json::JSON_PIECE,
    yaml::YAML,
    describe::DESCRIBE,
    describe::CONDITIONS,
    events::EVENTS,
    get::GET,
    get::GET_ROWS,
    docker::DOCKER_PS,
    docker::DOCKER_ROWS,
    docker::DOCKER_IMAGES,
    crictl::CRICTL,
    crictl::CRICTL_ROWS,
    ctr::CTR_TASKS,
    ctr::CTR_ROWS,
    ctr::CTR_IMAGES,
    ctr::RUNC,
    df::DF,
    df::DF_ROWS,
    ps::PS,
    ps::PS_ROWS,
    mounts::MOUNTS,
    findmnt::FINDMNT,
    node_tables::BUDDYINFO,
    node_tables::SWAPS,
    node_tables::SYSCTL,
    node_tables::DU,
    units::UNIT_STATUS,
    units::UNITS,
    versions::VERSIONS,
    other::OTHER,
];
