//! Items by number.

use alloc::vec::Vec;

/// Items that keep their numbers. They lie in pages, so that none moves when many come, and what goes
/// leaves its number to one that comes.
#[derive(Clone)]
pub(crate) struct Slab<T> {
    pages: Vec<Vec<Option<T>>>,
    free: Vec<u32>,
}

/// As many items has a page, and so many the first one to begin with, as most hold few.
const PAGE: usize = 32;
const FEW: usize = 4;

impl<T> Slab<T> {
    pub(crate) const fn new() -> Self {
        Self { pages: Vec::new(), free: Vec::new() }
    }

    pub(crate) fn get(&self, number: u32) -> Option<&T> {
        self.pages.get(number as usize / PAGE)?.get(number as usize % PAGE)?.as_ref()
    }

    pub(crate) fn get_mut(&mut self, number: u32) -> Option<&mut T> {
        self.place(number)?.as_mut()
    }

    fn place(&mut self, number: u32) -> Option<&mut Option<T>> {
        self.pages.get_mut(number as usize / PAGE)?.get_mut(number as usize % PAGE)
    }

    /// Adds an item and says its number.
    pub(crate) fn add(&mut self, item: T) -> u32 {
        if let Some(number) = self.free.pop() {
            if let Some(place) = self.place(number) {
                *place = Some(item);
            }
            return number;
        }
        let count = self.pages.len();
        if self.pages.last().is_none_or(|page| page.len() == PAGE) {
            self.pages.push(Vec::with_capacity(if count == 0 { FEW } else { PAGE }));
        }
        let Some(page) = self.pages.last_mut() else { return u32::MAX };
        if page.len() == page.capacity() {
            page.reserve_exact(PAGE - page.len());
        }
        page.push(Some(item));
        let last = page.len() - 1;
        ((self.pages.len() - 1) * PAGE + last) as u32
    }

    /// Takes an item out.
    pub(crate) fn remove(&mut self, number: u32) {
        if self.place(number).and_then(Option::take).is_some() {
            self.free.push(number);
        }
    }

    /// How many items there are.
    pub(crate) fn len(&self) -> usize {
        let full = self.pages.len().saturating_sub(1) * PAGE;
        full + self.pages.last().map_or(0, Vec::len) - self.free.len()
    }

    /// All items with their numbers.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (u32, &T)> {
        let items = (0..).zip(self.pages.iter().flatten());
        items.filter_map(|(number, item)| Some((number, item.as_ref()?)))
    }
}
