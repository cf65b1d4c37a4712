//! The graph behind the tiered index: what it finds, what it must not lose, and when it is built.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::embeddings::{DIMENSION, build, built_index, fill, ids, vectors};
use vector_index::{Error, ExactIndex, TieredIndex, VectorId, VectorIndex};

/// A search of the graph gives up and scans rather than visit an eighth of all vectors. This many are
/// enough that it does not.
const MANY: usize = 10_000;

#[test]
fn finds_nearly_all_true_neighbours() {
    let index = built_index(&vectors(MANY, 1));
    let report = index.recall(200, 10).unwrap();
    assert_eq!((report.sampled, report.k), (200, 10));
    assert!(report.recall >= 0.95, "{report:?}");
}

#[test]
fn recall_of_an_exact_index_is_whole() {
    let index = TieredIndex::new(DIMENSION).unwrap();
    assert_eq!(index.recall(10, 5).unwrap().sampled, 0);
    fill(&index, &vectors(50, 1));
    let report = index.tune(0.99, 10, 5).unwrap();
    assert_eq!((report.sampled, report.recall), (10, 1.0));
}

/// Copies of one photo link to each other first of all; neither they nor the others may get out of reach.
#[test]
fn thousands_of_duplicates_hide_nothing() {
    let mut vectors = vectors(7000, 2);
    let copy = vectors[0].clone();
    for duplicate in vectors.iter_mut().take(5000) {
        duplicate.clone_from(&copy);
    }
    let index = built_index(&vectors);
    let found = index.search(&copy, 20, None).unwrap();
    assert!(found.len() == 20 && found.iter().all(|neighbor| neighbor.similarity == 1.0));
    let all = index.search(&copy, 5000, None).unwrap();
    assert!(all.len() == 5000 && all.iter().all(|neighbor| neighbor.similarity == 1.0));
    for id in (5000..7000).step_by(50) {
        assert_eq!(ids(&index, &vectors[id], 1), [id as VectorId], "a photo among copies of another is lost");
    }
    // The photos nearest to the copies have thousands of equal neighbours between them and everything else.
    let exact = ExactIndex::new(DIMENSION).unwrap();
    fill(&exact, &vectors);
    let others: Option<vector_index::Accept<'_>> = Some(&|id| id >= 5000);
    assert_eq!(index.search(&copy, 10, others).unwrap(), exact.search(&copy, 10, others).unwrap());
}

#[test]
fn asking_for_more_than_there_is_gives_all() {
    let vectors = vectors(300, 3);
    let index = built_index(&vectors);
    for k in [299, 300, 301, usize::MAX] {
        assert_eq!(index.search(&vectors[0], k, None).unwrap().len(), k.min(300));
    }
}

#[test]
fn a_filter_is_answered_in_full_however_few_pass() {
    let vectors = vectors(MANY, 4);
    let index = built_index(&vectors);
    let exact = ExactIndex::new(DIMENSION).unwrap();
    fill(&exact, &vectors);
    for one_in in [2, 7, 100, 3000] {
        let accept = |id: VectorId| id % one_in == 1;
        let (mut found, mut expected) = (0, 0);
        for query in vectors.iter().step_by(200) {
            let best = exact.search(query, 10, Some(&accept)).unwrap();
            let results = index.search(query, 10, Some(&accept)).unwrap();
            assert_eq!(results.len(), best.len());
            assert!(results.iter().all(|neighbor| accept(neighbor.id)));
            found += results.iter().filter(|neighbor| best.contains(neighbor)).count();
            expected += best.len();
        }
        assert!(found * 100 >= expected * 95, "one in {one_in}: {found} of {expected}");
    }
}

#[test]
fn what_was_removed_is_never_found_and_what_was_added_always() {
    let vectors = vectors(MANY + 500, 5);
    let index = built_index(&vectors[..MANY]);
    let is_removed = |id: VectorId| id < MANY as VectorId && id % 3 == 0;
    for id in (0..MANY as VectorId).step_by(3) {
        assert!(index.remove(id));
    }
    for (id, vector) in vectors.iter().enumerate().skip(MANY) {
        index.insert(id as VectorId, vector).unwrap();
        assert_eq!(ids(&index, vector, 1), [id as VectorId]);
    }
    for (id, vector) in vectors.iter().enumerate().step_by(50) {
        let found = ids(&index, vector, 20);
        assert_eq!(found.len(), 20);
        assert!(!found.iter().any(|&found| is_removed(found)), "{found:?} for {id}");
        assert_eq!(found[0] == id as VectorId, !is_removed(id as VectorId));
    }
}

#[test]
fn an_id_that_comes_again_is_the_new_vector() {
    let vectors = vectors(400, 6);
    let index = built_index(&vectors[..300]);
    index.remove(3);
    index.insert(3, &vectors[350]).unwrap();
    index.insert(4, &vectors[351]).unwrap();
    index.insert(5, &vectors[5]).unwrap();
    assert_eq!(index.len(), 300);
    assert_eq!(ids(&index, &vectors[350], 1), [3]);
    assert_eq!(ids(&index, &vectors[351], 1), [4]);
    assert_eq!(ids(&index, &vectors[5], 1), [5]);
    assert_eq!(ids(&index, &vectors[4], 400).iter().filter(|&&id| id == 4).count(), 1);
}

#[test]
fn what_happens_during_a_build_survives_it() {
    let vectors = vectors(1200, 6);
    let index = TieredIndex::new(DIMENSION).unwrap().with_exact_limit(100);
    fill(&index, &vectors[..1000]);
    index.remove(0);
    let plan = index.snapshot_for_build();
    index.remove(1);
    index.insert(2, &vectors[1100]).unwrap();
    index.insert(1000, &vectors[1000]).unwrap();
    index.insert(1001, &vectors[1001]).unwrap();
    index.remove(1001);
    let built = build(plan);
    index.insert(1002, &vectors[1002]).unwrap();
    index.adopt(built).unwrap();

    assert_eq!(index.graph_len(), 999);
    let mut expected: Vec<VectorId> = (2..=1000).chain([1002]).collect();
    let mut present = index.ids();
    present.sort_unstable();
    assert_eq!(present, expected);
    let mut found = ids(&index, &vectors[0], 2000);
    found.sort_unstable();
    expected.sort_unstable();
    assert_eq!(found, expected);
    assert_eq!(ids(&index, &vectors[1100], 1), [2]);
    assert_eq!(index.vector(2).unwrap(), vectors[1100]);
    assert_eq!(index.vector(999).unwrap(), vectors[999]);
    assert_eq!(index.vector(1), None);
}

#[test]
fn searches_and_inserts_run_beside_a_build() {
    let vectors = vectors(3000, 7);
    let index = TieredIndex::new(DIMENSION).unwrap().with_exact_limit(100);
    fill(&index, &vectors[..2000]);
    std::thread::scope(|scope| {
        let index = &index;
        let plan = index.snapshot_for_build();
        let builder = scope.spawn(move || index.adopt(build(plan)));
        scope.spawn(|| {
            for (id, vector) in vectors.iter().enumerate().skip(2000) {
                index.insert(id as VectorId, vector).unwrap();
                index.remove(id as VectorId - 2000);
            }
        });
        while !builder.is_finished() {
            assert_eq!(index.search(&vectors[1500], 10, None).unwrap().len(), 10);
        }
        builder.join().unwrap().unwrap();
    });
    let mut present = index.ids();
    present.sort_unstable();
    assert_eq!(present, (1000..3000).collect::<Vec<_>>());
    for id in (1000..3000).step_by(40) {
        assert_eq!(ids(&index, &vectors[id], 1), [id as VectorId]);
    }
}

#[test]
fn a_build_reports_its_progress_and_can_be_stopped() {
    let index = TieredIndex::new(DIMENSION).unwrap().with_exact_limit(100);
    fill(&index, &vectors(1000, 8));
    let last = AtomicUsize::new(0);
    let progress = |done: usize, total: usize| {
        assert!(done > last.swap(done, Ordering::Relaxed) && done <= total && total == 1000);
        ControlFlow::Continue(())
    };
    index.snapshot_for_build().build(2, &progress).unwrap();
    assert_eq!(last.into_inner(), 1000);

    let stop = |done: usize, _| if done > 500 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) };
    let stopped = index.snapshot_for_build().build(2, &stop);
    assert!(matches!(stopped, Err(Error::BuildCancelled)));
    assert_eq!(index.graph_len(), 0);
}

#[test]
fn a_build_from_an_old_base_is_refused() {
    let index = TieredIndex::new(DIMENSION).unwrap().with_exact_limit(100);
    fill(&index, &vectors(200, 9));
    let (first, second) = (index.snapshot_for_build(), index.snapshot_for_build());
    index.adopt(build(first)).unwrap();
    index.insert(500, &[1; DIMENSION]).unwrap();
    assert!(matches!(index.adopt(build(second)), Err(Error::BuildOutdated)));
    assert!(index.contains(500));
}

#[test]
fn a_few_vectors_that_change_all_the_time_take_no_more_room() {
    let index = TieredIndex::new(DIMENSION).unwrap();
    let vectors = vectors(10, 11);
    let mut wanted = 0;
    for change in 0..1000 {
        index.insert(change, &vectors[change as usize % 10]).unwrap();
        index.remove(change - 10);
        if index.needs_build() {
            wanted += 1;
            index.adopt(build(index.snapshot_for_build())).unwrap();
            assert!(!index.needs_build(), "no dead vector is left");
        }
    }
    assert!((5..20).contains(&wanted), "{wanted}");
    assert_eq!((index.len(), index.graph_len()), (10, 0));
}

#[test]
fn a_build_is_wanted_when_it_helps() {
    let vectors = vectors(3000, 10);
    let index = TieredIndex::new(DIMENSION).unwrap().with_exact_limit(1000);
    fill(&index, &vectors[..999]);
    assert!(!index.needs_build(), "small enough to scan");
    index.insert(999, &vectors[999]).unwrap();
    assert!(index.needs_build(), "large enough for a graph");
    index.adopt(build(index.snapshot_for_build())).unwrap();
    assert!(!index.needs_build(), "everything is in the graph");
    for (id, vector) in vectors.iter().enumerate().skip(1000).take(600) {
        index.insert(id as VectorId, vector).unwrap();
    }
    assert!(index.needs_build(), "the tail is long");
    fill(&index, &vectors);
    index.adopt(build(index.snapshot_for_build())).unwrap();
    for id in 0..1500 {
        index.remove(id);
    }
    assert!(index.needs_build(), "half the slots are dead");
    index.adopt(build(index.snapshot_for_build())).unwrap();
    assert!(!index.needs_build());
    assert_eq!((index.len(), index.graph_len()), (1500, 1500));
    for (id, vector) in vectors.iter().enumerate().skip(1500) {
        assert_eq!(index.vector(id as VectorId).as_ref(), Some(vector));
    }
}

#[test]
fn a_cleared_index_finds_nothing_until_something_is_added() {
    let vectors = vectors(300, 12);
    let index = built_index(&vectors);
    let plan = index.snapshot_for_build();
    index.clear().unwrap();
    assert_eq!((index.len(), index.graph_len()), (0, 0));
    assert!(index.search(&vectors[0], 5, None).unwrap().is_empty());
    index.insert(7, &vectors[7]).unwrap();
    assert_eq!(ids(&index, &vectors[0], 5), [7]);
    let built = plan.build(1, &|_, _| ControlFlow::Continue(())).unwrap();
    assert!(matches!(index.adopt(built), Err(Error::BuildOutdated)), "what was cleared does not come back");
}
