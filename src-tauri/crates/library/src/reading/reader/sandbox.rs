//! What the Linux kernel lets a reader do: read and write the descriptors it holds, use memory and threads, and end.
//!
//! Landlock closes the file system, TCP and other processes; seccomp closes all system calls but a few, by itself, too;
//! limits bound memory. What a kernel lacks is told, and the rest holds.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::FileExt;

use landlock::{ABI, Access, AccessFs, AccessNet, Ruleset, RulesetAttr, RulesetStatus, Scope};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule,
};

/// Address space that no reader goes beyond, whatever it reads.
const MOST_MEMORY: u64 = 6 << 30;

/// Address space beside what an image's header announces: buffers, threads' stacks, the allocator's arenas.
const SPARE_MEMORY: u64 = 768 << 20;

/// The first descriptor number above standard input, output and error.
const FIRST_OTHER_DESCRIPTOR: libc::c_uint = 3;

/// The limits of a reader's memory, which change from file to file.
#[derive(Debug)]
pub(super) struct Confinement {
    /// Address space in use once the model is loaded, in bytes.
    base: u64,
}

impl Confinement {
    /// Bounds the address space to what it was with the model loaded and twice this many bytes, and something to spare.
    pub(super) fn allow_memory(&self, bytes: u64) {
        let most = self.base.saturating_add(SPARE_MEMORY).saturating_add(bytes.saturating_mul(2));
        let limit = Rlimit { current: Some(most.min(MOST_MEMORY)), ..getrlimit(Resource::As) };
        // Refused only where a stricter limit holds already.
        let _ = setrlimit(Resource::As, limit);
    }
}

/// Closes whatever the starting process left open, and steps forward for when the system runs out of memory.
#[expect(clippy::disallowed_methods, reason = "a setting of the kernel's about this process")]
pub(super) fn leave_everything_behind() {
    // SAFETY: nothing of this process has opened a descriptor yet that is used later; standard input, output and error
    // stay.
    unsafe { libc::close_range(FIRST_OTHER_DESCRIPTOR, libc::c_uint::MAX, 0) };
    // Best effort: it is a matter of who goes first.
    let _ = fs::write("/proc/self/oom_score_adj", "800");
    let _ = rustix::thread::set_name(c"lookalike-read");
}

/// Confines this process for good. Returns what does not hold, if something does not; all else does.
pub(super) fn confine() -> io::Result<(Confinement, Option<io::Error>)> {
    let base = address_space()?;
    let inherited = getrlimit(Resource::As).maximum.unwrap_or(MOST_MEMORY);
    let most = Some(MOST_MEMORY.min(inherited));
    let limited = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) })
        .and_then(|()| setrlimit(Resource::As, Rlimit { current: most, maximum: most }))
        .map_err(io::Error::from);
    let landlocked = close_file_system();
    let filtered = filter_system_calls();
    Ok((Confinement { base }, limited.and(landlocked).and(filtered).err()))
}

/// Bytes of address space in use.
fn address_space() -> io::Result<u64> {
    let mut text = [0; 64];
    let read = File::open("/proc/self/statm")?.read_at(&mut text, 0)?;
    let pages = std::str::from_utf8(&text[..read]).ok().and_then(|text| text.split(' ').next()?.parse().ok());
    let pages: u64 = pages.ok_or_else(|| io::Error::other("/proc/self/statm is not as it should be"))?;
    Ok(pages * rustix::param::page_size() as u64)
}

/// No rule allows anything. Older kernels close less, and those before 5.13 nothing, which is an error.
fn close_file_system() -> io::Result<()> {
    let status = Ruleset::default()
        .handle_access(AccessFs::from_all(ABI::V6))
        .and_then(|ruleset| ruleset.handle_access(AccessNet::from_all(ABI::V6)))
        .and_then(|ruleset| ruleset.scope(Scope::from_all(ABI::V6)))
        .and_then(Ruleset::create)
        .and_then(landlock::RulesetCreated::restrict_self)
        .map_err(io::Error::other)?;
    match status.ruleset {
        RulesetStatus::NotEnforced => Err(io::Error::other("this kernel has no Landlock")),
        _ => Ok(()),
    }
}

fn filter_system_calls() -> io::Result<()> {
    // For `clone3`, whose flags a filter cannot see: told that there is none, the C library takes `clone`. This filter
    // comes first, as the other one refuses to add any.
    let absent = BTreeMap::from([(libc::SYS_clone3, Vec::new())]);
    let refuse = SeccompAction::Errno(libc::EPERM as u32);
    let no_such_call = SeccompAction::Errno(libc::ENOSYS as u32);
    let mut allowed: BTreeMap<i64, Vec<SeccompRule>> =
        ALLOWED.iter().map(|call| (*call, Vec::new())).collect();
    allowed.insert(libc::SYS_clone3, Vec::new());
    allowed.extend(only_of_its_own().map_err(io::Error::other)?);
    for (calls, otherwise, then) in
        [(absent, SeccompAction::Allow, no_such_call), (allowed, refuse, SeccompAction::Allow)]
    {
        let program = compile(calls, otherwise, then).map_err(io::Error::other)?;
        seccompiler::apply_filter_all_threads(&program).map_err(io::Error::other)?;
    }
    Ok(())
}

fn compile(
    calls: BTreeMap<i64, Vec<SeccompRule>>,
    otherwise: SeccompAction,
    then: SeccompAction,
) -> Result<BpfProgram, seccompiler::BackendError> {
    let architecture = std::env::consts::ARCH.try_into()?;
    SeccompFilter::new(calls, otherwise, then, architecture)?.try_into()
}

/// Calls that reach other processes with other arguments than these: new threads and no new processes, signals to and
/// limits of this process, and of descriptors their flags only.
fn only_of_its_own() -> Result<[(i64, Vec<SeccompRule>); 4], seccompiler::BackendError> {
    let rule = |argument: u8, comparison: SeccompCmpOp, value: u64| {
        SeccompRule::new(vec![SeccompCondition::new(argument, SeccompCmpArgLen::Dword, comparison, value)?])
    };
    let thread = libc::CLONE_THREAD as u64;
    let flags = [libc::F_GETFD, libc::F_SETFD, libc::F_GETFL, libc::F_DUPFD_CLOEXEC];
    let flags = flags.map(|command| rule(1, SeccompCmpOp::Eq, command as u64));
    Ok([
        (libc::SYS_clone, vec![rule(0, SeccompCmpOp::MaskedEq(thread), thread)?]),
        (libc::SYS_tgkill, vec![rule(0, SeccompCmpOp::Eq, u64::from(std::process::id()))?]),
        (libc::SYS_prlimit64, vec![rule(0, SeccompCmpOp::Eq, 0)?]),
        (libc::SYS_fcntl, flags.into_iter().collect::<Result<_, _>>()?),
    ])
}

/// What decoding, embedding and answering take. Anything else is refused with an error, not with death: libraries ask
/// for much that they can do without.
const ALLOWED: &[i64] = &[
    // Descriptors that are open already.
    libc::SYS_read,
    libc::SYS_pread64,
    libc::SYS_readv,
    libc::SYS_write,
    libc::SYS_writev,
    libc::SYS_sendmsg,
    libc::SYS_sendto,
    libc::SYS_recvmsg,
    libc::SYS_recvfrom,
    libc::SYS_lseek,
    libc::SYS_close,
    libc::SYS_fstat,
    libc::SYS_ppoll,
    // Memory.
    libc::SYS_mmap,
    libc::SYS_munmap,
    libc::SYS_mremap,
    libc::SYS_mprotect,
    libc::SYS_madvise,
    libc::SYS_brk,
    libc::SYS_membarrier,
    // Threads.
    libc::SYS_futex,
    libc::SYS_set_robust_list,
    libc::SYS_rseq,
    libc::SYS_gettid,
    libc::SYS_getpid,
    libc::SYS_sched_yield,
    libc::SYS_sched_getaffinity,
    libc::SYS_getcpu,
    // Time and chance.
    libc::SYS_clock_gettime,
    libc::SYS_clock_nanosleep,
    libc::SYS_nanosleep,
    libc::SYS_getrandom,
    // Signals it handles, and the end.
    libc::SYS_rt_sigaction,
    libc::SYS_rt_sigprocmask,
    libc::SYS_rt_sigreturn,
    libc::SYS_sigaltstack,
    libc::SYS_restart_syscall,
    libc::SYS_exit,
    libc::SYS_exit_group,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_poll,
];
