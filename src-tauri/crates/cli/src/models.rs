//! The `model` commands: which models there are, choosing one, bringing another.

use std::io::{self, Write};
use std::path::Path;

use library::{
    Bands, Calibration, Import, LEAST_PICTURES, Library, ModelInfo, ModelState, Use, shown, shown_path,
};
use serde::Serialize;
use serde_json::json;

use crate::args::ModelCommand;
use crate::output::{self, Failure};

#[derive(Debug, Serialize)]
struct ModelsJson {
    models: Vec<ModelInfo>,
}

/// Runs a `model` command; none lists the models.
pub(crate) fn run(library: &Library, command: Option<&ModelCommand>, json: bool) -> Result<(), Failure> {
    match command {
        None => list(library, json),
        Some(ModelCommand::Use { name }) => choose(library, name, json),
        Some(ModelCommand::Import { file, name, mean, std }) => {
            let import = Import {
                name: name.clone(),
                normalization: mean.clone().zip(std.clone()).map(|(mean, std)| (mean.0, std.0)),
            };
            bring(library, file, &import, json)
        }
        Some(ModelCommand::Remove { name }) => {
            library.remove_model(library.model_named(name)?)?;
            if json {
                return output::json(&json!({ "removed": name }));
            }
            Ok(writeln!(io::stdout(), "Forgotten, and what it had read with it.")?)
        }
    }
}

fn list(library: &Library, json: bool) -> Result<(), Failure> {
    let models = library.models()?;
    if json {
        return output::json(&ModelsJson { models });
    }
    let mut out = io::stdout().lock();
    for model in &models {
        let ModelInfo { name, description, licence, state, photos, embedded, .. } = model;
        let state = match state {
            ModelState::Serving => "  (answers)",
            ModelState::Wanted => "  (takes over when it has read all photos; `lookalike index` goes on)",
            ModelState::Idle => "",
        };
        writeln!(out, "{}{state}", shown(name))?;
        let or_unknown = |text: &str| {
            let line = shown(text).split_whitespace().collect::<Vec<_>>().join(" ");
            if line.is_empty() { "not told by the file".to_owned() } else { line }
        };
        writeln!(out, "  what it is  {}", or_unknown(description))?;
        writeln!(out, "  licence     {}", or_unknown(licence))?;
        if !model.usable {
            writeln!(out, "  its file is missing or damaged; import it again")?;
            continue;
        }
        writeln!(
            out,
            "  vectors     {} components, {:.1} MB file",
            model.dimension,
            model.bytes as f64 / 1e6
        )?;
        if let Some(milliseconds) = model.milliseconds {
            writeln!(out, "  speed       {milliseconds:.1} ms an image on one thread of this machine")?;
        }
        writeln!(out, "  photos      {embedded} of {photos} read")?;
        writeln!(out, "  bands       {}", bands(&model.bands))?;
        writeln!(out, "              {}", basis(model.calibration))?;
    }
    Ok(())
}

fn bands(bands: &Bands) -> String {
    let Bands { near_identical, very_similar, similar, related } = bands;
    format!(
        "near-identical from {near_identical:.2}, very similar {very_similar:.2}, similar {similar:.2}, \
         related {related:.2}"
    )
}

/// What bands rest on.
fn basis(calibration: Calibration) -> String {
    match calibration {
        Calibration::Card => "measured on labelled photos, see its model card".to_owned(),
        Calibration::Library { pictures, .. } => format!("measured on {pictures} of your own pictures"),
        Calibration::Nothing => format!(
            "not measured yet: these are those of the fast model; it takes {LEAST_PICTURES} pictures and an index"
        ),
    }
}

/// Says that bands mean little yet, where they do.
pub(crate) fn warn_if_not_calibrated(library: &Library) -> Result<(), Failure> {
    if library.calibration() == Calibration::Nothing {
        writeln!(io::stderr(), "The bands are {}.", basis(Calibration::Nothing))?;
    }
    Ok(())
}

fn choose(library: &Library, name: &str, json: bool) -> Result<(), Failure> {
    let outcome = library.use_model(library.model_named(name)?)?;
    if json {
        return output::json(&outcome);
    }
    let mut out = io::stdout().lock();
    Ok(match outcome {
        Use::Serves => writeln!(out, "{} answers.", shown(name)),
        Use::TakesOver => writeln!(out, "{} answers from now on.", shown(name)),
        Use::Begins { outstanding } => writeln!(
            out,
            "{} has {outstanding} photos to read: run `lookalike index`. Until that is done, the model before answers.",
            shown(name)
        ),
    }?)
}

fn bring(library: &Library, file: &Path, import: &Import, json: bool) -> Result<(), Failure> {
    let key = library.import_model(file, import)?;
    let models = library.models()?;
    let Some(model) = models.into_iter().find(|model| model.key == key) else { return Ok(()) };
    if json {
        return output::json(&model);
    }
    let (name, dimension) = (shown(&model.name), model.dimension);
    let speed = model.milliseconds.map_or_else(String::new, |time| format!(", {time:.1} ms an image"));
    writeln!(
        io::stdout(),
        "{} is now the model \"{name}\": vectors of {dimension} components{speed}.\nHave it answer with: lookalike model use \"{name}\"",
        shown_path(file)
    )?;
    Ok(())
}
