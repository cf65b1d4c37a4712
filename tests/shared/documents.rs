//! Draws documents that look alike to a network and are not the same: pages, receipts, chats, tables, codes, bars, slides,
//! night shots and seascapes, each kind in one template; and payslips, forms and bills, all but a few words or numbers of which
//! are the same, too small for a thumbnail to show. And true copies of them.
//!
//! Each number of a kind is a document of its own, the same one every time. Text is made of shapes of five by seven dots
//! that are no letters; nobody is to read it.

use imaging::{ImageError, Limits, RgbImage};

/// A kind of document, and what draws one.
pub(crate) type Kind = (&'static str, fn(&mut Random) -> Drawing);

/// All kinds.
pub(crate) const KINDS: [Kind; 12] = [
    ("page", page),
    ("receipt", receipt),
    ("chat", chat),
    ("table", table),
    ("code", code),
    ("bars", bars),
    ("slide", slide),
    ("night", night),
    ("sea", sea),
    ("payslip", payslip),
    ("form", form),
    ("bill", bill),
];

/// How many copies [`copies`] makes.
pub(crate) const COPIES: usize = 2;

/// A document of a kind.
pub(crate) fn document((_, draw): Kind, number: u64) -> Result<RgbImage, ImageError> {
    draw(&mut Random(number + 1)).image()
}

/// True copies: one half as large and saved again, one cropped a little and brighter.
pub(crate) fn copies(image: &RgbImage) -> Result<[RgbImage; COPIES], ImageError> {
    let smaller = imaging::thumbnail(image, image.width().max(image.height()) / 2, 60)?;
    let smaller = imaging::decode(&smaller, None, &Limits::default())?.image;
    let (left, top) = (image.width() / 30, image.height() / 40);
    let (width, height) = (image.width() - 2 * left, image.height() - 2 * top - top / 2);
    let mut pixels = Vec::new();
    for y in top..top + height {
        let start = 3 * (y * image.width() + left) as usize;
        let row = &image.pixels()[start..start + 3 * width as usize];
        pixels.extend(row.iter().map(|value| (u32::from(*value) * 11 / 10).min(255) as u8));
    }
    Ok([smaller, RgbImage::new(width, height, pixels)?])
}

/// Numbers that look random: `SplitMix64` (Steele, Lea and Flood, 2014).
pub(crate) struct Random(pub(crate) u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn within(&mut self, range: std::ops::Range<i32>) -> i32 {
        range.start + (self.next() % (range.end - range.start) as u64) as i32
    }
}

type Color = [u8; 3];

const WHITE: Color = [252, 252, 250];
const INK: Color = [30, 30, 34];

/// What is drawn on.
pub(crate) struct Drawing {
    width: i32,
    height: i32,
    pixels: Vec<u8>,
}

impl Drawing {
    fn new(width: i32, height: i32, ground: Color) -> Self {
        Self { width, height, pixels: ground.repeat((width * height) as usize) }
    }

    fn image(self) -> Result<RgbImage, ImageError> {
        RgbImage::new(self.width as u32, self.height as u32, self.pixels)
    }

    fn fill(&mut self, (left, top): (i32, i32), (width, height): (i32, i32), color: Color) {
        for y in top.max(0)..(top + height).min(self.height) {
            for x in left.max(0)..(left + width).min(self.width) {
                let at = 3 * (y * self.width + x) as usize;
                self.pixels[at..at + 3].copy_from_slice(&color);
            }
        }
    }

    /// A shape of five by seven dots, each of `dot` pixels a side.
    fn glyph(&mut self, (left, top): (i32, i32), shape: u64, dot: i32, color: Color) {
        let dots = Random(shape).next() | Random(shape + 40).next();
        for nth in 0..35 {
            if dots >> nth & 1 == 1 && !Random(shape * 64 + nth).next().is_multiple_of(3) {
                let (x, y) = ((nth % 5) as i32, (nth / 5) as i32);
                self.fill((left + x * dot, top + y * dot), (dot, dot), color);
            }
        }
    }

    /// Words in a line, as far as `width` goes.
    fn line(&mut self, random: &mut Random, (left, top): (i32, i32), width: i32, dot: i32, color: Color) {
        let (advance, mut x) = (6 * dot, left);
        while x + advance <= left + width {
            let letters = random.within(2..9).min((left + width - x) / advance);
            for _ in 0..letters {
                let shape = random.within(0..26) as u64;
                self.glyph((x, top), shape, dot, color);
                x += advance;
            }
            x += advance;
        }
    }

    fn number(&mut self, random: &mut Random, (left, top): (i32, i32), digits: i32, dot: i32) {
        for nth in 0..digits {
            let shape = 100 + random.within(0..10) as u64;
            self.glyph((left + nth * 6 * dot, top), shape, dot, INK);
        }
    }

    /// The same grain everywhere, as of a sensor.
    fn grain(&mut self, random: &mut Random, levels: i32) {
        for value in &mut self.pixels {
            *value = (i32::from(*value) + random.within(-levels..levels + 1)).clamp(0, 255) as u8;
        }
    }
}

fn page(random: &mut Random) -> Drawing {
    let mut page = Drawing::new(620, 877, WHITE);
    for paragraph in 0..6 {
        for line in 0..7 {
            let width = if line == 6 { 220 } else { 500 };
            page.line(random, (60, 60 + paragraph * 132 + line * 16), width, 1, INK);
        }
    }
    page
}

fn receipt(random: &mut Random) -> Drawing {
    let mut receipt = Drawing::new(400, 900, [246, 246, 244]);
    for row in 0..22 {
        let width = random.within(60..200);
        receipt.line(random, (30, 110 + row * 32), width, 2, INK);
        receipt.number(random, (300, 110 + row * 32), 5, 2);
    }
    receipt.line(&mut Random(1), (100, 40), 220, 3, INK);
    receipt
}

fn chat(random: &mut Random) -> Drawing {
    let mut chat = Drawing::new(540, 960, [236, 229, 221]);
    chat.fill((0, 0), (540, 80), [7, 94, 84]);
    chat.line(&mut Random(2), (80, 30), 200, 3, WHITE);
    let mut top = 100;
    while top < 900 {
        let (lines, width, is_mine) =
            (random.within(1..4), random.within(200..400), random.within(0..2) == 1);
        let left = if is_mine { 520 - width } else { 20 };
        chat.fill((left, top), (width, lines * 24 + 16), if is_mine { [220, 248, 198] } else { WHITE });
        for line in 0..lines {
            chat.line(random, (left + 12, top + 10 + line * 24), width - 24, 2, INK);
        }
        top += lines * 24 + 30;
    }
    chat
}

fn table(random: &mut Random) -> Drawing {
    let mut table = Drawing::new(800, 600, WHITE);
    for row in 0..20 {
        table.fill((30, 40 + row * 27), (740, 1), [170, 170, 170]);
        for column in 0..6 {
            table.number(random, (45 + column * 124, 46 + row * 27), 6, 2);
        }
    }
    for column in 0..7 {
        table.fill((30 + column * 124, 40), (1, 540), [170, 170, 170]);
    }
    table
}

fn code(random: &mut Random) -> Drawing {
    let mut code = Drawing::new(574, 574, WHITE);
    for at in 0..33 * 33 {
        if random.within(0..2) == 1 {
            code.fill((56 + at % 33 * 14, 56 + at / 33 * 14), (14, 14), INK);
        }
    }
    for (x, y) in [(0, 0), (26, 0), (0, 26)] {
        for (inset, color) in [(-1, WHITE), (0, INK), (1, WHITE), (2, INK)] {
            let side = (7 - 2 * inset) * 14;
            code.fill((56 + (x + inset) * 14, 56 + (y + inset) * 14), (side, side), color);
        }
    }
    code
}

fn bars(random: &mut Random) -> Drawing {
    let mut bars = Drawing::new(700, 420, WHITE);
    let mut left = 50;
    while left < 640 {
        let width = random.within(1..5) * 4;
        bars.fill((left, 40), (width, 300), INK);
        left += width + random.within(1..5) * 4;
    }
    bars.number(random, (200, 360), 12, 4);
    bars
}

fn slide(random: &mut Random) -> Drawing {
    let mut slide = Drawing::new(960, 540, [20, 40, 90]);
    slide.fill((0, 0), (960, 100), [240, 120, 20]);
    slide.line(random, (50, 35), 500, 5, WHITE);
    for point in 0..4 {
        slide.fill((60, 166 + point * 80), (12, 12), [240, 120, 20]);
        slide.line(random, (90, 160 + point * 80), 700, 3, WHITE);
    }
    slide
}

fn night(random: &mut Random) -> Drawing {
    let mut night = Drawing::new(800, 600, [8, 10, 18]);
    for _ in 0..14 {
        let (left, width, height) = (random.within(0..740), random.within(40..100), random.within(100..380));
        night.fill((left, 600 - height), (width, height), [14, 15, 20]);
        for at in 0..width / 14 * (height / 18) {
            if random.within(0..10) < 3 {
                let (column, row) = (at % (width / 14), at / (width / 14));
                let color = [[250, 220, 140], [180, 200, 250]][random.within(0..2) as usize];
                night.fill((left + 4 + column * 14, 600 - height + 8 + row * 18), (7, 9), color);
            }
        }
    }
    night.grain(random, 5);
    night
}

fn sea(random: &mut Random) -> Drawing {
    let mut sea = Drawing::new(800, 600, [120, 165, 215]);
    let horizon = random.within(250..290);
    for y in 0..horizon {
        let light = (y * 70 / horizon) as u8;
        sea.fill((0, y), (800, 1), [110 + light, 150 + light, 205 + light / 3]);
    }
    for y in horizon..600 {
        let dark = ((y - horizon) * 40 / (600 - horizon)) as u8;
        sea.fill((0, y), (800, 1), [60 - dark, 110 - dark, 145 - dark]);
    }
    // Waves are larger the nearer they are.
    for _ in 0..700 {
        let y = random.within(horizon + 2..600);
        let length = 10 + (y - horizon) / 5;
        let shade = random.within(10..40) as u8;
        sea.fill(
            (random.within(-40..800), y),
            (length, 1 + (y - horizon) / 90),
            [40 + shade, 85 + shade, 115 + shade],
        );
    }
    sea.grain(random, 3);
    sea
}

/// A page of small print, the same one every time, as large as scanners make them.
fn small_print(template: u64) -> Drawing {
    let mut page = Drawing::new(1240, 1754, WHITE);
    let mut template = Random(template);
    page.line(&mut template, (120, 90), 500, 4, INK);
    for line in 0..9 {
        page.line(&mut template, (120, 1500 + line * 24), 1000, 1, INK);
    }
    for row in 0..24 {
        page.line(&mut template, (120, SMALL_PRINT_TOP + row * SMALL_PRINT_ROW), 500, 2, INK);
        page.number(&mut template, (900, SMALL_PRINT_TOP + row * SMALL_PRINT_ROW), 7, 2);
    }
    page
}

const SMALL_PRINT_TOP: i32 = 240;
const SMALL_PRINT_ROW: i32 = 50;

/// What stands in a row is another number.
fn overwrite(page: &mut Drawing, random: &mut Random, row: i32) {
    let top = SMALL_PRINT_TOP + row * SMALL_PRINT_ROW;
    page.fill((890, top - 4), (200, 24), WHITE);
    page.number(random, (900, top), 7, 2);
}

fn payslip(random: &mut Random) -> Drawing {
    let mut payslip = small_print(5);
    for row in [2, 9, 10, 17, 23] {
        overwrite(&mut payslip, random, row);
    }
    payslip
}

fn form(random: &mut Random) -> Drawing {
    let mut form = small_print(6);
    let top = SMALL_PRINT_TOP + 11 * SMALL_PRINT_ROW;
    form.fill((110, top - 4), (520, 24), WHITE);
    form.line(random, (120, top), 220, 2, [30, 40, 140]);
    form
}

fn bill(random: &mut Random) -> Drawing {
    let mut bill = small_print(7);
    overwrite(&mut bill, random, 14);
    bill
}
