//! A bare Debian in a directory, in which a package is tried as on a machine that has nothing.
//!
//! What runs in it sees a process table, devices and the screen's socket. Mounts and processes end with each command.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::error::{Error, Result};
use crate::shell::{answer, quietly, say};
use crate::system::{Mirror, as_root};

/// Mounts what programs need, and runs a program in the root. Arguments: the root, then chroot's. It stays: it is the
/// superuser's, and ends with whoever started it, which a program of somebody else's would not.
const ENTER: &str = r#"root=$1; shift
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
if [ -d /tmp/.X11-unix ]; then mkdir -p "$root/tmp/.X11-unix"; mount --bind /tmp/.X11-unix "$root/tmp/.X11-unix"; fi
chroot "$@" || exit $?"#;

/// The person who tries the package.
const PERSON: &str = "ada";

/// A system of its own, thrown away when it has served.
pub(super) struct BareRoot {
    directory: PathBuf,
}

impl BareRoot {
    /// A new one, with a person who has a home folder. What it is made from is kept for the next time.
    pub(super) fn new(mirror: &Mirror) -> Result<Self> {
        let pristine = crate::root().join("target/packages-bare").join(&mirror.codename);
        if !pristine.join("done").exists() {
            say(&format!("making a bare system of Debian's {}", mirror.codename));
            remove(&pristine)?;
            let mut debootstrap = as_root("debootstrap");
            debootstrap.args(["--variant=minbase", &format!("--components={}", mirror.components.join(","))]);
            debootstrap.arg(&mirror.codename).arg(pristine.join("root")).arg(&mirror.address);
            quietly(&mut debootstrap)?;
            quietly(as_root("touch").arg(pristine.join("done")))?;
        }
        let bare = Self { directory: crate::root().join("target/packages-bare/tried") };
        remove(&bare.directory)?;
        quietly(as_root("cp").arg("--archive").arg(pristine.join("root")).arg(&bare.directory))?;
        quietly(&mut bare.command("useradd", &["--create-home", PERSON]))?;
        Ok(bare)
    }

    /// Whether this system lets one be entered: that takes mounts.
    pub(super) fn is_possible() -> bool {
        quietly(as_root("unshare").args(["--mount", "true"])).is_ok()
    }

    /// Where a path of the root is from outside.
    pub(super) fn outside(&self, path: &str) -> PathBuf {
        self.directory.join(path.trim_start_matches('/'))
    }

    /// The person's home folder, inside.
    pub(super) fn home() -> String {
        format!("/home/{PERSON}")
    }

    /// A command of the superuser's.
    pub(super) fn command(&self, program: &str, arguments: &[&str]) -> Command {
        let mut command = self.enter(&[]);
        command.args(["env", "DEBIAN_FRONTEND=noninteractive", program]).args(arguments);
        command
    }

    /// A command of the person's, with an environment of nothing but what is given.
    pub(super) fn persons(&self, environment: &[String], program: &str, arguments: &[&str]) -> Command {
        let mut command = self.enter(&[format!("--userspec={PERSON}:{PERSON}")]);
        command.args(["env", "--ignore-environment", "PATH=/usr/local/bin:/usr/bin:/bin", "LANG=C.UTF-8"]);
        command.arg(format!("HOME={}", Self::home())).args(environment).arg(program).args(arguments);
        command
    }

    /// Gives the person a copy of a file or folder.
    pub(super) fn give(&self, from: &Path, to: &str) -> Result<()> {
        quietly(as_root("cp").arg("--recursive").arg(from).arg(self.outside(to)))?;
        quietly(&mut self.command("chown", &["--recursive", &format!("{PERSON}:{PERSON}"), to]))
    }

    /// Paths whose names say that they are of Lookalike, but for what is in the person's home folder.
    pub(super) fn traces(&self) -> Result<Vec<String>> {
        let find = ["/", "-xdev", "-path", "/home", "-prune", "-o", "-iname", "*lookalike*", "-print"];
        Ok(answer(&mut self.command("find", &find))?.lines().map(str::to_owned).collect())
    }

    fn enter(&self, options: &[String]) -> Command {
        let mut command = as_root("unshare");
        command.args(["--mount", "--pid", "--fork", "--kill-child", "sh", "-ec", ENTER, "sh"]);
        command.arg(&self.directory).args(options).arg(&self.directory);
        command
    }
}

impl Drop for BareRoot {
    fn drop(&mut self) {
        // The next one begins with that, too.
        let _ = remove(&self.directory);
    }
}

fn remove(directory: &Path) -> Result<()> {
    if let Some(parent) = directory.parent() {
        fs::create_dir_all(parent).map_err(|source| Error::File { path: parent.into(), source })?;
    }
    let no_other_file_system: [&OsStr; 3] =
        ["--recursive".as_ref(), "--force".as_ref(), "--one-file-system".as_ref()];
    quietly(as_root("rm").args(no_other_file_system).arg(directory))
}
