//! The image behind the program: where it begins, what tells it from others, and what is in it.
//!
//! An `AppImage` of type 2 is an ELF program with a `SquashFS` image behind it
//! (<https://github.com/AppImage/AppImageSpec/blob/master/draft.md>). The image begins where the program ends, at the end of
//! its section headers.

use std::fs::{self, File};
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::os::unix::fs::PermissionsExt;
use std::path::{Component, Path, PathBuf};

use backhand::{FilesystemReader, InnerNode};

use crate::error::{Error, Result};

/// Bytes of the header of a 64-bit ELF file, and of a `SquashFS` image.
const ELF_HEADER: usize = 64;
const SQUASHFS_HEADER: usize = 96;
const SQUASHFS_MAGIC: &[u8; 4] = b"hsqs";

/// An image, by the file that it is in.
#[derive(Debug)]
pub(crate) struct Image {
    path: PathBuf,
    offset: u64,
    id: String,
}

impl Image {
    /// The image that lies behind a program.
    pub(crate) fn behind(program: &Path) -> Result<Self> {
        let mut file = File::open(program).map_err(Error::of(program))?;
        let none = |_| Error::NoImage { path: program.into() };
        let mut elf = [0; ELF_HEADER];
        file.read_exact(&mut elf).map_err(none)?;
        let offset = end_of_program(&elf).ok_or_else(|| Error::NoImage { path: program.into() })?;
        file.seek(SeekFrom::Start(offset)).map_err(none)?;
        let mut header = [0; SQUASHFS_HEADER];
        file.read_exact(&mut header).map_err(none)?;
        if !header.starts_with(SQUASHFS_MAGIC) {
            return Err(Error::NoImage { path: program.into() });
        }
        // When the image was made, how large it is and where its tables are: no two have that in common.
        let id = blake3::hash(&header).to_hex()[..32].to_owned();
        Ok(Self { path: program.into(), offset, id })
    }

    /// Where it begins, in bytes.
    pub(crate) fn offset(&self) -> u64 {
        self.offset
    }

    /// What tells it from other images, fit for a file's name.
    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    /// Writes all that is in it into an empty folder.
    pub(crate) fn unpack(&self, folder: &Path) -> Result<()> {
        let file = File::open(&self.path).map_err(Error::of(&self.path))?;
        let unreadable = |source| Error::Unreadable { path: self.path.clone(), source };
        let reader = FilesystemReader::from_reader_with_offset(BufReader::new(file), self.offset)
            .map_err(unreadable)?;
        for node in reader.files() {
            let path = folder.join(self.within(&node.fullpath)?);
            match &node.inner {
                InnerNode::Dir(_) => fs::create_dir_all(&path).map_err(Error::of(&path))?,
                InnerNode::Symlink(link) => {
                    std::os::unix::fs::symlink(&link.link, &path).map_err(Error::of(&path))?;
                }
                InnerNode::File(content) => {
                    let mut written = File::create_new(&path).map_err(Error::of(&path))?;
                    io::copy(&mut reader.file(content).reader(), &mut written).map_err(Error::of(&path))?;
                    let mode = fs::Permissions::from_mode(u32::from(node.header.permissions) & 0o755);
                    written.set_permissions(mode).map_err(Error::of(&path))?;
                }
                // There are no devices in a program's files.
                _ => {}
            }
        }
        Ok(())
    }

    /// A path in the image, from its root; refused when it leads out of it.
    fn within(&self, path: &Path) -> Result<PathBuf> {
        let inside = path.strip_prefix("/").unwrap_or(path);
        if inside.components().all(|component| matches!(component, Component::Normal(_))) {
            Ok(inside.into())
        } else {
            Err(Error::LeadsOut { image: self.path.clone(), path: path.into() })
        }
    }
}

/// Where a 64-bit ELF program ends, by its header: behind the table of its sections.
fn end_of_program(header: &[u8; ELF_HEADER]) -> Option<u64> {
    let number = |at: usize| header.get(at..at + 2)?.try_into().ok().map(u16::from_le_bytes);
    let table = u64::from_le_bytes(header.get(40..48)?.try_into().ok()?);
    let (size, count) = (number(58)?, number(60)?);
    let is_elf = header.starts_with(b"\x7fELF\x02\x01") && table > 0 && count > 0;
    if is_elf { table.checked_add(u64::from(size) * u64::from(count)) } else { None }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    fn elf(sections_at: u64, count: u16) -> Vec<u8> {
        let mut bytes = vec![0; ELF_HEADER];
        bytes[..6].copy_from_slice(b"\x7fELF\x02\x01");
        bytes[40..48].copy_from_slice(&sections_at.to_le_bytes());
        bytes[58..60].copy_from_slice(&64_u16.to_le_bytes());
        bytes[60..62].copy_from_slice(&count.to_le_bytes());
        bytes
    }

    /// A program with an image behind it that holds a folder, a program in it and a link to that.
    pub(crate) fn app_image(folder: &Path) -> PathBuf {
        use backhand::compression::Compressor;
        use backhand::{FilesystemCompressor, FilesystemWriter, NodeHeader};
        let header = |permissions| NodeHeader { permissions, ..NodeHeader::default() };
        let mut writer = FilesystemWriter::default();
        writer.set_compressor(FilesystemCompressor::new(Compressor::Gzip, None).unwrap());
        writer.push_dir("usr", header(0o755)).unwrap();
        writer.push_file(&b"#!/bin/sh\n"[..], "usr/program", header(0o755)).unwrap();
        writer.push_symlink("program", "usr/link", header(0o777)).unwrap();
        let mut squashed = io::Cursor::new(Vec::new());
        writer.write(&mut squashed).unwrap();
        let path = folder.join("Some Thing.AppImage");
        let mut bytes = elf(64, 1);
        bytes.resize(128, 0);
        bytes.extend(squashed.into_inner());
        fs::write(&path, bytes).unwrap();
        path
    }

    #[test]
    fn all_that_is_in_an_image_is_unpacked() {
        let place = tempfile::tempdir().unwrap();
        let image = Image::behind(&app_image(place.path())).unwrap();
        assert_eq!(image.offset(), 128);
        let folder = place.path().join("unpacked");
        image.unpack(&folder).unwrap();
        assert_eq!(fs::read(folder.join("usr/link")).unwrap(), b"#!/bin/sh\n");
        let mode = fs::metadata(folder.join("usr/program")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o755);
    }

    #[test]
    fn a_program_without_an_image_says_so() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("program");
        for bytes in [Vec::new(), b"text".to_vec(), elf(64, 1), elf(u64::MAX, 9), elf(0, 0)] {
            fs::write(&path, bytes).unwrap();
            assert!(matches!(Image::behind(&path), Err(Error::NoImage { .. })));
        }
    }

    #[test]
    fn a_path_that_leads_out_is_refused() {
        let image = Image { path: "a".into(), offset: 0, id: String::new() };
        assert_eq!(image.within(Path::new("/usr/bin")).unwrap(), Path::new("usr/bin"));
        for path in ["/../etc", "usr/../../etc"] {
            assert!(matches!(image.within(Path::new(path)), Err(Error::LeadsOut { .. })));
        }
    }
}
