//! The groups of duplicates that were found last. The window shows a few at a time and names them by their position.

use std::collections::VecDeque;
use std::sync::Arc;

use library::DuplicateGroup;
use parking_lot::Mutex;

use crate::problem::{Result, ShellError};

/// The window may still ask about the list before the newest while that is on its way.
const KEPT: usize = 2;

/// Groups in the order in which the window has them.
pub(crate) type Groups = Arc<Vec<DuplicateGroup>>;

#[derive(Default)]
pub(crate) struct FoundDuplicates {
    /// The newest list comes last.
    lists: Mutex<VecDeque<(u32, Groups)>>,
}

impl FoundDuplicates {
    /// Takes in a new list and returns the number that names it.
    pub(crate) fn replace(&self, groups: Groups) -> u32 {
        let mut lists = self.lists.lock();
        let version = lists.back().map_or(1, |(version, _)| version.wrapping_add(1));
        lists.push_back((version, groups));
        while lists.len() > KEPT {
            lists.pop_front();
        }
        version
    }

    /// The list that this number names.
    pub(crate) fn list(&self, version: u32) -> Result<Groups> {
        let lists = self.lists.lock();
        let list = lists.iter().find(|(known, _)| *known == version);
        list.map(|(_, groups)| Arc::clone(groups)).ok_or_else(|| ShellError::DuplicatesOutdated.into())
    }

    /// Groups of the list that this number names, by their positions.
    pub(crate) fn some(&self, version: u32, positions: &[u32]) -> Result<Vec<DuplicateGroup>> {
        let list = self.list(version)?;
        positions
            .iter()
            .map(|at| list.get(*at as usize).cloned().ok_or_else(|| ShellError::DuplicatesOutdated.into()))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_before_the_newest_is_still_known_and_older_ones_are_not() {
        let found = FoundDuplicates::default();
        let versions = [(); 3].map(|()| found.replace(Groups::default()));
        assert_eq!(found.list(versions[0]).unwrap_err().code, "duplicates_outdated");
        assert!(found.list(versions[1]).is_ok() && found.list(versions[2]).is_ok());
        assert_eq!(found.some(versions[2], &[0]).unwrap_err().code, "duplicates_outdated");
    }
}
