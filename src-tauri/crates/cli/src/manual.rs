//! Manual pages, made from what the command line says of itself. Packages bring them; they are written nowhere here.

use std::io::{self, Write};

use clap::CommandFactory;
use clap_mangen::Man;

use crate::args::Arguments;
use crate::output::Failure;

/// Prints the page of this name, or the names of all.
pub(crate) fn print(page: Option<&str>) -> Result<(), Failure> {
    let pages = pages();
    let Some(name) = page else {
        return Ok(pages.iter().try_for_each(|page| writeln!(io::stdout(), "{}", page.get_filename()))?);
    };
    let page = pages.iter().find(|page| page.get_filename() == name);
    let page = page.ok_or_else(|| Failure::Usage(format!("there is no page {name}")))?;
    Ok(page.render(&mut io::stdout())?)
}

/// One for the whole, and one for each command.
fn pages() -> Vec<Man> {
    let mut whole = Arguments::command().disable_help_subcommand(true);
    // From here on each command knows its full name.
    whole.build();
    let mut commands = vec![whole];
    let mut pages = Vec::new();
    while let Some(command) = commands.pop() {
        commands.extend(command.get_subcommands().filter(|command| !command.is_hide_set()).cloned());
        pages.push(Man::new(command));
    }
    pages
}
