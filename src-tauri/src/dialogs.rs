//! The system's own dialogs for choosing files and folders.

use std::path::PathBuf;

use rfd::AsyncFileDialog;
use tauri::{AppHandle, Window};

use crate::problem::{Result, ShellError};
use crate::strings::native;

/// File name endings that the dialog offers; anything else can still be chosen through "all files".
const IMAGES: &[&str] = &[
    "jpg", "jpeg", "png", "webp", "gif", "bmp", "tif", "tiff", "heic", "heif", "avif", "jxl", "dng", "cr2",
    "cr3", "nef", "arw", "orf", "rw2", "raf", "pef", "srw",
];

/// Folders to add.
pub(crate) async fn choose_folders(
    app: &AppHandle,
    window: &Window,
    language: Option<&str>,
) -> Result<Vec<PathBuf>> {
    let title = native("addFolders", language);
    let chosen = ask(app, window, move |dialog| dialog.set_title(title).pick_folders()).await?;
    Ok(chosen.unwrap_or_default().into_iter().map(PathBuf::from).collect())
}

/// Images to look for.
pub(crate) async fn choose_images(
    app: &AppHandle,
    window: &Window,
    language: Option<&str>,
) -> Result<Vec<PathBuf>> {
    let (title, images) = (native("chooseImages", language), native("images", language));
    let upper: Vec<String> = IMAGES.iter().map(|ending| ending.to_uppercase()).collect();
    let endings: Vec<String> = IMAGES.iter().map(|&ending| ending.to_owned()).chain(upper).collect();
    let chosen = ask(app, window, move |dialog| {
        dialog.set_title(title).add_filter(images, &endings).add_filter("*", &["*"]).pick_files()
    })
    .await?;
    Ok(chosen.unwrap_or_default().into_iter().map(PathBuf::from).collect())
}

/// A model to bring.
pub(crate) async fn choose_model(
    app: &AppHandle,
    window: &Window,
    language: Option<&str>,
) -> Result<Option<PathBuf>> {
    let (title, models) = (native("importModel", language), native("models", language));
    let chosen = ask(app, window, move |dialog| {
        dialog.set_title(title).add_filter(models, &["tflite"]).add_filter("*", &["*"]).pick_file()
    })
    .await?;
    Ok(chosen.map(PathBuf::from))
}

/// Where copies go.
pub(crate) async fn choose_export_folder(
    app: &AppHandle,
    window: &Window,
    language: Option<&str>,
) -> Result<Option<PathBuf>> {
    let title = native("exportTo", language);
    let chosen = ask(app, window, move |dialog| dialog.set_title(title).pick_folder()).await?;
    Ok(chosen.map(PathBuf::from))
}

/// Where the list of duplicates goes.
pub(crate) async fn choose_list_file(
    app: &AppHandle,
    window: &Window,
    language: Option<&str>,
) -> Result<Option<PathBuf>> {
    let [title, name, table, paths] =
        ["saveList", "listName", "table", "paths"].map(|key| native(key, language));
    let chosen = ask(app, window, move |dialog| {
        let dialog = dialog.set_title(title).set_file_name(format!("{name}.csv"));
        dialog.add_filter(table, &["csv"]).add_filter(paths, &["txt"]).save_file()
    })
    .await?;
    Ok(chosen.map(PathBuf::from))
}

/// Opens a dialog over the window. GTK and Cocoa want that done on the main thread.
async fn ask<Answer, Asking>(
    app: &AppHandle,
    window: &Window,
    open: impl FnOnce(AsyncFileDialog) -> Asking + Send + 'static,
) -> Result<Answer>
where
    Answer: Send + 'static,
    Asking: Future<Output = Answer> + Send + 'static,
{
    let (sender, receiver) = std::sync::mpsc::channel();
    let parent = window.clone();
    app.run_on_main_thread(move || {
        // Nobody waits any more when the window is closing.
        let _ = sender.send(open(AsyncFileDialog::new().set_parent(&parent)));
    })?;
    let asking = super::commands::blocking(move || {
        receiver.recv().map_err(|error| ShellError::Internal(error.to_string()).into())
    })
    .await?;
    Ok(asking.await)
}
