//! What the page cannot do, even if somebody got to run code in it: read files, reach the network, leave.

use std::io::ErrorKind;
use std::net::TcpListener;

use library::Library;
use serde_json::{Value, json};

use crate::app::{App, BINARY, TITLE, until};
use crate::desktop::Desktop;
use crate::offline::die_at_network_sockets;

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

/// Without the driver, which speaks to the page over such a socket.
fn neither_the_app_nor_its_web_view_opens_a_network_socket(desktop: &Desktop) {
    let folder = desktop.folder_of("Pictures", &["hat"]);
    let mut command = desktop.command(BINARY);
    die_at_network_sockets(command.arg(&folder));
    let mut app = command.spawn().unwrap();
    // It shows when its page is loaded.
    desktop.activate(TITLE);
    desktop.xdotool(&["key", "ctrl+comma"]);
    desktop.xdotool(&["key", "Escape", "alt+F4"]);
    let ended = app.wait().unwrap();
    assert!(ended.success(), "{ended}");
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
    neither_the_app_nor_its_web_view_opens_a_network_socket,
    only_the_windows_own_commands_are_there,
    pictures_come_by_id_and_never_by_path,
    the_window_goes_nowhere_else,
];
