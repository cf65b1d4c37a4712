//! Lists the tests and runs them, two at a time at most: each one is a whole desktop.

use std::process::ExitCode;

use libtest_mimic::{Arguments, Completion, Trial};

use crate::desktop::{self, Desktop};
use crate::{
    absent, asking, beside, closely, confinement, crop, drag_source, duplicates, examples, failures, figures,
    first_run, folders, hostile_page, inside, isolation, looks, models, outside_changes, pointing, selecting,
    staying, walking,
};

/// A test and its name.
pub(crate) type Test = (&'static str, fn(&Desktop));

/// Names each test after its function.
macro_rules! tests {
    ($($test:ident),* $(,)?) => {
        pub(crate) const TESTS: &[crate::suite::Test] = &[$((stringify!($test), $test)),*];
    };
}
pub(crate) use tests;

const AT_A_TIME: usize = 2;

pub(crate) fn run() -> ExitCode {
    if drag_source::is_asked_for() {
        drag_source::run();
        return ExitCode::SUCCESS;
    }
    if let Some(library) = figures::library() {
        figures::run(&library);
        return ExitCode::SUCCESS;
    }
    isolation::enter();
    let mut arguments = Arguments::from_args();
    let threads = arguments.test_threads.unwrap_or(AT_A_TIME);
    arguments.test_threads = Some(threads.min(AT_A_TIME));
    let missing = desktop::missing_programs();
    let skipped = !missing.is_empty() && std::env::var_os("CI").is_none();
    let reason = format!("not installed: {}", missing.join(", "));
    if skipped {
        eprintln!("the window is not tested, {reason}");
    }
    let trials = themes().map(|(name, test)| {
        let reason = reason.clone();
        Trial::ignorable_test(name, move || {
            if skipped {
                return Ok(Completion::ignored_with(reason));
            }
            test(&Desktop::new(name));
            Ok(Completion::Completed)
        })
    });
    libtest_mimic::run(&arguments, trials.collect()).exit_code()
}

fn themes() -> impl Iterator<Item = Test> {
    let themes = [
        absent::TESTS,
        asking::TESTS,
        beside::TESTS,
        closely::TESTS,
        confinement::TESTS,
        crop::TESTS,
        duplicates::TESTS,
        examples::TESTS,
        failures::TESTS,
        first_run::TESTS,
        folders::TESTS,
        hostile_page::TESTS,
        inside::TESTS,
        looks::TESTS,
        models::TESTS,
        outside_changes::TESTS,
        pointing::TESTS,
        selecting::TESTS,
        staying::TESTS,
        walking::TESTS,
    ];
    themes.into_iter().flatten().copied()
}
