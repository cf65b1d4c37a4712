//! What the page cannot do, even if somebody got to run code in it: read files, reach the network, leave.

use std::fs;
use std::io::ErrorKind;
use std::net::TcpListener;

use library::Library;
use serde_json::{Value, json};

use crate::app::{App, BINARY, TITLE, until};
use crate::desktop::Desktop;
use crate::offline::die_at_network_sockets;
use crate::photos::{label, sample};

/// Tells whether the page gets to show a picture.
fn shows_picture(app: &App<'_>, address: &str) -> bool {
    let script = "const picture = new Image();
        const shown = new Promise((resolve) => {
          picture.onload = () => resolve(true);
          picture.onerror = () => resolve(false);
        });
        picture.src = arguments[0];
        return shown;";
    app.script(script, &[json!(address)]) == Value::Bool(true)
}

fn pictures_come_by_id_and_never_by_path(desktop: &Desktop) {
    let folder = desktop.folder_of("Pictures", &["hat"]);
    let app = desktop.open(&[&folder]);
    app.shows_photos(6);
    let address = app.script("return document.querySelector('[role=option] img').src", &[]);
    assert!(shows_picture(&app, address.as_str().unwrap()), "{address}");

    let photo = folder.join("hat-1.jpg").display().to_string();
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    for address in [
        "photo://localhost/thumb/999/1".to_owned(),
        "photo://localhost/thumb/1/999".to_owned(),
        "photo://localhost/preview/0/0".to_owned(),
        "photo://localhost/foreign/1/preview".to_owned(),
        "photo://localhost/thumb/0/0".to_owned(),
        "photo://localhost/thumb/-1/1".to_owned(),
        "photo://localhost/thumb/4294967295/1".to_owned(),
        "photo://localhost/thumb/4294967297/1".to_owned(),
        "photo://localhost/thumb/1%00/1".to_owned(),
        "photo://localhost/thumb/1/1/../../../catalog.db".to_owned(),
        format!("photo://localhost/preview/%252e%252e{photo}/1"),
        format!("photo://localhost/preview/..%5C..%5C{photo}"),
        format!("photo://{photo}"),
        format!("photo://localhost{photo}"),
        format!("photo://localhost/preview/..{photo}"),
        format!("photo://localhost/preview/%2e%2e{photo}/1"),
        format!("photo://localhost/foreign/{}/preview", photo.replace('/', "%2F")),
        format!("tauri://localhost/..{photo}"),
        format!("asset://localhost{photo}"),
        format!("file://{photo}"),
        format!("http://{}/picture.jpg", server.local_addr().unwrap()),
    ] {
        assert!(!shows_picture(&app, &address), "{address}");
    }
    assert_nobody_called(&server);
}

/// What is on show is text, whatever it says, and what a name ends with is what stands last.
fn names_are_shown_and_neither_run_nor_obeyed(desktop: &Desktop) {
    const NAMES: [&str; 4] = [
        "<img src=x onerror=document.title='taken'>",
        "photo\u{202e}gpj.exe",
        "two\nlines\u{7}",
        "{{1+1}}&lt;b&gt;\u{2067}",
    ];
    let folder = desktop.folder_of("<b>Pictures\u{202e}", &["hat"]);
    for (number, name) in (1..).zip(NAMES) {
        fs::write(folder.join(format!("{name}.jpg")), "no picture").unwrap();
        fs::rename(folder.join(format!("hat-{number}.jpg")), folder.join(format!("good {name}.jpg")))
            .unwrap();
    }
    let dated = fs::read(sample("shoes-1")).unwrap();
    fs::write(folder.join("dated.jpg"), with_date(&dated, b"<b>2021:07:04 12:0\0")).unwrap();
    let app = desktop.open(&[&folder]);
    app.shows_photos(7);

    app.click("button", "Failed");
    app.find("dialog", "Photos that could not be read");
    app.reads("<img src=x onerror=document.title='taken'>.jpg");
    app.reads("photo[U+202E]gpj.exe.jpg");
    app.reads("two[U+000A]lines[U+0007].jpg");
    app.reads("{{1+1}}&lt;b&gt;[U+2067].jpg");
    app.screenshot("listed");
    app.press("Escape");

    let mut named = Vec::new();
    for number in 1..=4 {
        named.push(app.name_of(&label(&format!("hat-{number}"))));
    }
    named.sort();
    assert_eq!(named[1], "good photo[U+202E]gpj.exe.jpg", "{named:?}");
    assert!(app.has("button", "<b>Pictures[U+202E]"), "the folder's own name");
    let seen = "return document.title + document.documentElement.innerHTML";
    let seen = app.script(seen, &[]).as_str().unwrap().to_owned();
    assert!(
        !seen.contains(['\u{202e}', '\u{2067}', '\u{7}']),
        "a character that hides others is in the page"
    );
    assert_eq!(app.script("return document.querySelectorAll('b, [onerror]').length", &[]), 0);
    assert!(!seen.starts_with("taken"));
}

/// A JPEG with an EXIF block that has this for its date.
fn with_date(jpeg: &[u8], date: &[u8]) -> Vec<u8> {
    // One field in the only directory: the date, as text, behind the directory.
    let count = (date.len() as u32).to_le_bytes();
    let field = [&[0x32, 0x01, 2, 0][..], &count, &26_u32.to_le_bytes()].concat();
    let block = [b"Exif\0\0II\x2A\0\x08\0\0\0\x01\0", field.as_slice(), &[0; 4], date].concat();
    let length = u16::try_from(block.len() + 2).unwrap().to_be_bytes();
    [&jpeg[..2], &[0xFF, 0xE1], &length, &block, &jpeg[2..]].concat()
}

fn only_the_windows_own_commands_are_there(desktop: &Desktop) {
    let app = desktop.open(&[]);
    app.find("button", "Add a folder");
    assert_eq!(app.script("return typeof window.__TAURI__", &[]), "undefined");
    let invoke = "return window.__TAURI_INTERNALS__.invoke(arguments[0], arguments[1])
        .then((value) => ({ value }), (error) => ({ error: String(error.message ?? error) }));";
    let ask = |command: &str, arguments: Value| app.script(invoke, &[json!(command), arguments]);
    assert_eq!(ask("overview", json!({}))["value"]["photos"], 0);
    for (command, arguments) in [
        ("plugin:fs|read_file", json!({ "path": "/etc/hostname" })),
        ("plugin:shell|open", json!({ "path": "/etc/hostname" })),
        ("plugin:opener|open_path", json!({ "path": "/etc/hostname" })),
        ("plugin:http|fetch", json!({ "clientConfig": { "method": "GET", "url": "http://127.0.0.1" } })),
        ("plugin:event|emit", json!({ "event": "incoming", "payload": {} })),
        ("plugin:window|close", json!({ "label": "main" })),
        ("plugin:webview|create_webview_window", json!({ "options": { "label": "other" } })),
    ] {
        let answer = ask(command, arguments);
        let error = answer["error"].as_str().unwrap_or_else(|| panic!("{command} answered {answer}"));
        assert!(error.contains("not allowed") || error.contains("not found"), "{command}: {error}");
    }
}

fn the_window_goes_nowhere_else(desktop: &Desktop) {
    let app = desktop.open(&[]);
    app.find("button", "Add a folder");
    let home = app.ask(app.client.current_url());
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let web = format!("http://{}/", server.local_addr().unwrap());
    for address in [web.as_str(), "file:///etc/hostname", "data:text/html,gone", "about:blank"] {
        app.script("location.href = arguments[0]", &[json!(address)]);
        app.find("button", "Add a folder");
        assert_eq!(app.ask(app.client.current_url()), home, "{address}");
    }
    for attempt in [
        "window.open(arguments[0])",
        "return fetch(arguments[0]).catch(() => null)",
        "navigator.sendBeacon(arguments[0])",
        "try { new WebSocket(arguments[0].replace('http', 'ws')) } catch {}",
        "const frame = document.createElement('iframe'); frame.src = arguments[0]; document.body.append(frame);",
    ] {
        app.script(attempt, &[json!(web)]);
    }
    app.find("button", "Add a folder");
    assert_eq!(app.ask(app.client.windows()).len(), 1);
    assert_nobody_called(&server);
}

/// Without the driver, which speaks to the page over such a socket. A filter in the kernel ends whichever process asks
/// for one, so this is stronger than reading a trace of their calls afterwards: nothing has to be watched or searched.
fn neither_the_app_nor_its_web_view_opens_a_network_socket(desktop: &Desktop) {
    let folder = desktop.folder_of("Pictures", &["hat"]);
    let mut command = desktop.command(BINARY);
    die_at_network_sockets(command.arg(&folder));
    let mut app = command.spawn().unwrap();
    // It shows when its page is loaded.
    desktop.activate(TITLE);
    // WebKit starts anew what was killed: then there are others than at first.
    let begun = desktop.app_processes();
    for needed in ["lookalike-app", "WebKitNetworkPr", "WebKitWebProces"] {
        assert!(begun.iter().any(|(_, name)| name == needed), "no {needed} in {begun:?}");
    }
    desktop.xdotool(&["key", "ctrl+comma"]);
    desktop.xdotool(&["key", "Escape"]);
    assert!(desktop.app_processes().is_superset(&begun), "not all are left of {begun:?}");
    desktop.xdotool(&["key", "alt+F4"]);
    let (mut seen, mut ended) = (begun.clone(), None);
    until("the app has ended", || {
        seen.extend(desktop.app_processes());
        ended = app.try_wait().unwrap();
        ended.is_some()
    });
    assert!(ended.unwrap().success(), "{ended:?}");
    assert_eq!(seen, begun);
    until("no process is left", || desktop.app_processes().is_empty());
    let library = Library::open(&desktop.path().join("data/lookalike")).unwrap();
    assert_eq!(library.overview().unwrap().folders.len(), 1);
}

fn assert_nobody_called(server: &TcpListener) {
    server.set_nonblocking(true).unwrap();
    let call = server.accept();
    assert!(call.is_err_and(|error| error.kind() == ErrorKind::WouldBlock), "the page reached a server");
}

crate::suite::tests![
    names_are_shown_and_neither_run_nor_obeyed,
    neither_the_app_nor_its_web_view_opens_a_network_socket,
    only_the_windows_own_commands_are_there,
    pictures_come_by_id_and_never_by_path,
    the_window_goes_nowhere_else,
];
