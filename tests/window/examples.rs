//! Asking by several examples: their weights, and parts of photos to look for and to stay away from.

use std::fs;

use crate::app::App;
use crate::desktop::Desktop;
use crate::photos::sample;

/// The app asking for what looks like shoes and like a hat, both from elsewhere.
fn open(desktop: &Desktop) -> App<'_> {
    let folder = desktop.folder_of("Pictures", &["hat", "shoes"]);
    let [shoes, hat] = ["shoes-1", "hat-1"].map(|name| {
        let image = desktop.path().join(format!("{name}.jpg"));
        fs::copy(sample(name), &image).unwrap();
        image
    });
    let app = desktop.open(&[&folder]);
    app.shows_photos(12);
    // From here on the same question has the same answer.
    app.settles();
    desktop.start_again(&[&shoes, &hat]);
    app.find("button", "Like shoes-1.jpg");
    app.find("button", "Like hat-1.jpg");
    // All photos but for one that is not even related.
    let both = |results: &[String]| among_first("hat", results) > 0 && among_first("shoes", results) > 0;
    app.finds(|results| results.len() == 11 && both(results));
    app
}

/// How many of the first five results are of a class.
fn among_first(class: &str, results: &[String]) -> usize {
    results.iter().take(5).filter(|result| result.starts_with(class)).count()
}

fn the_order_of_results_follows_a_weight(desktop: &Desktop) {
    let app = open(desktop);
    let even = app.results();
    app.shows_pictures();
    app.screenshot("even");
    let weight = app.find("spinbutton", "Weight of hat-1.jpg");
    app.ask(weight.click());
    app.press("End");
    app.finds(|results| *results != even && among_first("hat", results) > among_first("shoes", results));
    assert_eq!(app.ask(weight.text()), "×4");
    app.shows_pictures();
    app.screenshot("hats");

    app.press("Home");
    app.finds(|results| among_first("shoes", results) > among_first("hat", results));
    assert_eq!(app.ask(weight.text()), "×0.25");
    app.shows_pictures();
    app.screenshot("shoes");
    let shoes = app.results();

    // Another query, and back: the weight is as it was left.
    app.find_look_alikes("shoes-2.jpg");
    app.find("button", "Like shoes-2.jpg");
    app.press("Alt+ArrowLeft");
    app.finds(|results| *results == shoes);
    assert_eq!(app.ask(app.find("spinbutton", "Weight of hat-1.jpg").text()), "×0.25");
}

fn a_part_becomes_a_counter_example_and_is_taken_back(desktop: &Desktop) {
    let app = open(desktop);
    let before = app.results();
    app.open_photo(&app.find("option", "hat-2.jpg"));
    app.find("dialog", "hat-2.jpg");
    app.press("b");
    app.find("application", "Box on the photo");
    app.screenshot("box");
    app.click("button", "Less like this part");
    app.gone("dialog", "hat-2.jpg");
    app.find("button", "Less like a part of hat-2.jpg");
    app.finds(|results| *results != before);
    app.shows_pictures();
    app.screenshot("less");

    app.click("button", "Remove hat-2.jpg from the query");
    app.finds(|results| *results == before);
}

fn more_and_less_are_asked_by_with_keys(desktop: &Desktop) {
    let app = open(desktop);
    // The first other shoe: the message that the folder was added lies over the last ones.
    let is_other = |label: &String| label.starts_with("shoes-") && !label.starts_with("shoes-1");
    let shoe = app.results().into_iter().find(is_other).unwrap();
    app.ask(app.find("option", &shoe).click());
    app.press("l");
    app.find("button", &format!("Less like {}", shoe.split(',').next().unwrap()));
    app.open_photo(&app.all("option", "hat-")[0]);
    app.find("img", "hat-");
    app.press("b");
    app.find("application", "Box on the photo");
    app.press("m");
    app.find("button", "Like a part of hat-");
    assert_eq!(app.all("spinbutton", "Weight of").len(), 4);
    app.screenshot("four");
}

fn many_examples_have_room_and_can_all_be_reached(desktop: &Desktop) {
    let app = open(desktop);
    for _ in 0..6 {
        let best = app.results().swap_remove(0);
        app.ask(app.find("option", &best).click());
        app.press("m");
        // What is asked by is not among the results.
        app.finds(|results| !results.is_empty() && !results.contains(&best));
    }
    app.shows_pictures();
    app.screenshot("light");
    let height = "return document.querySelector('[role=toolbar]').getBoundingClientRect().height";
    assert!(app.script(height, &[]).as_f64().unwrap() <= 52.0);
    let wide =
        "const { scrollWidth, clientWidth } = document.documentElement; return scrollWidth - clientWidth";
    assert_eq!(app.script(wide, &[]), 0);
    // Beside the results there is room for more of them than in the bar.
    app.script("document.querySelector('aside [role=spinbutton]').focus()", &[]);
    app.press("ArrowUp");
    assert_eq!(app.ask(app.find("spinbutton", "Weight of shoes-1.jpg").text()), "×1.5");
    app.open_settings();
    app.click("radio", "Dark");
    app.close_settings();
    app.screenshot("dark");
}

crate::suite::tests![
    a_part_becomes_a_counter_example_and_is_taken_back,
    many_examples_have_room_and_can_all_be_reached,
    more_and_less_are_asked_by_with_keys,
    the_order_of_results_follows_a_weight,
];
