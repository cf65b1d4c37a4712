//! How quick the window is over a large library: from start to photos, from a drop to results, from a moved box to new
//! look-alikes, and frames a second while scrolling. Not a test: `cargo xtask bench window` makes the library, names it in
//! [`LIBRARY`] and runs this.
//!
//! Times are taken inside the page, but for the start, which is taken from the process's own. The screen is Xvfb's: all
//! drawing is done by the CPU, on the cores that also do the work.

use std::path::{Path, PathBuf};
use std::time::Duration;

use base64::Engine;
use serde_json::{Value, json};

use crate::app::{App, until};
use crate::desktop::Desktop;

/// What is dropped, enlarged.
const PHOTO: &[u8] = include_bytes!("../fixtures/photos/shirt/shirt-1.jpg");
/// Names the library to measure with.
const LIBRARY: &str = "LOOKALIKE_BENCH_LIBRARY";
/// Names the desktop.
pub(crate) const DESKTOP: &str = "bench";
const STARTS: usize = 5;
const DROPS: usize = 9;
const MOVES: usize = 40;

pub(crate) fn library() -> Option<PathBuf> {
    std::env::var_os(LIBRARY).map(PathBuf::from)
}

pub(crate) fn run(library: &Path) {
    let desktop = Desktop::new(DESKTOP);
    let data_dir = ["--data-dir".as_ref(), library];
    let mut starts: Vec<f64> = (0..STARTS)
        .map(|_| {
            let app = desktop.open(&data_dir);
            app.shows_pictures_at_all();
            let milliseconds = app.desktop.app_age().as_secs_f64() * 1000.0;
            app.close_window();
            until("the app is gone", || app.desktop.app_processes().is_empty());
            milliseconds
        })
        .collect();
    let app = desktop.open(&data_dir);
    app.shows_pictures_at_all();
    let photos = app.photos();
    until("the folders are looked through", || app.is_idle());
    let steady = app.scroll(48.0);
    let leaps = app.scroll(2_000.0);
    let mut drops: Vec<f64> = (0..DROPS).map(|number| app.drop_photo(number)).collect();
    let mut moves = app.move_box(MOVES);
    println!("The window over {photos} photos, 1280 x 800, drawn by the CPU\n");
    println!("| | median | 95% | worst |\n|---|---|---|---|");
    for (what, values) in [
        ("start of the program to a grid with its pictures, ms", &mut starts),
        ("drop of a 12 MP JPEG to first results, ms", &mut drops),
        ("box moved to new look-alikes, ms", &mut moves),
    ] {
        values.sort_by(f64::total_cmp);
        let at = |part: f64| values[((values.len() - 1) as f64 * part).round() as usize];
        println!("| {what} | {:.0} | {:.0} | {:.0} |", at(0.5), at(0.95), at(1.0));
    }
    println!("\n| scrolling | frames a second | 95% of frames within | longest frame |\n|---|---|---|---|");
    for (what, frames) in [("48 pixels a frame", steady), ("2,000 pixels a frame", leaps)] {
        println!(
            "| {what} | {:.1} | {:.0} ms | {:.0} ms |",
            frames["rate"].as_f64().unwrap(),
            frames["p95"].as_f64().unwrap(),
            frames["worst"].as_f64().unwrap()
        );
    }
}

impl App<'_> {
    /// Waits until photos are in sight with their pictures, however many there are.
    fn shows_pictures_at_all(&self) {
        until("there are photos", || self.photos() > 0);
        self.shows_pictures();
    }

    /// Whether nothing goes on in the background.
    fn is_idle(&self) -> bool {
        let ask = "const [done] = arguments;
            window.__TAURI_INTERNALS__.invoke('activity').then(({ work }) => done(work === 'idle'));";
        self.script_async(ask, &[]) == Value::Bool(true)
    }

    /// Scrolls the photos for five seconds, so far each frame.
    fn scroll(&self, pixels: f64) -> Value {
        self.script_async(
            "const [pixels, done] = arguments;
            const grid = document.querySelector('[role=listbox]');
            const scroller = [grid, ...ancestors(grid)].find((one) => one.scrollHeight > one.clientHeight + 100
                && /auto|scroll/.test(getComputedStyle(one).overflowY));
            function ancestors(one) { return one.parentElement ? [one.parentElement, ...ancestors(one.parentElement)] : []; }
            const frames = [];
            const start = performance.now();
            let last = start;
            const step = () => requestAnimationFrame(() => {
                const now = performance.now();
                frames.push(now - last);
                last = now;
                scroller.scrollTop += pixels;
                if (now - start < 5000) return step();
                frames.sort((one, other) => one - other);
                scroller.scrollTop = 0;
                done({ rate: frames.length / (now - start) * 1000, p95: frames[Math.floor(frames.length * 0.95)], worst: frames.at(-1) });
            });
            step();",
            &[json!(pixels)],
        )
    }

    /// Drops a photo of 12 megapixels on the page, as a browser does, and waits for results with pictures. Each has
    /// another crop, so that none is known.
    fn drop_photo(&self, number: usize) -> f64 {
        let photo = base64::engine::general_purpose::STANDARD.encode(PHOTO);
        let took = self.script_async(
            "const [photo, number, done] = arguments;
            const image = new Image();
            image.src = `data:image/jpeg;base64,${photo}`;
            image.decode().then(() => {
                const canvas = new OffscreenCanvas(4000, 3000);
                const context = canvas.getContext('2d');
                context.drawImage(image, number, 0, image.width - 20, image.height, 0, 0, 4000, 3000);
                return canvas.convertToBlob({ type: 'image/jpeg', quality: 0.95 });
            }).then((blob) => {
                const before = new Set(document.querySelectorAll('[aria-label=Results] [role=option]'));
                const data = new DataTransfer();
                data.items.add(new File([blob], 'dropped.jpg', { type: 'image/jpeg' }));
                const start = performance.now();
                window.dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }));
                const look = () => requestAnimationFrame(() => {
                    const tiles = [...document.querySelectorAll('[aria-label=Results] [role=option]')];
                    const seen = tiles.some((tile) => !before.has(tile) && tile.querySelector('img')?.complete);
                    if (seen) done(performance.now() - start); else look();
                });
                look();
            });",
            &[json!(photo), json!(number)],
        );
        took.as_f64().unwrap()
    }

    /// Draws a box on a photo and moves it; how long each move took to change the look-alikes.
    fn move_box(&self, moves: usize) -> Vec<f64> {
        self.press("Escape");
        self.double_click(&self.find("option", "."));
        self.find("dialog", ".");
        self.press("b");
        self.find("application", "Box on the photo");
        let took = self.script_async(
            "const [moves, done] = arguments;
            const strip = () => [...document.querySelectorAll('[role=dialog] li button')].map((one) => one.ariaLabel).join();
            const took = [];
            const move = (number) => {
                if (number === moves) return done(took);
                const before = strip();
                const start = performance.now();
                const key = number % 8 < 4 ? 'ArrowRight' : 'ArrowDown';
                document.querySelector('[role=application]').dispatchEvent(
                    new KeyboardEvent('keydown', { key, shiftKey: number % 2 === 1, bubbles: true, cancelable: true }));
                const look = () => requestAnimationFrame(() => {
                    const now = performance.now();
                    if (strip() !== before) { took.push(now - start); setTimeout(() => move(number + 1), 150); }
                    else if (now - start > 2000) move(number + 1);
                    else look();
                });
                look();
            };
            setTimeout(() => move(0), 1500);",
            &[json!(moves)],
        );
        serde_json::from_value(took).unwrap()
    }

    fn script_async(&self, script: &str, arguments: &[Value]) -> Value {
        self.ask(self.client.execute_async(script, arguments.to_vec()))
    }
}

impl Desktop {
    /// How long ago the app's process began, to a hundredth of a second.
    fn app_age(&self) -> Duration {
        let uptime = std::fs::read_to_string("/proc/uptime").unwrap();
        let uptime: f64 = uptime.split_whitespace().next().unwrap().parse().unwrap();
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.app_process())).unwrap();
        // The 22nd field, in hundredths of a second since the system began. The second one is the name in brackets.
        let ticks: f64 =
            stat.rsplit_once(')').unwrap().1.split_whitespace().nth(19).unwrap().parse().unwrap();
        Duration::from_secs_f64(uptime - ticks / 100.0)
    }
}
