//! HEVC pictures, as HEIC files have them.
//!
//! Those of phones, with a chroma sample for each four pixels, are `heic-rs`'s; cameras and programs that keep more
//! chroma, or more than ten bits, need `oxideav-h265`, which knows every such profile and takes longer.

use std::num::NonZeroU64;

use heic_rs::hevc::{self, ChromaFormat, Frame};
use heic_rs::props::ItemProps;
use heic_rs::{Nclx, Range};
use oxideav_h265::picture::Plane;
use oxideav_h265::sequence::{DecodedFrame, SequenceDecoder, SequenceError};
use scuffle_h265::{SpsNALUnit, SpsRbsp};

use crate::error::ImageError;
use crate::format::Format;
use crate::heif::{Picture, explain, nclx, undescribed};
use crate::limits::Limits;

/// Decodes an HEVC picture.
pub(crate) fn decode(props: &ItemProps<'_>, data: &[u8], limits: &Limits) -> Result<Picture, ImageError> {
    let failed = |error| explain(Format::Heic, &error);
    let config = props
        .hvcc
        .as_ref()
        .ok_or_else(|| ImageError::unsupported(Format::Heic, "it is not coded as HEVC"))?;
    let parameter_sets = config.parameter_sets();
    let sequence = parameter_sets.iter().find_map(|unit| sequence(unit));
    if let Some(sequence) = &sequence {
        // heic-rs allocates by these two, which need not be what the container says, and which it then crops.
        let side = |samples: NonZeroU64| u32::try_from(samples.get()).unwrap_or(u32::MAX);
        let sides = [sequence.pic_width_in_luma_samples, sequence.pic_height_in_luma_samples].map(side);
        limits.check_size(sides[0], sides[1])?;
    }
    let slices = config.split_nals(data).map_err(failed)?;
    let frame = if sequence.as_ref().is_none_or(is_common) {
        // The one that knows more has a try at what the other does not make out.
        hevc::decode_still(&parameter_sets, &slices)
            .or_else(|error| decode_uncommon(&parameter_sets, &slices).map_err(|_| failed(error)))?
    } else {
        decode_uncommon(&parameter_sets, &slices)?
    };
    Ok(Picture { frame, described: sequence.map_or_else(undescribed, described_by) })
}

/// The sequence parameter set in a NAL unit, if it is one.
fn sequence(unit: &[u8]) -> Option<SpsRbsp> {
    const SEQUENCE_PARAMETER_SET: u8 = 33;
    let is_one = (unit.first()? >> 1) & 0x3F == SEQUENCE_PARAMETER_SET;
    is_one.then(|| SpsNALUnit::parse(unit).ok())?.map(|unit| unit.rbsp)
}

/// The colours by the stream's own account (ITU-T H.265, annex E). One that says nothing has the limited range.
fn described_by(sequence: SpsRbsp) -> Nclx {
    const UNSPECIFIED: u16 = 2;
    let Some(parameters) = sequence.vui_parameters else { return nclx([UNSPECIFIED; 3], Range::Limited) };
    let signal = parameters.video_signal_type;
    let range = if signal.video_full_range_flag { Range::Full } else { Range::Limited };
    let codes = [signal.colour_primaries, signal.transfer_characteristics, signal.matrix_coeffs];
    nclx(codes.map(u16::from), range)
}

/// Whether this is what nearly all files are: as little chroma, and as few bits.
fn is_common(sequence: &SpsRbsp) -> bool {
    sequence.chroma_format_idc <= 1
        && sequence.bit_depth_luma_minus8.max(sequence.bit_depth_chroma_minus8) <= 2
}

fn decode_uncommon(parameter_sets: &[&[u8]], slices: &[&[u8]]) -> Result<Frame, ImageError> {
    const START: [u8; 4] = [0, 0, 0, 1];
    let stream: Vec<u8> = parameter_sets
        .iter()
        .chain(slices)
        .flat_map(|unit| START.iter().chain(unit.iter()))
        .copied()
        .collect();
    let mut decoder = SequenceDecoder::new();
    decoder.set_threads(1);
    decoder.push_annexb(&stream).map_err(|error| explain_uncommon(&error))?;
    let frames = decoder.finish().map_err(|error| explain_uncommon(&error))?;
    let first = frames.into_iter().find(|frame| frame.output);
    first.map(|frame| frame_of(&frame)).ok_or(ImageError::Truncated { format: Format::Heic })
}

fn frame_of(decoded: &DecodedFrame) -> Frame {
    let picture = decoded.output_picture();
    let chroma = match picture.chroma_array_type() {
        1 => ChromaFormat::Yuv420,
        2 => ChromaFormat::Yuv422,
        3 => ChromaFormat::Yuv444,
        _ => ChromaFormat::Monochrome,
    };
    let bit_depth = picture.bit_depth_luma();
    let (width, height) = (picture.width_luma() as u32, picture.height_luma() as u32);
    let (chroma_width, _) = picture.plane_dims(Plane::Cb);
    // The conversion to colours takes one depth for all.
    let shift = i32::from(bit_depth) - i32::from(picture.bit_depth_chroma());
    let as_deep = |sample: &u16| if shift >= 0 { *sample << shift } else { *sample >> -shift };
    Frame {
        width,
        height,
        bit_depth,
        chroma,
        y: picture.plane(Plane::Luma).to_vec(),
        cb: picture.plane(Plane::Cb).iter().map(as_deep).collect(),
        cr: picture.plane(Plane::Cr).iter().map(as_deep).collect(),
        y_stride: width,
        c_stride: chroma_width as u32,
    }
}

fn explain_uncommon(error: &SequenceError) -> ImageError {
    match error {
        SequenceError::Unsupported(reason) => ImageError::unsupported(Format::Heic, reason),
        error => ImageError::corrupt(Format::Heic, error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::heif::Primary;

    #[test]
    fn the_stream_tells_its_colours() {
        let file = include_bytes!("../tests/fixtures/plain.heic");
        let primary = Primary::open(Format::Heic, file).unwrap();
        let config = primary.props.hvcc.unwrap();
        let sequence = config.parameter_sets().into_iter().find_map(sequence).unwrap();
        let in_container = primary.props.nclx.unwrap();
        let in_stream = described_by(sequence);
        assert_eq!(in_stream.range, in_container.range);
        assert_eq!(in_stream.matrix, in_container.matrix);
    }
}
