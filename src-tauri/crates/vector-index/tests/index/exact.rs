//! The exact index against the definition of cosine similarity, and what both kinds of index refuse.

use crate::embeddings::{DIMENSION, embeddings, fill, ids, vectors};
use vector_index::{Error, ExactIndex, MAX_DIMENSION, TieredIndex, VectorIndex, cosine, quantize};

fn float_cosine(a: &[f32], b: &[f32]) -> f32 {
    let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(x, y)| x * y).sum::<f32>();
    dot(a, b) / (dot(a, a) * dot(b, b)).sqrt()
}

#[test]
fn int8_search_agrees_with_float_arithmetic() {
    let floats = embeddings(600, 1);
    let index = ExactIndex::new(DIMENSION).unwrap();
    fill(&index, &floats.iter().map(|vector| quantize(vector).unwrap()).collect::<Vec<_>>());
    for query in floats.iter().step_by(37) {
        let mut similarities: Vec<f32> = floats.iter().map(|vector| float_cosine(query, vector)).collect();
        let found = index.search(&quantize(query).unwrap(), 10, None).unwrap();
        for neighbor in &found {
            let expected = similarities[neighbor.id as usize];
            assert!((neighbor.similarity - expected).abs() < 0.005, "{neighbor:?}, not {expected}");
        }
        similarities.sort_by(|a, b| b.total_cmp(a));
        for (neighbor, expected) in found.iter().zip(similarities) {
            assert!((neighbor.similarity - expected).abs() < 0.005, "{neighbor:?}, not {expected}");
        }
        assert!(found.is_sorted_by(|a, b| a.similarity >= b.similarity));
    }
}

#[test]
fn results_carry_the_cosine_and_equal_ones_come_by_id() {
    let index = ExactIndex::new(2).unwrap();
    for (id, vector) in [(7, [10, 10]), (-3, [1, 1]), (5, [0, 9]), (1, [-9, 0])] {
        index.insert(id, &vector).unwrap();
    }
    let found = index.search(&[2, 2], 4, None).unwrap();
    assert_eq!(found.iter().map(|n| n.id).collect::<Vec<_>>(), [-3, 7, 5, 1]);
    for (neighbor, vector) in found.iter().zip([[1, 1], [10, 10], [0, 9], [-9, 0]]) {
        assert_eq!(neighbor.similarity, cosine(&[2, 2], &vector).unwrap());
    }
}

fn refuses_what_it_cannot_compare(index: &impl VectorIndex) {
    assert!(matches!(index.insert(1, &[0, 0, 0]), Err(Error::ZeroVector)));
    assert!(matches!(index.insert(1, &[1, 2]), Err(Error::DimensionMismatch { expected: 3, actual: 2 })));
    assert!(matches!(index.search(&[0, 0, 0], 1, None), Err(Error::ZeroVector)));
    assert!(matches!(
        index.search(&[1; 4], 1, None),
        Err(Error::DimensionMismatch { expected: 3, actual: 4 })
    ));
    assert!(index.is_empty());
    assert!(!index.remove(1));
    assert_eq!(index.search(&[1, 2, 3], 5, None).unwrap(), []);
}

fn keeps_one_vector_for_each_id(index: &impl VectorIndex) {
    index.insert(4, &[1, 0, 0]).unwrap();
    index.insert(4, &[0, 1, 0]).unwrap();
    index.insert(6, &[1, 0, 0]).unwrap();
    assert_eq!(index.len(), 2);
    assert_eq!(ids(index, &[0, 1, 0], 10), [4, 6]);
    assert!(ids(index, &[0, 1, 0], 0).is_empty());
    assert!(matches!(index.insert(4, &[0, 0, 0]), Err(Error::ZeroVector)));
    assert!(index.contains(4), "a refused replacement took the old vector away");
    assert!(index.remove(4) && !index.remove(4) && !index.contains(4));
    assert_eq!(ids(index, &[0, 1, 0], 10), [6]);
}

#[test]
fn both_indexes_keep_the_rules() {
    refuses_what_it_cannot_compare(&ExactIndex::new(3).unwrap());
    refuses_what_it_cannot_compare(&TieredIndex::new(3).unwrap());
    keeps_one_vector_for_each_id(&ExactIndex::new(3).unwrap());
    keeps_one_vector_for_each_id(&TieredIndex::new(3).unwrap());
}

#[test]
fn impossible_dimensions_are_refused() {
    for dimension in [0, MAX_DIMENSION + 1] {
        assert!(matches!(ExactIndex::new(dimension), Err(Error::UnsupportedDimension { .. })));
        assert!(matches!(TieredIndex::new(dimension), Err(Error::UnsupportedDimension { .. })));
    }
}

#[test]
fn a_filter_limits_the_results_and_not_their_number() {
    let index = ExactIndex::new(DIMENSION).unwrap();
    let vectors = vectors(500, 2);
    fill(&index, &vectors);
    let found = index.search(&vectors[0], 20, Some(&|id| id % 10 == 3)).unwrap();
    assert_eq!(found.len(), 20);
    assert!(found.iter().all(|neighbor| neighbor.id % 10 == 3));
}
