//! What a person does in the window: finding things by role and name, clicking, pressing keys, dragging.

use std::thread;
use std::time::{Duration, Instant};

use fantoccini::actions::{
    InputSource, KeyAction, KeyActions, MOUSE_BUTTON_LEFT, MOUSE_BUTTON_RIGHT, MouseActions, PointerAction,
    WheelAction, WheelActions,
};
use fantoccini::elements::{Element, ElementRef};
use fantoccini::key::Key;
use serde_json::{Value, json};

use crate::app::{App, LOOK, until};

/// The key under which WebDriver sends an element.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

impl App<'_> {
    /// Runs a script in the page.
    pub(crate) fn script(&self, script: &str, arguments: &[Value]) -> Value {
        self.ask(self.client.execute(script, arguments.to_vec()))
    }

    /// Everything in sight with this role and name. A name that nothing has in full may be a part of one.
    pub(crate) fn all(&self, role: &str, name: &str) -> Vec<Element> {
        let found = self.script(include_str!("find.js"), &[json!(role), json!(name)]);
        found.as_array().unwrap().iter().map(|value| self.element(value)).collect()
    }

    fn element(&self, value: &Value) -> Element {
        let id = value[ELEMENT].as_str().unwrap().to_owned();
        Element::from_element_id(self.client.clone(), ElementRef::from(id))
    }

    pub(crate) fn has(&self, role: &str, name: &str) -> bool {
        !self.all(role, name).is_empty()
    }

    /// Waits for it to be in sight.
    pub(crate) fn find(&self, role: &str, name: &str) -> Element {
        let mut found = Vec::new();
        until(&format!("{role} “{name}” is in sight"), || {
            found = self.all(role, name);
            !found.is_empty()
        });
        found.swap_remove(0)
    }

    /// Waits for it to be gone.
    pub(crate) fn gone(&self, role: &str, name: &str) {
        until(&format!("{role} “{name}” is gone"), || !self.has(role, name));
    }

    /// Waits for a text to be on show.
    pub(crate) fn reads(&self, text: &str) {
        until(&format!("“{text}” is on show"), || self.text().contains(text));
    }

    /// Waits for a text to be on show no longer.
    pub(crate) fn no_longer_reads(&self, text: &str) {
        until(&format!("“{text}” is gone"), || !self.text().contains(text));
    }

    /// All text on show.
    pub(crate) fn text(&self) -> String {
        self.script("return document.body.innerText", &[]).as_str().unwrap_or_default().to_owned()
    }

    pub(crate) fn click(&self, role: &str, name: &str) {
        let element = self.find(role, name);
        self.rests(&element);
        // Where a control is drawn by its label, that is what a person hits.
        let hit =
            "return arguments[0].matches('input') ? (arguments[0].labels[0] ?? arguments[0]) : arguments[0]";
        let hit = self.script(hit, &[json!(element)]);
        self.ask(self.element(&hit).click());
    }

    /// Waits until an element stays where it is: the mouse would miss what still slides in, or makes room for something.
    fn rests(&self, element: &Element) {
        let rests = "const at = () => JSON.stringify(arguments[0].getBoundingClientRect());
            return new Promise((resolve) => {
                const look = (before) => requestAnimationFrame(() => requestAnimationFrame(() =>
                    at() === before ? resolve(true) : look(at())));
                look(at());
            })";
        self.script(rests, &[json!(element)]);
    }

    /// Moves the mouse over the middle of an element, which is scrolled to first.
    pub(crate) fn hover(&self, element: &Element) {
        self.script("arguments[0].scrollIntoView({ block: 'nearest' })", &[json!(element)]);
        self.rests(element);
        self.mouse(vec![over(element)]);
    }

    pub(crate) fn right_click(&self, element: &Element) {
        let button = MOUSE_BUTTON_RIGHT;
        self.hover(element);
        self.mouse(vec![over(element), PointerAction::Down { button }, PointerAction::Up { button }]);
    }

    pub(crate) fn double_click(&self, element: &Element) {
        let button = MOUSE_BUTTON_LEFT;
        let click = [PointerAction::Down { button }, PointerAction::Up { button }];
        self.hover(element);
        self.mouse([vec![over(element)], click.to_vec(), click.to_vec()].concat());
    }

    /// Opens a photo by a double click. On a machine that is busy the web view may take two clicks for two single ones, as
    /// they come too far apart; then it is done again, as a person would.
    pub(crate) fn open_photo(&self, photo: &Element) {
        const PATIENCE: Duration = Duration::from_secs(5);
        let is_open = || self.has("dialog", "");
        until("the photo is open", || {
            self.double_click(photo);
            let clicked = Instant::now();
            while !is_open() && clicked.elapsed() < PATIENCE {
                thread::sleep(LOOK);
            }
            is_open()
        });
    }

    /// Drags from one place on an element to another, both in pixels from its middle, in a few steps as a hand does.
    pub(crate) fn drag(&self, element: &Element, from: (f64, f64), to: (f64, f64)) {
        // Places in the window, not on the element: that may move along.
        let (left, top, width, height) = self.ask(element.rectangle());
        let middle = (left + width / 2.0, top + height / 2.0);
        self.drag_from((middle.0 + from.0, middle.1 + from.1), (to.0 - from.0, to.1 - from.1));
    }

    /// Drags from a place in the window, so far, in a few steps as a hand does.
    pub(crate) fn drag_from(&self, from: (f64, f64), by: (f64, f64)) {
        const STEPS: u32 = 8;
        let button = MOUSE_BUTTON_LEFT;
        let at = |step: u32| {
            let part = f64::from(step) / f64::from(STEPS);
            let (x, y) = (from.0 + by.0 * part, from.1 + by.1 * part);
            PointerAction::MoveTo { duration: None, x: x.round(), y: y.round() }
        };
        let mut actions = vec![at(0), PointerAction::Down { button }];
        actions.extend((1..=STEPS).map(at));
        actions.push(PointerAction::Up { button });
        self.mouse(actions);
    }

    /// Clicks on a place in the window.
    pub(crate) fn click_at(&self, place: (f64, f64)) {
        let button = MOUSE_BUTTON_LEFT;
        let to = PointerAction::MoveTo { duration: None, x: place.0.round(), y: place.1.round() };
        self.mouse(vec![to, PointerAction::Down { button }, PointerAction::Up { button }]);
    }

    /// Turns the wheel over a place in the window, away from the person where `notches` is positive.
    pub(crate) fn turn_wheel(&self, (x, y): (f64, f64), notches: i64) {
        let turn = WheelAction::Scroll {
            duration: None,
            x: x.round() as i64,
            y: y.round() as i64,
            delta_x: 0,
            delta_y: -120 * notches,
        };
        let wheel = WheelActions::new("wheel".to_owned()).then(turn);
        self.ask(self.client.perform_actions(wheel));
    }

    /// Holds a key while something else is done.
    pub(crate) fn hold(&self, name: &str, work: impl FnOnce()) {
        let keys = |action: KeyAction| KeyActions::new("keyboard".to_owned()).then(action);
        let value = key(name);
        self.ask(self.client.perform_actions(keys(KeyAction::Down { value })));
        work();
        self.ask(self.client.perform_actions(keys(KeyAction::Up { value })));
    }

    fn mouse(&self, actions: Vec<PointerAction>) {
        let mouse = actions.into_iter().fold(MouseActions::new("mouse".to_owned()), MouseActions::then);
        self.ask(self.client.perform_actions(mouse));
    }

    /// Presses keys together, written as in `Control+Shift+a`.
    pub(crate) fn press(&self, keys: &str) {
        let keys: Vec<char> = keys.split('+').map(key).collect();
        let down = keys.iter().map(|&value| KeyAction::Down { value });
        let up = keys.iter().rev().map(|&value| KeyAction::Up { value });
        let keyboard = down.chain(up).fold(KeyActions::new("keyboard".to_owned()), KeyActions::then);
        self.ask(self.client.perform_actions(keyboard));
    }
}

/// The settings, in English.
impl App<'_> {
    pub(crate) fn open_settings(&self) {
        self.press("Control+,");
        self.find("dialog", "Settings");
    }

    pub(crate) fn close_settings(&self) {
        self.press("Escape");
        self.gone("dialog", "Settings");
    }
}

/// What the grid of photos is for.
impl App<'_> {
    /// How many photos there are in the grid, in sight or not.
    pub(crate) fn photos(&self) -> usize {
        let count = "const first = document.querySelector('[role=option]');
            return Number(first?.getAttribute('aria-setsize') ?? 0);";
        self.script(count, &[]).as_u64().unwrap() as usize
    }

    /// Waits until the grid has this many photos and shows those in sight.
    pub(crate) fn shows_photos(&self, count: usize) {
        until(&format!("there are {count} photos"), || self.photos() == count);
        self.shows_pictures();
    }

    /// Waits until nothing goes on in the background that would change what is on show: all photos were read, and looked
    /// into. The status bar cannot tell, as it keeps quiet about short work.
    pub(crate) fn settles(&self) {
        self.waits_until_it_does("idle");
    }

    /// Waits until this is what goes on in the background.
    pub(crate) fn waits_until_it_does(&self, what: &str) {
        let work = "return window.__TAURI_INTERNALS__.invoke('activity').then(({ work }) => work)";
        until(&format!("{what} is what goes on"), || self.script(work, &[]) == what);
    }

    /// Waits until the photos in sight show their pictures.
    pub(crate) fn shows_pictures(&self) {
        let loaded = "return [...document.querySelectorAll('[role=option]')].every((tile) => {
            const { top, bottom } = tile.getBoundingClientRect();
            const picture = tile.querySelector('img');
            return bottom < 0 || top > innerHeight || (picture?.complete && picture.naturalWidth > 0);
        })";
        until("the photos in sight have their pictures", || self.script(loaded, &[]) == Value::Bool(true));
    }

    /// Labels of the results in their order: name, day, band, similarity.
    pub(crate) fn results(&self) -> Vec<String> {
        self.find("listbox", "Results");
        let labels = "return [...document.querySelectorAll('[role=listbox] [role=option]')]
            .sort((one, other) => one.dataset.position - other.dataset.position)
            .map((tile) => tile.getAttribute('aria-label'))";
        serde_json::from_value(self.script(labels, &[])).unwrap()
    }

    /// Waits for results like these.
    pub(crate) fn finds(&self, are_right: impl Fn(&[String]) -> bool) {
        let mut results = Vec::new();
        until("the results are right", || {
            results = self.results();
            are_right(&results)
        });
    }

    /// Asks for what looks like the photo with this label, by its menu.
    pub(crate) fn find_look_alikes(&self, label: &str) {
        self.right_click(&self.find("option", label));
        self.click("menuitem", "Find look-alikes");
        self.find("listbox", "Results");
    }

    /// File name of the photo with this label, as its photo view says.
    pub(crate) fn name_of(&self, label: &str) -> String {
        self.ask(self.find("option", label).click());
        self.press("Enter");
        let view = self.find("dialog", ".");
        let name = self.ask(view.attr("aria-label")).unwrap();
        self.press("Escape");
        self.gone("dialog", &name);
        name
    }
}

fn over(element: &Element) -> PointerAction {
    PointerAction::MoveToElement { element: element.clone(), duration: None, x: 0.0, y: 0.0 }
}

fn key(name: &str) -> char {
    let key = match name {
        "Alt" => Key::Alt,
        "ArrowDown" => Key::Down,
        "ArrowLeft" => Key::Left,
        "ArrowRight" => Key::Right,
        "ArrowUp" => Key::Up,
        "Control" => Key::Control,
        "End" => Key::End,
        "Enter" => Key::Enter,
        "Escape" => Key::Escape,
        "Home" => Key::Home,
        "Shift" => Key::Shift,
        "Space" => return ' ',
        "Tab" => Key::Tab,
        _ => return name.chars().next().unwrap_or('+'),
    };
    key.chars().next().unwrap()
}
