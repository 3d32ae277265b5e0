//! Where few columns of the rows that a route meets matter.

use crate::program::{Few, Hop, Program, Route, compile::Compiler};

impl Compiler<'_> {
    /// Gives the probes of a route for events the projections that are enough for what follows. Entities and
    /// concluded rows do not repeat each other.
    pub(crate) fn project(&mut self, route: &mut Route, program: &Program) {
        for place in 0..route.hops.len() {
            let Some((hop, rest)) = route.hops.get_mut(place..).and_then(<[_]>::split_first_mut)
            else {
                return;
            };
            let Hop::Probe(scan, projection) = hop else { continue };
            let is_event = self.schema.get(scan.relation).is_some_and(|schema| schema.event);
            let is_read = |slot: u16| {
                program.key.contains(&slot)
                    // What rules differ in that share the route.
                    || usize::from(slot) >= program.slots
                    || scan.tests.iter().any(|ex| ex.reads(|read| read == slot))
                    || rest.iter().any(|hop| hop.reads(slot))
                    || route.partner.as_ref().is_some_and(|partner| partner.reads(slot))
            };
            if !is_event || is_read(scan.row) {
                continue;
            }
            let cells = self.cells(scan.relation);
            // Where a field is absent that must be there, the row is none of those asked for.
            let may_lack = |field: u16| cells.get(usize::from(field)).is_none_or(|of| of.optional);
            let pairs = scan.binds.iter().chain(&scan.optional);
            let read: Few = pairs.map(|(_, slot)| *slot).filter(|slot| is_read(*slot)).collect();
            scan.binds.retain(|(field, slot)| read.contains(slot) || may_lack(*field));
            scan.optional.retain(|(_, slot)| read.contains(slot));
            let by = scan.columns.get(..scan.indexed).unwrap_or_default();
            let mut others: Few =
                scan.binds.iter().chain(&scan.optional).map(|(field, _)| *field).collect();
            for test in &scan.tests {
                test.visit(&mut |ex| others.extend(ex.as_cell()));
            }
            others.sort_unstable();
            others.dedup();
            others.retain(|field| !by.contains(field));
            let relation = self.relations.get_mut(scan.relation);
            *projection = relation.map(|of| of.projection_of(by, &others));
        }
    }
}
