//! GIF files that are damaged or end too early: the rows of their first frame that are there. Those that are whole are
//! read by `raster`.

use std::io::Cursor;

use gif::{ColorOutput, DecodeOptions, MemoryLimit};

use crate::partial::GREY;

/// The first frame on a canvas of this size in RGBA, as far as it is there, and how many of the canvas's rows lack it. None
/// where nothing of it is there.
pub(crate) fn first_rows(bytes: &[u8], (width, height): (u32, u32)) -> Option<(Vec<u8>, u32)> {
    let mut options = DecodeOptions::new();
    options.set_color_output(ColorOutput::RGBA);
    // Rows are asked for one by one.
    options.set_memory_limit(MemoryLimit::Bytes(std::num::NonZeroU64::MIN.saturating_add(64 << 20)));
    let mut decoder = options.read_info(Cursor::new(bytes)).ok()?;
    let frame = decoder.next_frame_info().ok().flatten()?;
    let (left, top) = (usize::from(frame.left), usize::from(frame.top));
    let (across, down) = (usize::from(frame.width), usize::from(frame.height));
    let is_interlaced = frame.interlaced;
    let fits = left + across <= width as usize && top + down <= height as usize && across > 0;
    if !fits {
        return None;
    }
    let row_bytes = width as usize * 4;
    let mut canvas = vec![0; row_bytes * height as usize];
    let (mut row, mut is_there) = (vec![0; across * 4], vec![false; down]);
    for number in order(down, is_interlaced) {
        if !matches!(decoder.fill_buffer(&mut row), Ok(true)) {
            break;
        }
        let start = (top + number) * row_bytes + left * 4;
        canvas[start..start + row.len()].copy_from_slice(&row);
        is_there[number] = true;
    }
    let missing = is_there.iter().filter(|is_there| !**is_there).count();
    for number in (0..down).filter(|number| !is_there[*number]) {
        let start = (top + number) * row_bytes + left * 4;
        let above =
            number.checked_sub(1).filter(|_| is_interlaced).map(|above| (top + above) * row_bytes + left * 4);
        if let Some(above) = above {
            // The rows between those of the passes that are there.
            canvas.copy_within(above..above + across * 4, start);
        } else {
            let pixels = canvas[start..start + across * 4].as_chunks_mut::<4>().0;
            pixels.fill([GREY, GREY, GREY, 0xFF]);
        }
    }
    (missing < down).then_some((canvas, missing as u32))
}

/// The order of the rows in the file (`GIF89a`, appendix E).
fn order(rows: usize, is_interlaced: bool) -> Vec<usize> {
    if !is_interlaced {
        return (0..rows).collect();
    }
    [(0, 8), (4, 8), (2, 4), (1, 2)]
        .into_iter()
        .flat_map(|(first, step)| (first..rows).step_by(step))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_row_comes_once() {
        for rows in [0, 1, 5, 8, 17] {
            let mut rows_in_order = order(rows, true);
            rows_in_order.sort_unstable();
            assert_eq!(rows_in_order, order(rows, false));
        }
    }
}
