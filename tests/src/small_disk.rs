//! A disk of a few hundred megabytes: a file system in memory, in a mount namespace of its own, where this machine lets us
//! have one.

use std::{
    fs::File,
    io::{BufRead as _, BufReader, Write as _},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use anyhow::{Context, Result, ensure};

/// The disk; it goes with whoever holds it.
#[derive(Debug)]
pub struct SmallDisk {
    holder: Child,
    /// Where it is for programs started by [`SmallDisk::command`].
    folder: PathBuf,
}

impl SmallDisk {
    /// Mounts one of so many megabytes at this folder; `None` where namespaces are not allowed.
    ///
    /// # Errors
    /// When a part of it fails that should not.
    pub fn mount(folder: &Path, megabytes: u32) -> Result<Option<Self>> {
        std::fs::create_dir_all(folder)?;
        let script = format!(
            "mount -t tmpfs -o size={megabytes}m tmpfs '{}' && echo ready && exec sleep infinity",
            folder.display()
        );
        let mut holder = Command::new("unshare")
            .args(["--user", "--map-root-user", "--mount", "sh", "-c", &script])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .context("starting unshare")?;
        let mut said = String::new();
        let output = holder.stdout.take().context("no output")?;
        BufReader::new(output).read_line(&mut said)?;
        let disk = Self { holder, folder: folder.to_owned() };
        Ok((said.trim() == "ready").then_some(disk))
    }

    /// A program that sees the disk.
    #[must_use]
    pub fn command(&self, program: &Path) -> Command {
        let mut command = Command::new("nsenter");
        let target = self.holder.id().to_string();
        command.args(["--target", &target, "--user", "--mount", "--preserve-credentials", "--"]);
        command.arg(program);
        command
    }

    /// The disk as this process sees it.
    #[must_use]
    pub fn outside(&self) -> PathBuf {
        let inside = self.folder.strip_prefix("/").unwrap_or(&self.folder);
        PathBuf::from(format!("/proc/{}/root", self.holder.id())).join(inside)
    }

    /// Takes all the space that is left, but for so many kilobytes.
    ///
    /// # Errors
    /// When that fails for another reason than want of space.
    pub fn fill(&self, but_kilobytes: usize) -> Result<()> {
        let mut file = File::create(self.outside().join("ballast"))?;
        let block = vec![0; 64 * 1024];
        let mut written = 0;
        while let Ok(()) = file.write_all(&block) {
            written += block.len();
            ensure!(written < 4 << 30, "the disk is not small");
        }
        let length = file.metadata()?.len();
        file.set_len(length.saturating_sub(1_024 * but_kilobytes as u64))?;
        Ok(())
    }

    /// Gives the space back.
    ///
    /// # Errors
    /// As the system says.
    pub fn free(&self) -> Result<()> {
        Ok(std::fs::remove_file(self.outside().join("ballast"))?)
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        drop(self.holder.kill());
        drop(self.holder.wait());
    }
}
