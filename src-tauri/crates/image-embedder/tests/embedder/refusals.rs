//! Bad input is refused with the error that names it, and no model file can crash the embedder.

use image_embedder::{Error, ImageEmbedder, Region, RgbView};

use crate::models::{content, embed_one, model_bytes, model_path, options, pattern};

fn refusal(bytes: &[u8]) -> Error {
    ImageEmbedder::create_from_options(content(bytes)).err().unwrap()
}

#[test]
fn a_missing_file_and_an_unreadable_one_are_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("none.tflite");
    let error = ImageEmbedder::create_from_file(&missing).err().unwrap();
    assert!(matches!(&error, Error::ModelMissing { path } if *path == missing), "{error}");
    let error = ImageEmbedder::create_from_file(folder.path()).err().unwrap();
    assert_eq!(error.code(), "model_unreadable", "{error}");
}

#[test]
fn what_is_no_model_is_refused_as_such() {
    let mut pretender = b"\x08\0\0\0TFL3".to_vec();
    assert_eq!(refusal(&pretender).code(), "not_a_model");
    pretender.extend([0xff; 200]);
    for bytes in [&b""[..], b"TFL3", b"This is a text of some length, not a model.", &pretender] {
        assert_eq!(refusal(bytes).code(), "not_a_model", "{bytes:?}");
    }
}

#[test]
fn inputs_and_outputs_are_checked() {
    assert_eq!(refusal(&model_bytes("float-no-metadata")).code(), "missing_normalization");
    let error = refusal(&model_bytes("int8"));
    assert_eq!(error.code(), "unsupported_input");
    assert!(error.to_string().contains("int8"), "{error}");
}

#[test]
fn a_region_is_not_clamped() {
    let pixels = pattern(40, 30);
    let image = RgbView::new(40, 30, &pixels).unwrap();
    let mut embedder = ImageEmbedder::create_from_file(model_path("uint8")).unwrap();
    for (x, y, width, height) in
        [(0, 0, 41, 30), (0, 0, 40, 31), (39, 0, 2, 1), (40, 0, 1, 1), (5, 5, 0, 3), (u32::MAX, 0, 2, 1)]
    {
        let region = Region { x, y, width, height };
        match embedder.embed(image, Some(region)) {
            Err(Error::RegionOutOfBounds { region: refused, width: 40, height: 30 }) => {
                assert_eq!(refused, region);
            }
            other => panic!("{region}: {other:?}"),
        }
    }
    assert!(embedder.embed(image, Some(Region { x: 39, y: 29, width: 1, height: 1 })).is_ok());
}

#[test]
fn an_image_and_its_buffer_must_match() {
    for (width, height, length) in [(2, 2, 11), (2, 2, 13), (0, 2, 0), (2, 0, 0), (u32::MAX, u32::MAX, 3)] {
        let error = RgbView::new(width, height, &vec![0; length]).unwrap_err();
        assert_eq!(error.code(), "image_buffer", "{width}x{height}, {length} bytes");
    }
}

#[test]
fn an_embedding_that_is_not_there_is_an_error() {
    let pixels = pattern(12, 10);
    let mut embedder = ImageEmbedder::create_from_options(options("two-outputs")).unwrap();
    let result = embedder.embed(RgbView::new(12, 10, &pixels).unwrap(), None).unwrap();
    assert_eq!(result.get_embedding_by_index(1).unwrap().output_index, 1);
    let error = result.get_embedding_by_index(2).unwrap_err();
    assert!(matches!(error, Error::IndexOutOfBounds { index: 2, count: 2 }), "{error}");
}

/// Loads what may be a model, and runs it if it loads.
fn survive(bytes: &[u8]) -> bool {
    match ImageEmbedder::create_from_options(content(bytes)) {
        Ok(mut embedder) => {
            let (width, height) = embedder.input_size();
            let pixels = vec![7; width as usize * height as usize * 3];
            let image = RgbView::new(width, height, &pixels).unwrap();
            embedder.embed(image, None).is_ok()
        }
        Err(_) => false,
    }
}

#[test]
fn no_cut_off_model_crashes_the_embedder() {
    for name in ["uint8", "float-one-mean", "two-outputs"] {
        let bytes = model_bytes(name);
        assert!(survive(&bytes));
        for length in 0..bytes.len() - 4 {
            survive(&bytes[..length]);
        }
    }
    let bytes = model_bytes("efficientnet-lite0-int8.tflite");
    for step in 0..200 {
        let length = bytes.len() * step / 200;
        assert!(!survive(&bytes[..length]), "{length} bytes of the model were enough");
    }
}

#[test]
fn no_flipped_bit_crashes_the_embedder() {
    for name in ["uint8", "float-one-mean"] {
        let bytes = model_bytes(name);
        for bit in 0..bytes.len() * 8 {
            let mut flipped = bytes.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            survive(&flipped);
        }
    }
    let pixels = pattern(12, 10);
    let mut embedder = ImageEmbedder::create_from_options(options("uint8")).unwrap();
    assert_eq!(embed_one(&mut embedder, 12, 10, &pixels).output_index, 0);
}
