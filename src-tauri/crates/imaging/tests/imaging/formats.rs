//! Every format and variant comes out upright, in sRGB, and looking like the picture it was made from.

use imaging::{Format, Limits, Shot, Target, decode, probe};

use crate::fixtures::{assert_pixel, assert_shows_the_picture, fixture};

/// Largest difference per channel that lossy coding of a flat block leaves.
const LOSSY: u8 = 16;
const EXACT: u8 = 1;

#[track_caller]
fn shows_the_picture(name: &str, format: Format, tolerance: u8) {
    let bytes = fixture(name);
    let decoded = decode(&bytes, None, &Limits::default()).unwrap_or_else(|error| panic!("{name}: {error}"));
    assert_eq!(decoded.probe.format, format, "{name}");
    assert_eq!((decoded.probe.width, decoded.probe.height), (96, 64), "{name}");
    assert_eq!(probe(&bytes, &Limits::default()).as_ref(), Ok(&decoded.probe), "{name}");
    assert_shows_the_picture(name, &decoded.image, tolerance);
}

#[test]
fn jpeg_variants() {
    shows_the_picture("progressive.jpg", Format::Jpeg, LOSSY);
    shows_the_picture("cmyk.jpg", Format::Jpeg, LOSSY);
    shows_the_picture("ycck.jpg", Format::Jpeg, LOSSY);
}

#[test]
fn every_exif_orientation_ends_upright() {
    for orientation in 1..=8 {
        let name = format!("orientation-{orientation}.jpg");
        shows_the_picture(&name, Format::Jpeg, LOSSY);
        let probe = probe(&fixture(&name), &Limits::default()).unwrap();
        assert_eq!(probe.orientation.to_exif(), orientation);
        assert_eq!(probe.captured_at.as_deref(), Some("2021-07-04T12:34:56"));
    }
    shows_the_picture("orientation-6.png", Format::Png, EXACT);
    shows_the_picture("orientation-7.tif", Format::Tiff, EXACT);
    shows_the_picture("orientation-8.webp", Format::WebP, LOSSY);
}

#[test]
fn a_camera_without_a_set_clock_gives_no_date() {
    let probe = probe(&fixture("no-date.jpg"), &Limits::default()).unwrap();
    assert_eq!(probe.captured_at, None);
}

#[test]
fn a_camera_tells_how_the_photo_was_taken() {
    shows_the_picture("shot.jpg", Format::Jpeg, LOSSY);
    let Shot { camera, lens, exposure, aperture, iso, focal_length, focal_length_35, place, profile } =
        shot("shot.jpg");
    assert_eq!(camera.as_deref(), Some("Made-up 7"));
    assert_eq!(lens.as_deref(), Some("Made-up 35mm F2"));
    assert_eq!((exposure, aperture, iso), (Some(1.0 / 250.0), Some(2.8), Some(400)));
    assert_eq!((focal_length, focal_length_35), (Some(35.0), Some(52)));
    let place = place.unwrap();
    assert!((place.latitude + 33.856_85).abs() < 1e-6 && (place.longitude - 151.215_277_8).abs() < 1e-6);
    assert_eq!(place.altitude, Some(4.5));
    assert_eq!(profile.as_deref(), Some("test"));
}

fn shot(name: &str) -> Shot {
    imaging::shot(&fixture(name), &Limits::default()).unwrap()
}

#[test]
fn a_file_that_tells_nothing_of_its_shot_has_none() {
    for name in ["grey.jpg", "rgb.png", "plain.heic"] {
        assert_eq!(Shot { profile: None, ..shot(name) }, Shot::default(), "{name}");
    }
    for name in ["grey.jpg", "broken-profile.jpg"] {
        assert_eq!(shot(name).profile, None, "{name}");
    }
    for name in ["display-p3.png", "display-p3.heic"] {
        assert!(shot(name).profile.is_some(), "{name}");
    }
}

#[test]
fn png_variants() {
    for name in ["rgb.png", "rgb16.png"] {
        shows_the_picture(name, Format::Png, EXACT);
    }
    shows_the_picture("palette.png", Format::Png, LOSSY);
}

#[test]
fn what_a_png_says_behind_its_pixels_or_in_a_text_counts() {
    for name in ["exif-behind.png", "exif-in-text.png"] {
        shows_the_picture(name, Format::Png, EXACT);
        let probe = probe(&fixture(name), &Limits::default()).unwrap();
        assert_eq!(probe.orientation.to_exif(), 6, "{name}");
        assert_eq!(probe.captured_at.as_deref(), Some("2021-07-04T12:34:56"), "{name}");
    }
}

#[test]
fn colours_that_a_png_tells_without_a_profile() {
    for name in ["linear-gamma.png", "gamma-1.8.png", "chromaticities.png", "perceptual.png", "hybrid.png"] {
        shows_the_picture(name, Format::Png, 3);
    }
}

#[test]
fn an_animated_png_is_its_first_frame() {
    shows_the_picture("animated.png", Format::Png, EXACT);
}

#[test]
fn a_png_that_lost_no_more_than_its_end_is_shown() {
    for name in ["rgb.png", "rgb16.png", "palette.png", "animated.png"] {
        let bytes = fixture(name);
        // The last chunk, a part of it, and the checksum of the one before.
        for lost in [5, 12, 14] {
            let cut = &bytes[..bytes.len() - lost];
            let decoded =
                decode(cut, None, &Limits::default()).unwrap_or_else(|error| panic!("{name}: {error}"));
            assert_shows_the_picture(name, &decoded.image, LOSSY);
        }
    }
}

#[test]
fn webp_gif_and_bmp() {
    shows_the_picture("lossy.webp", Format::WebP, LOSSY);
    shows_the_picture("animated.webp", Format::WebP, EXACT);
    shows_the_picture("still.gif", Format::Gif, LOSSY);
    shows_the_picture("animated.gif", Format::Gif, LOSSY);
    shows_the_picture("rgb.bmp", Format::Bmp, EXACT);
    for name in ["palette.bmp", "os2.bmp", "runs.bmp"] {
        shows_the_picture(name, Format::Bmp, LOSSY);
    }
}

#[test]
fn damaged_runs_of_a_bitmap_are_shown_up_to_the_damage() {
    let bytes = fixture("runs.bmp");
    let image = decode(&bytes[..bytes.len() * 2 / 3], None, &Limits::default()).unwrap().image;
    // Rows come from below.
    assert_pixel("runs.bmp", &image, 12, 52, [30, 30, 220], LOSSY);
    assert_pixel("runs.bmp", &image, 84, 52, [220, 220, 30], LOSSY);
}

#[test]
fn tiff_variants() {
    for name in
        ["plain.tif", "lzw.tif", "deflate.tif", "big-endian.tif", "rgb16.tif", "float.tif", "cmyk.tif"]
    {
        shows_the_picture(name, Format::Tiff, EXACT);
    }
    shows_the_picture("jpeg.tif", Format::Tiff, LOSSY);
}

#[test]
fn tiff_as_scanners_and_photo_programs_write_it() {
    let exact = ["extra-lzw.tif", "planar-tiles.tif", "half-float.tif", "webp.tif", "thumbnail-first.tif"];
    for name in exact {
        shows_the_picture(name, Format::Tiff, EXACT);
    }
    for name in ["palette4.tif", "ycbcr.tif", "jpeg-ycbcr.tif", "jpeg-rgb.tif", "lab.tif"] {
        shows_the_picture(name, Format::Tiff, LOSSY);
    }
    shows_the_picture("bigtiff.tif", Format::Tiff, EXACT);
    let probe = probe(&fixture("bigtiff.tif"), &Limits::default()).unwrap();
    assert_eq!(probe.orientation.to_exif(), 6);
    assert_eq!(probe.captured_at.as_deref(), Some("2021-07-04T12:34:56"));
}

#[test]
fn faxes_in_all_of_their_codings() {
    // The picture's luma, white above 100.
    let picture = decode(&fixture("grey.png"), None, &Limits::default()).unwrap().image;
    let expected: Vec<u8> = picture.pixels().iter().map(|grey| if *grey > 100 { 255 } else { 0 }).collect();
    for name in ["fax-runs.tif", "fax3.tif", "fax3-two-dimensional.tif", "fax4-lowest-bit-first.tif"] {
        let decoded = decode(&fixture(name), None, &Limits::default())
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(decoded.image.pixels(), expected, "{name}");
    }
}

#[test]
fn colours_multiplied_by_alpha_are_not_multiplied_again() {
    let image = decode(&fixture("associated-alpha.tif"), None, &Limits::default()).unwrap().image;
    // Half of the colour on white.
    assert_pixel("associated-alpha.tif", &image, 12, 12, [237, 142, 142], 2);
    assert_pixel("associated-alpha.tif", &image, 12, 52, [142, 142, 237], 2);
}

#[test]
fn heic_with_more_chroma() {
    for name in ["422.heic", "422-ten-bit.heic", "444.heic"] {
        shows_the_picture(name, Format::Heic, LOSSY);
    }
}

#[test]
fn a_heic_that_is_turned_in_exif_only_is_turned() {
    shows_the_picture("exif-orientation.heic", Format::Heic, LOSSY);
}

#[test]
fn heic_variants() {
    for name in ["plain.heic", "ten-bit.heic"] {
        shows_the_picture(name, Format::Heic, LOSSY);
    }
    let probe = probe(&fixture("plain.heic"), &Limits::default()).unwrap();
    assert_eq!(probe.captured_at.as_deref(), Some("2021-07-04T12:34:56"));
}

#[test]
fn a_heic_without_a_colour_property_keeps_its_colours() {
    // As phones write them: the range and the matrix stand in the coded stream only.
    let mut bytes = fixture("plain.heic");
    let at = bytes.windows(8).position(|window| window == b"colrnclx").unwrap();
    bytes[at..at + 4].copy_from_slice(b"free");
    let image = decode(&bytes, None, &Limits::default()).unwrap().image;
    assert_shows_the_picture("plain.heic without colr", &image, LOSSY);
}

#[test]
fn avif_variants() {
    for name in ["plain.avif", "444.avif", "ten-bit.avif", "animated.avif"] {
        shows_the_picture(name, Format::Avif, LOSSY);
    }
    let probe = probe(&fixture("plain.avif"), &Limits::default()).unwrap();
    assert_eq!(probe.captured_at.as_deref(), Some("2021-07-04T12:34:56"));
}

#[test]
fn the_orientation_in_a_heif_container_is_applied_once() {
    for orientation in 2..=8 {
        shows_the_picture(&format!("orientation-{orientation}.heic"), Format::Heic, LOSSY);
        shows_the_picture(&format!("orientation-{orientation}.avif"), Format::Avif, LOSSY);
    }
}

#[test]
fn jpeg_xl_variants() {
    for name in ["lossless.jxl", "linear16.jxl"] {
        shows_the_picture(name, Format::Jxl, EXACT);
    }
    shows_the_picture("lossy.jxl", Format::Jxl, LOSSY);
    shows_the_picture("exif-date.jxl", Format::Jxl, EXACT);
    let probe = probe(&fixture("exif-date.jxl"), &Limits::default()).unwrap();
    assert_eq!(probe.captured_at.as_deref(), Some("2021-07-04T12:34:56"));
}

#[test]
fn camera_raw_shows_its_largest_preview() {
    for name in ["preview.dng", "preview.nef", "preview.rw2", "preview.orf", "preview.raf", "preview.cr3"] {
        shows_the_picture(name, Format::Raw, LOSSY);
    }
    for name in ["preview.dng", "preview.cr3"] {
        let probe = probe(&fixture(name), &Limits::default()).unwrap();
        assert_eq!(probe.orientation.to_exif(), 6, "{name}");
        assert_eq!(probe.captured_at.as_deref(), Some("2021-07-04T12:34:56"), "{name}");
    }
}

#[test]
fn camera_raw_without_a_preview_says_so() {
    let error = decode(&fixture("no-preview.dng"), None, &Limits::default()).unwrap_err();
    assert_eq!(error.code(), "unsupported");
    assert_eq!(error.to_string(), "this raw file cannot be shown: it carries no preview picture");
}

#[test]
fn embedded_profiles_end_in_srgb() {
    shows_the_picture("display-p3.png", Format::Png, 3);
    shows_the_picture("display-p3.jpg", Format::Jpeg, LOSSY);
    shows_the_picture("display-p3.heic", Format::Heic, LOSSY);
    shows_the_picture("display-p3.avif", Format::Avif, LOSSY);
    shows_the_picture("display-p3.jxl", Format::Jxl, LOSSY);
    shows_the_picture("broken-profile.jpg", Format::Jpeg, LOSSY);
}

#[test]
fn grey_pictures_keep_their_brightness() {
    for (name, tolerance) in [
        ("grey.jpg", LOSSY),
        ("linear-grey.jpg", LOSSY),
        ("grey.png", EXACT),
        ("grey16.png", EXACT),
        ("grey-alpha.tif", EXACT),
        ("grey4.tif", 9),
        ("grey32.tif", EXACT),
        ("no-lengths.tif", EXACT),
        ("grey.avif", LOSSY),
        ("grey.jxl", LOSSY),
    ] {
        let image = decode(&fixture(name), None, &Limits::default()).unwrap().image;
        // The luma of the red, green, blue and yellow blocks, and the middle of the ramp.
        let expected = [(12, 12, 87), (84, 12, 130), (12, 52, 52), (84, 52, 198), (48, 32, 129)];
        for (x, y, grey) in expected {
            assert_pixel(name, &image, x, y, [grey; 3], tolerance);
        }
    }
}

#[test]
fn transparent_parts_show_white() {
    for name in ["alpha.png", "alpha.webp", "alpha.heic", "alpha.avif", "alpha.jxl"] {
        let image = decode(&fixture(name), None, &Limits::default()).unwrap().image;
        assert_pixel(name, &image, 12, 12, [220, 30, 30], LOSSY);
        assert_pixel(name, &image, 12, 52, [255; 3], LOSSY);
    }
}

#[test]
fn a_target_is_a_lower_bound() {
    let bytes = fixture("orientation-6.jpg");
    let target = Target { short_side: 30, long_side: 40 };
    let decoded = decode(&bytes, Some(target), &Limits::default()).unwrap();
    assert_eq!((decoded.image.width(), decoded.image.height()), (48, 32));
    assert_eq!((decoded.probe.width, decoded.probe.height), (96, 64));
    assert_pixel("turned and reduced", &decoded.image, 6, 6, [220, 30, 30], LOSSY);
}
