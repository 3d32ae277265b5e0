//! Which variables a condition or a hop reads.

use crate::{
    program::{Assign, Hop, Kind, Scan, Src, Step, Window},
    value::expr::Ex,
};

impl Step {
    /// Whether it reads one of these variables.
    pub(crate) fn reads(&self, slots: impl Fn(u16) -> bool) -> bool {
        let mut any = false;
        self.each_ex(&mut |ex| any |= ex.reads(&slots));
        any
    }

    fn each_ex(&self, see: &mut dyn FnMut(&Ex)) {
        match self {
            Self::Each(of) | Self::No(of) | Self::Pick { of, .. } => of.each_ex(see),
            Self::Agg { of, by } => {
                by.arg.iter().for_each(&mut *see);
                of.each_ex(see);
            }
            Self::Test { ex, .. }
            | Self::Let(Assign { ex, .. })
            | Self::Member(Assign { ex, .. }) => see(ex),
        }
    }
}

impl Hop {
    /// Whether it reads a variable that is bound before it.
    pub(crate) fn reads(&self, variable: u16) -> bool {
        let mut any = false;
        let mut see = |ex: &Ex| any |= ex.reads(|slot| slot == variable);
        match self {
            Self::Probe(scan, _) => scan.each_ex(&mut see),
            Self::Let(Assign { slot, ex, .. }) | Self::Member(Assign { slot, ex, .. }) => {
                see(&Ex::Slot(*slot));
                see(ex);
            }
            Self::Test(ex) => see(ex),
        }
        any
    }
}

impl Src {
    fn each_ex(&self, see: &mut dyn FnMut(&Ex)) {
        match &self.kind {
            Kind::Rows { scan, window } => {
                scan.each_ex(see);
                match window {
                    Window::Stands => {}
                    Window::Last(ex) | Window::Since(ex) | Window::AsOf(ex) => see(ex),
                }
            }
            Kind::Then { first, next, within, without, .. } => {
                let scans = [Some(first), Some(next), without.as_ref()];
                scans.into_iter().flatten().for_each(|scan| scan.each_ex(see));
                see(within);
            }
            Kind::Without { first, end, hold, .. } => {
                first.each_ex(see);
                end.each_ex(see);
                see(hold);
            }
            Kind::Sustained { scan, hold } => {
                scan.each_ex(see);
                see(hold);
            }
            Kind::Silence { of, hold, per } => {
                of.each_ex(see);
                per.each_ex(see);
                see(hold);
            }
        }
    }
}

impl Scan {
    /// What it looks up by, and what it tests. The fields that must equal the key read nothing but that.
    fn each_ex(&self, see: &mut dyn FnMut(&Ex)) {
        self.probe.iter().for_each(|(ex, _)| see(ex));
        self.tests.iter().for_each(see);
    }
}
