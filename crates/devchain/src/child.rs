//! A child process that does not outlive us: its own process group, so that Ctrl-C on the terminal reaches only the
//! parent, which then stops it in order; and killed by the kernel when the parent dies without doing so.

use std::process::{Command, Stdio};

use rustix::process::{Pid, Signal};

/// Makes `command` start a process that is killed when this one dies.
pub(crate) fn tie(command: &mut Command) {
    use std::os::unix::process::CommandExt;

    command.stdin(Stdio::null()).process_group(0);
    #[expect(
        unsafe_code,
        reason = "prctl and getppid are async-signal-safe; nothing else runs between fork and exec"
    )]
    // SAFETY: the closure calls nothing but two system calls and touches no memory of the parent.
    unsafe {
        command
            .pre_exec(|| Ok(rustix::process::set_parent_process_death_signal(Some(Signal::KILL))?));
    }
}

/// Sends a signal to a child that has not been waited for.
pub(crate) fn signal(pid: u32, signal: Signal) {
    if let Some(pid) = i32::try_from(pid).ok().and_then(Pid::from_raw)
        && let Err(error) = rustix::process::kill_process(pid, signal)
    {
        tracing::debug!(%error, "the child is gone already");
    }
}
