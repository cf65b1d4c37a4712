//! What a page could ask for that somebody else has taken over: addresses of pictures and commands made up at random, the
//! same ones in each run. Nothing that is asked ends or holds the app, or shows anything from outside the library.
//!
//! Commands that open a dialog or another program when all is right with them are only asked wrongly.

use std::fs;
use std::path::Path;
use std::time::SystemTime;

use gtk::gdk_pixbuf::{Colorspace, Pixbuf};
use serde_json::{Value, json};

use crate::app::{App, until};
use crate::desktop::Desktop;

const ADDRESSES: usize = 300;
const COMMANDS: usize = 400;
/// What is asked at a time.
const AT_ONCE: usize = 20;

/// Numbers that look random: `SplitMix64` (Steele, Lea and Flood, 2014).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit as u64) as usize
    }

    fn one_of<'a, T: ?Sized>(&mut self, all: &[&'a T]) -> &'a T {
        all[self.below(all.len())]
    }
}

/// A picture outside of the library, of a shape that no photo in it has, and nothing but the driver knows of.
fn outsider(desktop: &Desktop) -> String {
    let path = desktop.path().join("outside.jpg");
    let picture = Pixbuf::new(Colorspace::Rgb, false, 8, 300, 30).unwrap();
    picture.fill(0x8040_20FF);
    picture.savev(&path, "jpeg", &[("quality", "90")]).unwrap();
    path.display().to_string()
}

/// A part of an address: an id, something like one, or a way out.
fn part(random: &mut Random, outside: &str) -> String {
    let escaped = outside.replace('/', "%2F");
    let twice = outside.replace('/', "%252F");
    let long = "9".repeat(5_000);
    let parts = [
        "0",
        "1",
        "2",
        "6",
        "7",
        "00001",
        "-1",
        "+1",
        "1.0",
        "1e0",
        "0x1",
        "4294967295",
        "4294967296",
        "4294967297",
        "18446744073709551616",
        "9223372036854775807",
        "٣",
        "１",
        "1%00",
        "%31",
        "%2531",
        "1 ",
        "%0a1",
        "NaN",
        "null",
        "",
        ".",
        "..",
        "%2e%2e",
        "..%2f..",
        "..%5c..",
        "thumb",
        "preview",
        "foreign",
        "full",
        "*",
        "~",
        "%ff",
        "%c0%ae",
        "\u{202e}1",
        "a\u{301}",
        "😀",
        "'; DROP TABLE photo; --",
        outside,
        &escaped,
        &twice,
        &long,
    ];
    random.one_of(&parts).to_owned()
}

fn address(random: &mut Random, outside: &str) -> String {
    let schemes = ["photo", "photo", "photo", "photo", "PHOTO", "tauri", "asset", "file", "ipc"];
    let hosts = ["localhost", "localhost", "localhost", "", "..", "evil", "localhost:80", "user@localhost"];
    let kinds = ["thumb", "preview", "foreign", "Thumb", "thumb%2F..", "../thumb", "catalog.db", "index", ""];
    let mut address = format!("{}://{}", random.one_of(&schemes), random.one_of(&hosts));
    if random.below(8) > 0 {
        address.push('/');
        address.push_str(random.one_of(&kinds));
    }
    for _ in 0..random.below(5) {
        address.push_str(random.one_of(&["/", "/", "/", "//", "%2F", "\\", "/../"]));
        address.push_str(&part(random, outside));
    }
    if random.below(6) == 0 {
        address.push_str(random.one_of(&["?1", "#1", "?path=/etc/passwd", "&", ";", "?%00"]));
    }
    address
}

/// What each address shows: width and height, or nothing.
fn shown(app: &App<'_>, addresses: &[String]) -> Vec<Option<(u64, u64)>> {
    let script = "return Promise.all(arguments[0].map((address) => new Promise((resolve) => {
        const picture = new Image();
        picture.onload = () => resolve([picture.naturalWidth, picture.naturalHeight]);
        picture.onerror = () => resolve(null);
        picture.src = address;
    })))";
    serde_json::from_value(app.script(script, &[json!(addresses)])).unwrap()
}

/// Bytes and times of the files in a folder.
fn state(folder: &Path) -> Vec<(String, Vec<u8>, SystemTime)> {
    let mut files: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| {
            let path = entry.unwrap().path();
            let modified = path.metadata().unwrap().modified().unwrap();
            (path.display().to_string(), fs::read(&path).unwrap(), modified)
        })
        .collect();
    files.sort();
    files
}

/// The library is as it was, and so is the process that has it; nothing in it ended unforeseen.
fn assert_well(app: &App<'_>, process: u32, asked: &str) {
    // While the library is opened anew, as other settings have it, it says so instead.
    let overview =
        "return window.__TAURI_INTERNALS__.invoke('overview').then(({ photos }) => photos, () => null)";
    until(&format!("the library answers after {asked}"), || app.script(overview, &[]) == 6);
    assert_eq!(app.desktop.app_process(), process, "{asked}");
    let log = fs::read_to_string(app.desktop.path().join("app.log")).unwrap();
    let fault = log.lines().find(|line| line.contains("panicked"));
    assert_eq!(fault, None, "{asked}");
}

fn no_address_shows_what_is_outside_the_library(desktop: &Desktop) {
    let folder = desktop.folder_of("Pictures", &["hat"]);
    let outside = outsider(desktop);
    let app = desktop.open(&[&folder]);
    app.shows_photos(6);
    let (before, process) = (state(&folder), desktop.app_process());
    let mut random = Random(16);
    let mut served = 0;
    for _ in 0..ADDRESSES / AT_ONCE {
        let addresses: Vec<String> = (0..AT_ONCE).map(|_| address(&mut random, &outside)).collect();
        for (address, picture) in addresses.iter().zip(shown(&app, &addresses)) {
            let Some((width, height)) = picture else { continue };
            served += 1;
            assert!(address.to_lowercase().starts_with("photo:"), "{address}");
            assert!(width < 4 * height, "{address} shows a picture from outside");
        }
        assert_well(&app, process, &addresses.join("\n"));
    }
    // Some of them happen to be right.
    let right = app.script("return document.querySelector('[role=option] img').src", &[]);
    assert!(shown(&app, &[right.as_str().unwrap().to_owned()])[0].is_some());
    assert!(served < ADDRESSES / 2, "{served}");
    assert!(state(&folder) == before);
}

/// Commands, and what each is asked with when all is right.
fn commands() -> Vec<(&'static str, Value)> {
    let filter = json!({ "folders": [], "from": null, "to": null, "formats": [] });
    let example = json!({
        "image": { "kind": "photo", "id": 1 },
        "crop": { "x": 1, "y": 2, "width": 30, "height": 40 }, "negative": false, "weight": 1.0,
    });
    let request = json!({ "examples": [example], "limit": 5, "filter": filter, "hideCopies": false });
    let settings = json!({
        "theme": "system", "language": "en", "lookInside": true, "threads": 0, "tray": false, "rowHeight": 200,
    });
    vec![
        ("search", json!({ "request": request })),
        ("search", json!({ "request": request })),
        ("search", json!({ "request": request })),
        ("timeline", json!({ "filter": filter })),
        ("photo", json!({ "id": 1 })),
        ("shot", json!({ "image": { "kind": "photo", "id": 1 } })),
        ("prepare", json!({ "image": { "kind": "foreign", "key": "1" } })),
        ("image_size", json!({ "image": { "kind": "photo", "id": 1 } })),
        ("duplicates", json!({})),
        ("duplicate_groups", json!({ "version": 1, "groups": [0] })),
        ("review_duplicates", json!({ "version": 1, "group": 0, "keep": [1], "verdict": "settled" })),
        ("copy_going", json!({ "version": 1, "group": 0 })),
        ("copy_paths", json!({ "photos": [1] })),
        ("look_inside_folder", json!({ "id": 1, "on": true })),
        ("confirm_removed", json!({ "id": 1 })),
        ("use_model", json!({ "key": "fast" })),
        ("remove_model", json!({ "key": "brought-1" })),
        ("change_settings", json!({ "settings": settings })),
        ("failures", json!({})),
        ("storage", json!({})),
        ("models", json!({})),
        ("activity", json!({})),
        ("no_such_command", json!({})),
    ]
}

/// Commands that are only asked wrongly: each argument is of a type that it does not take.
const ONLY_WRONGLY: [(&str, &str); 10] = [
    ("open", "photo"),
    ("reveal", "photos"),
    ("reveal_folder", "id"),
    ("reveal_failure", "key"),
    ("remove_folder", "id"),
    ("export_copies", "photos"),
    ("export_duplicates", "groups"),
    ("import_model", "normalization"),
    ("change_settings", "settings"),
    ("review_duplicates", "verdict"),
];

/// A value that nobody expects.
fn odd(random: &mut Random, outside: &str) -> Value {
    let deep = (0..100).fold(json!(1), |inner, _| json!([inner]));
    let texts = [
        "",
        "..",
        "/etc/passwd",
        "\0",
        "\u{202e}",
        "\u{FFFF}",
        "a\u{301}",
        "😀",
        "1",
        "-1",
        "2026-02-31",
        "__proto__",
    ];
    match random.below(16) {
        0 => Value::Null,
        1 => json!(random.below(2) == 1),
        2 => json!(-1),
        3 => json!(u32::MAX),
        4 => json!(u64::from(u32::MAX) + 1),
        5 => json!(u64::MAX),
        6 => json!(i64::MIN),
        7 => json!(1e308),
        8 => json!(-0.5),
        9 => json!(outside),
        10 => json!("x".repeat(100_000)),
        11 => json!(vec![1; 2_000]),
        12 => deep,
        13 => json!({ "__proto__": { "id": 1 }, "kind": outside }),
        14 => json!([outside, Value::Null, 1.5, {}]),
        _ => json!(random.one_of(&texts)),
    }
}

/// Changes something somewhere in the arguments of a command: another value, one more, or one less.
fn spoil(random: &mut Random, value: &mut Value, outside: &str) {
    match value {
        Value::Object(fields) if !fields.is_empty() && random.below(5) > 0 => {
            let names: Vec<String> = fields.keys().cloned().collect();
            let name = &names[random.below(names.len())];
            match random.below(8) {
                0 => drop(fields.remove(name)),
                1 => drop(fields.insert("unheardOf".to_owned(), odd(random, outside))),
                _ => spoil(random, &mut fields[name.as_str()], outside),
            }
        }
        Value::Array(items) if !items.is_empty() && random.below(3) > 0 => {
            let at = random.below(items.len());
            if random.below(4) == 0 {
                items.extend(vec![items[at].clone(); 40]);
            } else {
                spoil(random, &mut items[at], outside);
            }
        }
        value => *value = odd(random, outside),
    }
}

/// A number or an array of numbers is never a text or an object, and the other way round.
fn wrong(random: &mut Random, argument: &str, outside: &str) -> Value {
    let wrong =
        [json!({ "path": outside }), json!([outside]), json!(-1.5), json!({ "$": outside }), json!([[1]])];
    let value = wrong[random.below(wrong.len())].clone();
    if random.below(8) == 0 && argument != "normalization" { json!({}) } else { json!({ argument: value }) }
}

fn no_command_that_is_asked_wrongly_does_harm(desktop: &Desktop) {
    let folder = desktop.folder_of("Pictures", &["hat"]);
    let outside = outsider(desktop);
    let app = desktop.open(&[&folder]);
    app.shows_photos(6);
    app.settles();
    let (before, process) = (state(&folder), desktop.app_process());
    let mut random = Random(61);
    let commands = commands();
    for _ in 0..COMMANDS / AT_ONCE {
        let asked: Vec<(String, Value)> = (0..AT_ONCE)
            .map(|_| {
                if random.below(4) == 0 {
                    let (command, argument) = ONLY_WRONGLY[random.below(ONLY_WRONGLY.len())];
                    return (command.to_owned(), wrong(&mut random, argument, &outside));
                }
                let (command, mut arguments) = commands[random.below(commands.len())].clone();
                spoil(&mut random, &mut arguments, &outside);
                (command.to_owned(), arguments)
            })
            .collect();
        let told = format!("{asked:.2000?}");
        // Whatever the answer is, there is one.
        let script = "return Promise.all(arguments[0].map(([command, given]) =>
            window.__TAURI_INTERNALS__.invoke(command, given).then(
                (value) => JSON.stringify(value instanceof ArrayBuffer ? value.byteLength : value) ?? '',
                (error) => `refused: ${JSON.stringify(error)}`)))";
        let answers: Vec<String> = serde_json::from_value(app.script(script, &[json!(asked)])).unwrap();
        for ((command, given), answer) in asked.iter().zip(answers) {
            let given = format!("{command} {given:.500}");
            assert!(!answer.contains("\"code\":\"internal\""), "{given}: {answer}");
            assert!(!answer.contains("outside.jpg") || answer.starts_with("refused"), "{given}: {answer}");
        }
        assert_well(&app, process, &told);
    }
    raw_bytes_are_no_way_in(&app);
    app.shows_photos(6);
    let hat = app.find("option", "2020");
    app.right_click(&hat);
    app.find("menuitem", "Find");
    assert!(state(&folder) == before);
}

/// The one command that takes bytes, with bytes that are no picture, none, and none but in its arguments.
fn raw_bytes_are_no_way_in(app: &App<'_>) {
    let script = "const bodies = [new Uint8Array(0), new Uint8Array(3), new TextEncoder().encode('/etc/passwd'),
            new Uint8Array(1 << 20).fill(255), { path: '/etc/passwd' }, {}];
        return Promise.all(bodies.map((body) =>
            window.__TAURI_INTERNALS__.invoke('image_from_bytes', body, { headers: { 'x-name': '..%2F%00%ff' } })
                .then(() => 'taken', () => 'refused')))";
    let answers: Vec<String> = serde_json::from_value(app.script(script, &[])).unwrap();
    assert!(answers.iter().all(|answer| answer == "refused"), "{answers:?}");
}

crate::suite::tests![
    no_address_shows_what_is_outside_the_library,
    no_command_that_is_asked_wrongly_does_harm
];
