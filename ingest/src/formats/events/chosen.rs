//! Tables whose columns somebody chose: `kubectl get events -o custom-columns=…`, in any order and under any name
//! that is near to what the API calls the field.

use super::{naming, row};
use crate::formats::{ages, columns::Columns, kube::event::Event, times};
use crate::object::kind_name;
use crate::row::When;
use crate::unnamed;

/// What a column may be called, by what it holds.
const NAMES: &[(Field, &[&str])] = &[
    (Field::Reason, &["REASON"]),
    (Field::Message, &["MESSAGE", "MSG", "NOTE"]),
    (Field::Type, &["TYPE", "LEVEL", "SEVERITY"]),
    (
        Field::Last,
        &[
            "LASTSEEN",
            "LAST",
            "LASTTIMESTAMP",
            "TIMESTAMP",
            "TIME",
            "EVENTTIME",
            "DATE",
            "AGE",
            "CREATED",
            "CREATIONTIMESTAMP",
        ],
    ),
    (Field::First, &["FIRSTSEEN", "FIRST", "FIRSTTIMESTAMP"]),
    (Field::Count, &["COUNT"]),
    (Field::Namespace, &["NAMESPACE", "NS"]),
    (Field::Kind, &["KIND", "OBJECTKIND", "INVOLVEDOBJECTKIND"]),
    (
        Field::Object,
        &["OBJECT", "NAME", "OBJECTNAME", "INVOLVEDOBJECT", "INVOLVEDOBJECTNAME", "POD", "PODNAME"],
    ),
    (Field::Source, &["SOURCE", "FROM", "COMPONENT", "REPORTINGCOMPONENT"]),
    (Field::Host, &["HOST", "NODE", "SOURCEHOST"]),
];

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Field {
    Reason,
    Message,
    Type,
    Last,
    First,
    Count,
    Namespace,
    Kind,
    Object,
    Source,
    Host,
}

/// The columns of such a table.
#[derive(Debug)]
pub(super) struct Chosen<'a> {
    columns: Columns<'a>,
    fields: Vec<Field>,
}

impl<'a> Chosen<'a> {
    /// Reads a header: every column is known, what happened and to what are among them, and so is one by which a row
    /// can be told from other text.
    pub(super) fn of(header: &'a str) -> Option<Self> {
        let columns = Columns::of(header.trim_end());
        let fields: Vec<Field> = columns.names().map(field).collect::<Option<_>>()?;
        let has = |field| fields.contains(&field);
        let told = has(Field::Type) || has(Field::Last);
        let named = has(Field::Reason) && has(Field::Message) && has(Field::Object);
        (told && named).then_some(Self { columns, fields })
    }

    /// Whether these columns tell more than a row of kubectl's own layouts, which has its object in one.
    pub(super) fn tells_more(&self) -> bool {
        !self.columns.have(&["OBJECT"])
    }

    /// Reads a row.
    pub(super) fn row(&self, line: &str) -> Option<Event> {
        let cells = self.columns.cells(line);
        (cells.len() == self.fields.len()).then_some(())?;
        let cell = |field| cells.get(self.fields.iter().position(|it| *it == field)?).copied();
        let get = |field| cell(field).filter(|it| !is_nothing(it));
        let level = get(Field::Type).filter(|it| ["Normal", "Warning"].contains(it));
        let last = get(Field::Last).and_then(time);
        // The API always knows the type, and leaves one or the other of its times open.
        let fits = match cell(Field::Type) {
            Some(_) => level.is_some(),
            None => last.is_some() || cell(Field::Last).is_some_and(is_nothing),
        };
        fits.then_some(())?;
        let reason = get(Field::Reason)?;
        let (reason, rest) = row::reason(reason)?;
        rest.is_empty().then_some(())?;
        let (kind, name) = self.object(get(Field::Kind), get(Field::Object)?);
        let mut event = Event {
            object: name.into(),
            reason: reason.into(),
            level: level.map(Into::into),
            message: get(Field::Message).unwrap_or_default().into(),
            component: get(Field::Source).map(Into::into),
            node: get(Field::Host).map(Into::into),
            last: last.unwrap_or_default(),
            first: get(Field::First).and_then(time).or(last).unwrap_or_default(),
            count: get(Field::Count).and_then(|it| it.parse().ok()).unwrap_or(1),
            ..Event::default()
        };
        event.kind = kind.map_or_else(|| naming::kind(&event).into(), kind_name);
        let namespace = get(Field::Namespace).unwrap_or(unnamed::NAMESPACE);
        event.object = row::qualified(&event.kind, namespace, &event.object);
        Some(event)
    }

    /// The kind and the name of what a row is about: `Pod/web-0`, `web-0` below POD, or the event's own name, which is
    /// the object's with a number behind.
    fn object<'r>(&self, kind: Option<&'r str>, object: &'r str) -> (Option<&'r str>, &'r str) {
        let (told, name) = match object.split_once('/') {
            Some((kind, name)) => (Some(kind), name),
            None => (None, object),
        };
        let number = |it: &str| it.len() >= 14 && it.bytes().all(|b| b.is_ascii_hexdigit());
        let name = name.rsplit_once('.').filter(|(_, it)| number(it)).map_or(name, |(it, _)| it);
        let of_pods = self.columns.have(&["POD"]) || self.columns.have(&["PODNAME"]);
        (kind.or(told).or(of_pods.then_some("Pod")), name)
    }
}

fn field(name: &str) -> Option<Field> {
    let name: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
    let name = name.to_ascii_uppercase();
    NAMES.iter().find(|(_, names)| names.contains(&name.as_str())).map(|(field, _)| *field)
}

/// Whether kubectl found nothing there.
fn is_nothing(cell: &str) -> bool {
    ["", "<none>", "<nil>"].contains(&cell)
}

fn time(cell: &str) -> Option<When> {
    match times::instant(cell) {
        Some(at) => Some(When::At(at)),
        None => ages::is_age(cell).then(|| ages::age(cell)),
    }
}

#[cfg(test)]
mod tests {
    use super::Chosen;

    #[test]
    fn a_header_of_other_tables_is_none() {
        for (header, is) in [
            ("TIME                   NAME     NAMESPACE   KIND   REASON        MSG", true),
            ("Last_Seen   Type   Reason   Object   Message", true),
            ("NAME   REASON   MESSAGE", false),
            ("NAME   PHASE   REASON   MESSAGE   AGE", false),
            ("Type   Status   LastHeartbeatTime   LastTransitionTime   Reason   Message", false),
            ("LASTSEEN   TYPE   REASON   MESSAGE", false),
        ] {
            assert_eq!(Chosen::of(header).is_some(), is, "{header}");
        }
    }

    #[test]
    fn rows_are_told_from_text_below() {
        let table = Chosen::of("TIME   NAME   REASON   MSG").unwrap();
        let row = table
            .row("2026-03-01T10:00:00Z   web-0.17a3a1b2c3d4e5f6   Pulling   Pulling image \"a\"");
        let row = row.unwrap();
        assert_eq!((row.kind.as_str(), row.object.as_str()), ("Pod", "(namespace)/web-0"));
        assert!(table.row("and then   I   Pulled   all of it").is_none());
        let other =
            table.row("2026-03-01T10:00:00Z   lease   LeaderElection   a became leader").unwrap();
        assert_eq!(other.kind, "");
    }
}
